/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.metrics;

import io.github.flinkkvs.source.KvsSourceOptions;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.groups.AbstractMetricGroup;
import org.apache.flink.runtime.metrics.groups.GenericMetricGroup;
import org.apache.flink.runtime.metrics.groups.InternalSourceReaderMetricGroup;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;

/** With Flink's own groups and a registry that notes what is registered. */
class StreamGaugesTest {

    private static final int LIMIT = 3;

    private final Set<String> registered = new TreeSet<>();
    private final TestingMetricRegistry registry =
            TestingMetricRegistry.builder()
                    .setRegisterConsumer(
                            (metric, name, group) ->
                                    assertThat(registered.add(group.getMetricIdentifier(name)))
                                            .as("collision of " + name)
                                            .isTrue())
                    .setUnregisterConsumer(
                            (metric, name, group) ->
                                    registered.remove(group.getMetricIdentifier(name)))
                    .build();
    private final GenericMetricGroup root =
            new GenericMetricGroup(
                    registry,
                    UnregisteredMetricGroups.createUnregisteredTaskManagerMetricGroup(),
                    "root");
    private final KvsReaderMetrics metrics =
            new KvsReaderMetrics(
                    InternalSourceReaderMetricGroup.mock(root),
                    new Configuration().set(KvsSourceOptions.STREAM_METRICS_LIMIT, LIMIT));

    /** The streams with gauges. */
    private Set<String> shown() {
        Set<String> names = new TreeSet<>();
        for (String id : registered) {
            String[] parts = id.split("\\.");
            if (parts.length > 2 && parts[parts.length - 3].equals("stream")) {
                names.add(parts[parts.length - 2]);
            }
        }
        return names;
    }

    @Test
    void aStreamThatIsOverMakesRoomForOneThatWaits() {
        StreamMetrics a = metrics.stream("a");
        metrics.stream("b");
        StreamMetrics c = metrics.stream("c");
        StreamMetrics d = metrics.stream("d");
        metrics.stream("e");
        assertThat(shown()).containsExactly("a", "b", "c");
        metrics.remove(d);
        metrics.remove(a);
        assertThat(shown()).containsExactly("b", "c", "e");
        metrics.remove(c);
        assertThat(shown()).containsExactly("b", "e");
    }

    /** Such as one that was created anew while the old one is still being emitted. */
    @Test
    void aStreamOfTheSameNameWaitsForTheGauges() {
        StreamMetrics old = metrics.stream("a");
        StreamMetrics anew = metrics.stream("a");
        assertThat(shown()).containsExactly("a");
        metrics.remove(old);
        assertThat(shown()).containsExactly("a");
        metrics.remove(anew);
        assertThat(shown()).isEmpty();
    }

    @Test
    void aThousandStreamsThatComeAndGoLeaveNothing() throws Exception {
        StreamMetrics kept = metrics.stream("kept");
        int before = registered.size();
        int objectsBefore = groups(root);
        Deque<StreamMetrics> live = new ArrayDeque<>();
        for (int i = 0; i < 1_000; i++) {
            live.add(metrics.stream("call-" + i));
            assertThat(shown()).contains("kept").hasSizeLessThanOrEqualTo(LIMIT);
            if (live.size() > 5) {
                metrics.remove(live.poll());
            }
            // Flink's groups keep those that were closed, so they are replaced.
            assertThat(groups(root)).isLessThanOrEqualTo(objectsBefore + 3 * LIMIT);
        }
        live.forEach(metrics::remove);
        assertThat(registered).hasSize(before);
        metrics.remove(kept);
        assertThat(registered).hasSize(before - 2);
    }

    /** The number of groups that Flink keeps, closed ones included. */
    private static int groups(MetricGroup root) throws Exception {
        Field children = AbstractMetricGroup.class.getDeclaredField("groups");
        children.setAccessible(true);
        int count = 0;
        List<Object> open = new ArrayList<>(List.of(root));
        while (!open.isEmpty()) {
            Object group = open.remove(open.size() - 1);
            count++;
            open.addAll(((Map<?, ?>) children.get(group)).values());
        }
        return count;
    }
}
