/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import org.apache.flink.annotation.Internal;

/**
 * Computes the time of each Cluster of a fragment, relative to the first one, whose time is the
 * producer timestamp. Not thread-safe.
 */
@Internal
public final class ClusterTimes {

    private final long timestampScale;
    private boolean first = true;
    private long firstTimestamp;
    private long offsetNanos;
    private boolean impossible;

    public ClusterTimes(long timestampScale) {
        this.timestampScale = timestampScale;
    }

    /** Takes the payload of a Cluster's Timestamp. */
    public void onTimestamp(byte[] bytes, int from, int to) {
        long timestamp = to - from > 8 ? -1 : Vint.raw(bytes, from, to - from);
        if (first && timestamp >= 0) {
            first = false;
            firstTimestamp = timestamp;
        }
        long difference = timestamp - firstTimestamp;
        // A quarter of the range leaves room for the times of blocks.
        impossible = timestamp < 0 || Math.abs(difference) > Long.MAX_VALUE / 4 / timestampScale;
        offsetNanos = impossible ? 0 : difference * timestampScale;
    }

    /** The time of the current Cluster since the first one, in nanoseconds. */
    public long offsetNanos() {
        return offsetNanos;
    }

    /** Whether the time of the current Cluster is out of range. */
    public boolean isImpossible() {
        return impossible;
    }
}
