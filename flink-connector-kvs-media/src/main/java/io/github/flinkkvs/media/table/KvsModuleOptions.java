/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.media.clip.ClipOptions;
import io.github.flinkkvs.media.clip.ClipRequest;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

import java.util.ArrayList;
import java.util.List;

/**
 * Options of {@code LOAD MODULE kvs}, besides those of {@link ClipOptions} and {@link AwsOptions}.
 * They are all for KVS_CLIP, the only function that calls the service.
 */
@PublicEvolving
public final class KvsModuleOptions {

    /** What to do without a clip. */
    public enum OnFailure {
        /** Fail the query. */
        FAIL,
        /** Return NULL. */
        NULL
    }

    public static final ConfigOption<OnFailure> CLIP_ON_FAILURE =
            ConfigOptions.key("clip.on-failure")
                    .enumType(OnFailure.class)
                    .defaultValue(OnFailure.FAIL)
                    .withDescription(
                            "What KVS_CLIP does if it cannot make a clip: FAIL, which fails the"
                                    + " query, or NULL, which returns NULL, logs why at most once a"
                                    + " minute, and counts it in failedClips.");

    public static final ConfigOption<ClipRequest.Clock> CLIP_CLOCK =
            ConfigOptions.key("clip.clock")
                    .enumType(ClipRequest.Clock.class)
                    .defaultValue(ClipRequest.Clock.PRODUCER)
                    .withDescription(
                            "Whose clock the times of KVS_CLIP are by: PRODUCER, when the media was"
                                    + " recorded, or SERVER, when it arrived at the service.");

    public static final ConfigOption<Boolean> CLIP_ASYNCHRONOUS =
            ConfigOptions.key("clip.asynchronous")
                    .booleanType()
                    .noDefaultValue()
                    .withDescription(
                            "Whether several rows of a subtask wait for their clips at a time. Flink"
                                    + " can do so in streaming mode, since version 2.0: there it is"
                                    + " true by default, in batch mode and on Flink 1.20 false. The"
                                    + " default is chosen when the module is loaded, by"
                                    + " execution.runtime-mode.");

    /** All options of this class. */
    public static List<ConfigOption<?>> all() {
        return List.of(CLIP_ON_FAILURE, CLIP_CLOCK, CLIP_ASYNCHRONOUS);
    }

    /** Those of the other classes, too. */
    static List<ConfigOption<?>> ofModule() {
        List<ConfigOption<?>> options = new ArrayList<>(all());
        options.addAll(ClipOptions.all());
        options.addAll(AwsOptions.all());
        return options;
    }

    private KvsModuleOptions() {}
}
