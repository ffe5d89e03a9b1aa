/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

import java.time.Duration;
import java.util.List;

/** Options of {@code FetchClip}, and of the SQL function KVS_CLIP. */
@PublicEvolving
public final class ClipOptions {

    public static final ConfigOption<MemorySize> MAX_BYTES =
            ConfigOptions.key("clip.max-bytes")
                    .memoryType()
                    .defaultValue(MemorySize.ofMebiBytes(64))
                    .withDescription(
                            "The most media that a clip may have. A clip with more is not made. At"
                                    + " most 1 GiB.");

    public static final ConfigOption<Integer> CONCURRENCY =
            ConfigOptions.key("clip.concurrency")
                    .intType()
                    .defaultValue(2)
                    .withDescription(
                            "How many clips a subtask has in memory at a time. The others wait.");

    public static final ConfigOption<Duration> TIMEOUT =
            ConfigOptions.key("clip.timeout")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(2))
                    .withDescription(
                            "How long a clip may take, from its request on, with all waiting: for"
                                    + " its time to come, for its media to be archived, for other"
                                    + " clips, and for the service.");

    public static final ConfigOption<Integer> FRAGMENTS_PER_SECOND =
            ConfigOptions.key("clip.fragments-per-second")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "How many fragments of a stream a subtask requests a second. The service"
                                    + " allows 500 for a stream, for all its consumers together."
                                    + " By default all subtasks together request half of that; in"
                                    + " SQL, where a function does not know how many there are,"
                                    + " each requests 50.");

    public static final ConfigOption<Duration> SILENCE_TIMEOUT =
            ConfigOptions.key("clip.silence-timeout")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(10))
                    .withDescription(
                            "A connection that sends nothing for this long is given up, and the"
                                    + " rest is requested again.");

    /** All options of this class. */
    public static List<ConfigOption<?>> all() {
        return List.of(MAX_BYTES, CONCURRENCY, TIMEOUT, FRAGMENTS_PER_SECOND, SILENCE_TIMEOUT);
    }

    private ClipOptions() {}
}
