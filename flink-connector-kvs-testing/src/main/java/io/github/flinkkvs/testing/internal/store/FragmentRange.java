/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

/** Which fragments are listed, by when they begin; both ends belong to it. Immutable. */
public final class FragmentRange {
    private final boolean producerTime;
    private final long fromMillis;
    private final long toMillis;

    /**
     * @param producerTime whether it counts producer timestamps, not server timestamps
     * @param fromMillis in epoch milliseconds
     * @param toMillis in epoch milliseconds
     */
    public FragmentRange(boolean producerTime, long fromMillis, long toMillis) {
        this.producerTime = producerTime;
        this.fromMillis = fromMillis;
        this.toMillis = toMillis;
    }

    public boolean producerTime() {
        return producerTime;
    }

    public long fromMillis() {
        return fromMillis;
    }

    public long toMillis() {
        return toMillis;
    }

    boolean contains(StoredDocument fragment) {
        long begin = begin(fragment);
        return begin >= fromMillis && begin <= toMillis;
    }

    /** Whether a fragment has media within the range, even if it begins before. */
    boolean touches(StoredDocument fragment) {
        long begin = begin(fragment);
        return contains(fragment)
                || begin < fromMillis && begin + fragment.durationMillis() > fromMillis;
    }

    private long begin(StoredDocument fragment) {
        return producerTime ? fragment.producerTimestampMillis() : fragment.serverTimestampMillis();
    }
}
