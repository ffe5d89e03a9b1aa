/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import java.io.IOException;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A process whose heap does not grow, so that what it takes more and more of is native memory. */
public final class FixedHeapProcess {

    private FixedHeapProcess() {}

    /** The number that a program prints in its last line. */
    public static long run(Class<?> program) throws IOException {
        Process process =
                new ProcessBuilder(
                                System.getProperty("java.home") + "/bin/java",
                                "-Xms64m",
                                "-Xmx64m",
                                "-XX:+AlwaysPreTouch",
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        String[] lines = printed.split("\\R");
        return Long.parseLong(lines[lines.length - 1]);
    }
}
