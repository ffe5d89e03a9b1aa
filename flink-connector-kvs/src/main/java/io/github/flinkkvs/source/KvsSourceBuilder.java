/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import static io.github.flinkkvs.source.OptionChecks.check;
import static org.apache.flink.util.Preconditions.checkNotNull;

/**
 * Builds a {@link KvsSource}. Streams and a deserialization schema are needed, and the region
 * unless the streams are given by ARN. {@link #build} rejects settings that contradict each other.
 *
 * @param <T> the type of the records
 */
@PublicEvolving
public final class KvsSourceBuilder<T> {

    private final List<String> streams = new ArrayList<>();
    private final Map<String, StartingPosition> startByStream = new HashMap<>();
    private final Configuration config = new Configuration();
    private StartingPosition start = StartingPosition.now();
    private StoppingPosition stop = StoppingPosition.never();
    @Nullable private KvsDeserializationSchema<T> schema;
    private long limit = Long.MAX_VALUE;

    KvsSourceBuilder() {}

    /** Streams to read, each by its name or its ARN; adds to those set before. */
    public KvsSourceBuilder<T> setStreams(String... namesOrArns) {
        return setStreams(Arrays.asList(namesOrArns));
    }

    /** Streams to read, each by its name or its ARN; adds to those set before. */
    public KvsSourceBuilder<T> setStreams(List<String> namesOrArns) {
        streams.addAll(namesOrArns);
        return this;
    }

    /** The AWS region of the streams; the same as {@code aws.region}. */
    public KvsSourceBuilder<T> setRegion(String region) {
        return set(AwsOptions.REGION, region);
    }

    /**
     * Another address of the control plane, such as that of an embedded service; the same as {@code
     * aws.endpoint}. The control plane says where media is served.
     */
    public KvsSourceBuilder<T> setEndpoint(String endpoint) {
        return set(AwsOptions.ENDPOINT, endpoint);
    }

    /** Where streams that were not read before begin; {@link StartingPosition#now()} by default. */
    public KvsSourceBuilder<T> setStartingPosition(StartingPosition position) {
        start = checkNotNull(position);
        return this;
    }

    /** Where one of the streams begins, named as in {@link #setStreams}. */
    public KvsSourceBuilder<T> setStartingPosition(String stream, StartingPosition position) {
        startByStream.put(stream, checkNotNull(position));
        return this;
    }

    /**
     * Where reading ends, inclusive, which makes the source bounded; {@code never()} by default.
     */
    public KvsSourceBuilder<T> setStoppingPosition(StoppingPosition position) {
        stop = checkNotNull(position);
        return this;
    }

    /** Makes records of fragments. */
    public KvsSourceBuilder<T> setDeserializationSchema(KvsDeserializationSchema<T> newSchema) {
        schema = checkNotNull(newSchema);
        return this;
    }

    /**
     * The number of records that suffice: a reader of a bounded source ends soon after it has
     * emitted this many, wherever it is.
     */
    @Internal
    public KvsSourceBuilder<T> setLimit(long records) {
        limit = records;
        return this;
    }

    /** Sets one of the options in {@link KvsSourceOptions} or {@link AwsOptions}. */
    public <V> KvsSourceBuilder<T> set(ConfigOption<V> option, V value) {
        config.set(option, value);
        return this;
    }

    /** Sets all options of a configuration; adds to those set before. */
    public KvsSourceBuilder<T> setSourceConfig(Configuration options) {
        config.addAll(options);
        return this;
    }

    /**
     * @throws IllegalArgumentException if something is missing, unknown or contradictory; the
     *     message says what to do
     */
    public KvsSource<T> build() {
        check(
                schema != null,
                "There is no deserialization schema: call setDeserializationSchema, for example"
                        + " with KvsDeserializationSchema.fragments()");
        check(
                !streams.isEmpty(),
                "There are no streams: name at least one, by its name or its ARN");
        StreamSelector selector = new StreamSelector(streams);
        checkNamedOnce();
        new OptionChecks(config).check();
        checkRegion();
        StreamPositions positions = new StreamPositions(start, startByStream, stop);
        positions.check(streams);
        // A copy: later changes of the builder apply to the next source.
        return new KvsSource<>(selector, positions, limit, schema, new Configuration(config));
    }

    private void checkNamedOnce() {
        Set<String> names = new HashSet<>();
        for (String stream : streams) {
            // A stream must not be given both by name and by ARN either.
            String name = StreamArn.nameOf(stream);
            check(names.add(name), "Stream '%s' is named twice: remove one", name);
        }
    }

    private void checkRegion() {
        Set<String> regions =
                streams.stream()
                        .filter(StreamArn::isArn)
                        .map(arn -> StreamArn.parse(arn).region())
                        .collect(Collectors.toSet());
        String region = config.getOptional(AwsOptions.REGION).orElse(null);
        if (region == null) {
            check(
                    regions.size() == 1,
                    regions.isEmpty()
                            ? "There is no region: set aws.region, or give the streams by ARN"
                            : "The streams are in several regions (%s): read each region with a source"
                                    + " or table of its own",
                    regions);
            config.set(AwsOptions.REGION, regions.iterator().next());
            return;
        }
        regions.remove(region);
        check(
                regions.isEmpty(),
                "The region is %s, but there are streams in %s: read each region with a source or"
                        + " table of its own",
                region,
                regions);
    }
}
