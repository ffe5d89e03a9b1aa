/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import io.github.flinkkvs.client.aws.AwsConfig;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsAsyncClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClient;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClientBuilder;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.KinesisVideoArchivedMediaAsyncClient;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaAsyncClient;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;

/** The clients of one region, on an HTTP client that all regions share. Thread-safe. */
@Internal
public final class RegionClients implements AutoCloseable {

    private static final String USER_AGENT = "flink-connector-kvs";

    /** Ends a control-plane call that is never answered; nothing else would. */
    private static final Duration CONTROL_CALL_TIMEOUT = Duration.ofSeconds(10);

    private final KinesisVideoAsyncClient control;
    private final KinesisVideoMediaAsyncClient media;
    private final KinesisVideoArchivedMediaAsyncClient archive;

    RegionClients(
            Region region,
            AwsConfig config,
            AwsCredentialsProvider credentials,
            SdkAsyncHttpClient http,
            ScheduledExecutorService timer) {
        KinesisVideoAsyncClientBuilder controlBuilder =
                common(KinesisVideoAsyncClient.builder(), region, credentials, http)
                        .overrideConfiguration(
                                o -> override(o, timer).apiCallTimeout(CONTROL_CALL_TIMEOUT));
        // The SDK rejects an endpoint override together with either of the two.
        config.endpoint(region)
                .ifPresent(
                        uri ->
                                controlBuilder
                                        .endpointOverride(uri)
                                        .dualstackEnabled(false)
                                        .fipsEnabled(false));
        control = controlBuilder.build();
        // The endpoint of media comes with each request.
        media =
                common(KinesisVideoMediaAsyncClient.builder(), region, credentials, http)
                        .dualstackEnabled(false)
                        .overrideConfiguration(o -> override(o, timer))
                        .build();
        archive =
                common(KinesisVideoArchivedMediaAsyncClient.builder(), region, credentials, http)
                        .dualstackEnabled(false)
                        .overrideConfiguration(o -> override(o, timer))
                        .build();
    }

    private static <B extends AwsClientBuilder<B, C> & AwsAsyncClientBuilder<B, C>, C> B common(
            B builder, Region region, AwsCredentialsProvider credentials, SdkAsyncHttpClient http) {
        return builder.region(region)
                .credentialsProvider(credentials)
                .httpClient(http)
                .asyncConfiguration(
                        async ->
                                async.advancedOption(
                                        SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR,
                                        Runnable::run));
    }

    private static ClientOverrideConfiguration.Builder override(
            ClientOverrideConfiguration.Builder override, ScheduledExecutorService timer) {
        return override.retryStrategy(DefaultRetryStrategy.doNotRetry())
                .scheduledExecutorService(timer)
                .addExecutionInterceptor(new AnswerCheck())
                .putAdvancedOption(SdkAdvancedClientOption.USER_AGENT_SUFFIX, USER_AGENT);
    }

    /** The client of the control plane; never null. */
    public KinesisVideoAsyncClient control() {
        return control;
    }

    /** The client of live media; never null. Every request needs {@link KvsClients#atEndpoint}. */
    public KinesisVideoMediaAsyncClient media() {
        return media;
    }

    /**
     * The client of archived media; never null. Every request needs {@link
     * KvsClients#atArchiveEndpoint}.
     */
    public KinesisVideoArchivedMediaAsyncClient archive() {
        return archive;
    }

    @Override
    public void close() {
        archive.close();
        media.close();
        control.close();
    }
}
