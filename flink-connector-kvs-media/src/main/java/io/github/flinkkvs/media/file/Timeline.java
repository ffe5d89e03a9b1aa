/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import java.util.HashMap;
import java.util.Map;

/** Places fragments in the time of their file. */
final class Timeline {

    /** The step after a single frame: 25 frames a second. */
    static final long ASSUMED_STEP_NANOS = 40_000_000;

    private final boolean keepsPauses;

    private boolean begun;
    private long shift;
    private long lastCluster;

    /** In nanoseconds of the file: where the last fragment's tracks continue. */
    private final Map<Long, Long> ends = new HashMap<>();

    private long end;

    Timeline(boolean keepsPauses) {
        this.keepsPauses = keepsPauses;
    }

    /** Where everything placed so far ends, in nanoseconds of the file. */
    long end() {
        return end;
    }

    /**
     * Places the next fragment.
     *
     * @param next has a Cluster, and is later than the last one
     * @return how far to move the times of its Clusters, in units of TimestampScale
     */
    long place(FragmentLayout next) {
        long cluster = next.clusters.get(0).timestamp;
        if (!begun) {
            // The earliest frame is at 0: no Cluster can be before that.
            shift = next.lead - cluster;
            begun = true;
        } else if (!keepsPauses) {
            shift = lastCluster + 1 - cluster;
            next.times.forEach(
                    (track, times) -> {
                        long wait = ends.getOrDefault(track, end) - times.earliest();
                        shift = Math.max(shift, -Math.floorDiv(-wait, next.timestampScale));
                    });
        }
        lastCluster = next.clusters.get(next.clusters.size() - 1).timestamp + shift;
        ends.clear();
        next.times.forEach(
                (track, times) -> {
                    long step = times.step() == 0 ? ASSUMED_STEP_NANOS : times.step();
                    // In whole units, like the times of blocks.
                    step = Math.max(next.timestampScale, step - step % next.timestampScale);
                    long trackEnd = times.latest() + shift * next.timestampScale + step;
                    ends.put(track, trackEnd);
                    end = Math.max(end, trackEnd);
                });
        return shift;
    }
}
