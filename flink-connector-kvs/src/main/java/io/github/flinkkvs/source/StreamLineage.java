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
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageDatasetFacet;
import org.apache.flink.streaming.api.lineage.SourceLineageVertex;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where records come from, for Flink's listeners: a dataset for each stream that is named, or one
 * for a selection. Immutable.
 */
final class StreamLineage implements SourceLineageVertex {

    private final List<LineageDataset> streams;
    private final Boundedness boundedness;

    /**
     * @param region of streams that are given by name, or selected
     */
    StreamLineage(StreamSelector selector, String region, Boundedness boundedness) {
        this.streams =
                selector.isNamed()
                        ? selector.namesOrArns().stream()
                                .map(stream -> stream(stream, region))
                                .collect(Collectors.toList())
                        : List.of(new Stream(selector.toString(), namespace(region)));
        this.boundedness = boundedness;
    }

    private static Stream stream(String nameOrArn, String region) {
        return new Stream(
                StreamArn.nameOf(nameOrArn),
                namespace(StreamArn.isArn(nameOrArn) ? StreamArn.region(nameOrArn) : region));
    }

    private static String namespace(String region) {
        return "kinesisvideo://" + region;
    }

    @Override
    public Boundedness boundedness() {
        return boundedness;
    }

    @Override
    public List<LineageDataset> datasets() {
        return streams;
    }

    private static final class Stream implements LineageDataset {

        private final String name;
        private final String namespace;

        Stream(String name, String namespace) {
            this.name = name;
            this.namespace = namespace;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String namespace() {
            return namespace;
        }

        @Override
        public Map<String, LineageDatasetFacet> facets() {
            return Map.of();
        }
    }
}
