/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Observes the combined watermark of all readers. For a parallelism of 1. */
final class WatermarkProbe extends AbstractStreamOperator<Fragment>
        implements OneInputStreamOperator<Fragment, Fragment> {

    private static final long serialVersionUID = 1L;

    /** What a probe saw, for the test; guarded by itself. */
    static final class Seen {
        private long watermark = Long.MIN_VALUE;
        private int late;

        synchronized long watermark() {
            return watermark;
        }

        /** Fragments that arrived with a timestamp at or below the watermark. */
        synchronized int late() {
            return late;
        }

        synchronized void await(long atLeast) throws InterruptedException {
            long deadline = System.nanoTime() + KvsTestBase.TIME.toNanos();
            while (watermark < atLeast) {
                long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (left <= 0) {
                    throw new AssertionError("No watermark of " + atLeast + ", only " + watermark);
                }
                wait(left);
            }
        }
    }

    private static final Map<String, Seen> SEEN = new ConcurrentHashMap<>();

    private final String id = UUID.randomUUID().toString();

    WatermarkProbe() {
        SEEN.put(id, new Seen());
    }

    Seen seen() {
        return SEEN.get(id);
    }

    @Override
    public void processElement(StreamRecord<Fragment> element) {
        Seen seen = seen();
        synchronized (seen) {
            if (element.getTimestamp() <= seen.watermark) {
                seen.late++;
            }
        }
        output.collect(element);
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        Seen seen = seen();
        synchronized (seen) {
            seen.watermark = mark.getTimestamp();
            seen.notifyAll();
        }
        super.processWatermark(mark);
    }
}
