/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.metrics;

import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.Internal;
import org.apache.flink.metrics.MetricGroup;

/** What is measured of one stream. Written with the reader lock held, read by anyone. */
@Internal
public final class StreamMetrics {

    private static final long NEVER = -1;

    private volatile long millisBehindNow;
    private volatile long lastArrivalMillis = NEVER;

    void register(MetricGroup group) {
        group.gauge("millisBehindNow", () -> millisBehindNow);
        group.gauge("lastFragmentAge", this::lastFragmentAge);
    }

    /** A fragment arrived, whether or not it is emitted. */
    public void onFragment(Fragment fragment) {
        if (fragment.millisBehindNow() != null) {
            millisBehindNow = fragment.millisBehindNow();
        }
        lastArrivalMillis = System.currentTimeMillis();
    }

    /** There is nothing that was not read. */
    public void onCaughtUp() {
        millisBehindNow = 0;
    }

    long millisBehindNow() {
        return millisBehindNow;
    }

    /** Millis since the last fragment arrived; -1 if none did. */
    private long lastFragmentAge() {
        long last = lastArrivalMillis;
        return last == NEVER ? NEVER : System.currentTimeMillis() - last;
    }
}
