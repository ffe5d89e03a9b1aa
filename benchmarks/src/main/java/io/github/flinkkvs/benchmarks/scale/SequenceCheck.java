/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Counts what is lost, doubled or out of order: the producer timestamps of each stream must go up
 * by exactly the duration of a fragment. It must be chained to the source, so that it sees all of a
 * stream, and the job must not restart, as it begins anew then.
 */
final class SequenceCheck extends RichMapFunction<Fragment, Integer> {

    static final String SEEN = "seen";
    static final String BYTES = "seenBytes";
    static final String LOST = "lost";
    static final String DOUBLED = "doubled";

    /** How many streams have emitted something. */
    static final String STREAMS = "streams";

    /** How long ago the stream emitted something that is silent for the longest time. */
    static final String SILENCE = "silenceMillis";

    private static final long serialVersionUID = 1L;

    private final long fragmentMillis;

    /** The last fragment of each stream. The task's thread writes, that of a metric reads. */
    private transient Map<String, Last> last;

    private transient Counter seen;
    private transient Counter bytes;
    private transient Counter lost;
    private transient Counter doubled;

    /** A fragment that was emitted, and when. */
    record Last(long producerTimestampMillis, long nanos) {}

    SequenceCheck(long fragmentMillis) {
        this.fragmentMillis = fragmentMillis;
    }

    @Override
    public void open(OpenContext context) {
        last = new ConcurrentHashMap<>();
        seen = getRuntimeContext().getMetricGroup().counter(SEEN);
        bytes = getRuntimeContext().getMetricGroup().counter(BYTES);
        lost = getRuntimeContext().getMetricGroup().counter(LOST);
        doubled = getRuntimeContext().getMetricGroup().counter(DOUBLED);
        getRuntimeContext().getMetricGroup().<Integer, Gauge<Integer>>gauge(STREAMS, last::size);
        getRuntimeContext().getMetricGroup().<Long, Gauge<Long>>gauge(SILENCE, this::silence);
    }

    @Override
    public Integer map(Fragment fragment) {
        seen.inc();
        bytes.inc(fragment.sizeBytes());
        long time = fragment.producerTimestampMillis();
        Last before = last.put(fragment.streamName(), new Last(time, System.nanoTime()));
        if (before != null && time <= before.producerTimestampMillis) {
            doubled.inc();
        } else if (before != null) {
            lost.inc((time - before.producerTimestampMillis) / fragmentMillis - 1);
        }
        return fragment.sizeBytes();
    }

    private long silence() {
        long now = System.nanoTime();
        return TimeUnit.NANOSECONDS.toMillis(
                last.values().stream().mapToLong(each -> now - each.nanos).max().orElse(0));
    }
}
