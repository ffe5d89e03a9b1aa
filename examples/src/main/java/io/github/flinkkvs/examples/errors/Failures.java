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

import java.util.ArrayList;
import java.util.List;

/** Describes the exceptions with which a Flink job fails in one line for people. */
public final class Failures {

    private static final String OURS = "io.github.flinkkvs.";

    /** How the AWS SDK begins the very long list of all places where it looked. */
    private static final String NO_CREDENTIALS =
            "Unable to load credentials from any of the providers in the chain";

    /** Causes can form a cycle. */
    private static final int MAX_DEPTH = 64;

    private Failures() {}

    /**
     * Returns the message of the outermost exception that the connector or the examples threw.
     * Flink's exceptions around it only say that the job failed, and its own message names its
     * cause. If there is none, returns the message of the innermost exception.
     */
    public static String describe(Throwable failure) {
        List<Throwable> causes = causes(failure);
        for (Throwable cause : causes) {
            if (cause.getMessage() != null && cause.getMessage().startsWith(NO_CREDENTIALS)) {
                return "No AWS credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,"
                        + " or AWS_PROFILE";
            }
        }
        for (Throwable cause : causes) {
            StackTraceElement[] trace = cause.getStackTrace();
            boolean ours = trace.length > 0 && trace[0].getClassName().startsWith(OURS);
            if (ours && cause.getMessage() != null) {
                return line(cause.getMessage());
            }
        }
        Throwable root = causes.get(causes.size() - 1);
        return line(
                root.getMessage() == null
                        ? root.toString()
                        : root.getClass().getSimpleName() + ": " + root.getMessage());
    }

    /** Returns the text as one line. */
    public static String line(String text) {
        return text.trim().replaceAll("\\s*\\R\\s*", " ");
    }

    private static List<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        Throwable cause = failure;
        while (cause != null && causes.size() < MAX_DEPTH) {
            if (cause instanceof SerializedThrowable serialized) {
                cause = serialized.deserializeError(Failures.class.getClassLoader());
            }
            causes.add(cause);
            cause = cause.getCause();
        }
        return causes;
    }
}
