/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.aws.AwsOptions.TlsProvider;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.faults.CertificateFlaw;

import org.apache.flink.util.ExceptionUtils;

import io.netty.handler.ssl.OpenSsl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Jobs that use HTTPS for both the control plane and data endpoints. */
class HttpsITCase extends KvsTestBase {

    private enum Format {
        PEM,
        PKCS12,
        JKS
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void trustStoreOfTheUser(Format format) throws Exception {
        startService(EmbeddedKvs.builder().https(true));
        EmbeddedStream stream = kvs.createStream("front-door");
        push(stream, 3);

        Job<Fragment> job = job(trusting(source(stream), format)).restarts(0).start();

        assertAll(job.results.awaitCommitted(3), stream);
        assertThat(kvs.endpoint().getScheme()).isEqualTo("https");
        assertThat(stream.mediaEndpoint().getScheme()).isEqualTo("https");
    }

    @Test
    void bytesThatOpenSslDecrypts() throws Exception {
        startService(EmbeddedKvs.builder().https(true));
        EmbeddedStream stream = kvs.createStream("front-door");
        push(stream, 3);

        Job<Fragment> job = job(openSsl(trusting(source(stream), Format.PEM))).restarts(0).start();

        assertAll(job.results.awaitCommitted(3), stream);
    }

    private static KvsSourceBuilder<Fragment> openSsl(KvsSourceBuilder<Fragment> source) {
        assumeTrue(OpenSsl.isAvailable(), "This machine is not one of Linux on x86-64");
        return source.set(AwsOptions.TLS_PROVIDER, TlsProvider.OPENSSL);
    }

