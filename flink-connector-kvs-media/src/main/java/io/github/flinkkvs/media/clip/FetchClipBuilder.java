/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.aws.AwsOptions;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

import java.util.Objects;

/**
 * Builds a {@link FetchClip}. Its options are those of {@link ClipOptions} and {@link AwsOptions}.
 *
 * @param <IN> the events
 * @param <OUT> the results
 */
@PublicEvolving
public final class FetchClipBuilder<IN, OUT> {

    private final FetchClip.Request<IN> request;
    private final TypeInformation<OUT> type;
    private final FetchClip.Result<IN, OUT> result;
    private FetchClip.Failure<IN, OUT> failure;
    private final Configuration config;

    FetchClipBuilder(
            FetchClip.Request<IN> request,
            TypeInformation<OUT> type,
            FetchClip.Result<IN, OUT> result,
            FetchClip.Failure<IN, OUT> failure,
            Configuration config) {
        this.request = Objects.requireNonNull(request);
        this.type = Objects.requireNonNull(type);
        this.result = Objects.requireNonNull(result);
        this.failure = failure;
        this.config = config;
    }

    /**
     * Makes the results of events and clips. A failure that was set before does not apply to them.
     *
     * @param newType of the results
     */
    public <R> FetchClipBuilder<IN, R> setResult(
            TypeInformation<R> newType, FetchClip.Result<IN, R> newResult) {
        return new FetchClipBuilder<>(
                request,
                newType,
                newResult,
                (event, failed) -> {
                    throw failed;
                },
                config);
    }

    /**
     * Makes the result of an event whose clip cannot be made. By default that fails the job. {@code
     * (event, failure) -> null} goes on without a result.
     */
    public FetchClipBuilder<IN, OUT> setFailure(FetchClip.Failure<IN, OUT> newFailure) {
        failure = Objects.requireNonNull(newFailure);
        return this;
    }

    /** The AWS region of the streams; the same as {@code aws.region}. */
    public FetchClipBuilder<IN, OUT> setRegion(String region) {
        return set(AwsOptions.REGION, region);
    }

    /** Another address of the control plane; the same as {@code aws.endpoint}. */
    public FetchClipBuilder<IN, OUT> setEndpoint(String endpoint) {
        return set(AwsOptions.ENDPOINT, endpoint);
    }

    /** Sets one of the options in {@link ClipOptions} or {@link AwsOptions}. */
    public <V> FetchClipBuilder<IN, OUT> set(ConfigOption<V> option, V value) {
        config.set(option, value);
        return this;
    }

    /** Sets all options of a configuration; adds to those set before. */
    public FetchClipBuilder<IN, OUT> setConfig(Configuration options) {
        config.addAll(options);
        return this;
    }

    /**
     * @throws IllegalArgumentException if an option is unknown or out of range; the message says
     *     what to do
     */
    public FetchClip<IN, OUT> build() {
        ClipSettings.check(config);
        // A copy: later changes of the builder apply to the next function.
        return new FetchClip<>(request, type, result, failure, new Configuration(config));
    }
}
