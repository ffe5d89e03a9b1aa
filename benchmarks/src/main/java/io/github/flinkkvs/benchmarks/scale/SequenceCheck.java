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

import java.util.HashMap;
import java.util.Map;

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

    private static final long serialVersionUID = 1L;

    private final long fragmentMillis;

    private transient Map<String, Long> last;
    private transient Counter seen;
    private transient Counter bytes;
    private transient Counter lost;
    private transient Counter doubled;

    SequenceCheck(long fragmentMillis) {
        this.fragmentMillis = fragmentMillis;
    }

    @Override
    public void open(OpenContext context) {
        last = new HashMap<>();
        seen = getRuntimeContext().getMetricGroup().counter(SEEN);
        bytes = getRuntimeContext().getMetricGroup().counter(BYTES);
        lost = getRuntimeContext().getMetricGroup().counter(LOST);
        doubled = getRuntimeContext().getMetricGroup().counter(DOUBLED);
    }

    @Override
    public Integer map(Fragment fragment) {
        seen.inc();
        bytes.inc(fragment.sizeBytes());
        long time = fragment.producerTimestampMillis();
        Long before = last.put(fragment.streamName(), time);
        if (before != null && time <= before) {
            doubled.inc();
        } else if (before != null) {
            lost.inc((time - before) / fragmentMillis - 1);
        }
        return fragment.sizeBytes();
    }
}
