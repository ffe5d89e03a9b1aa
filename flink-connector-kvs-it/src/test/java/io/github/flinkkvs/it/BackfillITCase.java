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
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.archive.ArchiveBehavior;
import io.github.flinkkvs.testing.behavior.archive.ArchiveTags;
import io.github.flinkkvs.testing.behavior.archive.BodyOrder;
import io.github.flinkkvs.testing.behavior.archive.BodyShape;
import io.github.flinkkvs.testing.behavior.archive.ListingOrder;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A job reads the history of a stream and goes on with its live media while cameras push: it fails
 * in each phase, and is restored from a savepoint of each, with more readers than before.
 *
 * <p>A call that the service leaves unanswered, or breaks off, keeps the job in a phase for as long
 * as the test needs.
 */
class BackfillITCase extends KvsTestBase {

    private static final String LIST = "ListFragments";
    private static final String BATCH = "GetMediaForFragmentList";

    /** Some batches. */
    private static final int HISTORY = 300;

    /** The time from one fragment to the next. */
    private static final Duration FRAGMENT = Duration.ofSeconds(2);

    /** The time between the history and the jobs. */
    private static final Duration LATER = Duration.ofMinutes(5);

    /** The phases of reading, in their order. */
    enum Phase {
        /** Nothing is known of the history. */
        LISTING,
        /** Some fragments of the first batch were sent. */
        IN_A_BATCH,
        /** All of the first batch was read, nothing of the second was sent. */
        BETWEEN_BATCHES,
        /** All of the history was read, and the live media was asked for. */
        HAND_OVER,
        /** The live media is being read. */
        LIVE
    }

    /** A stream with so many fragments, one after the other. */
    private EmbeddedStream streamWithHistory(String name, int fragments) {
        EmbeddedStream stream = kvs.createStream(name);
        for (int i = 0; i < fragments; i++) {
            push(stream, 1);
            kvs.clock().shift(FRAGMENT);
        }
        return stream;
    }

    private KvsSourceBuilder<Fragment> source(HistoryMode history, EmbeddedStream... streams) {
        return source(streams).set(KvsSourceOptions.HISTORY, history);
    }

    /** Lets the service stop the job when it gets there. */
    private static void holdIn(Phase phase, EmbeddedStream stream) {
        switch (phase) {
            case LISTING:
                stream.faults().nextCall(LIST, Fault.silence());
                break;
            case IN_A_BATCH:
                stream.faults().nextCall(BATCH, Fault.stallAfter(20_000));
                break;
            case BETWEEN_BATCHES:
                stream.faults().nextCall(BATCH).nextCall(BATCH, Fault.silence());
                break;
            case HAND_OVER:
                stream.faults().nextConnection(Fault.silence());
                break;
            default:
        }
    }

    /** Waits until it is there. */
    private void await(Phase phase, EmbeddedStream stream, Job<Fragment> job) {
        switch (phase) {
            case LISTING:
                awaitSilence(LIST, stream);
                assertThat(of(stream, job.results.seen())).isEmpty();
                break;
            case IN_A_BATCH:
                kvs.log()
                        .await(
                                log ->
                                        log.sessions(BATCH, stream.name()).stream()
                                                .anyMatch(body -> body.bytesSent() >= 20_000),
                                "a batch breaks off",
                                TIME);
                break;
            case BETWEEN_BATCHES:
                awaitSilence(BATCH, stream);
                List<ServedMedia> batches = kvs.log().sessions(BATCH, stream.name());
                awaitSeen(job, stream, batches.get(0).fragmentsSent().size() - 1);
                break;
            case HAND_OVER:
                awaitSilence("GetMedia", stream);
                awaitSeen(job, stream, HISTORY);
                assertThat(mediaCalls(stream)).startsWith(BATCH).endsWith("GetMedia");
                break;
            default:
                awaitSeen(job, stream, HISTORY + 3);
                assertThat(kvs.log().sessions(stream.name())).isNotEmpty();
        }
    }

    private void awaitSilence(String operation, EmbeddedStream stream) {
        kvs.log()
                .await(
                        log ->
                                log.calls(operation, stream.name()).stream()
                                        .anyMatch(call -> "silence".equals(call.errorType())),
                        "a call of " + operation + " is left unanswered",
                        TIME);
    }

    /** The operations that asked for media of a stream, in the order of the calls. */
    private List<String> mediaCalls(EmbeddedStream stream) {
        return kvs.log().calls().stream()
                .filter(call -> stream.name().equals(call.stream()))
                .map(ApiCall::operation)
                .filter(operation -> operation.startsWith("GetMedia"))
                .collect(Collectors.toList());
    }

