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
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** What a long-running service keeps and what it forgets. */
class RetentionTest {
    private static Limits idleEnd(int millis) {
        return Limits.none().idleEnd(Duration.ofMillis(millis));
    }

    @Test
    void theOldestGoesWhenThereIsTooMuch() {
        try (EmbeddedKvs kvs =
                        EmbeddedKvs.builder()
                                .limits(idleEnd(200))
                                .behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO))
                                .start();
                TestClients clients = new TestClients(kvs)) {
            EmbeddedStream stream =
                    kvs.createStream(StreamSettings.named("a").retentionBytes(10_000).build());
            for (int i = 0; i < 20; i++) {
                stream.push(MediaFragment.ofSize(2_000, i));
                assertThat(stream.fragments().stream().mapToInt(StoredFragment::size).sum())
                        .isLessThanOrEqualTo(10_000);
            }
            assertThat(stream.fragments()).isEqualTo(stream.pushed().subList(15, 20));
            assertThat(clients.readAll("a", TestClients.earliest()))
                    .isEqualTo(TestClients.concat(stream.fragments()));
        }
    }

    @Test
    void aReaderGetsTheRestOfAFragmentThatWasDropped() {
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().limits(idleEnd(2_000)).start();
                TestClients clients = new TestClients(kvs)) {
            EmbeddedStream stream =
                    kvs.createStream(
                            StreamSettings.named("a")
                                    .retention(Duration.ofHours(1))
                                    .keepExpired(false)
                                    .build());
            FragmentUpload first = stream.begin(MediaFragment.ofSize(20_000));
            first.next();
            int begun = first.fragment().size();
            stream.faults().nextConnection(Fault.drip(100, Duration.ofMillis(1)));
            try (TestClients.Body body = clients.open("a", TestClients.now())) {
                byte[] head = body.next(100);
                StoredFragment dropped = first.complete();
                assertThat(dropped.size()).isGreaterThan(begun);
                kvs.clock().shift(Duration.ofHours(2));
                assertThat(stream.fragments()).isEmpty();
                byte[] rest = body.toEnd();
                ByteBuffer whole =
                        ByteBuffer.allocate(head.length + rest.length).put(head).put(rest).flip();
                assertThat(dropped.matches(whole)).isTrue();
            }
        }
    }

    @Test
    void nothingHoldsWhatIsForgotten() {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream =
                    kvs.createStream(
                            StreamSettings.named("a")
                                    .retentionBytes(5_000)
                                    .keepExpired(false)
                                    .build());
            for (int i = 0; i < 10; i++) {
                stream.push(MediaFragment.ofSize(2_000, i));
            }
            assertThat(stream.pushed()).hasSize(2).isEqualTo(stream.fragments());
            assertThat(kvs.log().pushed("a")).isEqualTo(stream.fragments());
        }
    }

    @Test
    void theLogKeepsTheNewest() {
        try (EmbeddedKvs kvs =
                        EmbeddedKvs.builder()
                                .limits(idleEnd(200))
                                .behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO))
                                .logLimit(3)
                                .start();
                TestClients clients = new TestClients(kvs)) {
            EmbeddedStream stream = kvs.createStream("a");
            for (int i = 0; i < 5; i++) {
                stream.push(MediaFragment.ofSize(1_000, i));
                clients.control.listStreams();
                clients.readAll("a", TestClients.earliest());
            }
            assertThat(kvs.log().pushed("a")).isEqualTo(stream.pushed().subList(2, 5));
            assertThat(kvs.log().calls()).hasSize(3);
            assertThat(kvs.log().calls().get(2).operation()).isEqualTo("GetMedia");
            assertThat(kvs.log().sessions("a")).hasSize(3);
            ServedMedia last = kvs.log().sessions("a").get(2);
            String[] newest =
                    stream.pushed().subList(2, 5).stream()
                            .map(StoredFragment::number)
                            .toArray(String[]::new);
            assertThat(last.fragmentsStarted()).containsExactly(newest);
            assertThat(last.fragmentsSent()).containsExactly(newest);
            assertThat(last.fragmentsSentNanos()).containsOnlyKeys(newest);
            assertThat(last.bytesSent()).isEqualTo(TestClients.concat(stream.pushed()).length);
        }
    }

    /** Forgetting costs the same, however long the log is. */
    @Test
    @Timeout(20)
    void forgettingDoesNotSearchTheLog() {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream other = kvs.createStream("other");
            MediaFragment small =
                    MediaFragment.builder()
                            .track(MediaTrack.data(1, "x", "S"))
                            .frame(MediaFrame.of(1, 0, true, new byte[1]))
                            .build();
            for (int i = 0; i < 40_000; i++) {
                other.push(small);
            }
            EmbeddedStream stream =
                    kvs.createStream(
                            StreamSettings.named("a").retentionBytes(1).keepExpired(false).build());
            for (int i = 0; i < 40_000; i++) {
                stream.push(small);
            }
            assertThat(kvs.log().pushed("a")).isEmpty();
            assertThat(kvs.log().pushed("other")).hasSize(40_000);
        }
    }

    /** A thread that reads a stream while waiting for the log cannot block one that pushes. */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aWaitMayLookAtTheStream() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream =
                    kvs.createStream(
                            StreamSettings.named("a")
                                    .retentionBytes(2_500)
                                    .keepExpired(false)
                                    .build());
            stream.push(MediaFragment.ofSize(2_000));
            Thread pusher = new Thread(() -> stream.push(MediaFragment.ofSize(2_000)));
            kvs.log()
                    .await(
                            log -> {
                                if (pusher.getState() == Thread.State.NEW) {
                                    pusher.start();
                                }
                                while (pusher.isAlive()
                                        && pusher.getState() != Thread.State.BLOCKED) {
                                    Thread.onSpinWait();
                                }
                                return stream.fragments().size() == 1;
                            },
                            "one fragment",
                            TestClients.PATIENCE);
            pusher.join();
        }
    }
}
