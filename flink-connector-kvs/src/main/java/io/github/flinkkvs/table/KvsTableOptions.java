/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table;

import io.github.flinkkvs.mkv.Track;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Options of tables: what a row is, and where reading begins and ends. The options in {@code
 * KvsSourceOptions} and {@code AwsOptions} apply to tables, too. Immutable, safe for use by any
 * thread.
 */
@PublicEvolving
public final class KvsTableOptions {

    /** What a row is. */
    public enum RecordMode {
        FRAGMENT,
        FRAME;

        @Override
        public String toString() {
            return spelled(this);
        }
    }

    /** Where streams that were not read before begin. */
    public enum StartupMode {
        NOW,
        EARLIEST,
        SERVER_TIMESTAMP,
        PRODUCER_TIMESTAMP,
        FRAGMENT_NUMBER,
        FROM_FRAGMENT_NUMBER;

        @Override
        public String toString() {
            return spelled(this);
        }
    }

    /** Where reading ends. */
    public enum BoundedMode {
        UNBOUNDED,
        NOW,
        SERVER_TIMESTAMP,
        PRODUCER_TIMESTAMP,
        FRAGMENT_NUMBER;

        @Override
        public String toString() {
            return spelled(this);
        }
    }

    public static final ConfigOption<List<String>> STREAMS =
            ConfigOptions.key("streams")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "The streams to read, by name or ARN, separated by semicolons. A table"
                                    + " has either this or options that select streams.");

    public static final ConfigOption<String> STREAM_PREFIX =
            ConfigOptions.key("stream-prefix")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Reads the streams of the region whose name begins like this, also those"
                                    + " that are created later. stream-pattern and stream-tags"
                                    + " narrow the selection further.");

    public static final ConfigOption<String> STREAM_PATTERN =
            ConfigOptions.key("stream-pattern")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Reads the streams of the region whose whole name fits this regular"
                                    + " expression, also those that are created later. '.*' selects"
                                    + " all.");

    public static final ConfigOption<Map<String, String>> STREAM_TAGS =
            ConfigOptions.key("stream-tags")
                    .mapType()
                    .noDefaultValue()
                    .withDescription(
                            "Reads the streams of the region that have all of these tags, also those"
                                    + " that are created later: 'key1:value1,key2:value2'.");

    public static final ConfigOption<RecordMode> RECORD =
            ConfigOptions.key("record")
                    .enumType(RecordMode.class)
                    .defaultValue(RecordMode.FRAGMENT)
                    .withDescription(
                            "What a row is: a whole 'fragment', or a 'frame', which becomes a row as"
                                    + " soon as it has arrived.");

    public static final ConfigOption<List<Long>> FRAME_TRACK_NUMBERS =
            ConfigOptions.key("frame.track-numbers")
                    .longType()
                    .asList()
                    .noDefaultValue()
                    .withDescription("With record = frame: only tracks with these numbers.");

    public static final ConfigOption<List<String>> FRAME_TRACK_NAMES =
            ConfigOptions.key("frame.track-names")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription("With record = frame: only tracks with these names.");

    public static final ConfigOption<List<Track.Type>> FRAME_TRACK_TYPES =
            ConfigOptions.key("frame.track-types")
                    .enumType(Track.Type.class)
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "With record = frame: only tracks of these types: 'VIDEO', 'AUDIO',"
                                    + " 'SUBTITLE', 'METADATA', 'OTHER'.");

    public static final ConfigOption<Boolean> FRAME_KEY_FRAMES_ONLY =
            ConfigOptions.key("frame.key-frames-only")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "With record = frame: only frames that can be decoded without another one.");

    public static final ConfigOption<Integer> FRAME_EVERY_NTH =
            ConfigOptions.key("frame.every-nth")
                    .intType()
                    .defaultValue(1)
                    .withDescription(
                            "With record = frame: only the first of every n frames, counted per track"
                                    + " and fragment.");

    public static final ConfigOption<StartupMode> STARTUP_MODE =
            ConfigOptions.key("scan.startup.mode")
                    .enumType(StartupMode.class)
                    .defaultValue(StartupMode.NOW)
                    .withDescription(
                            "Where reading begins: 'now'; with the 'earliest' fragment that the service"
                                    + " still has; with the first fragment at or after the"
                                    + " 'server-timestamp' or 'producer-timestamp' in"
                                    + " scan.startup.timestamp; after the fragment in"
                                    + " scan.startup.fragment-number ('fragment-number'), or with it"
                                    + " ('from-fragment-number').");

    public static final ConfigOption<String> STARTUP_TIMESTAMP =
            ConfigOptions.key("scan.startup.timestamp")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "With scan.startup.mode = server-timestamp or producer-timestamp: the"
                                    + " time, as 2026-01-31T08:00:00Z, as milliseconds since 1970, or as"
                                    + " -PT10M for ten minutes before the query is planned.");

    public static final ConfigOption<String> STARTUP_FRAGMENT_NUMBER =
            ConfigOptions.key("scan.startup.fragment-number")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "With scan.startup.mode = fragment-number or from-fragment-number: the"
                                    + " fragment after which, or with which, reading begins.");

    public static final ConfigOption<StartupMode> NEW_STREAMS_MODE =
            ConfigOptions.key("scan.startup.new-streams.mode")
                    .enumType(StartupMode.class)
                    .defaultValue(StartupMode.EARLIEST)
                    .withDescription(
                            "Where selected streams begin that are found after the first scan for"
                                    + " streams: 'now', 'earliest', 'server-timestamp' or"
                                    + " 'producer-timestamp'.");

    public static final ConfigOption<String> NEW_STREAMS_TIMESTAMP =
            ConfigOptions.key("scan.startup.new-streams.timestamp")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "With scan.startup.new-streams.mode = server-timestamp or"
                                    + " producer-timestamp: the time, as in"
                                    + " scan.startup.timestamp.");

    public static final ConfigOption<BoundedMode> BOUNDED_MODE =
            ConfigOptions.key("scan.bounded.mode")
                    .enumType(BoundedMode.class)
                    .defaultValue(BoundedMode.UNBOUNDED)
                    .withDescription(
                            "Where reading ends, which makes the table bounded: never ('unbounded');"
                                    + " with the last fragment that the service begins to receive up to"
                                    + " 'now'; with the last fragment at or before the 'server-timestamp' or 'producer-timestamp' in"
                                    + " scan.bounded.timestamp; with the fragment in"
                                    + " scan.bounded.fragment-number ('fragment-number').");

    public static final ConfigOption<String> BOUNDED_TIMESTAMP =
            ConfigOptions.key("scan.bounded.timestamp")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "With scan.bounded.mode = server-timestamp or producer-timestamp: the"
                                    + " last time to read, as 2026-01-31T08:00:00Z, as milliseconds since"
                                    + " 1970, or as -PT10M for ten minutes before the query is planned.");

    public static final ConfigOption<String> BOUNDED_FRAGMENT_NUMBER =
            ConfigOptions.key("scan.bounded.fragment-number")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "With scan.bounded.mode = fragment-number: the last fragment to read.");

    public static final ConfigOption<Duration> SOURCE_WATERMARK_DELAY =
            ConfigOptions.key("scan.source-watermark.max-out-of-orderness")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(5))
                    .withDescription(
                            "With WATERMARK FOR ... AS SOURCE_WATERMARK(): how far the watermark of a"
                                    + " stream stays behind the latest producer timestamp of its"
                                    + " fragments, or the latest time of its frames.");

    public static final ConfigOption<Boolean> FILTER_PUSH_DOWN =
            ConfigOptions.key("scan.filter-push-down")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "Whether the conditions of a query narrow which streams and times are"
                                    + " read. Statements of a set do not share a scan that they narrow."
                                    + " With 'false' they share one scan, which reads the whole table.");

    public static final ConfigOption<String> CREDENTIALS_OF_CATALOG =
            ConfigOptions.key("credentials-of-catalog")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Set by a catalog on its tables: the catalog that has their credentials. A"
                                    + " table made from one of them, for example with LIKE, needs"
                                    + " aws.credentials.* of its own.");

    /** All options of this class. */
    public static List<ConfigOption<?>> all() {
        return List.of(
                STREAMS,
                STREAM_PREFIX,
                STREAM_PATTERN,
                STREAM_TAGS,
                RECORD,
                FRAME_TRACK_NUMBERS,
                FRAME_TRACK_NAMES,
                FRAME_TRACK_TYPES,
                FRAME_KEY_FRAMES_ONLY,
                FRAME_EVERY_NTH,
                STARTUP_MODE,
                STARTUP_TIMESTAMP,
                STARTUP_FRAGMENT_NUMBER,
                NEW_STREAMS_MODE,
                NEW_STREAMS_TIMESTAMP,
                BOUNDED_MODE,
                BOUNDED_TIMESTAMP,
                BOUNDED_FRAGMENT_NUMBER,
                SOURCE_WATERMARK_DELAY,
                FILTER_PUSH_DOWN,
                CREDENTIALS_OF_CATALOG);
    }

    private static String spelled(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private KvsTableOptions() {}
}
