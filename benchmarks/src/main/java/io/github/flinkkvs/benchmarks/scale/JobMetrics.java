/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import io.github.flinkkvs.cluster.FlinkRest;

import com.fasterxml.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongBinaryOperator;
import java.util.function.Predicate;

/** Metrics of the vertex of a job that has one. Not thread-safe. */
final class JobMetrics {

    private static final String SOURCE = "KinesisVideo.";

    /** So long Flink's REST server does not collect metrics again. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private final FlinkRest rest;
    private final String job;
    private final String vertex;

    /** The names of all metrics, per subtask; empty until they are asked for. */
    private List<String> names = List.of();

    JobMetrics(FlinkRest rest, String job) {
        this.rest = rest;
        this.job = job;
        vertex = rest.job(job).get("vertices").get(0).get("id").asText();
    }

    /** Lets the next read see what is now. */
    void refresh() throws InterruptedException {
        rest.refreshMetrics(job, vertex, INTERVAL);
        names = List.of();
    }

    /** The sum over the subtasks of a metric of the check, or 0 if there is none yet. */
    long sum(String name) {
        return read(".check." + name, Long::sum);
    }

    /** The largest value among the subtasks of a metric of the check, or 0 if there is none yet. */
    long max(String name) {
        return read(".check." + name, Math::max);
    }

    /** The sum over the subtasks of a metric of the source. */
    long sourceSum(String name) {
        return read("." + SOURCE + name, Long::sum);
    }

    /** The largest value among the subtasks of a metric of the source. */
    long sourceMax(String name) {
        return read("." + SOURCE + name, Math::max);
    }

    /** The sum of a metric of the source over all values of its group, such as all causes. */
    long sourceSumOfAll(String group, String name) {
        return values(
                        names(
                                id ->
                                        id.contains("." + SOURCE + group + ".")
                                                && id.endsWith("." + name)))
                .stream()
                .mapToLong(value -> value)
                .sum();
    }

    /** A metric of the enumerator, or -1 if there is none yet. */
    long enumerator(String name) {
        for (JsonNode metric : rest.coordinatorMetrics(job, vertex, List.of())) {
            String id = metric.get("id").asText();
            if (id.endsWith("." + name)) {
                return rest.coordinatorMetrics(job, vertex, List.of(id))
                        .get(0)
                        .get("value")
                        .asLong();
            }
        }
        return -1;
    }

    private long read(String suffix, LongBinaryOperator merge) {
        return values(names(id -> id.endsWith(suffix))).stream()
                .mapToLong(value -> value)
                .reduce(merge)
                .orElse(0);
    }

    private List<String> names(Predicate<String> wanted) {
        List<String> found = names.stream().filter(wanted).toList();
        if (found.isEmpty()) {
            names = rest.metrics(job, vertex, List.of()).findValuesAsText("id");
            found = names.stream().filter(wanted).toList();
        }
        return found;
    }

    private List<Long> values(List<String> ids) {
        List<Long> values = new ArrayList<>();
        if (!ids.isEmpty()) {
            rest.metrics(job, vertex, ids)
                    .forEach(metric -> values.add(metric.get("value").asLong()));
        }
        return values;
    }
}
