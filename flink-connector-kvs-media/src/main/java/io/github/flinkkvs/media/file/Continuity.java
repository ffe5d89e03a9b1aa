/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Decides which fragments may follow each other in one file. */
final class Continuity {

    /** A longer gap means that the clock was set: it is no pause worth playing. */
    static final Duration LONGEST_GAP = Duration.ofDays(1);

    @Nullable private byte[] declarations;
    private long timestampScale;
    private long lastClusterTimestamp;
    private final Map<Long, Long> lastTimes = new HashMap<>();

    /**
     * Whether a fragment may be next: it has the same tracks, is later as a whole, and no track
     * goes back in time. Browsers round, so the first frame of a track may have the time of the
     * last one before it.
     */
    boolean accepts(FragmentLayout next) {
        if (declarations == null || next.clusters.isEmpty()) {
            return true;
        }
        long step = next.clusters.get(0).timestamp - lastClusterTimestamp;
        if (next.timestampScale != timestampScale
                || step <= 0
                || step > LONGEST_GAP.toNanos() / timestampScale
                || next.declarations == null
                || !next.declarations.equals(ByteBuffer.wrap(declarations))) {
            return false;
        }
        for (Map.Entry<Long, FragmentLayout.TrackTimes> times : next.times.entrySet()) {
            Long last = lastTimes.get(times.getKey());
            if (last != null && times.getValue().first < last) {
                return false;
            }
        }
        return true;
    }

    /** The fragment was accepted and written. */
    void advance(FragmentLayout fragment) {
        List<FragmentLayout.Cluster> clusters = fragment.clusters;
        if (clusters.isEmpty()) {
            return;
        }
        if (declarations == null) {
            // A copy, so that the fragment can be collected.
            ByteBuffer own = fragment.declarations;
            declarations = new byte[own == null ? 0 : own.remaining()];
            if (own != null) {
                own.duplicate().get(declarations);
            }
            timestampScale = fragment.timestampScale;
        }
        lastClusterTimestamp = clusters.get(clusters.size() - 1).timestamp;
        fragment.times.forEach((track, times) -> lastTimes.merge(track, times.latest(), Math::max));
    }
}
