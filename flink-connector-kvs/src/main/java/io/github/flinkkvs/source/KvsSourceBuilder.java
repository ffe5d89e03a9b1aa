/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.SourceReaderOptions;
import org.apache.flink.util.TimeUtils;

import javax.annotation.Nullable;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.apache.flink.util.Preconditions.checkNotNull;

/**
 * Builds a {@link KvsSource}. Streams and a deserialization schema are needed, and the region
 * unless the streams are given by ARN. {@link #build} rejects settings that contradict each other.
 *
 * @param <T> the type of the records
 */
@PublicEvolving
public final class KvsSourceBuilder<T> {

    /** Longer than any job runs, and short enough to count in nanoseconds. */
    private static final Duration MAX_DURATION = Duration.ofDays(36_500);

    private static final Duration MIN_DURATION = Duration.ofMillis(1);

    /**
     * The service ends a call that had nothing to send for 3 s. A shorter timeout would take every
     * such connection for dead.
     */
    private static final Duration MIN_SILENCE_TIMEOUT = Duration.ofSeconds(4);

    /** Less than these 3 s, since the last bytes before them may arrive late. */
    private static final Duration MAX_QUIET_TIME = Duration.ofMillis(2_500);

    private static final List<ConfigOption<Duration>> POSITIVE_DURATIONS =
            List.of(
                    KvsSourceOptions.IDLE_INTERVAL,
                    KvsSourceOptions.RETRY_INITIAL_BACKOFF,
                    KvsSourceOptions.RETRY_MAX_BACKOFF,
                    KvsSourceOptions.ENDPOINT_REFRESH_INTERVAL);

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
        checkOptions();
        AwsConfig.of(config);
        checkRegion();
        for (String stream : startByStream.keySet()) {
            check(
                    streams.contains(stream),
                    "A starting position is set for stream '%s', which is not among the streams to"
                            + " read: %s",
                    stream,
                    selector);
        }
        checkStartBeforeStop(start);
        startByStream.values().forEach(this::checkStartBeforeStop);
        // A copy: later changes of the builder apply to the next source.
        return new KvsSource<>(
                selector, start, startByStream, stop, limit, schema, new Configuration(config));
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

