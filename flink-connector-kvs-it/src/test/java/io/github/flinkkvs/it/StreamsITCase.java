/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Delivery;
import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.configuration.MemorySize;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Streams that come and go, and what they carry. */
class StreamsITCase extends KvsTestBase {

    // ---- gone, misspelt, another one ------------------------------------------------------------

    @Test
    void misspeltStreamFailsTheJob() throws Exception {
        EmbeddedStream stream = kvs.createStream("front-door");
        push(stream, 2);

        Job<Fragment> job = job(source(List.of("front-door", "backyrad"))).restarts(0).start();

        assertThat(job.awaitFailure())
                .contains(
                        "Stream backyrad cannot be looked up: ResourceNotFoundException: ",
                        "Check the name, the region and the account",
                        "source.deleted-stream = FINISH");
        assertThat(job.results.everSeen()).isEmpty();
    }

    @Test
    void misspeltStreamIsLeftOut() throws Exception {
        EmbeddedStream stream = kvs.createStream("front-door");
        push(stream, 2);

        Job<Fragment> job =
                job(finishing(source(List.of("front-door", "backyrad")))).restarts(0).start();

        assertAll(job.results.awaitCommitted(2), stream);
    }

    private static KvsSourceBuilder<Fragment> finishing(KvsSourceBuilder<Fragment> source) {
        return source.set(KvsSourceOptions.DELETED_STREAM, DeletedStreamPolicy.FINISH);
    }

    @Test
    void deletedStreamFailsTheJob() throws Exception {
        EmbeddedStream stream = kvs.createStream("front-door");
        push(stream, 2);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(2);
        kvs.deleteStream("front-door");
        assertThat(job.awaitFailure())
                .contains(stream.arn(), "after fragment " + stream.pushed().get(1).number())
                .contains("the service knows no stream of this name");
    }

    @Test
    void deletedStreamIsReadNoMoreAndTheOthersAre() throws Exception {
        EmbeddedStream gone = kvs.createStream("gone");
        EmbeddedStream kept = kvs.createStream("kept");
        push(gone, 2);
        push(kept, 2);
        Job<Fragment> job = job(finishing(source(gone, kept))).restarts(0).start();
        job.results.awaitCommitted(4);
        kvs.deleteStream("gone");
        kvs.log()
                .await(
                        seen ->
                                seen.calls("DescribeStream", null).stream()
                                        .anyMatch(call -> call.errorType() != null),
                        "the stream is missed",
                        TIME);
        push(kept, 2);
        assertAll(job.results.awaitCommitted(6), gone, kept);
    }

    @Test
    void boundedReadOfAStreamThatIsDeleted() throws Exception {
        EmbeddedStream gone = kvs.createStream("gone");
        push(gone, 2);
        Job<Fragment> job =
                job(finishing(source(gone))
                                .setStoppingPosition(
                                        StoppingPosition.atServerTimestamp(
                                                kvs.clock().now().plusSeconds(3600))))
                        .restarts(0)
                        .start();
        job.results.awaitCommitted(2);
        kvs.deleteStream("gone");
        assertAll(job.awaitFinished(), gone);
    }

    @Test
    void recreatedStreamFailsTheJob() throws Exception {
        EmbeddedStream old = kvs.createStream("camera");
        push(old, 2);
        Job<Fragment> job = job(source(old)).restarts(0).start();
        job.results.awaitCommitted(2);
        String savepoint = job.stopWithSavepoint();
        kvs.deleteStream("camera");
        EmbeddedStream anew = kvs.createStream("camera");

        Job<Fragment> restored = job(source(anew)).restarts(0).from(savepoint).start();

        assertThat(restored.awaitFailure())
                .contains(old.arn(), "another one of its name was created: " + anew.arn())
                .contains("source.recreated-stream = READ_NEW");
    }

    @Test
    void recreatedStreamIsReadFromItsBeginning() throws Exception {
        startService(EmbeddedKvs.builder().dataPortPerStream(true));
        EmbeddedStream old = kvs.createStream("camera");
        push(old, 5);
        Job<Fragment> job = job(readingNew(source(old))).map(new FailOnce<>(8)).start();
        job.results.awaitCommitted(5);

        // Its counters restart, so its numbers are below those of the old one.
        kvs.deleteStream("camera");
        EmbeddedStream anew = kvs.createStream("camera");
        push(anew, 3);
        assertAll(job.results.awaitCommitted(8), old, anew);
        push(anew, 2);
        assertAll(job.results.awaitCommitted(10), old, anew);

        // And the state knows it.
        job.results.awaitNewCheckpoint();
        String savepoint = job.stopWithSavepoint();
        push(anew, 2);
        Job<Fragment> restored = job(source(anew)).restarts(0).from(savepoint).start();
        assertAll(restored.results.awaitCommitted(12), old, anew);
    }

    private static KvsSourceBuilder<Fragment> readingNew(KvsSourceBuilder<Fragment> source) {
        return source.set(KvsSourceOptions.RECREATED_STREAM, RecreatedStreamPolicy.READ_NEW);
    }

