/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

import java.time.Duration;
import java.util.List;

/** The options of the source. Region, endpoint and credentials are in {@code AwsOptions}. */
@PublicEvolving
public final class KvsSourceOptions {

    /** How media that the service has stored is read. */
    public enum HistoryMode {
        /** With the calls for archived media wherever GetMedia would take long. */
        AUTO,
        /** With the calls for archived media, up to about the last minute. */
        ARCHIVE,
        /** With GetMedia only. */
        LIVE
    }

    /** What to do with a fragment that can never be read. */
    public enum BadFragmentPolicy {
        FAIL,
        SKIP
    }

    /** What to do with a fragment that the service lists and does not find. */
    public enum LostFragmentPolicy {
        FAIL,
        SKIP
    }

    /** What to do when the next fragments were deleted before they were read. */
    public enum ExpiredPositionPolicy {
        FAIL,
        EARLIEST,
        TIMESTAMP
    }

    /** What to do when a stream does not exist. */
    public enum DeletedStreamPolicy {
        FAIL,
        FINISH,
        IGNORE
    }

    /** What to do when a stream was deleted and created again under its name. */
    public enum RecreatedStreamPolicy {
        FAIL,
        READ_NEW
    }

    public static final ConfigOption<MemorySize> MEMORY_BUDGET =
            ConfigOptions.key("source.memory.budget")
                    .memoryType()
                    .defaultValue(MemorySize.ofMebiBytes(128))
                    .withDescription(
                            "Memory that one reader (subtask) spends on fragments, from their first"
                                    + " byte to their emission, over all its streams. One fragment"
                                    + " of source.fragment.max-size may come on top, and about 0.1"
                                    + " MB for each connection.");

    public static final ConfigOption<MemorySize> FRAGMENT_MAX_SIZE =
            ConfigOptions.key("source.fragment.max-size")
                    .memoryType()
                    .defaultValue(MemorySize.ofMebiBytes(64))
                    .withDescription(
                            "A larger fragment is a bad fragment. The service itself accepts up to"
                                    + " 50 MB.");

    public static final ConfigOption<HistoryMode> HISTORY =
            ConfigOptions.key("source.history")
                    .enumType(HistoryMode.class)
                    .defaultValue(HistoryMode.AUTO)
                    .withDescription(
                            "How stored media is read. GetMedia sends at most 5 fragments of a"
                                    + " stream per second; ListFragments and"
                                    + " GetMediaForFragmentList, the calls for archived media, up to"
                                    + " 500. 'AUTO' uses them for a stream that is more than 2"
                                    + " minutes behind, 'ARCHIVE' for all that is older than a"
                                    + " minute, and 'LIVE' never. In each case the stream then goes"
                                    + " on with GetMedia, without a gap and without duplicates.");

    public static final ConfigOption<Integer> HISTORY_FRAGMENTS_PER_SECOND =
            ConfigOptions.key("source.history.fragments-per-second")
                    .intType()
                    .defaultValue(475)
                    .withDescription(
                            "How many fragments of a stream's archived media are requested a second."
                                    + " The service allows 500 for a stream, for all its consumers"
                                    + " together; give less if others need a share. The share of"
                                    + " the list calls is the same. At least 10.");

    public static final ConfigOption<LostFragmentPolicy> LOST_FRAGMENT =
            ConfigOptions.key("source.lost-fragment")
                    .enumType(LostFragmentPolicy.class)
                    .defaultValue(LostFragmentPolicy.FAIL)
                    .withDescription(
                            "What to do with a fragment of the archive that the service lists, and"
                                    + " then does not find three times in a row: 'FAIL' the job, or"
                                    + " 'SKIP' it and count it.");

    public static final ConfigOption<Duration> MAX_LAG =
            ConfigOptions.key("source.max-lag")
                    .durationType()
                    .noDefaultValue()
                    .withDescription(
                            "Newest first: a stream that is further behind than this, when it"
                                    + " starts or later, skips to the present. Such gaps are logged"
                                    + " and counted. At least 30 s. By default, everything is read.");

    public static final ConfigOption<BadFragmentPolicy> BAD_FRAGMENT =
            ConfigOptions.key("source.bad-fragment")
                    .enumType(BadFragmentPolicy.class)
                    .defaultValue(BadFragmentPolicy.FAIL)
                    .withDescription(
                            "What to do with a fragment that is malformed, too large or never"
                                    + " completed, once reading it has failed three times at the"
                                    + " same byte: 'FAIL' the job, or 'SKIP' it and count it.");

    public static final ConfigOption<ExpiredPositionPolicy> EXPIRED_POSITION =
            ConfigOptions.key("source.expired-position")
                    .enumType(ExpiredPositionPolicy.class)
                    .defaultValue(ExpiredPositionPolicy.FAIL)
                    .withDescription(
                            "What to do when unread fragments have left the stream's retention:"
                                    + " 'FAIL' the job, or continue with the 'EARLIEST' fragment or"
                                    + " from the server 'TIMESTAMP' in"
                                    + " source.expired-position.timestamp. Gaps are logged and"
                                    + " counted.");