    private static void awaitSeen(Job<Fragment> job, EmbeddedStream stream, int count) {
        job.results.awaitSeen(
                seen -> of(stream, seen).size() >= count, count + " fragments of " + stream);
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void failsAndIsRestoredIn(Phase phase) throws Exception {
        // So that it is now when the history ends: a stream whose clock is ahead of the reader's
        // begins with GetMedia.
        kvs.clock().shift(LATER.plus(FRAGMENT.multipliedBy(2 * HISTORY)).negated());
        EmbeddedStream free = streamWithHistory("free", HISTORY);
        EmbeddedStream held = streamWithHistory("held", HISTORY);
        // All of what there is of the held one is read from the archive; the other one has newer
        // media, too.
        kvs.clock().shift(LATER);
        push(free, 10);
        holdIn(phase, held);
        FailOnDemand<Fragment> failure = new FailOnDemand<>();
        Job<Fragment> restored;
        try (Camera onHeld = Camera.builder(held).speed(10).start();
                Camera onFree = Camera.builder(free).speed(10).start()) {
            Job<Fragment> job = job(source(HistoryMode.ARCHIVE, held, free)).map(failure).start();
            await(phase, held, job);
            String savepoint = job.savepoint();
            failure.fail();
            job.results.awaitAttempts(2);
            awaitSeen(job, held, HISTORY + 5);
            awaitSeen(job, free, HISTORY + 15);
            job.results.awaitNewCheckpoint();
            job.cancel();
            assertBeginnings(job.results.committed(), held, free);

            restored =
                    job(source(HistoryMode.ARCHIVE, held, free))
                            .parallelism(2)
                            .from(savepoint)
                            .start();
            awaitSeen(restored, held, held.pushed().size() + 2);
        }
        int all = held.pushed().size() + free.pushed().size();
        assertAll(restored.results.awaitCommitted(all), held, free);
    }

    /**
     * Round after round, with everything that is open about the service, and everything that fails.
     */
    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS)
    void failuresAnywhere() throws Exception {
        long until = System.nanoTime() + SOAK.toNanos();
        long seed = Long.getLong("kvs.test.seed", 1);
        do {
            failAnywhere(seed++);
        } while (System.nanoTime() < until);
    }

    private void failAnywhere(long seed) throws Exception {
        Random random = new Random(seed);
        startService(EmbeddedKvs.builder());
        kvs.behavior(Behavior.likely().archive(archive -> behavior(archive, random)));
        EmbeddedStream[] streams = new EmbeddedStream[1 + random.nextInt(3)];
        List<Camera> cameras = new ArrayList<>();
        try {
            for (int i = 0; i < streams.length; i++) {
                streams[i] = streamWithHistory("stream-" + i, random.nextInt(200));
                for (int fault = 0; fault < 4; fault++) {
                    streams[i]
                            .faults()
                            .nextCall(LIST, fault(random))
                            .nextCall(BATCH, fault(random));
                    streams[i].faults().nextConnection(fault(random));
                }
            }
            for (EmbeddedStream stream : streams) {
                cameras.add(Camera.builder(stream).speed(10).fragments(10).start());
            }
            HistoryMode[] modes = {HistoryMode.AUTO, HistoryMode.ARCHIVE};
            FailOnce<Fragment> failures =
                    new FailOnce<>(
                            1 + random.nextInt(100),
                            101 + random.nextInt(200),
                            301 + random.nextInt(300));
            Job<Fragment> job =
                    job(source(any(modes, random), streams))
                            .parallelism(1 + random.nextInt(2))
                            .map(failures)
                            .start();
            cameras.forEach(camera -> camera.awaitDone(TIME));
            int all = Arrays.stream(streams).mapToInt(stream -> stream.pushed().size()).sum();
            assertSameMedia(job.results.awaitCommitted(all), streams);
            job.cancel();
        } catch (Throwable e) {
            throw new AssertionError("Fails with -Dkvs.test.seed=" + seed + ": " + e, e);
        } finally {
            cameras.forEach(Camera::close);
        }
    }

    /** Documents that the service did not send as such have the same content, in other bytes. */
    private static void assertSameMedia(List<Fragment> actual, EmbeddedStream... streams)
            throws Exception {
        for (EmbeddedStream stream : streams) {
            List<Fragment> expected = new ArrayList<>();
            for (StoredFragment stored : stream.pushed()) {
                expected.addAll(
                        FragmentReader.readAll(stream.name(), stream.arn(), stored.bytes()));
            }
            assertThat(content(of(stream, actual))).isEqualTo(content(expected));
        }
    }

    private static List<String> content(List<Fragment> fragments) throws Exception {
        List<String> all = new ArrayList<>();
        for (Fragment fragment : fragments) {
            StringBuilder content =
                    new StringBuilder()
                            .append(fragment.number())
                            .append(" of ")
                            .append(fragment.serverTimestampMillis())
                            .append(" and ")
                            .append(fragment.producerTimestampMillis());
            for (Frame frame : fragment.frames()) {
                content.append(", ")
                        .append(frame.timestampMillis())
                        .append(": ")
                        .append(frame.data().hashCode());
            }
            all.add(content.toString());
        }
        return all;
    }

    private static ArchiveBehavior behavior(ArchiveBehavior likely, Random random) {
        return likely.seed(random.nextLong())
                .listingOrder(any(ListingOrder.values(), random))
                .listingPageSize(1 + random.nextInt(100))
                .bodyOrder(any(BodyOrder.values(), random))
                .bodyShape(any(BodyShape.values(), random))
                .tags(any(ArchiveTags.values(), random));
    }

    private static Fault fault(Random random) {
        switch (random.nextInt(6)) {
            case 0:
                return Fault.throttle();
            case 1:
                return Fault.internalFailure();
            case 2:
                return Fault.resetBeforeAnswer();
            case 3:
                return Fault.delay(Duration.ofMillis(50));
            default:
                return Fault.cutAfter(random.nextInt(100_000), any(Cut.values(), random));
        }
    }

    private static <T> T any(T[] values, Random random) {
        return values[random.nextInt(values.length)];
    }

    /** What is there of each stream is the beginning of what was pushed. */
    private static void assertBeginnings(List<Fragment> actual, EmbeddedStream... streams) {
        for (EmbeddedStream stream : streams) {
            List<Fragment> read = of(stream, actual);
            assertExactly(read, stream.pushed().subList(0, read.size()));
        }
    }
}
