/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.errors;

import org.apache.flink.util.SerializedThrowable;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FailuresTest {

    @Test
    void ourMessageIsTakenFromWithinFlinks() {
        Exception ours = new ExampleException("Stream a is gone.\n  Check its name.");
        ours.initCause(foreign("socket closed", null));
        Exception failure = foreign("Job execution failed", new SerializedThrowable(ours));

        assertThat(Failures.describe(failure)).isEqualTo("Stream a is gone. Check its name.");
    }

    @Test
    void withoutOneTheInnermostIsTaken() {
        assertThat(Failures.describe(foreign("outer", foreign("inner", null))))
                .isEqualTo("Exception: inner");
        assertThat(Failures.describe(foreign(null, null))).isEqualTo("java.lang.Exception");
    }

    @Test
    void missingCredentialsAreAShortLine() {
        Exception sdk =
                foreign(
                        "Unable to load credentials from any of the providers in the chain X(...)",
                        null);
        assertThat(Failures.describe(foreign("Global failure", sdk)))
                .startsWith("No AWS credentials found");
    }

    /** An exception as another library throws it. */
    private static Exception foreign(String message, Throwable cause) {
        Exception exception = new Exception(message, cause);
        exception.setStackTrace(
                new StackTraceElement[] {
                    new StackTraceElement("org.example.Library", "call", "Library.java", 1)
                });
        return exception;
    }
}
