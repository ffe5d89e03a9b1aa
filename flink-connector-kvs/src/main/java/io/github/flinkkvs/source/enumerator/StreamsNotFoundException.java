/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;

import java.util.concurrent.CompletionException;

/** Streams could not be found; the message says why, and what the user can do. */
final class StreamsNotFoundException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param what was attempted and failed
     * @param advice what the user can do; may be empty
     */
    StreamsNotFoundException(String what, Throwable cause, String advice) {
        super((what + ": " + ErrorTable.describe(cause) + ". " + advice).trim(), cause);
    }

    /** What went wrong, in one line. */
    static String describe(Throwable error) {
        Throwable cause = unwrap(error);
        return cause instanceof StreamsNotFoundException
                ? cause.getMessage()
                : ErrorTable.describe(cause);
    }

    /** What to do about the error of the service, or of a call to it. */
    static ErrorClass classify(Throwable error) {
        Throwable cause = unwrap(error);
        return ErrorTable.classify(
                cause instanceof StreamsNotFoundException ? cause.getCause() : cause);
    }

    private static Throwable unwrap(Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
