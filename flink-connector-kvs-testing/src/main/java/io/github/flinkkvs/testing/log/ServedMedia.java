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
import java.util.Map;

/** What was sent on one connection of GetMedia or GetMediaForFragmentList. Thread-safe. */
public interface ServedMedia {
    /** {@code GetMedia} or {@code GetMediaForFragmentList}. */
    String operation();

    /** The name of the stream. */
    String stream();

    String requestId();

    /** The selector as in {@link ApiCall#startSelector()}. */
    String startSelector();

    /** Numbers of the fragments whose first byte was sent, in order. */
    List<String> fragmentsStarted();

    /** Numbers of the fragments whose last byte was handed to the network, in order. */
    List<String> fragmentsSent();

    /**
     * When the last byte of each fragment was handed to the network, by fragment number: a {@link
     * System#nanoTime()} from before it was encrypted and written. For a fragment sent twice, the
     * second time.
     */
    Map<String, Long> fragmentsSentNanos();

    /** Bytes of the body so far. */
    long bytesSent();

    /** Null while it lasts. */
    @Nullable
    EndReason endReason();

    /** How long it lasted, or has lasted until now, in nanoseconds. */
    long durationNanos();
}
