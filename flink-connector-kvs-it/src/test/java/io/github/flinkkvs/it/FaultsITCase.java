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
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.SessionCapEnd;
import io.github.flinkkvs.testing.faults.AfterBreak;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.configuration.MemorySize;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever goes wrong between the service and the reader, each fragment comes once, in order. */
class FaultsITCase extends KvsTestBase {

    /** EBML, Segment, Info, Tracks, Tags, Cluster. */
    private static final int[] ELEMENTS = {
        0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1254C367, 0x1F43B675
    };

    @ParameterizedTest
    @EnumSource(Cut.class)
    void cutInEveryPhaseOfAFragment(Cut how) throws Exception {
        // Makes offsets in a body equal to those in the stored fragments.
        kvs.behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO));
        EmbeddedStream model = kvs.createStream("model");
        byte[] document = push(model, 1).get(0).bytes();
        List<EmbeddedStream> streams = new ArrayList<>();
        for (int phase : phases(document)) {
            EmbeddedStream stream = kvs.createStream("cut-at-" + phase);
            List<StoredFragment> pushed = push(stream, 3);
            stream.faults().nextConnection(Fault.cutAfter(pushed.get(0).size() + phase, how));
            streams.add(stream);
        }
        assertThat(streams).hasSizeGreaterThan(20);

        Job<Fragment> job = job(source(streams.toArray(new EmbeddedStream[0]))).restarts(0).start();

        assertAll(
                job.results.awaitCommitted(3 * streams.size()),
                streams.toArray(new EmbeddedStream[0]));
        for (EmbeddedStream stream : streams) {
            assertThat(kvs.log().sessions(stream.name()).get(0).endReason())
                    .isEqualTo(EndReason.CUT);
            assertThat(kvs.log().maxCallsPerSecond("GetMedia", stream.name())).isLessThan(6);
        }
        // A fragment begins after the head of its EBML element; a cut after it loses none.
        assertThat(metric(job, "discardedPartialFragments"))
                .isEqualTo(
                        phases(document).stream()
                                .filter(phase -> phase > 4 && phase < document.length)
                                .count());
    }

    /** Offsets before, in and after the head of each element, within frames, and at both ends. */
    private static Set<Integer> phases(byte[] document) {
        Set<Integer> phases = new TreeSet<>();
        for (int i = 0; i + 4 <= document.length; i++) {
            int id =
                    (document[i] & 0xFF) << 24
                            | (document[i + 1] & 0xFF) << 16
                            | (document[i + 2] & 0xFF) << 8
                            | document[i + 3] & 0xFF;
            for (int element : ELEMENTS) {
                if (id == element) {
                    phases.addAll(List.of(i, i + 2, i + 4, i + 7, i + 20));
                }
            }
        }
        phases.addAll(List.of(document.length / 2, document.length - 1, document.length));
        phases.removeIf(phase -> phase > document.length);
        return phases;
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    void cutInMidBodyIsFollowedByOneRequestFromTheLastFragment(Cut how) throws Exception {
        kvs.limits().idleEnd(Duration.ZERO);
        EmbeddedStream stream = kvs.createStream("cut");
        List<StoredFragment> pushed = push(stream, 3);
        stream.faults()
                .nextConnection(Fault.cutAfter(pushed.get(0).size() + 1_000, how))
                .nextConnection(Fault.cutAfter(pushed.get(1).size() + 1_000, how));

        Job<Fragment> job = job(source(stream)).restarts(0).start();

        assertAll(job.results.awaitCommitted(3), stream);
        assertThat(kvs.log().calls("GetMedia", "cut"))
                .extracting(ApiCall::startSelector)
                .containsExactly(
                        "EARLIEST",
                        "FRAGMENT_NUMBER " + pushed.get(0).number(),
                        "FRAGMENT_NUMBER " + pushed.get(1).number());
        assertThat(kvs.log().sessions("cut")).hasSize(3);
    }

    @Test
    void onlyTheSessionRepeatsACall() throws Exception {
        EmbeddedStream stream = kvs.createStream("refused");
        push(stream, 2);
        stream.faults()
                .nextConnection(Fault.internalFailure())
                .nextConnection(Fault.resetBeforeAnswer());

        Job<Fragment> job = job(source(stream)).restarts(0).start();

        assertAll(job.results.awaitCommitted(2), stream);
        assertThat(metric(job, "KinesisVideo.class.retry.errors")).isEqualTo(2);
        assertThat(reconnects(job, "error")).isEqualTo(2);
    }

    /**
     * By default, the SDK ends a connection that is not read for 30 s. Meanwhile the service cuts
     * one, and ends the other.
     */
    @Test
    void aPauseOfAnyLengthIsNoError() throws Exception {
        Duration pause = SOAK.dividedBy(2).plusSeconds(2);
        kvs.limits().idleEnd(Duration.ZERO).sessionCap(pause.dividedBy(2));
        EmbeddedStream cut = kvs.createStream("cut");
        EmbeddedStream capped = kvs.createStream("capped");
        cut.faults().nextConnection(Fault.cutAfter(500_000, Cut.ABRUPT));
        for (int i = 0; i < 20; i++) {
            push(cut, 60_000, i);
            push(capped, 60_000, i);
        }
        // Each has its own reader.
        Job<Fragment> job =
                job(source(cut, capped)
                                .set(KvsSourceOptions.MEMORY_BUDGET, new MemorySize(150_000))
                                .set(KvsSourceOptions.SILENCE_TIMEOUT, Duration.ofSeconds(4)))
                        .parallelism(2)
                        .restarts(0)
                        .map(new LongPause(pause))
                        .start();

        List<ServedMedia> ended = kvs.log().awaitEndedSessions("cut", 1, TIME);
        assertThat(ended.get(0).endReason()).isEqualTo(EndReason.CUT);
        ended = kvs.log().awaitEndedSessions("capped", 1, TIME);
        assertThat(ended.get(0).endReason()).isEqualTo(EndReason.SESSION_CAP);
        kvs.limits().sessionCap(Duration.ZERO);
        for (EmbeddedStream stream : List.of(cut, capped)) {
            kvs.log().awaitSessions(stream.name(), 2, pause.plus(TIME));
        }
        assertAll(job.results.awaitCommitted(40), cut, capped);
        for (EmbeddedStream stream : List.of(cut, capped)) {
            assertThat(kvs.log().calls("GetMedia", stream.name())).hasSize(2);
        }
        assertThat(metric(job, "KinesisVideo.class.retry.errors")).isZero();
        assertThat(reconnects(job, "silence")).isZero();
    }

    @Test
    void cutAgainAndAgain() throws Exception {
        EmbeddedStream stream = kvs.createStream("cut");
        push(stream, 8);
        stream.faults().everyConnection(Fault.cutAfter(7_777, Cut.FIN));

        Job<Fragment> job = job(source(stream)).restarts(0).start();

        assertAll(job.results.awaitCommitted(8), stream);
        assertThat(reconnects(job, "cut")).isGreaterThanOrEqualTo(3);
        assertThat(kvs.log().maxCallsPerSecond("GetMedia", "cut")).isLessThan(6);
    }

    @Test
    void repeatedFragment() throws Exception {
        EmbeddedStream stream = kvs.createStream("repeat");
        push(stream, 5);
        stream.faults().nextConnection(Fault.repeatFragment(1), Fault.repeatFragment(3));

        Job<Fragment> job = job(source(stream)).restarts(0).start();

        assertAll(job.results.awaitCommitted(5), stream);
        assertThat(metric(job, "duplicateFragments")).isEqualTo(2);
    }

    @Test
    void stallsInTheMiddleOfAFragmentBetweenFragmentsAndBeforeTheAnswer() throws Exception {
        kvs.behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO));
        EmbeddedStream within = kvs.createStream("within");
        push(within, 4);
        within.faults().nextConnection(Fault.stallAfter(5_000));
        EmbeddedStream between = kvs.createStream("between");
        push(between, 4);
        between.faults().nextConnection(Fault.stallAfter(between.pushed().get(0).size()));
        EmbeddedStream silent = kvs.createStream("silent");
        push(silent, 4);
        silent.faults().nextConnection(Fault.silence());

        Job<Fragment> job =
                job(source(within, between, silent)
                                .set(KvsSourceOptions.SILENCE_TIMEOUT, Duration.ofSeconds(4)))
                        .restarts(0)
                        .start();

        assertAll(job.results.awaitCommitted(12), within, between, silent);
        assertThat(reconnects(job, "silence")).isEqualTo(3);
    }

    @Test
    void silentControlPlane() throws Exception {
        EmbeddedStream stream = kvs.createStream("control");
        push(stream, 2);
        stream.faults()
                .nextCall("DescribeStream", Fault.silence())
                .nextCall("GetDataEndpoint", Fault.silence());

        Job<Fragment> job =
                job(source(stream).set(KvsSourceOptions.SILENCE_TIMEOUT, Duration.ofSeconds(4)))
                        .restarts(0)
                        .start();

        assertAll(job.results.awaitCommitted(2), stream);
    }

    @Test
    void controlPlaneThatFailsForSecondsIsWarnedOf() throws Exception {
        EmbeddedStream first = kvs.createStream("first");
        EmbeddedStream second = kvs.createStream("second");
        push(first, 1);
        push(second, 1);
        kvs.faults().everyCall("DescribeStream", Fault.refuse(503));
        try (LogCapture logs = new LogCapture("io.github.flinkkvs")) {
            Job<Fragment> job = job(source(first, second)).restarts(0).start();
            kvs.log().awaitCalls("DescribeStream", "first", 5, TIME);
            kvs.log().awaitCalls("DescribeStream", "second", 5, TIME);
            assertThat(logs.lines())
                    .filteredOn(line -> line.contains("4 times in a row"))
                    .singleElement()
                    .asString()
                    .contains("no stream is read before it is found")
                    .contains("HTTP status 503");
            kvs.faults().clear();
            assertAll(job.results.awaitCommitted(2), first, second);
        }
    }

    @Test
    void throttledAndRefusedCallsOfAllKinds() throws Exception {
        EmbeddedStream throttled = kvs.createStream("throttled");
        throttled
                .faults()
                .nextCall("DescribeStream", Fault.throttle())
                .nextCall("DescribeStream", Fault.internalFailure())
                .nextCall("DescribeStream", Fault.resetBeforeAnswer())
                .nextCall("GetDataEndpoint", Fault.throttle())
                .nextCall("GetDataEndpoint", Fault.refuse(503))
                .nextConnection(Fault.throttle())
                .nextConnection(Fault.throttle());
        EmbeddedStream refused = kvs.createStream("refused");
        refused.faults()
                .nextConnection(Fault.internalFailure())
                .nextConnection(Fault.refuse(502))
                .nextConnection(Fault.resetBeforeAnswer())
                .nextConnection(Fault.expiredToken())
                .nextConnection(Fault.errorTag(3002, "INTERNAL_ERROR"))
                .nextConnection(Fault.errorTag(4503, "KMS_THROTTLED", 2));
        push(throttled, 4);
        push(refused, 4);

        Job<Fragment> job = job(source(throttled, refused)).restarts(0).start();

        assertAll(job.results.awaitCommitted(8), throttled, refused);
        assertThat(metric(job, "KinesisVideo.class.throttled.errors")).isEqualTo(3);
        assertThat(kvs.log().maxCallsPerSecond("GetMedia", "refused")).isLessThan(6);
    }

    @Test
    void errorsThatWaitingCannotMendFailTheJob() throws Exception {
        EmbeddedStream stream = kvs.createStream("denied");
        push(stream, 2);
        stream.faults()
                .nextConnection(
                        Fault.httpError(403, "AccessDeniedException", "User is not authorized"));

        Job<Fragment> job = job(source(stream)).restarts(0).start();

        assertThat(job.awaitFailure())
                .contains(stream.arn())
                .contains("AccessDeniedException: User is not authorized (request ");
    }

    @Test
    void endlessErrorsFailTheJobWhenTheirBudgetIsSpent() throws Exception {
        EmbeddedStream stream = kvs.createStream("broken");
        push(stream, 2);
        stream.faults().everyConnection(Fault.internalFailure());

        Job<Fragment> job =
                job(source(stream).set(KvsSourceOptions.RETRY_BUDGET, Duration.ofSeconds(1)))
                        .restarts(0)
                        .start();

        assertThat(job.awaitFailure())
                .contains(stream.arn())
                .contains("InternalFailure")
                .contains("source.retry.budget");
    }

    @ParameterizedTest
    @EnumSource(SessionCapEnd.class)
    void sessionCap(SessionCapEnd end) throws Exception {
        kvs.behavior(Behavior.likely().sessionCapEnd(end));
        kvs.limits().sessionCap(Duration.ofMillis(700));
        EmbeddedStream stream = kvs.createStream("capped");
        try (Camera camera = Camera.builder(stream).speed(5).fragments(10).start()) {
            Job<Fragment> job = job(source(stream)).restarts(0).start();
            assertAll(job.results.awaitCommitted(10), stream);
        }
        assertThat(kvs.log().sessions("capped"))
                .extracting(ServedMedia::endReason)
                .contains(EndReason.SESSION_CAP);
    }

    @Test
    void endWithoutMediaAfterThreeSecondsWithTheDefaults() throws Exception {
        kvs.limits().idleEnd(Duration.ofSeconds(3));
        EmbeddedStream stream = kvs.createStream("pauses");
        push(stream, 2);

        Job<Fragment> job =
                job(source(stream)
                                .set(
                                        KvsSourceOptions.IDLE_INTERVAL,
                                        KvsSourceOptions.IDLE_INTERVAL.defaultValue()))
                        .restarts(0)
                        .start();
        kvs.log().awaitEndedSessions("pauses", 1, TIME);
        push(stream, 2);

        assertAll(job.results.awaitCommitted(4), stream);
        assertThat(kvs.log().sessions("pauses").get(0).endReason()).isEqualTo(EndReason.IDLE);
    }

    @Test
    void silentConnectionAfterTheLastByteOfAFragment() throws Exception {
        kvs.limits().idleEnd(Duration.ZERO);
        EmbeddedStream stream = kvs.createStream("silent");
        push(stream, 2);

        Job<Fragment> job = job(source(stream)).restarts(0).start();

        job.results.awaitCommitted(2);
        push(stream, 1);
        assertAll(job.results.awaitCommitted(3), stream);
        List<ServedMedia> sessions = kvs.log().sessions("silent");
        assertThat(sessions).hasSize(1);
        assertThat(sessions.get(0).endReason()).isNull();
        assertThat(sessions.get(0).fragmentsSent()).hasSize(3);
    }

    @Test
    void changeOfTheEndpoint() throws Exception {
        EmbeddedStream stream = kvs.createStream("moving");
        push(stream, 3);
        stream.faults()
                .nextConnection(Fault.invalidEndpoint())
                .nextConnection(Fault.wrongEndpoint())
                .nextConnection(Fault.refuse(403));

        Job<Fragment> job = job(source(stream)).restarts(0).start();

        assertAll(job.results.awaitCommitted(3), stream);
        assertThat(reconnects(job, "endpoint")).isEqualTo(3);
        assertThat(kvs.log().calls("GetDataEndpoint", "moving")).hasSize(4);
    }

    @Test
    void endpointIsAskedForWhenItIsOld() throws Exception {
        EmbeddedStream stream = kvs.createStream("refreshed");

        Job<Fragment> job =
                job(source(stream)
                                .set(
                                        KvsSourceOptions.ENDPOINT_REFRESH_INTERVAL,
                                        Duration.ofMillis(1)))
                        .restarts(0)
                        .start();

        kvs.log().awaitCalls("GetDataEndpoint", "refreshed", 3, TIME);
        push(stream, 3);
        assertAll(job.results.awaitCommitted(3), stream);
    }

    @Test
    void connectionsHeldByOthersThenFreed() throws Exception {
        EmbeddedStream stream = kvs.createStream("shared");
        push(stream, 3);
        kvs.foreignConnections("shared", 3);

        Job<Fragment> job = job(source(stream)).restarts(0).start();

        kvs.log()
                .await(
                        seen ->
                                seen.calls("GetMedia", "shared").size() >= 3
                                        && metric(job, "streamsAtConnectionLimit") == 1,
                        "it waits",
                        TIME);
        assertThat(kvs.log().sessions("shared")).isEmpty();
        kvs.foreignConnections("shared", 2);
        assertAll(job.results.awaitCommitted(3), stream);
        assertThat(metric(job, "streamsAtConnectionLimit")).isZero();
        assertThat(metric(job, "KinesisVideo.class.connectionLimit.errors"))
                .isGreaterThanOrEqualTo(3);
    }

    @Test
    void connectionsHeldByOthersForTooLong() throws Exception {
        EmbeddedStream stream = kvs.createStream("shared");
        kvs.foreignConnections("shared", 3);

        Job<Fragment> job =
                job(source(stream)
                                .set(
                                        KvsSourceOptions.CONNECTION_LIMIT_FAIL_AFTER,
                                        Duration.ofSeconds(1)))
                        .restarts(0)
                        .start();

        assertThat(job.awaitFailure())
                .contains(stream.arn())
                .contains("ConnectionLimitExceededException");
    }

    @Test
    void anyChunking() throws Exception {
        EmbeddedStream single = kvs.createStream("single-bytes");
        single.faults().everyConnection(Fault.drip(1));
        EmbeddedStream odd = kvs.createStream("odd-chunks");
        odd.faults().everyConnection(Fault.drip(13));
        push(single, 3);
        push(odd, 3);

        Job<Fragment> job = job(source(single, odd)).restarts(0).start();

        assertAll(job.results.awaitCommitted(6), single, odd);
    }

    @Test
    void httpsCuts() throws Exception {
        startService(EmbeddedKvs.builder().https(true));
        List<EmbeddedStream> streams = new ArrayList<>();
        for (Cut how : Cut.values()) {
            EmbeddedStream stream = kvs.createStream("cut-" + how);
            push(stream, 3);
            stream.faults().nextConnection(Fault.cutAfter(5_000, how));
            streams.add(stream);
        }

        Job<Fragment> job =
                job(source(streams.toArray(new EmbeddedStream[0]))
                                .set(AwsOptions.TRUST_ALL_CERTIFICATES, true))
                        .restarts(0)
                        .start();

        assertAll(job.results.awaitCommitted(9), streams.toArray(new EmbeddedStream[0]));
    }

    // ---- bad fragments ------------------------------------------------------------------------

    private enum Bad {
        CORRUPT("cannot be read"),
        OVERSIZED("cannot be read"),
        NEVER_COMPLETED("never completed"),
        BROKEN_OFF("cannot be read");

        final String message;

        Bad(String message) {
            this.message = message;
        }

        /** Spoils the third of five fragments. */
        StoredFragment spoil(EmbeddedStream stream) {
            StoredFragment bad = push(stream, 3).get(2);
            switch (this) {
                case CORRUPT:
                    byte[] bytes = bad.bytes();
                    int cluster = indexOf(bytes, 0x1F43B675);
                    stream.corrupt(bad.number(), cluster, new byte[] {0, 0, 0, 0});
                    break;
                case OVERSIZED:
                    stream.oversize(bad.number(), 100_000);
                    break;
                case NEVER_COMPLETED:
                    stream.neverComplete(bad.number());
                    break;
                default:
                    stream.neverComplete(bad.number(), 2_000, AfterBreak.END_OF_BODY);
            }
            push(stream, 2);
            return bad;
        }
    }

    private static int indexOf(byte[] bytes, int id) {
        for (int i = 0; ; i++) {
            if (ByteBuffer.wrap(bytes, i, 4).getInt() == id) {
                return i;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Bad.class)
    void badFragmentFailsTheJob(Bad kind) throws Exception {
        EmbeddedStream stream = kvs.createStream("bad");
        StoredFragment bad = kind.spoil(stream);

        Job<Fragment> job =
                job(source(stream).set(KvsSourceOptions.FRAGMENT_MAX_SIZE, new MemorySize(50_000)))
                        .restarts(0)
                        .start();

        assertThat(job.awaitFailure())
                .contains(stream.arn())
                .contains("Fragment " + bad.number() + " cannot be read, 3 times in a row")
                .contains(kind.message)
                .contains("source.bad-fragment = SKIP");
        assertThat(of(stream, job.results.everSeen())).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(Bad.class)
    void badFragmentIsSkipped(Bad kind) throws Exception {
        EmbeddedStream stream = kvs.createStream("bad");
        StoredFragment bad = kind.spoil(stream);

        Job<Fragment> job =
                job(source(stream)
                                .set(KvsSourceOptions.FRAGMENT_MAX_SIZE, new MemorySize(50_000))
                                .set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP))
                        .restarts(0)
                        .start();

        List<StoredFragment> good = new ArrayList<>(stream.pushed());
        good.removeIf(fragment -> fragment.number().equals(bad.number()));
        List<Fragment> read = job.results.awaitCommitted(4);
        assertExactly(read, good);
        assertThat(metric(job, "skippedFragments")).isEqualTo(1);
    }

    /** Only the archive tells its number, and lists it once it is old enough. */
    @Test
    void fragmentThatIsDamagedBeforeItsNumberIsSkipped() throws Exception {
        EmbeddedStream stream = kvs.createStream("bad");
        StoredFragment bad = push(stream, 3).get(2);
        stream.corrupt(bad.number(), indexOf(bad.bytes(), 0x18538067), new byte[] {0, 0, 0, 0});
        push(stream, 2);

        Job<Fragment> job =
                job(source(stream).set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP))
                        .restarts(0)
                        .start();
        assertExactly(job.results.awaitCommitted(2), stream.pushed().subList(0, 2));
        kvs.clock().shift(Duration.ofMinutes(1));

        List<StoredFragment> good = new ArrayList<>(stream.pushed());
        good.removeIf(fragment -> fragment.number().equals(bad.number()));
        assertExactly(job.results.awaitCommitted(4), good);
        assertThat(metric(job, "skippedFragments")).isEqualTo(1);
    }

    @Test
    void fragmentThatIsAbandonedByItsProducer() throws Exception {
        EmbeddedStream stream = kvs.createStream("abandoned");
        push(stream, 2);
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(30_000));
        upload.next();

        Job<Fragment> job = job(source(stream)).restarts(0).start();
        kvs.log()
                .await(
                        seen ->
                                seen.sessions("abandoned").stream()
                                        .anyMatch(s -> s.fragmentsStarted().size() == 3),
                        "the open fragment is on its way",
                        TIME);
        upload.abandon();
        push(stream, 2);

        assertAll(job.results.awaitCommitted(4), stream);
    }
}
