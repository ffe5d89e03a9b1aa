/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.TestClients.Body;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.faults.CertificateFlaw;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import io.netty.handler.ssl.OpenSsl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaClient;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;

import static io.github.flinkkvs.testing.TestClients.earliest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class HttpsTest {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientsThatTrustTheStoreAreServed(boolean openSsl) throws Exception {
        Path file;
        try (EmbeddedKvs kvs =
                https(openSsl)
                        .limits(Limits.none().idleEnd(Duration.ofMillis(200)))
                        .behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO))
                        .start()) {
            EmbeddedStream stream = kvs.createStream("camera");
            assertThat(kvs.endpoint().getScheme()).isEqualTo("https");
            StoredFragment fragment = stream.push(MediaFragment.ofSize(200_000));
            file = kvs.trustStoreFile();
            assertThat(kvs.certificateFile()).content().startsWith("-----BEGIN CERTIFICATE-----");
            try (KinesisVideoMediaClient client = trusting(kvs, stream)) {
                assertThat(get(client).toEnd()).isEqualTo(fragment.bytes());
                for (Cut cut : new Cut[] {Cut.FIN, Cut.ABRUPT}) {
                    stream.faults().nextConnection(Fault.cutAfter(100_000, cut));
                    Body body = get(client);
                    assertThat(body.next(100_000))
                            .isEqualTo(Arrays.copyOf(fragment.bytes(), 100_000));
                    assertThatThrownBy(body::toEnd).isInstanceOf(UncheckedIOException.class);
                }
            }
            try (KinesisVideoMediaClient other = TestClients.media(stream.mediaEndpoint())) {
                assertThatThrownBy(() -> get(other)).isInstanceOf(SdkClientException.class);
            }
        }
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(
            value = CertificateFlaw.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE"})
    void clientsRefuseACertificateWithAFlaw(CertificateFlaw flaw) throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().https(true).certificateFlaw(flaw).start();
                KinesisVideoMediaClient client = trusting(kvs, kvs.createStream("camera"))) {
            assertThatThrownBy(() -> get(client))
                    .isInstanceOf(SdkClientException.class)
                    .hasStackTraceContaining(
                            flaw == CertificateFlaw.EXPIRED
                                    ? "CertificateExpiredException"
                                    : "doesn't match any of the subject alternative names");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAReaderDoesNotTakeIsNotEncryptedAheadOfIt(boolean openSsl) throws Exception {
        try (EmbeddedKvs kvs = https(openSsl).limits(Limits.none()).start()) {
            EmbeddedStream stream = kvs.createStream("camera");
            MediaFragment fragment = MediaFragment.ofSize(1_000_000);
            for (int i = 0; i < 100; i++) {
                stream.push(fragment);
            }
            try (KinesisVideoMediaClient client = trusting(kvs, stream);
                    Body body = get(client)) {
                body.next(1);
                // The capacity of sockets differs between systems.
                assertThat(kvs.log().sessions("camera").get(0).bytesSent()).isLessThan(50_000_000);
            }
        }
    }

    @Test
    void openSslIsForHttps() {
        assertThatThrownBy(() -> EmbeddedKvs.builder().openSsl(true).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("OpenSSL is for HTTPS");
    }

    private static EmbeddedKvsBuilder https(boolean openSsl) {
        assumeTrue(
                !openSsl || OpenSsl.isAvailable(),
                "the tests bring Netty's native library for 64-bit Linux only");
        return EmbeddedKvs.builder().https(true).openSsl(openSsl);
    }

    private static Body get(KinesisVideoMediaClient client) {
        return new Body(
                client, client.getMedia(r -> r.streamName("camera").startSelector(earliest())));
    }

    private static KinesisVideoMediaClient trusting(EmbeddedKvs kvs, EmbeddedStream stream)
            throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(kvs.trustStoreFile())) {
            store.load(in, kvs.trustStorePassword().toCharArray());
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        TrustManager[] managers = factory.getTrustManagers();
        return KinesisVideoMediaClient.builder()
                .endpointOverride(stream.mediaEndpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(TestClients.credentials())
                .overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                .httpClientBuilder(
                        ApacheHttpClient.builder().tlsTrustManagersProvider(() -> managers))
                .build();
    }

    /** The service speaks HTTP/1.1, whatever the client offers. */
    @Test
    void speaksHttp11WithClientsThatOfferHttp2() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().https(true).start()) {
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(kvs.trustStore());
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            HttpClient client =
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_2)
                            .sslContext(tls)
                            .build();
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(kvs.endpoint().resolve("/listStreams"))
                                    .header("Authorization", WireFormatTest.AUTHORIZATION)
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }
}
