/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ReceivedMedia;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static io.github.flinkkvs.testing.ProducerMedia.cluster;
import static io.github.flinkkvs.testing.ProducerMedia.fragment;
import static io.github.flinkkvs.testing.ProducerMedia.head;
import static io.github.flinkkvs.testing.ProducerMedia.video;
import static io.github.flinkkvs.testing.TestClients.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

/** When PutMedia calls end, and how fast they may be. */
class PutMediaLimitsTest {
    private static final MediaFragment GOOD = fragment(0, 2);

    private EmbeddedKvs kvs;
    private EmbeddedStream stream;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().limits(Limits.none()).start();
        stream = kvs.createStream("camera");
    }

    @AfterEach
    void close() {
        kvs.close();
    }

    @Test
    void theServiceHasItsLimits() {
        Limits service = Limits.service();
        assertThat(service.producersPerStream()).isEqualTo(1);
        assertThat(service.producerFragmentsPerSecond()).isEqualTo(5);
        assertThat(service.producerBytesPerSecond()).isEqualTo(12_500_000);
        assertThat(service.producerIdleEnd()).isEqualTo(Duration.ofSeconds(30));
        assertThat(service.producerSessionCap()).isEqualTo(Duration.ofMinutes(45));
        assertThat(service.copy()).usingRecursiveComparison().isEqualTo(service);
        assertThat(Limits.none().copy()).usingRecursiveComparison().isEqualTo(Limits.none());
    }

    @Test
    void aStreamHasOneProducerAndTheNewestIsRefused() {
        kvs.limits().producersPerStream(1);
        try (RawProducer first = RawProducer.absolute(stream)) {
            assertThat(first.status()).isEqualTo(200);
            try (RawProducer second = RawProducer.absolute(stream)) {
                assertThat(second.status()).isEqualTo(400);
                assertThat(second.header("x-amzn-errortype"))
                        .contains("ConnectionLimitExceededException");
            }
            first.send(head(GOOD), cluster(GOOD)).finish();
            assertThat(first.ackText()).isEqualTo("BUFFERING 0");
        }
        awaitEnd(0, EndReason.COMPLETE);
        try (RawProducer third = RawProducer.absolute(stream)) {
            assertThat(third.status()).isEqualTo(200);
        }
        // One that goes away frees its place, too.
        awaitEnd(1, EndReason.CLIENT);
        try (RawProducer fourth = RawProducer.absolute(stream)) {
            assertThat(fourth.status()).isEqualTo(200);
        }
    }

    @Test
    void callsPerSecondAreLimited() {
        kvs.limits().callsPerSecond(2);
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (RawProducer producer = RawProducer.absolute(stream)) {
                statuses.add(producer.status());
            }
        }
        assertThat(statuses).containsExactly(200, 200, 400);
        assertThat(kvs.log().calls("PutMedia", "camera").get(2).errorType())
                .isEqualTo("ClientLimitExceededException");
    }

    @Test
    void fragmentsPerSecondAreLimited() {
        kvs.limits().producerFragmentsPerSecond(5);
        long begin = System.nanoTime();
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD));
            for (int i = 0; i < 6; i++) {
                producer.send(cluster(fragment(i * 80, 2)));
            }
            producer.finish();
            while (producer.ack() != null) {
                // Reads to the end.
            }
        }
        assertThat(stream.pushed()).hasSize(6);
        assertThat(System.nanoTime() - begin).isGreaterThan(TimeUnit.SECONDS.toNanos(1));
        // The fifth one did not wait for the turn of the sixth.
        assertThat(kvs.log().uploads("camera").get(0).acknowledgements().toString())
                .contains("PERSISTED 320");
    }

    @Test
    void aProducerThatIsTooFastIsSlowedDown() throws Exception {
        kvs.limits().producerBytesPerSecond(2_000_000);
        byte[] frame = new byte[1_000_000];
        MediaFragment.Builder large = video().clusterTimestamp(0);
        for (int i = 0; i < 40; i++) {
            large.frame(MediaFrame.of(1, i, i == 0, frame));
        }
        try (RawProducer producer = RawProducer.absolute(stream)) {
            CompletableFuture<Void> sent =
                    CompletableFuture.runAsync(
                            () -> producer.send(head(GOOD), cluster(large.build())));
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
            // At 2 MB a second, 40 MB take 20 s; the buffers of sockets hold a few MB.
            assertThat(sent).isNotDone();
            kvs.log()
                    .await(
                            log -> stream.fragments().isEmpty() && openBytes() > 2_000_000,
                            "more than the first second",
                            PATIENCE);
            assertThat(sent).isNotDone();
            kvs.limits().producerBytesPerSecond(0);
            sent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            producer.finish();
            assertThat(producer.ackText()).isEqualTo("RECEIVED 0");
        }
    }

    private long openBytes() {
        return kvs.log().uploads("camera").get(0).bytesReceived();
    }

    /** Acknowledgements that nobody reads stop the service from reading more. */
    @Test
    void aProducerThatDoesNotReadIsNotReadEither() throws Exception {
        byte[] cluster = cluster(fragment(0, 1));
        int many = 200_000;
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD));
            CompletableFuture<Void> sent =
                    CompletableFuture.runAsync(
                            () -> {
                                byte[] hundred = new byte[100 * cluster.length];
                                for (int i = 0; i < 100; i++) {
                                    System.arraycopy(
                                            cluster,
                                            0,
                                            hundred,
                                            i * cluster.length,
                                            cluster.length);
                                }
                                for (int i = 0; i < many / 100; i++) {
                                    producer.send(hundred);
                                }
                                producer.finish();
                            });
            // Each fragment needs 350 bytes of acknowledgements: 70 MB, which no socket holds.
            kvs.log().awaitPushed("camera", 1_000, PATIENCE);
            assertThat(sent).isNotDone();
            int acks = 0;
            while (producer.ack() != null) {
                acks++;
            }
            assertThat(acks).isEqualTo(3 * many);
            sent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(stream.pushed()).hasSize(many);
    }

    // ------------------------------------------------------------------ ends

    @Test
    void silenceIsAcknowledgedAndThenEndsTheCall() {
        kvs.behavior(Behavior.likely().idleAckInterval(Duration.ofMillis(100)));
        kvs.limits().producerIdleEnd(Duration.ofMillis(350));
        long begin = System.nanoTime();
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD), cluster(fragment(0, 1)), GOOD.clusterStart(0));
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
            assertThat(producer.ackText()).isEqualTo("RECEIVED 0");
            assertThat(producer.ackText()).isEqualTo("PERSISTED 0");
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
            assertThat(producer.ackText()).isEqualTo("IDLE");
            assertThat(producer.ackText()).isEqualTo("IDLE");
            assertThat(producer.ackText()).isEqualTo("IDLE");
            assertThat(producer.ack()).isNull();
            assertThat(producer.closedByService()).isTrue();
        }
        assertThat(System.nanoTime() - begin).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(350));
        awaitEnd(0, EndReason.IDLE);
        assertThat(stream.fragments()).hasSize(1);
    }

    @Test
    void silenceCanLastForEver() {
        kvs.behavior(Behavior.likely().idleAckInterval(Duration.ZERO));
        kvs.limits().producerIdleEnd(Duration.ZERO);
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD), cluster(GOOD)).finish();
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
        }
    }

    @Test
    void aCallEndsWithAnErrorAtTheCap() {
        kvs.limits().producerSessionCap(Duration.ofMillis(150));
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD), cluster(GOOD));
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
            assertThat(producer.ackText())
                    .isEqualTo("ERROR 0 4003 MAX_CONNECTION_DURATION_REACHED");
            assertThat(producer.ack()).isNull();
        }
        awaitEnd(0, EndReason.SESSION_CAP);
    }

    @Test
    void aCallEndsWithItsStream() {
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD), cluster(GOOD));
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
            kvs.deleteStream("camera");
            assertThat(producer.ackText()).isEqualTo("ERROR 0 4008 STREAM_NOT_ACTIVE");
            assertThat(producer.ack()).isNull();
        }
        EmbeddedStream other = kvs.createStream("other");
        try (RawProducer producer = RawProducer.absolute(other)) {
            assertThat(producer.status()).isEqualTo(200);
            other.status(StreamStatus.UPDATING);
            producer.send(head(GOOD), cluster(GOOD));
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
            other.status(StreamStatus.CREATING);
            assertThat(producer.ackText()).isEqualTo("ERROR 0 4008 STREAM_NOT_ACTIVE");
        }
    }

    @Test
    void aCallEndsWithItsCredentialsIfTheyAreCheckedAgain() {
        kvs.behavior(Behavior.likely().credentialsCheckedOnlyAtStart(false));
        try (RawProducer producer = RawProducer.absolute(stream)) {
            assertThat(producer.status()).isEqualTo(200);
            kvs.expireCredentials(TestClients.ACCESS_KEY);
            assertThat(producer.ack()).isNull();
        }
        awaitEnd(0, EndReason.CREDENTIALS);
    }

    @Test
    void aProducerThatGoesAwayLeavesNoHalfFragment() {
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD), cluster(fragment(0, 1)), GOOD.clusterStart(0));
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
        }
        awaitEnd(0, EndReason.CLIENT);
        assertThat(stream.fragments()).hasSize(1);
        assertThat(stream.push(fragment(80, 1)).complete()).isTrue();
    }

    @Test
    void aStalledCallReadsNothingMore() {
        stream.faults().nextCall("PutMedia", Fault.stallAfter(head(GOOD).length + 30));
        kvs.limits().producerIdleEnd(Duration.ofMillis(100));
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD), cluster(GOOD));
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
            kvs.log().await(log -> openBytes() == head(GOOD).length + 30, "the stall", PATIENCE);
        }
        awaitEnd(0, EndReason.CLIENT);
    }

    @Test
    void oneWhoPushesInJavaIsNotDisturbed() {
        FragmentUpload upload = stream.begin(GOOD);
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD), cluster(GOOD));
            assertThat(producer.ackText()).isEqualTo("ERROR 0 5000 INTERNAL_ERROR");
        }
        upload.complete();
        assertThat(stream.pushed()).hasSize(1);
    }

    private void awaitEnd(int call, EndReason reason) {
        kvs.log()
                .await(
                        log -> {
                            List<ReceivedMedia> uploads = log.uploads("camera");
                            return uploads.size() > call && uploads.get(call).endReason() == reason;
                        },
                        reason.toString(),
                        PATIENCE);
    }
}