    @Test
    void streamThatIsNotActiveForAWhile() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 2);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(2);
        stream.status(StreamStatus.CREATING);
        int calls = kvs.log().calls("GetMedia", "stream").size();
        kvs.log().awaitCalls("GetMedia", "stream", calls + 1, TIME);
        push(stream, 1);
        stream.status(StreamStatus.ACTIVE);
        assertAll(job.results.awaitCommitted(3), stream);
    }

    // ---- what they carry ------------------------------------------------------------------------

    @Test
    void byArn() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 2);
        KvsSourceBuilder<Fragment> source = source(List.of(stream.arn()));
        assertAll(job(source).restarts(0).start().results.awaitCommitted(2), stream);
    }

    @Test
    void asIngestedFragmentIsReadAtItsLastByteAndNotBefore() throws Exception {
        kvs.limits().idleEnd(Duration.ZERO);
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 1);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(1);
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(100_000));
        while (upload.next()) {
            job.results.awaitNewCheckpoint();
            assertThat(job.results.seen()).hasSize(1);
        }
        upload.complete();
        assertAll(job.results.awaitCommitted(2), stream);
        assertThat(kvs.log().sessions("stream")).hasSize(1);
    }

    @Test
    void asIngestedFragmentThatTakesLongerThanTheIdleEnd() throws Exception {
        kvs.limits().idleEnd(Duration.ofMillis(300));
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 1);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(1);
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(100_000));
        for (int i = 0; i < 3; i++) {
            // Each session ends in the middle of it, each time at another byte.
            kvs.log().awaitEndedSessions("stream", kvs.log().sessions("stream").size(), TIME);
            upload.next();
        }
        upload.complete();
        assertAll(job.results.awaitCommitted(2), stream);
    }

    @Test
    void whenClosed() throws Exception {
        kvs.behavior(Behavior.likely().delivery(Delivery.WHEN_CLOSED));
        EmbeddedStream stream = kvs.createStream("stream");
        try (Camera camera = Camera.builder(stream).speed(5).fragments(8).start()) {
            Job<Fragment> job = job(source(stream)).restarts(0).start();
            assertAll(job.results.awaitCommitted(8), stream);
        }
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    void liveCameras(Delivery delivery) throws Exception {
        kvs.behavior(Behavior.likely().delivery(delivery));
        List<EmbeddedStream> streams = new ArrayList<>();
        List<Camera> cameras = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            EmbeddedStream stream = kvs.createStream("camera-" + i);
            streams.add(stream);
            cameras.add(Camera.builder(stream).speed(5).fragments(6).start());
        }
        EmbeddedStream[] all = streams.toArray(new EmbeddedStream[0]);
        Job<Fragment> job = job(source(all)).parallelism(2).map(new FailOnce<>(5, 17)).start();
        assertAll(job.results.awaitCommitted(24), all);
        cameras.forEach(camera -> camera.awaitDone(TIME));
    }

    @Test
    void tagsOnly() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        for (int i = 0; i < 3; i++) {
            stream.push(
                    MediaFragment.ofSize(200_000).toBuilder()
                            .tagBefore("zone", "north")
                            .tagAfter("count", String.valueOf(i))
                            .build());
        }
        KvsSourceBuilder<Fragment> source =
                source(stream).setDeserializationSchema(KvsDeserializationSchema.tagsOnly());

        Job<Fragment> job = job(source).restarts(0).start();

        List<Fragment> read = job.results.awaitCommitted(3);
        for (int i = 0; i < 3; i++) {
            Fragment fragment = read.get(i);
            StoredFragment stored = stream.pushed().get(i);
            assertThat(fragment.number()).hasToString(stored.number());
            assertThat(fragment.serverTimestampMillis()).isEqualTo(stored.serverTimestampMillis());
            assertThat(fragment.producerTimestampMillis())
                    .isEqualTo(stored.producerTimestampMillis());
            assertThat(fragment.hasMedia()).isFalse();
            assertThat(fragment.sizeBytes()).isBetween(stored.size(), stored.size() + 8);
            assertThat(fragment.retainedBytes()).isLessThan(10_000);
            assertThat(fragment.tag("zone")).isEqualTo("north");
            assertThat(fragment.tag("count")).isEqualTo(String.valueOf(i));
        }
    }

    @Test
    void memoryBudgetOfLessThanAFragmentStillGetsEverythingThrough() throws Exception {
        List<EmbeddedStream> streams = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            EmbeddedStream stream = kvs.createStream("stream-" + i);
            streams.add(stream);
            for (int k = 0; k < 5; k++) {
                push(stream, 300_000, k);
            }
        }
        EmbeddedStream[] all = streams.toArray(new EmbeddedStream[0]);
        Job<Fragment> job =
                job(source(all).set(KvsSourceOptions.MEMORY_BUDGET, new MemorySize(100_000)))
                        .restarts(0)
                        .start();
        assertAll(job.results.awaitCommitted(20), all);
    }

    @Test
    void expiredCredentialsThatAreRenewed() throws Exception {
        kvs.behavior(Behavior.likely().credentialsCheckedOnlyAtStart(false));
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 2);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(2);
        kvs.expireCredentials("AKIDEXAMPLE");
        push(stream, 2);
        kvs.log()
                .await(
                        seen ->
                                seen.calls("GetMedia", null).stream()
                                        .anyMatch(call -> call.errorType() != null),
                        "a call is refused",
                        TIME);
        kvs.renewCredentials("AKIDEXAMPLE");
        assertAll(job.results.awaitCommitted(4), stream);
    }
}
