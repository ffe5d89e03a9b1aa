/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.metrics;

import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.groups.AbstractMetricGroup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The gauges of single streams, of a limited number at a time: of those that began first.
 *
 * <p>Flink's API has no way to unregister a metric, but its groups can be closed, which does. The
 * parent of a closed group keeps it until another group takes its name, so the parent is closed,
 * too, when it has kept too many, and a new one takes its place: streams that come and go leave
 * nothing. A group that cannot be closed, as in tests, keeps its place for ever.
 *
 * <p>Guarded by itself.
 */
final class StreamGauges {

    private static final String KEY = "stream";

    private final MetricGroup group;
    private final int limit;

    /** The groups of the streams that have gauges; those that cannot be closed stay. */
    private final Map<StreamMetrics, MetricGroup> shown = new LinkedHashMap<>();

    /** Streams without gauges: too many, or their name is taken. */
    private final Set<StreamMetrics> hidden = new LinkedHashSet<>();

    /** How many closed groups their parent keeps. */
    private int closed;

    StreamGauges(MetricGroup group, int limit) {
        this.group = group;
        this.limit = limit;
    }

    synchronized void add(StreamMetrics stream) {
        if (mayShow(stream)) {
            show(stream);
        } else {
            hidden.add(stream);
        }
    }

    synchronized void remove(StreamMetrics stream) {
        hidden.remove(stream);
        MetricGroup own = shown.get(stream);
        if (!(own instanceof AbstractMetricGroup)) {
            return;
        }
        shown.remove(stream);
        ((AbstractMetricGroup<?>) own).close();
        closed++;
        if (closed > limit) {
            renewParent();
        }
        hidden.stream()
                .filter(this::mayShow)
                .findFirst()
                .ifPresent(
                        next -> {
                            hidden.remove(next);
                            show(next);
                        });
    }

    /** Flink refuses a second gauge of the same name. */
    private boolean mayShow(StreamMetrics stream) {
        return shown.size() < limit
                && shown.keySet().stream().noneMatch(each -> each.name().equals(stream.name()));
    }

    private void show(StreamMetrics stream) {
        MetricGroup own = group.addGroup(KEY, stream.name());
        stream.register(own);
        shown.put(stream, own);
    }

    private void renewParent() {
        closed = 0;
        MetricGroup parent = group.addGroup(KEY);
        if (parent instanceof AbstractMetricGroup) {
            ((AbstractMetricGroup<?>) parent).close();
            List<StreamMetrics> streams = new ArrayList<>(shown.keySet());
            shown.clear();
            streams.forEach(this::show);
        }
    }
}
