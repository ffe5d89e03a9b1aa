/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.factory;

import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.table.KvsTableOptions;
import io.github.flinkkvs.table.KvsTableOptions.BoundedMode;
import io.github.flinkkvs.table.KvsTableOptions.StartupMode;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

import javax.annotation.Nullable;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Where a table begins and ends, according to its options. Immutable. */
final class TablePositions {

    /** Followed by the name of a stream, a dot, and the rest of an option of scan.startup. */
    static final String STREAM_PREFIX = "scan.startup.stream.";

    private static final String PREFIX = "scan.startup.";

    private static final List<ConfigOption<?>> STARTUP_OPTIONS =
            List.of(
                    KvsTableOptions.STARTUP_MODE,
                    KvsTableOptions.STARTUP_TIMESTAMP,
                    KvsTableOptions.STARTUP_FRAGMENT_NUMBER);

    private final Instant now;

    /**
     * @param now the time that relative times are relative to
     */
    TablePositions(Instant now) {
        this.now = now;
    }

    /** Where streams without a position of their own begin. */
    StartingPosition start(ReadableConfig options) {
        return start(options, PREFIX);
    }

    /**
     * Positions of single streams.
     *
     * @param options all of the table
     * @return by the stream's name
     */
    Map<String, StartingPosition> startByStream(Map<String, String> options) {
        Configuration config = Configuration.fromMap(options);
        Map<String, StartingPosition> starts = new LinkedHashMap<>();
        for (String key : new TreeSet<>(options.keySet())) {
            if (key.startsWith(STREAM_PREFIX)) {
                String stream = streamOf(key);
                starts.computeIfAbsent(stream, name -> start(config, STREAM_PREFIX + name + "."));
            }
        }
        return starts;
    }

    private static String streamOf(String key) {
        for (ConfigOption<?> option : STARTUP_OPTIONS) {
            String suffix = option.key().substring(PREFIX.length() - 1);
            if (key.endsWith(suffix) && key.length() > STREAM_PREFIX.length() + suffix.length()) {
                return key.substring(STREAM_PREFIX.length(), key.length() - suffix.length());
            }
        }
        throw new ValidationException(
                "There is no option '"
                        + key
                        + "'. For one stream there are: "
                        + STARTUP_OPTIONS.stream()
                                .map(option -> STREAM_PREFIX + "NAME." + suffix(option))
                                .collect(Collectors.joining(", ")));
    }

    private StartingPosition start(ReadableConfig options, String prefix) {
        ConfigOption<StartupMode> modeOption =
                ConfigOptions.key(prefix + suffix(KvsTableOptions.STARTUP_MODE))
                        .enumType(StartupMode.class)
                        .defaultValue(KvsTableOptions.STARTUP_MODE.defaultValue());
        ConfigOption<String> timestampOption =
                text(prefix + suffix(KvsTableOptions.STARTUP_TIMESTAMP));
        ConfigOption<String> numberOption =
                text(prefix + suffix(KvsTableOptions.STARTUP_FRAGMENT_NUMBER));
        StartupMode mode = options.get(modeOption);
        String timestamp =
                valueOf(
                        options,
                        timestampOption,
                        modeOption,
                        mode,
                        mode == StartupMode.SERVER_TIMESTAMP
                                || mode == StartupMode.PRODUCER_TIMESTAMP);
        String number =
                valueOf(
                        options,
                        numberOption,
                        modeOption,
                        mode,
                        mode == StartupMode.FRAGMENT_NUMBER);
        switch (mode) {
            case NOW:
                return StartingPosition.now();
            case EARLIEST:
                return StartingPosition.earliest();
            case SERVER_TIMESTAMP:
                return StartingPosition.atServerTimestamp(time(timestampOption, timestamp));
            case PRODUCER_TIMESTAMP:
                return StartingPosition.atProducerTimestamp(time(timestampOption, timestamp));
            default:
                return StartingPosition.afterFragment(number);
        }
    }

    private static String suffix(ConfigOption<?> option) {
        return option.key().substring(PREFIX.length());
    }

    private static ConfigOption<String> text(String key) {
        return ConfigOptions.key(key).stringType().noDefaultValue();
    }

    StoppingPosition stop(ReadableConfig options) {
        BoundedMode mode = options.get(KvsTableOptions.BOUNDED_MODE);
        String timestamp =
                valueOf(
                        options,
                        KvsTableOptions.BOUNDED_TIMESTAMP,
                        KvsTableOptions.BOUNDED_MODE,
                        mode,
                        mode == BoundedMode.SERVER_TIMESTAMP
                                || mode == BoundedMode.PRODUCER_TIMESTAMP);
        String number =
                valueOf(
                        options,
                        KvsTableOptions.BOUNDED_FRAGMENT_NUMBER,
                        KvsTableOptions.BOUNDED_MODE,
                        mode,
                        mode == BoundedMode.FRAGMENT_NUMBER);
        switch (mode) {
            case UNBOUNDED:
                return StoppingPosition.never();
            case NOW:
                return StoppingPosition.now();
            case SERVER_TIMESTAMP:
                return StoppingPosition.atServerTimestamp(
                        time(KvsTableOptions.BOUNDED_TIMESTAMP, timestamp));
            case PRODUCER_TIMESTAMP:
                return StoppingPosition.atProducerTimestamp(
                        time(KvsTableOptions.BOUNDED_TIMESTAMP, timestamp));
            default:
                return StoppingPosition.atFragment(number);
        }
    }

    /** The value that the mode needs. A value that it does not need is rejected. */
    @Nullable
    private static String valueOf(
            ReadableConfig options,
            ConfigOption<String> option,
            ConfigOption<?> modeOption,
            Object mode,
            boolean needed) {
        String value = options.getOptional(option).orElse(null);
        if (needed && value == null) {
            throw new ValidationException(
                    "'"
                            + modeOption.key()
                            + "' = '"
                            + mode
                            + "' needs '"
                            + option.key()
                            + "': set it");
        }
        if (!needed && value != null) {
            throw new ValidationException(
                    "'"
                            + option.key()
                            + "' does not go with '"
                            + modeOption.key()
                            + "' = '"
                            + mode
                            + "': remove it, or set another mode");
        }
        return value;
    }

    private Instant time(ConfigOption<String> option, String value) {
        String time = value.trim();
        try {
            return time.startsWith("-P") || time.startsWith("-p")
                    ? checked(now.plus(Duration.parse(time)))
                    : time.matches("-?\\d{1,18}")
                            ? Instant.ofEpochMilli(Long.parseLong(time))
                            : checked(OffsetDateTime.parse(time).toInstant());
        } catch (DateTimeException | ArithmeticException e) {
            throw new ValidationException(
                    "'"
                            + option.key()
                            + "' is '"
                            + value
                            + "', neither a time such as 2026-01-31T08:00:00Z, nor millis since"
                            + " 1970, nor a time before now such as -PT10M (ten minutes ago)",
                    e);
        }
    }

    /** A time in millis; throws an ArithmeticException if it does not fit. */
    private static Instant checked(Instant time) {
        return Instant.ofEpochMilli(time.toEpochMilli());
    }
}
