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
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import static io.github.flinkkvs.source.OptionChecks.check;
import static org.apache.flink.util.Preconditions.checkNotNull;

/**
 * Builds a {@link KvsSource}. Streams and a deserialization schema are needed, and the region
 * unless the streams are given by ARN. Streams are either named, or selected by a prefix, a pattern
 * and tags. {@link #build} rejects settings that contradict each other.
 *
 * @param <T> the type of the records
 */
@PublicEvolving
public final class KvsSourceBuilder<T> {

    private final List<String> streams = new ArrayList<>();
    private final List<String> ranges = new ArrayList<>();
    private final Map<String, StartingPosition> startByStream = new HashMap<>();
    private final Map<String, StoppingPosition> stopByStream = new HashMap<>();
    private final Configuration config = new Configuration();
    private final Map<String, String> tags = new HashMap<>();
    @Nullable private StreamSelector given;
    @Nullable private String prefix;
    @Nullable private String pattern;
    private StartingPosition start = StartingPosition.now();
    private StartingPosition startOfNew = StartingPosition.earliest();
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

    /**
     * Selects the streams of the region whose name begins like this, those that exist and those
     * that will be created. A pattern and tags narrow the selection further.
     */
    public KvsSourceBuilder<T> setStreamPrefix(String newPrefix) {
        prefix = checkNotNull(newPrefix);
        return this;
    }

    /**
     * Selects the streams of the region whose whole name fits a regular expression, those that
     * exist and those that will be created. A prefix and tags narrow the selection further.
     */
    public KvsSourceBuilder<T> setStreamPattern(String regex) {
        pattern = checkNotNull(regex);
        return this;
    }

    /**
     * Selects the streams of the region that have all of these tags, those that exist and those
     * that will be created; adds to those set before. A prefix and a pattern narrow the selection
     * further, and save a call for each stream that they exclude.
     */
    public KvsSourceBuilder<T> setStreamTags(Map<String, String> newTags) {
        tags.putAll(newTags);
        return this;
    }

    /** Streams to read, in place of all other ways to give them. */
    @Internal
    public KvsSourceBuilder<T> setSelector(StreamSelector selector) {
        given = checkNotNull(selector);
        return this;
    }

    /**
     * The AWS region of the streams that are given by name, or selected; the same as {@code
     * aws.region}.
     */
    public KvsSourceBuilder<T> setRegion(String region) {
        return set(AwsOptions.REGION, region);
    }

    /**
     * Another address of the control plane, such as that of an embedded service; the same as {@code
     * aws.endpoint}. {@link AwsOptions#endpoint} sets that of one region. The control plane says
     * where media is served.
     */
    public KvsSourceBuilder<T> setEndpoint(String endpoint) {
        return set(AwsOptions.ENDPOINT, endpoint);
    }

    /** Where streams that were not read before begin; {@link StartingPosition#now()} by default. */
    public KvsSourceBuilder<T> setStartingPosition(StartingPosition position) {
        start = checkNotNull(position);
        return this;
    }

    /**
     * Where selected streams begin that are found after the first scan, because they were created
     * later; {@link StartingPosition#earliest()} by default, so that nothing of them is lost.
     */
    public KvsSourceBuilder<T> setStartingPositionOfNewStreams(StartingPosition position) {
        startOfNew = checkNotNull(position);
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

    /**
     * Where one of the streams ends, inclusive, named as in {@link #setStreams}. The source is
     * bounded if each of its streams ends; otherwise those that end are over while others are read.
     */
    public KvsSourceBuilder<T> setStoppingPosition(String stream, StoppingPosition position) {
        stopByStream.put(stream, checkNotNull(position));
        return this;
    }

    /**
     * Reads one stream from a position to another one, both inclusive, such as a phone call from
     * its contact record. Adds the stream to those to read.
     */
    public KvsSourceBuilder<T> setRange(
            String nameOrArn, StartingPosition from, StoppingPosition to) {
        ranges.add(nameOrArn);
        return setStartingPosition(nameOrArn, from).setStoppingPosition(nameOrArn, to);
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
        StreamSelector selector = selector();
        new OptionChecks(config).check();
        String region = region(selector.namesOrArns());
        checkNamedOnce(selector.namesOrArns(), region);
        StreamPositions positions =
                new StreamPositions(start, startByStream, startOfNew, stop, stopByStream);
        positions.check(selector);
        check(
                !positions.areBounded(selector)
                        || config.get(KvsSourceOptions.DELETED_STREAM)
                                != DeletedStreamPolicy.IGNORE,
                "With source.deleted-stream = IGNORE a stream that does not exist is waited for, and"
                        + " with stopping positions the job would never end: choose FINISH or FAIL");
        // A copy: later changes of the builder apply to the next source.
        Configuration options = new Configuration(config);
        options.set(AwsOptions.REGION, region);
        OptionChecks.fillIn(options, selector.isNamed());
        return new KvsSource<>(selector.in(region), positions, limit, schema, options);
    }

    /** The streams that are named, and those that have a range. */
    private List<String> named() {
        List<String> named = new ArrayList<>(streams);
        for (String stream : ranges) {
            check(
                    Collections.frequency(ranges, stream) == 1,
                    "Stream '%s' has two ranges, and a source reads one: set one range, and read the"
                            + " other one with a source of its own",
                    stream);
            if (!streams.contains(stream)) {
                named.add(stream);
            }
        }
        return named;
    }

    /** Neither by name and by ARN. Two regions may have streams of the same name. */
    private static void checkNamedOnce(List<String> streams, String region) {
        Set<String> named = new HashSet<>();
        for (String stream : streams) {
            String name = StreamArn.nameOf(stream);
            String in = StreamArn.isArn(stream) ? StreamArn.region(stream) : region;
            check(named.add(in + "/" + name), "Stream '%s' is named twice: remove one", name);
        }
    }

    private StreamSelector selector() {
        if (given != null) {
            return given;
        }
        List<String> named = named();
        boolean selects = prefix != null || pattern != null || !tags.isEmpty();
        check(
                selects || !named.isEmpty(),
                "There are no streams: name at least one with setStreams, by its name or its ARN, or"
                        + " select some with setStreamPrefix, setStreamPattern or setStreamTags");
        check(
                !selects || named.isEmpty(),
                "Streams are named (%s) and selected as well: call either setStreams and setRange, or"
                        + " setStreamPrefix, setStreamPattern and setStreamTags",
                String.join(", ", named));
        return selects
                ? StreamSelector.selected(prefix, pattern, tags)
                : StreamSelector.named(named);
    }

    /** The region of streams that are given by name, or else the first of the ARNs. */
    private String region(List<String> named) {
        String configured = config.getOptional(AwsOptions.REGION).map(String::trim).orElse(null);
        if (configured != null) {
            return configured;
        }
        TreeSet<String> regions =
                named.stream()
                        .filter(StreamArn::isArn)
                        .map(arn -> StreamArn.parse(arn).region())
                        .collect(Collectors.toCollection(TreeSet::new));
        check(!regions.isEmpty(), "There is no region: set aws.region, or give the streams by ARN");
        for (String stream : named) {
            check(
                    regions.size() == 1 || StreamArn.isArn(stream),
                    "The streams are in several regions (%s), so it is not known where stream '%s'"
                            + " is: set aws.region, or give it by its ARN",
                    String.join(", ", regions),
                    stream);
        }
        return regions.first();
    }
}
