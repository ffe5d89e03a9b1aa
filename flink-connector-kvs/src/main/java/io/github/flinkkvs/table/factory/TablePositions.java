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
import io.github.flinkkvs.table.scan.ScanPositions;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where a table begins and ends, according to its options. Immutable. */
final class TablePositions {

    private static final PositionOptions<StartupMode> STARTUP =
            new PositionOptions<>("scan.startup.", KvsTableOptions.STARTUP_MODE.defaultValue());

    private static final PositionOptions<StartupMode> NEW_STREAMS =
            new PositionOptions<>(
                    "scan.startup.new-streams.", KvsTableOptions.NEW_STREAMS_MODE.defaultValue());

    private static final PositionOptions<BoundedMode> BOUNDED =
            new PositionOptions<>("scan.bounded.", KvsTableOptions.BOUNDED_MODE.defaultValue());

    /** What the keys of options for one stream begin with; its name, a dot and the rest follow. */
    static final List<String> STREAM_PREFIXES =
            List.of(STARTUP.streamPrefix(), BOUNDED.streamPrefix());

    private final Instant now;

    /**
     * @param now the time that relative times are relative to
     */
    TablePositions(Instant now) {
        this.now = now;
    }

    /**
     * The positions of all streams and of single ones.
     *
     * @param table all options of the table
     * @throws ValidationException if an option is missing, unknown or contradictory
     */
    ScanPositions of(Map<String, String> table) {
        Configuration options = Configuration.fromMap(table);
        Map<String, StartingPosition> starts = new HashMap<>();
        for (String stream : STARTUP.streams(table.keySet())) {
            starts.put(stream, start(options, STARTUP.ofStream(stream)));
        }
        Map<String, StoppingPosition> stops = new HashMap<>();
        for (String stream : BOUNDED.streams(table.keySet())) {
            stops.put(stream, stop(options, BOUNDED.ofStream(stream)));
        }
        return new ScanPositions(
                start(options, STARTUP),
                starts,
                startOfNew(options),
                stop(options, BOUNDED),
                stops);
    }

    private StartingPosition startOfNew(ReadableConfig options) {
        StartupMode mode = NEW_STREAMS.mode(options);
        if (mode == StartupMode.FRAGMENT_NUMBER || mode == StartupMode.FROM_FRAGMENT_NUMBER) {
            throw new ValidationException(
                    "'"
                            + KvsTableOptions.NEW_STREAMS_MODE.key()
                            + "' = '"
                            + mode
                            + "': each stream numbers its fragments by itself, so there is no number"
                            + " for all new streams. Choose 'earliest', 'now', 'server-timestamp' or"
                            + " 'producer-timestamp'");
        }
        return start(options, NEW_STREAMS);
    }

    private StartingPosition start(ReadableConfig options, PositionOptions<StartupMode> position) {
        String timestamp =
                position.timestamp(
                        options, StartupMode.SERVER_TIMESTAMP, StartupMode.PRODUCER_TIMESTAMP);
        String number =
                position.fragmentNumber(
                        options, StartupMode.FRAGMENT_NUMBER, StartupMode.FROM_FRAGMENT_NUMBER);
        switch (position.mode(options)) {
            case NOW:
                return StartingPosition.now();
            case EARLIEST:
                return StartingPosition.earliest();
            case SERVER_TIMESTAMP:
                return StartingPosition.atServerTimestamp(time(position.timestampKey(), timestamp));
            case PRODUCER_TIMESTAMP:
                return StartingPosition.atProducerTimestamp(
                        time(position.timestampKey(), timestamp));
            case FROM_FRAGMENT_NUMBER:
                return StartingPosition.atFragment(number);
            default:
                return StartingPosition.afterFragment(number);
        }
    }

    private StoppingPosition stop(ReadableConfig options, PositionOptions<BoundedMode> position) {
        String timestamp =
                position.timestamp(
                        options, BoundedMode.SERVER_TIMESTAMP, BoundedMode.PRODUCER_TIMESTAMP);
        String number = position.fragmentNumber(options, BoundedMode.FRAGMENT_NUMBER);
        switch (position.mode(options)) {
            case UNBOUNDED:
                return StoppingPosition.never();
            case NOW:
                return StoppingPosition.now();
            case SERVER_TIMESTAMP:
                return StoppingPosition.atServerTimestamp(time(position.timestampKey(), timestamp));
            case PRODUCER_TIMESTAMP:
                return StoppingPosition.atProducerTimestamp(
                        time(position.timestampKey(), timestamp));
            default:
                return StoppingPosition.atFragment(number);
        }
    }

    private Instant time(String key, String value) {
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
                            + key
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
