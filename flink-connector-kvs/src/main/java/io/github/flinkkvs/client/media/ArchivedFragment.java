/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.annotation.Internal;

/** What ListFragments says about a fragment. Immutable. */
@Internal
public final class ArchivedFragment {

    private final FragmentNumber number;
    private final long serverTimestampMillis;
    private final long producerTimestampMillis;
    private final long sizeBytes;

    /**
     * @param serverTimestampMillis epoch millis, by the service's clock
     * @param producerTimestampMillis epoch millis, by the producer's clock
     * @param sizeBytes 0 if the service did not tell it
     */
    public ArchivedFragment(
            FragmentNumber number,
            long serverTimestampMillis,
            long producerTimestampMillis,
            long sizeBytes) {
        this.number = number;
        this.serverTimestampMillis = serverTimestampMillis;
        this.producerTimestampMillis = producerTimestampMillis;
        this.sizeBytes = sizeBytes;
    }

    public FragmentNumber number() {
        return number;
    }

    /** Epoch millis, by the service's clock. */
    public long serverTimestampMillis() {
        return serverTimestampMillis;
    }

    /** Epoch millis, by the producer's clock. */
    public long producerTimestampMillis() {
        return producerTimestampMillis;
    }

    /** About how many bytes its media has; 0 if unknown. */
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public String toString() {
        return "fragment " + number;
    }
}
