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
import io.github.flinkkvs.testing.faults.AfterBreak;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.kinesisvideo.model.KinesisVideoException;
import software.amazon.awssdk.services.kinesisvideo.model.Status;
import software.amazon.awssdk.services.kinesisvideomedia.model.KinesisVideoMediaException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

import static io.github.flinkkvs.testing.TestClients.PATIENCE;
import static io.github.flinkkvs.testing.TestClients.after;
import static io.github.flinkkvs.testing.TestClients.concat;
import static io.github.flinkkvs.testing.TestClients.earliest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FaultsTest {
    private EmbeddedKvs kvs;
    private TestClients clients;
    private EmbeddedStream stream;
    private StoredFragment first;
    private StoredFragment second;

    @BeforeEach
    void start() {
        kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.none().idleEnd(Duration.ofMillis(200)))
                        .behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO))
                        .start();
        clients = new TestClients(kvs);
        stream = kvs.createStream("camera");
        first = stream.push(MediaFragment.ofSize(50_000, 1));
        second = stream.push(MediaFragment.ofSize(50_000, 2));
    }

    @AfterEach
    void stop() {
        clients.close();
        kvs.close();
    }

    private byte[] all() {
        return concat(stream.fragments());
    }

    private void assertRefused(Fault fault, int status, String type) {
        stream.faults().nextConnection(fault);
        assertThatThrownBy(() -> clients.open("camera", earliest()))
                .isInstanceOfSatisfying(
                        KinesisVideoMediaException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(status);
                            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(type);
                        });
    }

    @Test
    void answersThatAreErrors() {
        assertRefused(Fault.refuse(503), 503, null);
        assertRefused(Fault.throttle(), 400, "ClientLimitExceededException");
        assertRefused(Fault.connectionLimit(), 400, "ConnectionLimitExceededException");
        assertRefused(Fault.internalFailure(), 500, "InternalFailure");
        assertRefused(Fault.expiredToken(), 401, "NotAuthorizedException");
        assertRefused(Fault.invalidEndpoint(), 400, "InvalidEndpointException");
        assertRefused(Fault.wrongEndpoint(), 403, null);
        assertRefused(
                Fault.httpError(400, "ThrottlingException", "Rate exceeded"),
                400,
                "ThrottlingException");
        assertThat(clients.readAll("camera", earliest())).isEqualTo(all());
    }

    @Test
    void aServiceIsUnavailableFromTheFirstCallOnUntilItHasItsStreams() {
        try (EmbeddedKvs back =
                        EmbeddedKvs.builder()
                                .faults(
                                        faults ->
                                                faults.everyCall(
                                                        "DescribeStream", Fault.refuse(503)))
                                .start();
                KinesisVideoClient client = TestClients.control(back.endpoint())) {
            assertThatThrownBy(() -> client.describeStream(r -> r.streamName("camera")))
                    .isInstanceOfSatisfying(
                            KinesisVideoException.class,
                            e -> assertThat(e.statusCode()).isEqualTo(503));
            back.createStream("camera");
            back.faults().clear();
            assertThat(client.describeStream(r -> r.streamName("camera")).streamInfo().status())
                    .isEqualTo(Status.ACTIVE);
        }
    }

    @Test
    void aStandingFaultHitsEveryConnectionUntilCleared() {
        stream.faults().everyConnection(Fault.cutAfter(10, Cut.CLEAN));
        assertThat(clients.readAll("camera", earliest())).hasSize(10);
        assertThat(clients.readAll("camera", earliest())).hasSize(10);
        stream.faults().clear();
        stream.faults().nextConnectionUnharmed().nextConnection(Fault.cutAfter(20, Cut.CLEAN));
        assertThat(clients.readAll("camera", earliest())).isEqualTo(all());
        assertThat(clients.readAll("camera", earliest())).hasSize(20);
    }

    @Test
    void aResetInsteadOfAnAnswer() {
        stream.faults().nextConnection(Fault.resetBeforeAnswer());
        assertThatThrownBy(() -> clients.open("camera", earliest()))
                .isInstanceOf(SdkClientException.class);
    }

    @Test
    void noAnswerAtAll() {
        stream.faults().nextConnection(Fault.silence());
        Thread caller =
                new Thread(
                        () ->
                                assertThatCode(() -> clients.open("camera", earliest()))
                                        .isInstanceOf(SdkClientException.class));
        caller.start();
        assertThat(kvs.log().awaitCalls("GetMedia", "camera", 1, PATIENCE).get(0).status())
                .isZero();
        caller.interrupt();
    }

    @Test
    void aLateAnswer() {
        stream.faults().nextConnection(Fault.delay(Duration.ofMillis(300)));
        long begun = System.nanoTime();
        clients.open("camera", earliest()).close();
        assertThat(System.nanoTime() - begun).isGreaterThan(Duration.ofMillis(290).toNanos());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4_096, 50_001, 65_536, 90_000})
    void cutsAtTheExactByte(int bytes) throws IOException {
        byte[] expected = Arrays.copyOf(all(), bytes);
        stream.faults().nextConnection(Fault.cutAfter(bytes, Cut.CLEAN));
        assertThat(clients.readAll("camera", earliest())).isEqualTo(expected);
        for (Cut cut : new Cut[] {Cut.FIN, Cut.ABRUPT}) {
            stream.faults().nextConnection(Fault.cutAfter(bytes, cut));
            try (Body body = clients.open("camera", earliest())) {
                assertThat(body.next(bytes)).isEqualTo(expected);
                assertThatThrownBy(body::toEnd).isInstanceOf(UncheckedIOException.class);
            }
        }
        assertThat(kvs.log().awaitEndedSessions("camera", 3, PATIENCE))
                .allSatisfy(
                        session -> {
                            assertThat(session.endReason()).isEqualTo(EndReason.CUT);
                            assertThat(session.bytesSent()).isEqualTo(bytes);
                        });
    }

    @Test
    void aStalledBodyStaysOpenUntilTheClientGoes() {
        stream.faults().nextConnection(Fault.stallAfter(60_000));
        try (Body body = clients.open("camera", earliest())) {
            assertThat(body.next(60_000)).isEqualTo(Arrays.copyOf(all(), 60_000));
            clients.readAll("camera", earliest());
            assertThat(kvs.openConnections("camera")).isEqualTo(1);
        }
        kvs.awaitOpenConnections("camera", 0, PATIENCE);
    }

    @Test
    void corruptBytesOfOneBody() {
        stream.faults()
                .nextConnection(
                        Fault.corruptAt(65_534, (byte) 1, (byte) 2, (byte) 3, (byte) 4),
                        Fault.corruptAt(7, (byte) 99));
        byte[] expected = all();
        System.arraycopy(new byte[] {1, 2, 3, 4}, 0, expected, 65_534, 4);
        expected[7] = 99;
        assertThat(clients.readAll("camera", earliest())).isEqualTo(expected);
        assertThat(clients.readAll("camera", earliest())).isEqualTo(all());
    }

    @Test
    void inBandErrors() {
        stream.faults().nextConnection(Fault.errorTag(5000, "INTERNAL_ERROR"));
        assertThat(text(clients.readAll("camera", earliest())))
                .contains("AWS_KINESISVIDEO_ERROR_CODE")
                .contains("INTERNAL_ERROR")
                .contains("5000");
        stream.faults().nextConnection(Fault.errorTag(4503, "KMS_KEY_UNAVAILABLE", 1));
        byte[] body = clients.readAll("camera", earliest());
        assertThat(Arrays.copyOf(body, first.size())).isEqualTo(first.bytes());
        assertThat(text(body)).contains("4503");
        assertThat(body.length).isLessThan(first.size() + 500);
    }

    @Test
    void aRepeatedFragment() {
        stream.faults().nextConnection(Fault.repeatFragment(1));
        byte[] expected = Arrays.copyOf(first.bytes(), 2 * first.size() + second.size());
        System.arraycopy(first.bytes(), 0, expected, first.size(), first.size());
        System.arraycopy(second.bytes(), 0, expected, 2 * first.size(), second.size());
        assertThat(clients.readAll("camera", earliest())).isEqualTo(expected);
    }

    @Test
    void aDripOfSingleBytes() {
        stream.faults().nextConnection(Fault.drip(1));
        stream.expireAll();
        StoredFragment small = stream.push(MediaFragment.ofSize(1_000));
        assertThat(clients.readAll("camera", earliest())).isEqualTo(small.bytes());
    }

    @Test
    void aSlowDrip() {
        stream.faults().nextConnection(Fault.drip(20_000, Duration.ofMillis(50)));
        clients.readAll("camera", earliest());
        assertThat(kvs.log().sessions("camera").get(0).durationNanos())
                .isGreaterThan(Duration.ofMillis(250).toNanos());
    }

    @Test
    void aStoredFragmentThatIsCorruptForEver() {
        stream.corrupt(first.number(), 700, (byte) 0, (byte) 0, (byte) 0);
        byte[] body = clients.readAll("camera", earliest());
        assertThat(body).isEqualTo(all());
        assertThat(Arrays.copyOfRange(body, 700, 703)).containsOnly(0);
        assertThat(first.intact()).isFalse();
        assertThat(second.intact()).isTrue();
    }

    @Test
    void aStoredFragmentThatIsTooLarge() {
        int size = first.size();
        stream.oversize(first.number(), 1_000_000);
        assertThat(first.size()).isBetween(size + 1_000_000, size + 1_000_020);
        assertThat(clients.readAll("camera", earliest())).isEqualTo(all());
    }

    @Test
    void aStoredFragmentThatIsNeverComplete() {
        byte[] whole = first.bytes();
        stream.neverComplete(first.number());
        byte[] body = clients.readAll("camera", earliest());
        assertThat(body).isEqualTo(Arrays.copyOf(whole, body.length));
        assertThat(whole.length - body.length).isBetween(160, 180);
        assertThat(clients.readAll("camera", earliest())).isEqualTo(body);
        assertThat(stream.fragments()).containsExactly(second);
        assertThat(clients.readAll("camera", after(first.number()))).isEqualTo(second.bytes());

        stream.neverComplete(first.number(), 1_000, AfterBreak.NEXT_FRAGMENT);
        assertThat(clients.readAll("camera", earliest())).hasSize(1_000 + second.size());
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    /** A client that leaves before a late answer holds no connection. */
    @Test
    void aClientThatGoesBeforeALateAnswer() throws Exception {
        kvs.limits().idleEnd(Duration.ZERO);
        stream.faults().nextConnection(Fault.delay(Duration.ofMillis(300)));
        URI endpoint = stream.mediaEndpoint();
        String body =
                "{\"StreamName\":\"camera\",\"StartSelector\":{\"StartSelectorType\":\"NOW\"}}";
        try (Socket socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
            socket.getOutputStream()
                    .write(
                            ("POST /getMedia HTTP/1.1\r\nHost: x\r\nAuthorization: "
                                            + WireFormatTest.AUTHORIZATION
                                            + "\r\nContent-Length: "
                                            + body.length()
                                            + "\r\n\r\n"
                                            + body)
                                    .getBytes(StandardCharsets.US_ASCII));
            // Answers keep their order, so the first one has arrived as well.
            kvs.faults().nextCall("ListStreams", Fault.delay(Duration.ofMillis(1)));
            clients.control.listStreams();
        }
        kvs.log().awaitCalls("GetMedia", "camera", 1, PATIENCE);
        stream.push(MediaFragment.ofSize(1_000));
        kvs.awaitOpenConnections("camera", 0, Duration.ofSeconds(2));
    }

    @Test
    void onlyAWholeFragmentIsSpoiled() {
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(1_000));
        String number = upload.fragment().number();
        assertThatThrownBy(() -> stream.neverComplete(number))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(number);
        assertThatThrownBy(() -> stream.oversize(number, 10))
                .isInstanceOf(IllegalStateException.class);
        upload.complete();
        assertThat(stream.push(MediaFragment.ofSize(1_000)).complete()).isTrue();
    }
}
