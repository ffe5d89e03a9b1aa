/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.internal.http.HostAddress;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The ports and hosts of the service, and the URLs that it gives to clients. */
class PortsTest {
    private static Limits idleEnd(int millis) {
        return Limits.none().idleEnd(Duration.ofMillis(millis));
    }

    @Test
    void allOperationsOnOnePort() {
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().onePort(true).limits(idleEnd(200)).start();
                TestClients clients = new TestClients(kvs)) {
            StoredFragment pushed = kvs.createStream("a").push(MediaFragment.ofSize(1_000));
            URI endpoint = kvs.endpoint();
            assertThat(clients.control.listStreams().streamInfoList()).hasSize(1);
            assertThat(clients.mediaEndpoint("a")).isEqualTo(endpoint);
            assertThat(archiveEndpoint(clients.control, "a")).isEqualTo(endpoint);
            assertThat(clients.readAll("a", TestClients.earliest())).isEqualTo(pushed.bytes());
            // Operations of all hosts belong to this port.
            assertThat(status(endpoint, endpoint.getAuthority(), "/listFragments")).isEqualTo(400);
            assertThat(status(endpoint, endpoint.getAuthority(), "/fly")).isEqualTo(403);
        }
    }

    @Test
    void hostsOnOnePortAreToldApart() {
        try (EmbeddedKvs kvs =
                        EmbeddedKvs.builder()
                                .onePort(true)
                                .dataHosts("localhost", "archive.localhost")
                                .limits(idleEnd(200))
                                .start();
                TestClients clients = new TestClients(kvs)) {
            StoredFragment pushed = kvs.createStream("a").push(MediaFragment.ofSize(1_000));
            URI control = kvs.endpoint();
            URI media = clients.mediaEndpoint("a");
            URI archive = archiveEndpoint(clients.control, "a");
            assertThat(media).isEqualTo(URI.create("http://localhost:" + control.getPort()));
            assertThat(archive.getAuthority()).isEqualTo("archive.localhost:" + control.getPort());
            assertThat(clients.readAll("a", TestClients.earliest())).isEqualTo(pushed.bytes());
            assertThat(status(control, control.getAuthority(), "/getMedia")).isEqualTo(403);
            assertThat(status(control, media.getAuthority(), "/listStreams")).isEqualTo(403);
            assertThat(status(control, media.getAuthority(), "/listFragments")).isEqualTo(403);
            assertThat(status(control, archive.getAuthority(), "/listFragments")).isEqualTo(400);
            // Under an unknown name, it cannot know which host is meant.
            assertThat(status(control, "published:80", "/listStreams")).isEqualTo(400);
            assertThat(status(control, "published:80", "/getMedia")).isEqualTo(400);
        }
    }

    @Test
    void fixedPorts() throws IOException {
        try (ServerSocket media = free();
                ServerSocket archive = free()) {
            int mediaPort = media.getLocalPort();
            int archivePort = archive.getLocalPort();
            media.close();
            archive.close();
            try (EmbeddedKvs kvs =
                            EmbeddedKvs.builder()
                                    .mediaPort(mediaPort)
                                    .archivePort(archivePort)
                                    .limits(idleEnd(200))
                                    .start();
                    TestClients clients = new TestClients(kvs)) {
                kvs.createStream("a");
                assertThat(clients.mediaEndpoint("a").getPort()).isEqualTo(mediaPort);
                assertThat(archiveEndpoint(clients.control, "a").getPort()).isEqualTo(archivePort);
                assertThat(clients.readAll("a", TestClients.earliest())).isEmpty();
            }
        }
    }

    private static ServerSocket free() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    }

    @Test
    void aPortThatIsTaken() throws IOException {
        try (ServerSocket taken = free()) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> EmbeddedKvs.builder().port(port).start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Cannot listen on port " + port + " of 127.0.0.1: ");
        }
    }

    @Test
    void version6() {
        assumeTrue(hasVersion6(), "This machine has no address of IP version 6");
        try (EmbeddedKvs kvs =
                        EmbeddedKvs.builder()
                                .host("::1", "::1")
                                .onePort(true)
                                .limits(idleEnd(200))
                                .start();
                TestClients clients = new TestClients(kvs)) {
            StoredFragment pushed = kvs.createStream("a").push(MediaFragment.ofSize(1_000));
            assertThat(kvs.endpoint().getHost()).isEqualTo("[::1]");
            assertThat(clients.mediaEndpoint("a")).isEqualTo(kvs.endpoint());
            assertThat(clients.readAll("a", TestClients.earliest())).isEqualTo(pushed.bytes());
        }
    }

    private static boolean hasVersion6() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, http://localhost:7",
        "10.0.0.1, http://10.0.0.1:7",
        "kvs.example:8080, http://kvs.example:8080",
        "::1, http://[::1]:7",
        "[::1], http://[::1]:7",
        "[2001:db8::1]:8080, http://[2001:db8::1]:8080",
    })
    void whatIsAdvertised(String advertised, String uri) {
        assertThat(HostAddress.parse(advertised).uri("http", 7)).isEqualTo(URI.create(uri));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a:b",
                "a:",
                ":1",
                "[::1",
                "::1]",
                "a:99999",
                "a_b",
                "http://a",
                "[a]"
            })
    void whatIsNoHost(String advertised) {
        assertThatThrownBy(() -> EmbeddedKvs.builder().host("127.0.0.1", advertised).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + advertised + "' is neither HOST nor HOST:PORT");
    }

    @Test
    void anAdvertisedPortIsThatOfTheControlPlaneAlone() {
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().host("127.0.0.1", "localhost:4567").start()) {
            assertThat(kvs.endpoint()).isEqualTo(URI.create("http://localhost:4567"));
            assertThat(kvs.createStream("a").mediaEndpoint().getPort()).isNotEqualTo(4567);
        }
    }

    @Test
    void theCertificateIsForAllHosts() throws Exception {
        try (EmbeddedKvs kvs =
                EmbeddedKvs.builder()
                        .https(true)
                        .onePort(true)
                        .host("127.0.0.1", "::1")
                        .dataHosts("media.localhost", "archive.localhost")
                        .start()) {
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(kvs.trustStore());
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            int port = kvs.endpoint().getPort();
            for (String host :
                    List.of("::1", "media.localhost", "archive.localhost", "127.0.0.1")) {
                shakeHands(tls, host, port);
            }
            assertThatThrownBy(() -> shakeHands(tls, "other.localhost", port))
                    .isInstanceOf(SSLException.class);
        }
    }

    /** Does a TLS handshake with a server of this machine, as if it were the host. */
    private static void shakeHands(SSLContext tls, String host, int port) throws IOException {
        try (Socket plain = new Socket("127.0.0.1", port);
                SSLSocket socket =
                        (SSLSocket) tls.getSocketFactory().createSocket(plain, host, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
        }
    }

    @Test
    void theOwnPortOfADeletedStreamIsClosed() throws IOException {
        try (EmbeddedKvs kvs =
                        EmbeddedKvs.builder().dataPortPerStream(true).limits(idleEnd(0)).start();
                TestClients clients = new TestClients(kvs)) {
            EmbeddedStream stream = kvs.createStream("a");
            URI own = stream.mediaEndpoint();
            StoredFragment pushed = stream.push(MediaFragment.ofSize(100_000));
            try (TestClients.Body body = clients.open("a", TestClients.earliest())) {
                kvs.log().awaitSent("a", pushed.number(), TestClients.PATIENCE);
                kvs.deleteStream("a");
                // Its body ended like that of any deleted stream, not with a broken connection.
                assertThat(body.toEnd()).isEqualTo(pushed.bytes());
            }
            // The kernel may accept connections for a moment longer, but nothing answers them.
            assertThatThrownBy(() -> status(own, own.getAuthority(), "/getMedia"))
                    .hasRootCauseInstanceOf(SocketException.class);
            assertThat(kvs.createStream("a").mediaEndpoint()).isNotEqualTo(own);
        }
    }

    static URI archiveEndpoint(KinesisVideoClient control, String stream) {
        return URI.create(
                control.getDataEndpoint(r -> r.streamName(stream).apiName(APIName.LIST_FRAGMENTS))
                        .dataEndpoint());
    }

    /** The status of an empty request to a host by its name, whatever its address is. */
    private static int status(URI at, String host, String path) {
        try (Socket socket = new Socket(at.getHost(), at.getPort())) {
            String request =
                    "POST "
                            + path
                            + " HTTP/1.1\r\nHost: "
                            + host
                            + "\r\nAuthorization: "
                            + WireFormatTest.AUTHORIZATION
                            + "\r\nContent-Length: 3\r\nConnection: close\r\n\r\n[1]";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (answer.isEmpty()) {
                throw new SocketException("No answer");
            }
            return Integer.parseInt(answer.split(" ")[1]);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Clients leave out the port that belongs to the scheme. */
    @Test
    void hostsAreToldApartWithoutTheirDefaultPort() throws IOException {
        int port;
        try (ServerSocket free = free()) {
            port = free.getLocalPort();
        }
        try (EmbeddedKvs kvs =
                EmbeddedKvs.builder()
                        .port(port)
                        .onePort(true)
                        .host("127.0.0.1", "kvs.example:80")
                        .dataHosts("media.example:80", "archive.example:80")
                        .start()) {
            assertThat(kvs.createStream("a").mediaEndpoint().getPort()).isEqualTo(80);
            URI at = URI.create("http://127.0.0.1:" + port);
            assertThat(status(at, "kvs.example", "/getMedia")).isEqualTo(403);
            assertThat(status(at, "kvs.example:80", "/getMedia")).isEqualTo(403);
            assertThat(status(at, "media.example", "/listStreams")).isEqualTo(403);
            assertThat(status(at, "media.example", "/getMedia")).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536})
    void whatIsNoPort(int port) {
        assertThatThrownBy(() -> EmbeddedKvs.builder().port(port).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("between 0 and 65535, not " + port);
        assertThatThrownBy(() -> EmbeddedKvs.builder().mediaPort(port).start())
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Both are in ARNs, which clients check. */
    @Test
    void whatIsNoRegionAndNoAccount() {
        assertThatThrownBy(() -> EmbeddedKvs.builder().region("EU west").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("EU west");
        assertThatThrownBy(() -> EmbeddedKvs.builder().accountId("me").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("me");
    }
}
