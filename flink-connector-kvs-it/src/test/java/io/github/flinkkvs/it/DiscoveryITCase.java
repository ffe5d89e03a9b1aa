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
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.faults.Fault;

import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** Streams that are selected, and that come and go while a job reads them. */
class DiscoveryITCase extends KvsTestBase {

    private KvsSourceBuilder<Fragment> selecting() {
        return source(List.<String>of())
                .set(KvsSourceOptions.DISCOVERY_INTERVAL, Duration.ofMillis(100));
    }

    private KvsSourceBuilder<Fragment> calls() {
        return selecting().setStreamPrefix("call-");
    }

    private EmbeddedStream call(int number, int fragments) {
        EmbeddedStream stream = kvs.createStream("call-" + number);
        push(stream, fragments);
        return stream;
    }

    /** Waits until the job asks for what is not there. */
    private void awaitMissed(String stream) {
        kvs.log()
                .await(
                        seen ->
                                seen.calls("DescribeStream", stream).stream()
                                        .anyMatch(call -> call.errorType() != null),
                        stream + " is missed",
                        TIME);
    }

    private void awaitScans(int more) {
        int before = kvs.log().calls("ListStreams", null).size();
        kvs.log().awaitCalls("ListStreams", null, before + more + 1, TIME);
    }

    @Test
    void streamsThatComeAndGo() throws Exception {
        EmbeddedStream first = call(1, 3);
        push(kvs.createStream("other"), 2);
        Job<Fragment> job =
                job(calls().setStartingPosition(StartingPosition.earliest()))
                        .parallelism(2)
                        .map(new FailOnce<>(2, 7))
                        .start();
        assertAll(job.results.awaitCommitted(3), first);

        EmbeddedStream second = call(2, 3);
        assertAll(job.results.awaitCommitted(6), first, second);
        kvs.deleteStream("call-1");
        awaitMissed("call-1");
        EmbeddedStream third = call(3, 2);
        push(second, 1);
        assertAll(job.results.awaitCommitted(9), first, second, third);

        // Its numbers begin anew, but it is another stream.
        EmbeddedStream again = call(1, 2);
        assertAll(job.results.awaitCommitted(11), first, second, third, again);
        assertThat(kvs.log().calls("GetMedia", "other")).isEmpty();
    }

    @Test
    void aPatternAndTagsNarrowTheSelection() throws Exception {
        EmbeddedStream both =
                kvs.createStream(StreamSettings.named("call-1").tag("kind", "real").build());
        kvs.createStream(StreamSettings.named("call-x").tag("kind", "real").build());
        kvs.createStream(StreamSettings.named("call-2").tag("kind", "test").build());
        kvs.createStream("call-3");
        push(both, 2);
        Job<Fragment> job =
                job(selecting().setStreamPattern("call-\\d").setStreamTags(Map.of("kind", "real")))
                        .restarts(0)
                        .start();
        assertAll(job.results.awaitCommitted(2), both);
        EmbeddedStream later =
                kvs.createStream(StreamSettings.named("call-4").tag("kind", "real").build());
        push(later, 2);
        assertAll(job.results.awaitCommitted(4), both, later);
        assertThat(kvs.log().calls("ListTagsForStream", "call-x")).isEmpty();
        assertThat(kvs.log().calls("ListTagsForStream", "call-1")).hasSize(1);
        assertThat(kvs.log().calls("GetMedia", null))
                .extracting(call -> call.stream())
                .containsOnly("call-1", "call-4");
    }

    @Test
    void newStreamsBeginWhereChosen() throws Exception {
        EmbeddedStream old = call(1, 2);
        kvs.clock().shift(Duration.ofSeconds(5));
        Job<Fragment> job =
                job(calls().setStartingPosition(StartingPosition.now())).restarts(0).start();
        awaitSession(old, 1);
        EmbeddedStream late = call(2, 2);
        assertExactly(of(late, job.results.awaitCommitted(2)), late.pushed());
        push(old, 1);
        List<Fragment> read = job.results.awaitCommitted(3);
        assertExactly(of(old, read), old.pushed().subList(2, 3));
        assertThat(metric(job, "KinesisVideo.discoveryScans")).isPositive();
        assertThat(metric(job, "KinesisVideo.discoveryFailures")).isZero();
        assertThat(metric(job, "KinesisVideo.liveStreams")).isEqualTo(2);
    }

    @Test
    void aStreamThatIsNotActiveYet() throws Exception {
        EmbeddedStream first = call(1, 1);
        EmbeddedStream creating = call(2, 1);
        creating.status(StreamStatus.CREATING);
        Job<Fragment> job = job(calls()).restarts(0).start();
        assertAll(job.results.awaitCommitted(1), first);
        awaitScans(1);
        creating.status(StreamStatus.ACTIVE);
        assertAll(job.results.awaitCommitted(2), first, creating);
    }

    /** What was over before a savepoint is not read again, whatever readers there are then. */
    @Test
    void savepointsAndOtherParallelism() throws Exception {
        List<EmbeddedStream> streams = new ArrayList<>();
        String savepoint = null;
        int sum = 0;
        int number = 0;
        for (int parallelism : new int[] {2, 3, 1}) {
            for (int i = 0; i < 3; i++) {
                streams.add(call(number++, 2));
                sum += 2;
            }
            Job<Fragment> job =
                    job(calls())
                            .parallelism(parallelism)
                            .from(savepoint)
                            .map(new FailOnce<>(3))
                            .start();
            assertAll(job.results.awaitCommitted(sum), streams.toArray(new EmbeddedStream[0]));
            kvs.deleteStream("call-" + (number - 3));
            awaitMissed("call-" + (number - 3));
            kvs.deleteStream("call-" + (number - 2));
            savepoint = job.stopWithSavepoint();
        }
        Job<Fragment> last = job(calls()).parallelism(2).from(savepoint).start();
        EmbeddedStream more = call(number, 2);
        streams.add(more);
        assertAll(last.results.awaitCommitted(sum + 2), streams.toArray(new EmbeddedStream[0]));
    }

