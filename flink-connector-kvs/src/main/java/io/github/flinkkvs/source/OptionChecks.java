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
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.SourceReaderOptions;
import org.apache.flink.util.TimeUtils;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks the options of a source before it is built. */
final class OptionChecks {

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

    /** A log is for people. */
    private static final Duration MIN_HEALTH_INTERVAL = Duration.ofSeconds(1);

    /** A fragment lasts up to 20 s, and its timestamp is that of its beginning. */
    private static final Duration MIN_MAX_LAG = Duration.ofSeconds(30);

    /** Each call requests one fragment more than it brings, so fewer would be a waste. */
    private static final int MIN_FRAGMENTS_PER_SECOND = 10;

    /**
     * Metric reporters rewrite other characters, each in its own way: that of Prometheus even '-'.
     */
    private static final Pattern METRICS_GROUP = Pattern.compile("[A-Za-z0-9_]+");

    private static final List<ConfigOption<Duration>> POSITIVE_DURATIONS =
            List.of(
                    KvsSourceOptions.IDLE_INTERVAL,
                    KvsSourceOptions.RETRY_INITIAL_BACKOFF,
                    KvsSourceOptions.RETRY_MAX_BACKOFF,
                    KvsSourceOptions.ENDPOINT_REFRESH_INTERVAL,
                    KvsSourceOptions.DISCOVERY_INTERVAL);

    private final Configuration config;

    OptionChecks(Configuration config) {
        this.config = config;
    }

    /**
     * @throws IllegalArgumentException if an option is unknown, or its value is wrong or
     *     contradicts another one; the message says what to do
     */
    void check() {
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
        check(
                config.get(KvsSourceOptions.HISTORY_FRAGMENTS_PER_SECOND)
                        >= MIN_FRAGMENTS_PER_SECOND,
                "%s is %s: give at least %s",
                KvsSourceOptions.HISTORY_FRAGMENTS_PER_SECOND.key(),
                config.get(KvsSourceOptions.HISTORY_FRAGMENTS_PER_SECOND),
                MIN_FRAGMENTS_PER_SECOND);
        String metricsGroup = config.get(KvsSourceOptions.METRICS_GROUP);
        check(
                metricsGroup == null || METRICS_GROUP.matcher(metricsGroup).matches(),
                "%s is '%s': give a name of letters, digits and '_', or leave it out",
                KvsSourceOptions.METRICS_GROUP.key(),
                metricsGroup);
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
        AwsConfig.of(config);
    }

    private void checkDurations() {
        for (ConfigOption<Duration> option : POSITIVE_DURATIONS) {
            checkDuration(option, MIN_DURATION, MAX_DURATION, "");
        }
        checkDuration(KvsSourceOptions.RETRY_BUDGET, Duration.ZERO, MAX_DURATION, "");
        checkDuration(
                KvsSourceOptions.MAX_LAG,
                MIN_MAX_LAG,
                MAX_DURATION,
                ". A fragment lasts up to 20 s, so a stream is often that far behind");
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
        if (!config.get(KvsSourceOptions.HEALTH_INTERVAL).isZero()) {
            checkDuration(
                    KvsSourceOptions.HEALTH_INTERVAL,
                    MIN_HEALTH_INTERVAL,
                    MAX_DURATION,
                    ", or 0 for no line");
        }
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

    /** Sets the options whose default depends on how the streams are given. */
    static void fillIn(Configuration options, boolean named) {
        if (!options.contains(KvsSourceOptions.DELETED_STREAM)) {
            options.set(
                    KvsSourceOptions.DELETED_STREAM,
                    named ? DeletedStreamPolicy.FAIL : DeletedStreamPolicy.FINISH);
        }
        if (!options.contains(KvsSourceOptions.RECREATED_STREAM)) {
            options.set(
                    KvsSourceOptions.RECREATED_STREAM,
                    named ? RecreatedStreamPolicy.FAIL : RecreatedStreamPolicy.READ_NEW);
        }
    }

    /**
     * @param message in the form of {@link String#format}
     * @throws IllegalArgumentException if the condition does not hold
     */
    static void check(boolean condition, String message, Object... parts) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(message, parts));
        }
    }
}
