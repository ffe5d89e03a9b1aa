/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.aws.AwsOptions;

import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.util.TimeUtils;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The options of {@link ClipOptions}, checked. Immutable. */
@Internal
public final class ClipSettings {

    /** The service allows twice as many; the others are for other consumers. */
    private static final int FRAGMENTS_PER_SECOND = 250;

    /** The service allows twice as many calls of ListFragments, as they are made here. */
    private static final int LISTS_PER_SECOND = 5;

    private static final long MAX_BYTES = 1L << 30;

    final Configuration config;
    final int subtasks;
    final int maxBytes;
    final int concurrency;
    final long timeoutMillis;
    final long silenceNanos;
    final long fragmentNanos;
    final long listNanos;

    private ClipSettings(Configuration config, int subtasks) {
        this.config = config;
        this.subtasks = subtasks;
        maxBytes = (int) config.get(ClipOptions.MAX_BYTES).getBytes();
        concurrency = config.get(ClipOptions.CONCURRENCY);
        timeoutMillis = config.get(ClipOptions.TIMEOUT).toMillis();
        silenceNanos = config.get(ClipOptions.SILENCE_TIMEOUT).toNanos();
        int perSecond =
                config.getOptional(ClipOptions.FRAGMENTS_PER_SECOND)
                        .orElse(Math.max(1, FRAGMENTS_PER_SECOND / subtasks));
        fragmentNanos = Duration.ofSeconds(1).toNanos() / perSecond;
        listNanos = Duration.ofSeconds(1).toNanos() / LISTS_PER_SECOND * subtasks;
    }

    /**
     * @param config the options of {@link ClipOptions} and {@link AwsOptions}
     * @param subtasks how many subtasks share the quotas of a stream
     * @throws IllegalArgumentException if an option is unknown or out of range
     */
    public static ClipSettings of(Configuration config, int subtasks) {
        check(config);
        return new ClipSettings(config, subtasks);
    }

    /**
     * Checks a configuration where a job is built.
     *
     * @throws IllegalArgumentException if an option is unknown or out of range
     */
    public static void check(Configuration config) {
        Set<String> known =
                Stream.of(ClipOptions.all(), AwsOptions.all())
                        .flatMap(List::stream)
                        .map(ConfigOption::key)
                        .collect(Collectors.toCollection(TreeSet::new));
        for (String key : config.keySet()) {
            if (!known.contains(key) && !key.startsWith("aws.")) {
                throw new IllegalArgumentException(
                        "There is no option '" + key + "'. There are: " + String.join(", ", known));
            }
        }
        AwsConfig.of(config);
        // Reads each option once, so that a value of the wrong type is rejected here.
        ClipOptions.all().forEach(config::getOptional);
        long maxBytes = config.get(ClipOptions.MAX_BYTES).getBytes();
        if (maxBytes < 1 || maxBytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    ClipOptions.MAX_BYTES.key() + " is " + maxBytes + " bytes: give 1 to 1 GiB");
        }
        atLeast(config, ClipOptions.CONCURRENCY, 1);
        config.getOptional(ClipOptions.FRAGMENTS_PER_SECOND)
                .ifPresent(any -> atLeast(config, ClipOptions.FRAGMENTS_PER_SECOND, 1));
        positive(config, ClipOptions.TIMEOUT);
        positive(config, ClipOptions.SILENCE_TIMEOUT);
    }

    private static void atLeast(ReadableConfig config, ConfigOption<Integer> option, int least) {
        if (config.get(option) < least) {
            throw new IllegalArgumentException(
                    option.key() + " is " + config.get(option) + ": give at least " + least);
        }
    }

    private static void positive(ReadableConfig config, ConfigOption<Duration> option) {
        Duration value = config.get(option);
        if (value.toMillis() < 1 || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    option.key()
                            + " is "
                            + TimeUtils.formatWithHighestUnit(value)
                            + ": give 1 ms to 1 day");
        }
    }
}
