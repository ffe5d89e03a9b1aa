/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.metrics.groups.InternalSourceReaderMetricGroup;
import org.apache.flink.runtime.metrics.groups.InternalSplitEnumeratorMetricGroup;

import java.util.Map;
import java.util.TreeMap;

/** Keeps registered metrics by their dotted names. */
public final class RecordedMetrics {

    private final Map<String, Counter> counters = new TreeMap<>();
    private final Map<String, Gauge<?>> gauges = new TreeMap<>();
    private final SourceReaderMetricGroup group =
            InternalSourceReaderMetricGroup.mock(new Group(""));

    /** The counter of the connector that throws, if any, and what it throws. */
    private String thrower = "";

    private RuntimeException thrown;
    private Runnable beforeThrown;

    public SourceReaderMetricGroup group() {
        return group;
    }

    /** The group of an enumerator that is recorded here as well. */
    public SplitEnumeratorMetricGroup enumeratorGroup() {
        return new InternalSplitEnumeratorMetricGroup(new Group(""));
    }

    /** Makes a counter of the connector throw an error whenever it is incremented. */
    public void letThrow(String name, RuntimeException error, Runnable before) {
        thrower = "KinesisVideo." + name;
        thrown = error;
        beforeThrown = before;
    }

    /** The value of a counter of the connector. */
    public long count(String name) {
        return counters.get("KinesisVideo." + name).getCount();
    }

    /** The value of a gauge of the connector. */
    public long gauge(String name) {
        return ((Number) gauges.get("KinesisVideo." + name).getValue()).longValue();
    }

    /** The gauges by name. */
    public Map<String, Gauge<?>> gauges() {
        return gauges;
    }

    /** The kind of each metric, counter or gauge, by name. */
    public Map<String, String> kinds() {
        Map<String, String> kinds = new TreeMap<>();
        counters.keySet().forEach(name -> kinds.put(name, "counter"));
        gauges.keySet().forEach(name -> kinds.put(name, "gauge"));
        return kinds;
    }

    private final class Group extends UnregisteredMetricsGroup {

        private final String prefix;

        Group(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public Counter counter(String name) {
            Counter counter =
                    new SimpleCounter() {
                        @Override
                        public void inc() {
                            if (thrower.equals(prefix + name)) {
                                beforeThrown.run();
                                throw thrown;
                            }
                            super.inc();
                        }
                    };
            counters.put(prefix + name, counter);
            return counter;
        }

        @Override
        public <C extends Counter> C counter(String name, C counter) {
            counters.put(prefix + name, counter);
            return counter;
        }

        @Override
        public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
            gauges.put(prefix + name, gauge);
            return gauge;
        }

        @Override
        public MetricGroup addGroup(String name) {
            return new Group(prefix + name + ".");
        }

        @Override
        public MetricGroup addGroup(String key, String value) {
            return new Group(prefix + key + "." + value + ".");
        }
    }
}
