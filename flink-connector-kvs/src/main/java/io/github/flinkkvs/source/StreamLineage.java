/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.streams.StreamArn;

import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.streaming.api.lineage.DatasetConfigFacet;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageDatasetFacet;
import org.apache.flink.streaming.api.lineage.SourceLineageVertex;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where records come from, for Flink's listeners: a dataset for each stream that is named, or one
 * for a selection. Each has a facet with what is known of it before the job runs: the region, and
 * the ARN of a stream that is named by it. The codec is not among it, since only media tells it.
 * Immutable.
 */
final class StreamLineage implements SourceLineageVertex {

    private static final String CONFIG = "config";
    private static final String REGION = "region";
    private static final String ARN = "arn";

    private final List<LineageDataset> datasets;
    private final Boundedness boundedness;

    /**
     * @param region of streams that are given by name, or selected
     */
    StreamLineage(StreamSelector selector, String region, Boundedness boundedness) {
        this.datasets =
                selector.isNamed()
                        ? selector.namesOrArns().stream()
                                .map(stream -> dataset(stream, region))
                                .collect(Collectors.toList())
                        : List.of(new Dataset(selector.toString(), Map.of(REGION, region)));
        this.boundedness = boundedness;
    }

    private static Dataset dataset(String nameOrArn, String region) {
        return StreamArn.isArn(nameOrArn)
                ? new Dataset(
                        StreamArn.nameOf(nameOrArn),
                        Map.of(REGION, StreamArn.region(nameOrArn), ARN, nameOrArn))
                : new Dataset(nameOrArn, Map.of(REGION, region));
    }

    @Override
    public Boundedness boundedness() {
        return boundedness;
    }

    @Override
    public List<LineageDataset> datasets() {
        return datasets;
    }

    private static final class Dataset implements LineageDataset {

        private final String name;
        private final Map<String, String> config;

        Dataset(String name, Map<String, String> config) {
            this.name = name;
            this.config = config;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String namespace() {
            return "kinesisvideo://" + config.get(REGION);
        }

        @Override
        public Map<String, LineageDatasetFacet> facets() {
            return Map.of(CONFIG, new Config(config));
        }
    }

    /** A kind of facet that listeners know from Flink, without the classes of the connector. */
    private static final class Config implements DatasetConfigFacet {

        private final Map<String, String> config;

        Config(Map<String, String> config) {
            this.config = config;
        }

        @Override
        public String name() {
            return CONFIG;
        }

        @Override
        public Map<String, String> config() {
            return config;
        }
    }
}
