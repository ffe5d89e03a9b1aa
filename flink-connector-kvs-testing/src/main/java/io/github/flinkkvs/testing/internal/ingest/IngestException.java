/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.faults.AckError;

/** The reason why the service ends a PutMedia call. Thrown without a stack trace. */
final class IngestException extends Exception {
    private static final long serialVersionUID = 1L;

    private final AckError error;

    /**
     * @param reason for people; only the log has it
     */
    IngestException(AckError error, String reason) {
        super(reason, null, false, false);
        this.error = error;
    }

    AckError error() {
        return error;
    }
}
