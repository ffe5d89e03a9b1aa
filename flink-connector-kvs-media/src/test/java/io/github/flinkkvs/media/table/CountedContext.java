/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.table.functions.FunctionContext;

import java.util.HashMap;
import java.util.Map;

/** The metrics of a function in tests. */
final class CountedContext extends FunctionContext {

    private final Map<String, Counter> counters = new HashMap<>();

    CountedContext() {
        super(null);
    }

    @Override
    public MetricGroup getMetricGroup() {
        return group("");
    }

    private MetricGroup group(String path) {
        return new UnregisteredMetricsGroup() {
            @Override
            public MetricGroup addGroup(String name) {
                return group(path + name + ".");
            }

            @Override
            public Counter counter(String name) {
                return counters.computeIfAbsent(path + name, key -> new SimpleCounter());
            }
        };
    }

    /** How many payloads a function could not read. */
    long damaged(String function) {
        return counters.get(function + ".damagedPayloads").getCount();
    }
}
