/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.log.StoredFragment;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaClient;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaResponse;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

/** Unmodified AWS clients of one embedded service. */
final class TestClients implements AutoCloseable {
    static final String ACCESS_KEY = "AKIDEXAMPLE";
    static final Duration PATIENCE = Duration.ofSeconds(10);

    final KinesisVideoClient control;
    private final EmbeddedKvs kvs;

    TestClients(EmbeddedKvs kvs) {
        this.kvs = kvs;
        control = control(kvs.endpoint());
    }

    static KinesisVideoClient control(URI endpoint) {
        return KinesisVideoClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials())
                .overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                .build();
    }

    static StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, "secret"));
    }

    static KinesisVideoMediaClient media(URI endpoint) {
        return KinesisVideoMediaClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials())
                .overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                .build();
    }

    URI mediaEndpoint(String stream) {
        return URI.create(
                control.getDataEndpoint(r -> r.streamName(stream).apiName(APIName.GET_MEDIA))
                        .dataEndpoint());
    }

    /** Opens a body; {@link Body#close()} aborts it. */
    Body open(String stream, StartSelector selector) {
        KinesisVideoMediaClient client = media(kvs.stream(stream).mediaEndpoint());
        try {
            return new Body(
                    client, client.getMedia(r -> r.streamName(stream).startSelector(selector)));
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /** Reads a body to its end. */
    byte[] readAll(String stream, StartSelector selector) {
        try (Body body = open(stream, selector)) {
            return body.toEnd();
        }
    }

    static StartSelector earliest() {
        return StartSelector.builder().startSelectorType(StartSelectorType.EARLIEST).build();
    }

    static StartSelector now() {
        return StartSelector.builder().startSelectorType(StartSelectorType.NOW).build();
    }

    static StartSelector after(String number) {
        return StartSelector.builder()
                .startSelectorType(StartSelectorType.FRAGMENT_NUMBER)
                .afterFragmentNumber(number)
                .build();
    }

    static StartSelector token(String token) {
        return StartSelector.builder()
                .startSelectorType(StartSelectorType.CONTINUATION_TOKEN)
                .continuationToken(token)
                .build();
    }

    static StartSelector at(StartSelectorType type, long millis) {
        return StartSelector.builder()
                .startSelectorType(type)
                .startTimestamp(Instant.ofEpochMilli(millis))
                .build();
    }

    static byte[] concat(Collection<StoredFragment> fragments) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        fragments.forEach(fragment -> all.writeBytes(fragment.bytes()));
        return all.toByteArray();
    }

    @Override
    public void close() {
        control.close();
    }

    /** A GetMedia body that is being read. */
    static final class Body implements AutoCloseable {
        private final KinesisVideoMediaClient client;
        private final ResponseInputStream<GetMediaResponse> in;

        Body(KinesisVideoMediaClient client, ResponseInputStream<GetMediaResponse> in) {
            this.client = client;
            this.in = in;
        }

        GetMediaResponse response() {
            return in.response();
        }

        InputStream in() {
            return in;
        }

        /** Exactly this many bytes, or fewer if the body ends or breaks before. */
        byte[] next(int length) {
            byte[] bytes = new byte[length];
            int at = 0;
            try {
                while (at < length) {
                    int read = in.read(bytes, at, length - at);
                    if (read < 0) {
                        break;
                    }
                    at += read;
                }
            } catch (IOException e) {
                // Only the bytes before the break count.
            }
            return java.util.Arrays.copyOf(bytes, at);
        }

        byte[] toEnd() {
            try {
                return in.readAllBytes();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            in.abort();
            client.close();
        }
    }
}