    private void checkOptions() {
        Set<String> known =
                Stream.of(
                                KvsSourceOptions.all(),
                                AwsOptions.all(),
                                List.of(
                                        SourceReaderOptions.ELEMENT_QUEUE_CAPACITY,
                                        SourceReaderOptions.SOURCE_READER_CLOSE_TIMEOUT))
                        .flatMap(List::stream)
                        .map(ConfigOption::key)
                        .collect(Collectors.toSet());
        for (String key : config.keySet()) {
            check(
                    known.contains(key) || key.startsWith("aws."),
                    "There is no option '%s'. There are: %s",
                    key,
                    known.stream().sorted().collect(Collectors.joining(", ")));
        }
        // Reads each option once, so that a value of the wrong type is rejected here.
        KvsSourceOptions.all().forEach(config::getOptional);
        check(
                config.get(KvsSourceOptions.MEMORY_BUDGET).getBytes() > 0,
                "source.memory.budget is 0: give at least the size of some fragments");
        check(
                config.get(KvsSourceOptions.FRAGMENT_MAX_SIZE).getBytes() > 0,
                "source.fragment.max-size is 0: give at least the size of a fragment");
        check(
                config.get(SourceReaderOptions.ELEMENT_QUEUE_CAPACITY) > 0,
                "%s is %s: give a number above 0",
                SourceReaderOptions.ELEMENT_QUEUE_CAPACITY.key(),
                config.get(SourceReaderOptions.ELEMENT_QUEUE_CAPACITY));
        checkDurations();
        boolean toTimestamp =
                config.get(KvsSourceOptions.EXPIRED_POSITION) == ExpiredPositionPolicy.TIMESTAMP;
        String timestamp =
                config.getOptional(KvsSourceOptions.EXPIRED_POSITION_TIMESTAMP).orElse(null);
        check(
                toTimestamp == (timestamp != null),
                "source.expired-position = TIMESTAMP and source.expired-position.timestamp go"
                        + " together: set both or none");
        if (timestamp != null) {
            try {
                Instant.parse(timestamp);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "source.expired-position.timestamp is '"
                                + timestamp
                                + "', not a time such as 2026-01-31T08:00:00Z",
                        e);
            }
        }
    }

    private void checkDurations() {
        for (ConfigOption<Duration> option : POSITIVE_DURATIONS) {
            checkDuration(option, MIN_DURATION, MAX_DURATION, "");
        }
        checkDuration(KvsSourceOptions.RETRY_BUDGET, Duration.ZERO, MAX_DURATION, "");
        checkDuration(
                KvsSourceOptions.CONNECTION_LIMIT_FAIL_AFTER, Duration.ZERO, MAX_DURATION, "");
        checkDuration(
                KvsSourceOptions.SILENCE_TIMEOUT,
                MIN_SILENCE_TIMEOUT,
                MAX_DURATION,
                ". The service ends a call that had nothing to send for 3 s, so a silence of 3 s"
                        + " does not mean that the connection is dead");
        checkDuration(
                KvsSourceOptions.QUIET_TIME,
                MIN_DURATION,
                MAX_QUIET_TIME,
                ". The service ends a call that had nothing to send for 3 s. With a longer quiet"
                        + " time no end of a call would mean that there is nothing to read, and a"
                        + " bounded source would never end");
        Duration initialBackoff = config.get(KvsSourceOptions.RETRY_INITIAL_BACKOFF);
        Duration maxBackoff = config.get(KvsSourceOptions.RETRY_MAX_BACKOFF);
        check(
                !config.contains(KvsSourceOptions.RETRY_INITIAL_BACKOFF)
                        || initialBackoff.compareTo(maxBackoff) <= 0,
                "%s (%s) is above %s (%s): lower the first or raise the second",
                KvsSourceOptions.RETRY_INITIAL_BACKOFF.key(),
                text(initialBackoff),
                KvsSourceOptions.RETRY_MAX_BACKOFF.key(),
                text(maxBackoff));
    }

    private void checkDuration(
            ConfigOption<Duration> option, Duration min, Duration max, String why) {
        Duration duration = config.get(option);
        check(
                duration == null || duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0,
                "%s is %s: give a time of at least %s and at most %s%s",
                option.key(),
                duration == null ? "" : text(duration),
                text(min),
                text(max),
                why);
    }

    /** In the format of options, or in ISO-8601 if it is too long for that. */
    private static String text(Duration duration) {
        return duration.abs().compareTo(MAX_DURATION) <= 0
                ? TimeUtils.formatWithHighestUnit(duration)
                : duration.toString();
    }

    private void checkStartBeforeStop(StartingPosition from) {
        boolean nothingBetween = false;
        switch (stop.kind()) {
            case NOW:
                nothingBetween = from.kind() == StartingPosition.Kind.NOW;
                break;
            case SERVER_TIMESTAMP:
                nothingBetween =
                        from.kind() == StartingPosition.Kind.SERVER_TIMESTAMP
                                && from.timestampMillis() > stop.timestampMillis();
                break;
            case PRODUCER_TIMESTAMP:
                nothingBetween =
                        from.kind() == StartingPosition.Kind.PRODUCER_TIMESTAMP
                                && from.timestampMillis() > stop.timestampMillis();
                break;
            case FRAGMENT:
                nothingBetween =
                        from.kind() == StartingPosition.Kind.AFTER_FRAGMENT
                                && from.fragmentNumber().compareTo(stop.fragmentNumber()) >= 0;
                break;
            default:
                break;
        }
        check(
                !nothingBetween,
                "There is nothing between the starting position (%s) and the stopping position (%s):"
                        + " move one of them",
                from,
                stop);
    }

    private static void check(boolean condition, String message, Object... parts) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(message, parts));
        }
    }
}
