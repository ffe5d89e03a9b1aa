/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.client.SdkConnection;
import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.streams.StreamArn;

import org.apache.flink.configuration.Configuration;

import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.builder.SdkSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideo.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesisvideo.model.Status;
import software.amazon.awssdk.services.kinesisvideo.model.StreamInfo;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.KinesisVideoArchivedMediaClient;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaClient;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The service under contract: the connector's own connection, AWS's client of the control plane,
 * and the streams that were created here, which go with it. Used by one thread; the shutdown hook
 * deletes streams in another.
 */
final class Service implements AutoCloseable {

    private static final int CONNECTIONS = 16;
    private static final Duration CHANGE = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(500);

    final Target target;
    final KinesisVideoClient control;
    final SdkConnection connection;
    final Producers producers;

    /** The ARNs of streams that were created and not deleted. */
    private final Set<String> created = new ConcurrentSkipListSet<>();

    private final Thread hook = new Thread(this::deleteInHaste, "contract-delete");

    Service(Target target) {
        this.target = target;
        this.control = configured(KinesisVideoClient.builder()).build();
        this.connection =
                new SdkConnection(
                        AwsConfig.of(options(target)),
                        CONNECTIONS,
                        Duration.ofMinutes(40),
                        1,
                        "contract");
        this.producers = new Producers(target, control);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** As a job would be configured. */
    private static Configuration options(Target target) {
        Configuration options = new Configuration();
        options.set(AwsOptions.REGION, target.region.id());
        if (target.endpoint != null) {
            options.set(AwsOptions.ENDPOINT, target.endpoint.toString());
        }
        if (!target.ambient) {
            options.set(AwsOptions.CREDENTIALS_PROVIDER, AwsOptions.CredentialProvider.BASIC);
            options.set(AwsOptions.ACCESS_KEY_ID, Target.KEY);
            options.set(AwsOptions.SECRET_KEY, Target.SECRET);
        }
        return options;
    }

    /** A client of AWS that tries once, so that each answer is seen. */
    <B extends AwsClientBuilder<B, ?> & SdkSyncClientBuilder<B, ?>> B configured(B builder) {
        builder.region(target.region)
                .credentialsProvider(target.credentials)
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()));
        if (target.endpoint != null) {
            builder.endpointOverride(target.endpoint);
        }
        return builder;
    }

    /** Where the control plane is. */
    URI controlEndpoint() {
        return target.endpoint != null
                ? target.endpoint
                : URI.create(
                        "https://"
                                + KinesisVideoClient.serviceMetadata().endpointFor(target.region));
    }

    /** AWS's client of ListFragments, at the host of a stream. */
    KinesisVideoArchivedMediaClient archive(StreamArn of) {
        return configured(KinesisVideoArchivedMediaClient.builder())
                .endpointOverride(endpoint(of, APIName.LIST_FRAGMENTS))
                .build();
    }

    /** AWS's client of GetMedia, at the host of a stream. */
    KinesisVideoMediaClient media(StreamArn of) {
        return configured(KinesisVideoMediaClient.builder())
                .endpointOverride(endpoint(of, APIName.GET_MEDIA))
                .build();
    }

    private URI endpoint(StreamArn of, APIName operation) {
        return URI.create(
                control.getDataEndpoint(r -> r.streamARN(of.toString()).apiName(operation))
                        .dataEndpoint());
    }

    // ---- streams ------------------------------------------------------------------------------

    /**
     * Creates a stream and waits until it is ACTIVE.
     *
     * @throws IllegalStateException if there is one of this name, which is not touched
     */
    StreamInfo create(String name, int retentionHours) throws InterruptedException {
        if (exists(name)) {
            throw new IllegalStateException(
                    "There is a stream '" + name + "' already: name one that does not exist");
        }
        String arn =
                control.createStream(
                                r ->
                                        r.streamName(name)
                                                .mediaType("video/h264")
                                                .dataRetentionInHours(retentionHours))
                        .streamARN();
        created.add(arn);
        return awaitActive(arn);
    }

    private boolean exists(String name) {
        try {
            control.describeStream(r -> r.streamName(name));
            return true;
        } catch (ResourceNotFoundException e) {
            return false;
        }
    }

    /** Waits until a stream is ACTIVE. */
    StreamInfo awaitActive(String arn) throws InterruptedException {
        long end = System.nanoTime() + CHANGE.toNanos();
        StreamInfo stream = null;
        while (System.nanoTime() < end) {
            try {
                stream = control.describeStream(r -> r.streamARN(arn)).streamInfo();
                if (stream.status() == Status.ACTIVE) {
                    return stream;
                }
            } catch (ResourceNotFoundException e) {
                // Not known everywhere yet.
            }
            poll();
        }
        throw new AssertionError(arn + " is not ACTIVE after " + CHANGE + ": " + stream);
    }

    /** Deletes a stream and waits until it is gone. */
    void delete(String arn) throws InterruptedException {
        control.deleteStream(r -> r.streamARN(arn));
        created.remove(arn);
        long end = System.nanoTime() + CHANGE.toNanos();
        String name = StreamArn.parse(arn).name();
        while (exists(name)) {
            if (System.nanoTime() > end) {
                throw new AssertionError(arn + " still exists after " + CHANGE);
            }
            poll();
        }
    }

    /** A change of status reaches nobody by itself. */
    private static void poll() throws InterruptedException {
        new CountDownLatch(1).await(POLL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Deletes all streams that were created here.
     *
     * @return those that could not be deleted, with the reason
     */
    private List<String> deleteAll() {
        List<String> left = new ArrayList<>();
        for (String arn : created) {
            try {
                control.deleteStream(r -> r.streamARN(arn));
                created.remove(arn);
            } catch (ResourceNotFoundException e) {
                created.remove(arn);
            } catch (RuntimeException e) {
                left.add(arn + ": " + e.getMessage());
            }
        }
        return left;
    }

    /** The run was broken off: nobody reads a report. */
    private void deleteInHaste() {
        deleteAll().forEach(stream -> System.err.println("Delete this stream: " + stream));
    }

    /**
     * Deletes all streams that were created here, then closes.
     *
     * @return those that could not be deleted, with the reason
     */
    List<String> end() {
        try {
            return deleteAll();
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(hook);
        producers.close();
        connection.close();
        control.close();
    }
}