    public static final ConfigOption<String> EXPIRED_POSITION_TIMESTAMP =
            ConfigOptions.key("source.expired-position.timestamp")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "With source.expired-position = TIMESTAMP: the server timestamp to"
                                    + " continue from, as 2026-01-31T08:00:00Z.");

    public static final ConfigOption<DeletedStreamPolicy> DELETED_STREAM =
            ConfigOptions.key("source.deleted-stream")
                    .enumType(DeletedStreamPolicy.class)
                    .noDefaultValue()
                    .withDescription(
                            "What to do when a stream does not exist, or was deleted: 'FAIL' the"
                                    + " job, 'FINISH' that stream and read the others, or 'IGNORE'"
                                    + " it: it is looked up again at growing intervals, up to"
                                    + " source.retry.max-backoff, until it exists. By default, the"
                                    + " job fails if the stream was named, and the stream finishes"
                                    + " if it was selected.");

    public static final ConfigOption<RecreatedStreamPolicy> RECREATED_STREAM =
            ConfigOptions.key("source.recreated-stream")
                    .enumType(RecreatedStreamPolicy.class)
                    .noDefaultValue()
                    .withDescription(
                            "What to do when a stream was deleted and created again under its name:"
                                    + " 'FAIL' the job, or 'READ_NEW': read the new stream from its"
                                    + " earliest fragment. By default, the job fails if the stream"
                                    + " was named, and the new stream is read if it was selected,"
                                    + " from where new streams begin.");

    public static final ConfigOption<Duration> DISCOVERY_INTERVAL =
            ConfigOptions.key("source.discovery.interval")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(10))
                    .withDescription(
                            "If streams are selected by prefix, pattern or tags: how long after a"
                                    + " scan for streams the next one begins. Bounded jobs scan"
                                    + " once.");

    public static final ConfigOption<Duration> SILENCE_TIMEOUT =
            ConfigOptions.key("source.session.silence-timeout")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(15))
                    .withDescription(
                            "A connection that sends nothing for this long, although data was"
                                    + " requested, counts as dead and is replaced. At least 4 s:"
                                    + " the service itself is silent for 3 s before it ends a call"
                                    + " without media.");

    public static final ConfigOption<Duration> QUIET_TIME =
            ConfigOptions.key("source.session.quiet-time")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(2))
                    .withDescription(
                            "The service ends a call when it had nothing to send for 3 seconds. A"
                                    + " call that ends sooner than this after its last byte was"
                                    + " cut, and does not prove that there is nothing to read. At"
                                    + " most 2.5 s, as bytes may come late.");

    public static final ConfigOption<Duration> IDLE_INTERVAL =
            ConfigOptions.key("source.session.idle-interval")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(5))
                    .withDescription(
                            "The shortest interval between requests for a stream without new"
                                    + " media.");

    public static final ConfigOption<Duration> RETRY_INITIAL_BACKOFF =
            ConfigOptions.key("source.retry.initial-backoff")
                    .durationType()
                    .defaultValue(Duration.ofMillis(300))
                    .withDescription(
                            "The first delay after an error; it doubles each time, with jitter.");

    public static final ConfigOption<Duration> RETRY_MAX_BACKOFF =
            ConfigOptions.key("source.retry.max-backoff")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(30))
                    .withDescription(
                            "The longest delay after an error. Must not be below"
                                    + " source.retry.initial-backoff if that is set, too.");

    public static final ConfigOption<Duration> RETRY_BUDGET =
            ConfigOptions.key("source.retry.budget")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(10))
                    .withDescription(
                            "The job fails when a stream had nothing but errors for this long. Does"
                                    + " not apply to source.connection-limit.fail-after.");

    public static final ConfigOption<Duration> CONNECTION_LIMIT_FAIL_AFTER =
            ConfigOptions.key("source.connection-limit.fail-after")
                    .durationType()
                    .noDefaultValue()
                    .withDescription(
                            "The job fails when other consumers held all 3 connections of a stream"
                                    + " for this long. By default a source waits without limit, and"
                                    + " a table 10 minutes, since a query may itself hold all 3.");

    public static final ConfigOption<Duration> ENDPOINT_REFRESH_INTERVAL =
            ConfigOptions.key("source.endpoint.refresh-interval")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(45))
                    .withDescription(
                            "How long the data endpoint of a stream is used before it is looked up"
                                    + " again. If it fails, it is looked up at once.");

    public static final ConfigOption<Integer> STREAM_METRICS_LIMIT =
            ConfigOptions.key("source.metrics.streams-limit")
                    .intType()
                    .defaultValue(100)
                    .withDescription(
                            "The most streams of a reader that have gauges of their own. Metrics"
                                    + " over all streams of a reader always exist.");

    public static final ConfigOption<String> METRICS_GROUP =
            ConfigOptions.key("source.metrics.group")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "A metric group around the group KinesisVideo, which has the metrics of"
                                    + " the source. Give 'kinesisanalytics' on Amazon Managed"
                                    + " Service for Apache Flink, which exports to CloudWatch what"
                                    + " is in a group of this name. By default there is none.");

    public static final ConfigOption<Duration> HEALTH_INTERVAL =
            ConfigOptions.key("source.health.interval")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(1))
                    .withDescription(
                            "How often each reader (subtask) that has streams logs a line about its"
                                    + " health. At least 1 s; 0 turns the line off.");

    /** All options of this class. */
    public static List<ConfigOption<?>> all() {
        return List.of(
                MEMORY_BUDGET,
                FRAGMENT_MAX_SIZE,
                HISTORY,
                HISTORY_FRAGMENTS_PER_SECOND,
                MAX_LAG,
                BAD_FRAGMENT,
                LOST_FRAGMENT,
                EXPIRED_POSITION,
                EXPIRED_POSITION_TIMESTAMP,
                DELETED_STREAM,
                RECREATED_STREAM,
                DISCOVERY_INTERVAL,
                SILENCE_TIMEOUT,
                QUIET_TIME,
                IDLE_INTERVAL,
                RETRY_INITIAL_BACKOFF,
                RETRY_MAX_BACKOFF,
                RETRY_BUDGET,
                CONNECTION_LIMIT_FAIL_AFTER,
                ENDPOINT_REFRESH_INTERVAL,
                STREAM_METRICS_LIMIT,
                METRICS_GROUP,
                HEALTH_INTERVAL);
    }

    private KvsSourceOptions() {}
}
