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
import io.github.flinkkvs.testing.behavior.Delivery;
import io.github.flinkkvs.testing.behavior.IdleRule;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.SessionCapEnd;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesisvideomedia.model.ClientLimitExceededException;
import software.amazon.awssdk.services.kinesisvideomedia.model.ConnectionLimitExceededException;

import java.time.Duration;
import java.util.List;

import static io.github.flinkkvs.testing.TestClients.PATIENCE;
import static io.github.flinkkvs.testing.TestClients.earliest;
import static io.github.flinkkvs.testing.TestClients.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SuppressWarnings("try") // bodies that are only held open
class LimitsTest {
    private EmbeddedKvs kvs;
    private TestClients clients;
    private EmbeddedStream stream;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().limits(Limits.none().idleEnd(Duration.ofMillis(200))).start();
        clients = new TestClients(kvs);
        stream = kvs.createStream("camera");
    }

    @AfterEach
    void stop() {
        clients.close();
        kvs.close();
    }

    @Test
    void theFourthConnectionIsRefusedAndAnAbortedOneFreesItsPlace() {
        kvs.limits().connectionsPerStream(3).idleEnd(Duration.ZERO);
        try (Body first = clients.open("camera", now());
                Body second = clients.open("camera", now())) {
            try (Body third = clients.open("camera", now())) {
                assertThat(kvs.openConnections("camera")).isEqualTo(3);
                assertThatThrownBy(() -> clients.open("camera", now()))
                        .isInstanceOfSatisfying(
                                ConnectionLimitExceededException.class,
                                e -> assertThat(e.statusCode()).isEqualTo(400));
            }
            kvs.awaitOpenConnections("camera", 2, PATIENCE);
            clients.open("camera", now()).close();
        }
        kvs.awaitOpenConnections("camera", 0, PATIENCE);
        assertThat(kvs.log().awaitEndedSessions("camera", 4, PATIENCE))
                .extracting(ServedMedia::endReason)
                .containsOnly(EndReason.CLIENT);
    }

    @Test
    void othersMayHoldConnections() {
        kvs.limits().connectionsPerStream(3);
        kvs.foreignConnections("camera", 3);
        assertThatThrownBy(() -> clients.open("camera", now()))
                .isInstanceOf(ConnectionLimitExceededException.class);
        kvs.foreignConnections("camera", 2);
        clients.open("camera", now()).close();
    }

    @Test
    void fiveGetMediaCallsPerSecond() {
        kvs.limits().callsPerSecond(5);
        for (int i = 0; i < 5; i++) {
            clients.open("camera", now()).close();
        }
        assertThatThrownBy(() -> clients.open("camera", now()))
                .isInstanceOf(ClientLimitExceededException.class)
                .hasMessageContaining("GetMedia API for resource 'camera'");
        assertThat(kvs.log().calls("GetMedia", "camera").get(5).errorType())
                .isEqualTo("ClientLimitExceededException");
    }

    @Test
    void fiveFragmentsPerSecondAndConnection() {
        kvs.limits().fragmentsPerSecond(5);
        for (int i = 0; i < 11; i++) {
            stream.push(MediaFragment.ofSize(1_000));
        }
        clients.readAll("camera", earliest());
        ServedMedia session = kvs.log().sessions("camera").get(0);
        assertThat(session.fragmentsSent()).hasSize(11);
        assertThat(Duration.ofNanos(session.durationNanos()))
                .isBetween(Duration.ofMillis(2_000), Duration.ofMillis(4_000));
    }

    @Test
    void bytesPerSecond() {
        kvs.limits().bytesPerSecond(100_000);
        stream.push(MediaFragment.ofSize(150_000));
        clients.readAll("camera", earliest());
        assertThat(Duration.ofNanos(kvs.log().sessions("camera").get(0).durationNanos()))
                .isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void theSessionCapEndsTheBodyCleanly() {
        kvs.limits().sessionCap(Duration.ofMillis(300)).idleEnd(Duration.ZERO);
        kvs.behavior(kvs.behavior().millisBehindNow(MillisBehindNow.ZERO));
        StoredFragment whole = stream.push(MediaFragment.ofSize(2_000));
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(50_000));
        upload.next();
        assertThat(clients.readAll("camera", earliest()))
                .hasSize(whole.size() + upload.fragment().size());
        assertThat(kvs.log().sessions("camera").get(0).endReason())
                .isEqualTo(EndReason.SESSION_CAP);

        kvs.behavior(kvs.behavior().sessionCapEnd(SessionCapEnd.AFTER_FRAGMENT));
        try (Body body = clients.open("camera", now())) {
            byte[] begun = body.next(upload.fragment().size());
            assertThat(body.response().contentType()).isEqualTo("video/webm");
            // A second body, opened later, reaches its cap between fragments: so has the first.
            EmbeddedStream clock = kvs.createStream("clock");
            assertThat(clients.readAll(clock.name(), now())).isEmpty();
            assertThat(kvs.log().sessions("camera").get(1).endReason()).isNull();
            upload.close();
            assertThat(begun.length + body.toEnd().length).isEqualTo(upload.fragment().size());
        }
    }

    @Test
    void theIdleRuleIsASwitch() {
        kvs.behavior(
                kvs.behavior()
                        .delivery(Delivery.WHEN_CLOSED)
                        .idleRule(IdleRule.INGESTED_BYTES)
                        .millisBehindNow(MillisBehindNow.ZERO));
        kvs.limits().idleEnd(Duration.ofMillis(500));
        // 1.2 s in one fragment: longer than the idle end.
        try (Body body = clients.open("camera", now());
                Camera camera =
                        Camera.builder(stream)
                                .fragmentDuration(Duration.ofMillis(1_200))
                                .fragments(1)
                                .start()) {
            camera.awaitDone(PATIENCE);
            assertThat(body.toEnd()).isEqualTo(stream.fragments().get(0).bytes());
        }
    }

    @Test
    void aReaderThatDoesNotReadCostsNoMemoryAndMayBeDropped() {
        kvs.behavior(kvs.behavior().slowReaderLimit(Duration.ofMillis(500)));
        stream.push(MediaFragment.ofSize(40_000_000));
        try (Body body = clients.open("camera", earliest())) {
            List<ServedMedia> ended = kvs.log().awaitEndedSessions("camera", 1, PATIENCE);
            assertThat(ended.get(0).endReason()).isEqualTo(EndReason.SLOW_READER);
            assertThat(ended.get(0).bytesSent()).isLessThan(15_000_000);
        }
    }

    @Test
    void credentialsMayEndABody() {
        kvs.limits().idleEnd(Duration.ZERO);
        kvs.behavior(kvs.behavior().credentialsCheckedOnlyAtStart(false));
        try (Body body = clients.open("camera", now())) {
            kvs.expireCredentials(TestClients.ACCESS_KEY);
            assertThat(body.toEnd()).isEmpty();
        }
        assertThat(kvs.log().sessions("camera").get(0).endReason())
                .isEqualTo(EndReason.CREDENTIALS);
    }
}