    @Test
    void theJobManagerIsLost(@InjectMiniCluster MiniCluster cluster) throws Exception {
        EmbeddedStream first = call(1, 2);
        Job<Fragment> job = job(calls()).parallelism(2).restarts(10).start();
        job.results.awaitCommitted(2);
        job.results.awaitNewCheckpoint();
        cluster.getHaLeadershipControl()
                .orElseThrow()
                .revokeJobMasterLeadership(job.client.getJobID())
                .get();
        EmbeddedStream second = call(2, 2);
        kvs.deleteStream("call-1");
        cluster.getHaLeadershipControl()
                .orElseThrow()
                .grantJobMasterLeadership(job.client.getJobID())
                .get();
        assertAll(job.results.awaitCommitted(4), first, second);
        EmbeddedStream again = call(1, 2);
        assertAll(job.results.awaitCommitted(6), first, second, again);
    }

    @Test
    void aBoundedJobReadsWhatExistsAndEnds() throws Exception {
        EmbeddedStream[] all = {call(1, 2), call(2, 2), call(3, 2)};
        Job<Fragment> job =
                job(calls().setStoppingPosition(StoppingPosition.now())).parallelism(2).start();
        assertAll(job.awaitFinished(), all);
        assertThat(kvs.log().calls("ListStreams", null)).hasSize(1);
    }

    @Test
    void aBoundedJobWithoutStreamsEnds() throws Exception {
        Job<Fragment> job =
                job(calls().setStoppingPosition(StoppingPosition.now())).parallelism(2).start();
        assertThat(job.awaitFinished()).isEmpty();
    }

    @Test
    void failedScansAreTriedAgain() throws Exception {
        EmbeddedStream first = call(1, 2);
        kvs.faults().nextCall("ListStreams", Fault.internalFailure());
        Job<Fragment> job = job(calls()).restarts(0).start();
        assertAll(job.results.awaitCommitted(2), first);
        kvs.faults()
                .nextCall(
                        "ListStreams", Fault.httpError(400, "AccessDeniedException", "not allowed"))
                .nextCall("ListStreams", Fault.throttle());
        EmbeddedStream second = call(2, 2);
        assertAll(job.results.awaitCommitted(4), first, second);
        assertThat(metric(job, "KinesisVideo.discoveryFailures")).isGreaterThanOrEqualTo(1);
    }

    @Test
    void aJobThatMayNotListStreamsFails() throws Exception {
        kvs.faults()
                .nextCall(
                        "ListStreams",
                        Fault.httpError(400, "AccessDeniedException", "not allowed"));
        assertThat(job(calls()).restarts(0).start().awaitFailure())
                .contains("The streams cannot be listed: AccessDeniedException")
                .contains("kinesisvideo:ListStreams");
    }

    // ---- policies -----------------------------------------------------------------------------

    @Test
    void aDeletedStreamFailsTheJobIfToldTo() throws Exception {
        EmbeddedStream stream = call(1, 2);
        Job<Fragment> job =
                job(calls().set(KvsSourceOptions.DELETED_STREAM, DeletedStreamPolicy.FAIL))
                        .restarts(0)
                        .start();
        job.results.awaitCommitted(2);
        kvs.deleteStream("call-1");
        assertThat(job.awaitFailure())
                .contains(stream.arn(), "the service knows no stream of this name");
    }

    @Test
    void aRecreatedStreamFailsTheJobIfToldTo() throws Exception {
        EmbeddedStream old = call(1, 2);
        Job<Fragment> job =
                job(calls().set(KvsSourceOptions.RECREATED_STREAM, RecreatedStreamPolicy.FAIL))
                        .restarts(0)
                        .start();
        job.results.awaitCommitted(2);
        String savepoint = job.stopWithSavepoint();
        kvs.deleteStream("call-1");
        EmbeddedStream anew = call(1, 1);
        Job<Fragment> restored =
                job(calls().set(KvsSourceOptions.RECREATED_STREAM, RecreatedStreamPolicy.FAIL))
                        .restarts(0)
                        .from(savepoint)
                        .start();
        assertThat(restored.awaitFailure())
                .contains(old.arn(), "another one of its name was created: " + anew.arn());
    }

    @Test
    void aDeletedStreamIsWaitedForIfToldTo() throws Exception {
        EmbeddedStream old = kvs.createStream("camera");
        push(old, 2);
        Job<Fragment> job =
                job(source(List.of("camera", "later"))
                                .set(KvsSourceOptions.DELETED_STREAM, DeletedStreamPolicy.IGNORE)
                                .set(
                                        KvsSourceOptions.RECREATED_STREAM,
                                        RecreatedStreamPolicy.READ_NEW)
                                .set(KvsSourceOptions.RETRY_BUDGET, Duration.ZERO))
                        .restarts(0)
                        .start();
        assertAll(job.results.awaitCommitted(2), old);
        kvs.deleteStream("camera");
        awaitMissed("camera");
        kvs.log().awaitCalls("DescribeStream", "camera", 6, TIME);
        EmbeddedStream anew = kvs.createStream("camera");
        push(anew, 2);
        assertAll(job.results.awaitCommitted(4), old, anew);
        EmbeddedStream later = kvs.createStream("later");
        push(later, 2);
        assertAll(job.results.awaitCommitted(6), old, anew, later);
        assertThat(metric(job, "KinesisVideo.class.streamNotFound.errors")).isGreaterThan(2);
    }
}
