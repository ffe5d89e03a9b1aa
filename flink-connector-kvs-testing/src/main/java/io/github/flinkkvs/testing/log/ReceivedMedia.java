/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.log;

import javax.annotation.Nullable;

import java.util.List;

/** What arrived in one PutMedia call, and how it was acknowledged. Thread-safe. */
public interface ReceivedMedia {
    /** The name of the stream. */
    String stream();

    String requestId();

    /** In the order in which they were sent. */
    List<Acknowledgement> acknowledgements();

    /** Bytes of the request so far. */
    long bytesReceived();

    /** Null while it lasts. */
    @Nullable
    EndReason endReason();

    /** How long it lasted, or has lasted until now, in nanoseconds. */
    long durationNanos();
}
