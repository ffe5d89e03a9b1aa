/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.world;

import io.github.flinkkvs.cluster.FlinkRest;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/**
 * The metrics of the connector in a job, over all its subtasks. They begin anew with each restart.
 */
public final class SourceMetrics {
    private final FlinkRest rest;
    private final String job;

    SourceMetrics(FlinkRest rest, String job) {
        this.rest = rest;
        this.job = job;
    }

    /** Lets the next read see what is now, and not what was before the last restart. */
    public void refresh() throws InterruptedException {
        for (String source : sources()) {
            rest.refreshMetrics(job, source, World.METRICS_INTERVAL);
        }
    }

    /** How many bad fragments were left out, as far as the JobManager knows. */
    public long skippedFragments() {
        return sources().stream()
                .mapToLong(source -> sum(source, ".KinesisVideo.skippedFragments"))
                .sum();
    }

    private List<String> sources() {
        List<String> sources = new ArrayList<>();
        for (JsonNode vertex : rest.job(job).get("vertices")) {
            if (vertex.get("name").asText().startsWith("Source")) {
                sources.add(vertex.get("id").asText());
            }
        }
        return sources;
    }

    private long sum(String vertex, String suffix) {
        List<String> names = new ArrayList<>();
        for (JsonNode metric : rest.metrics(job, vertex, List.of())) {
            if (metric.get("id").asText().endsWith(suffix)) {
                names.add(metric.get("id").asText());
            }
        }
        long sum = 0;
        if (!names.isEmpty()) {
            for (JsonNode metric : rest.metrics(job, vertex, names)) {
                sum += metric.get("value").asLong();
            }
        }
        return sum;
    }
}