    private KvsSourceBuilder<Fragment> with(
            TlsProvider provider, KvsSourceBuilder<Fragment> source) {
        return provider == TlsProvider.OPENSSL ? openSsl(source) : source;
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void onePortForAllOperations(String address) throws Exception {
        assumeTrue(isOfThisMachine(address), "This machine has no address " + address);
        startService(EmbeddedKvs.builder().https(true).onePort(true).host(address, address));
        EmbeddedStream stream = kvs.createStream("front-door");
        push(stream, 3);

        Job<Fragment> job = job(trusting(source(stream), Format.PEM)).restarts(0).start();

        assertAll(job.results.awaitCommitted(3), stream);
        assertThat(stream.mediaEndpoint()).isEqualTo(kvs.endpoint());
    }

    private static boolean isOfThisMachine(String address) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private KvsSourceBuilder<Fragment> trusting(KvsSourceBuilder<Fragment> source, Format format)
            throws Exception {
        switch (format) {
            case PEM:
                return source.set(AwsOptions.TRUST_STORE_PATH, kvs.certificateFile().toString());
            case PKCS12:
                return source.set(AwsOptions.TRUST_STORE_PATH, kvs.trustStoreFile().toString())
                        .set(AwsOptions.TRUST_STORE_PASSWORD, kvs.trustStorePassword());
            default:
                KeyStore store = KeyStore.getInstance("JKS");
                store.load(null, null);
                store.setCertificateEntry("a", kvs.trustStore().getCertificate("authority"));
                Path file = folder.resolve("truststore.jks");
                try (OutputStream out = Files.newOutputStream(file)) {
                    store.store(out, "another".toCharArray());
                }
                return source.set(AwsOptions.TRUST_STORE_PATH, file.toString())
                        .set(AwsOptions.TRUST_STORE_PASSWORD, "another");
        }
    }

    @Test
    void whatJavaTrustsIsTrusted() throws Exception {
        startService(EmbeddedKvs.builder().https(true));
        EmbeddedStream stream = kvs.createStream("front-door");
        push(stream, 3);

        // Java reads it again for each client.
        System.setProperty("javax.net.ssl.trustStore", kvs.trustStoreFile().toString());
        System.setProperty("javax.net.ssl.trustStorePassword", kvs.trustStorePassword());
        try {
            Job<Fragment> job = job(source(stream)).restarts(0).start();
            assertAll(job.results.awaitCommitted(3), stream);
        } finally {
            System.clearProperty("javax.net.ssl.trustStore");
            System.clearProperty("javax.net.ssl.trustStorePassword");
        }
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void certificateThatIsNotTrusted(TlsProvider provider) throws Exception {
        startService(EmbeddedKvs.builder().https(true));
        EmbeddedStream stream = kvs.createStream("front-door");

        Job<Fragment> byJava = job(with(provider, source(stream))).restarts(0).start();
        assertThat(byJava.awaitFailure())
                .contains("Stream front-door cannot be looked up")
                .contains(refused(kvs.endpoint()) + "it is not trusted")
                .contains("looked up in Java's trust store; one of your own goes into")
                .contains("'aws.truststore.path'")
                .contains("issued by 'CN=flinkkvs embedded authority'");

        try (EmbeddedKvs other = EmbeddedKvs.builder().https(true).start()) {
            Job<Fragment> byUser =
                    job(with(provider, source(stream))
                                    .set(
                                            AwsOptions.TRUST_STORE_PATH,
                                            other.certificateFile().toString()))
                            .restarts(0)
                            .start();
            assertThat(byUser.awaitFailure())
                    .contains(refused(kvs.endpoint()) + "it is not trusted")
                    .contains("looked up in the file in 'aws.truststore.path'");
        }
        assertThat(kvs.log().calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void certificateOfAnotherHost(TlsProvider provider) throws Exception {
        startService(EmbeddedKvs.builder().https(true).certificateFlaw(CertificateFlaw.OTHER_HOST));
        EmbeddedStream stream = kvs.createStream("front-door");

        Job<Fragment> job =
                job(with(provider, trusting(source(stream), Format.PEM))).restarts(0).start();

        assertThat(job.awaitFailure())
                .contains(refused(kvs.endpoint()) + "it is for other hosts")
                .contains("127.0.0.1 found");
        assertThat(kvs.log().calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void certificateThatHasExpired(TlsProvider provider) throws Exception {
        startService(EmbeddedKvs.builder().https(true).certificateFlaw(CertificateFlaw.EXPIRED));
        EmbeddedStream stream = kvs.createStream("front-door");

        Job<Fragment> job =
                job(with(provider, trusting(source(stream), Format.PEM))).restarts(0).start();

        String trace = ExceptionUtils.stringifyException(job.awaitException());
        assertThat(trace).contains(refused(kvs.endpoint()) + "it expired on 20");
        assertThat(trace.contains("io.netty.handler.ssl.ReferenceCountedOpenSsl"))
                .as("who asked whether to trust it")
                .isEqualTo(provider == TlsProvider.OPENSSL);
        assertThat(kvs.log().calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CertificateFlaw.class)
    void onlyWhoTrustsAllIsNotTold(CertificateFlaw flaw) throws Exception {
        startService(EmbeddedKvs.builder().https(true).certificateFlaw(flaw));
        EmbeddedStream stream = kvs.createStream("front-door");
        push(stream, 3);

        Job<Fragment> job =
                job(source(stream).set(AwsOptions.TRUST_ALL_CERTIFICATES, true))
                        .restarts(0)
                        .start();

        assertAll(job.results.awaitCommitted(3), stream);
    }

    @Test
    void trustStoreThatIsNotOnThisMachine() throws Exception {
        startService(EmbeddedKvs.builder().https(true));
        EmbeddedStream stream = kvs.createStream("front-door");

        Job<Fragment> job =
                job(source(stream)
                                .set(
                                        AwsOptions.TRUST_STORE_PATH,
                                        folder.resolve("absent.pem").toString()))
                        .restarts(0)
                        .start();

        assertThat(job.awaitFailure())
                .contains("'aws.truststore.path' is not the path of a readable file")
                .contains("on every machine of the cluster");
    }

    private static String refused(URI server) {
        return "The certificate of " + server.getHost() + ":" + server.getPort() + " is refused: ";
    }
}
