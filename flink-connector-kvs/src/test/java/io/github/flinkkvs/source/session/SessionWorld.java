/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.FakeArchive;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.KvsSourceOptions.LostFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.reader.Handover;

import javax.annotation.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/** A reader of some streams, their data at the service, and Flink downstream. */
final class SessionWorld {

    /** The kinds of streams in a world. */
    enum Kind {
        /** Read from the earliest fragment, for ever. */
        PLAIN,
        /** Read from now, a timestamp or a fragment. */
        STARTS,
        /** The same, up to a timestamp or a fragment. */
        STOPS,
        /** The same, and a quarter of the fragments cannot be read. */
        BAD,
        /** Deleted and recreated under their names. */
        RECREATED,
        /** Media that is not read for an hour expires. */
        EXPIRING
    }

    final Random random;
    final Kind kind;
    final HistoryMode history;
    final int retentionHours;
    private final long budgetBytes;
    final SessionRig rig = new SessionRig();
    final List<SimulatedStream> streams = new ArrayList<>();
    final Map<String, SimulatedStream> bySplit = new HashMap<>();

    /** Events with their split ids, and finished queues. */
    private final Queue<Object> unemitted = new ArrayDeque<>();

    private final Map<String, Integer> losses = new HashMap<>();
    private final long startNanos = rig.timer.nanoTime();

    /**
     * @param history LIVE for a world without archive
     */
    SessionWorld(Random random, Kind kind, @Nullable FrameFilter frames, HistoryMode history) {
        this.random = random;
        this.history = history;
        this.kind = kind;
        retentionHours = kind == Kind.EXPIRING ? 1 : 24;
        rig.frames = frames;
        // Room for two fragments, or for more than ever arrive.
        budgetBytes = random.nextBoolean() ? 2_500 : 1 << 20;
        rig.budget = rig.newBudget(budgetBytes);
        rig.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofDays(100));
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.set(KvsSourceOptions.RECREATED_STREAM, RecreatedStreamPolicy.READ_NEW);
        rig.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        rig.set(KvsSourceOptions.LOST_FRAGMENT, LostFragmentPolicy.SKIP);
        rig.set(KvsSourceOptions.HISTORY, history);
        rig.archive.pageSize = 1 + random.nextInt(50);
        rig.archive.listedAfterMillis = random.nextInt(10_000);
        rig.archive.oldestMillis = () -> serviceMillis() - retentionHours * 3_600_000L;
        rig.archive.aheadMillis = () -> random.nextInt(10_000) - 5_000;
        rig.archive.hasEmptyPage = () -> random.nextInt(10) == 0;
        rig.archive.repeatsFragment = () -> random.nextInt(10) == 0;
        rig.archive.order = this::anyOrder;
        rig.archive.losesNow = this::losesNow;
        rig.archive.breaksNow = number -> random.nextInt(60) == 0;
        for (int i = 0; i < 3; i++) {
            streams.add(new SimulatedStream(this, "camera-" + i));
        }
        // Some media before anybody reads.
        boolean old = history != HistoryMode.LIVE;
        for (int i = random.nextInt(old ? 60 : 12); i > 0; i--) {
            anyStream().push();
            rig.timer.advanceMillis(100 + random.nextInt(old ? 5_000 : 500));
            if (old && random.nextInt(20) == 0) {
                rig.timer.advanceMillis(random.nextInt(1_800_000));
            }
        }
        // The service's clock has whole seconds.
        rig.timer.advanceMillis(1000 + serviceSeconds() - serviceMillis());
        streams.forEach(SimulatedStream::find);
        streams.forEach(SimulatedStream::start);
        rig.timer.runDue();
    }

    /** The order of an answer is not promised. */
    private List<String> anyOrder(List<String> numbers) {
        int choice = random.nextInt(6);
        if (choice == 0) {
            Collections.shuffle(numbers, random);
        } else if (choice == 1) {
            Collections.reverse(numbers);
        } else if (choice == 2) {
            String again = numbers.get(random.nextInt(numbers.size()));
            numbers.add(random.nextInt(numbers.size() + 1), again);
        }
        return numbers;
    }

    /** Some fragments are not found at first. */
    private boolean losesNow(String number) {
        return random.nextInt(60) == 0 && losses.merge(number, 1, Integer::sum) < 3;
    }

    SimulatedStream anyStream() {
        return streams.get(random.nextInt(streams.size()));
    }

    long serviceMillis() {
        return SessionRig.T0 + (rig.timer.nanoTime() - startNanos) / 1_000_000;
    }

    /** As its answers tell. */
    long serviceSeconds() {
        return Math.floorDiv(serviceMillis(), 1000L) * 1000;
    }

    void step() throws Exception {
        SimulatedStream stream = anyStream();
        if (history != HistoryMode.LIVE && random.nextBoolean()) {
            archiveStep(stream);
            return;
        }
        switch (random.nextInt(21)) {
            case 0:
            case 1:
                stream.push();
                break;
            case 2:
                stream.pause();
                break;
            case 3:
            case 4:
                stream.resume();
                break;
            case 5:
                stream.cut();
                break;
            case 6:
                stream.endQuietly();
                break;
            case 7:
                stream.fail();
                break;
            case 8:
                stream.errorTag();
                break;
            case 9:
                answer();
                break;
            case 10:
                staleEvents();
                break;
            case 11:
                checkpoint();
                break;
            case 12:
                if (random.nextInt(8) == 0) {
                    restart();
                }
                break;
            case 13:
                take();
                break;
            case 14:
                emit(random.nextInt(3));
                break;
            case 15:
                rig.timer.advanceMillis(random.nextInt(3_000));
                break;
            case 16:
                if (random.nextInt(20) == 0) {
                    pass(Duration.ofMinutes(5));
                }
                break;
            case 17:
                if (kind == Kind.RECREATED && random.nextInt(15) == 0) {
                    stream.recreate();
                }
                if (kind == Kind.EXPIRING && random.nextInt(15) == 0) {
                    pass(Duration.ofMinutes(40));
                }
                break;
            default:
                stream.deliver(1 + random.nextInt(600));
        }
    }

    private void archiveStep(SimulatedStream stream) {
        // Between any two looks at the clock, threads may have to wait.
        rig.timer.ticks = () -> random.nextInt(20) == 0 ? random.nextInt(4_000) * 1_000_000L : 0;
        try {
            archiveStepOnSlowThreads(stream);
        } finally {
            rig.timer.ticks = () -> 0;
        }
    }

    private void archiveStepOnSlowThreads(SimulatedStream stream) {
        switch (random.nextInt(10)) {
            case 0:
            case 1:
            case 2:
                stream.answerList();
                break;
            case 3:
                if (random.nextBoolean()) {
                    stream.cutArchived();
                } else {
                    stream.refuseToken();
                }
                break;
            case 4:
                if (random.nextInt(4) == 0) {
                    stream.failArchive();
                }
                break;
            case 5:
                answer();
                break;
            default:
                stream.deliverArchived(1 + random.nextInt(2_000));
        }
    }

    /** Time passes, but every call is answered first. */
    private void pass(Duration time) {
        streams.forEach(stream -> stream.answered(stream.call()));
        rig.timer.advance(time);
    }

    // ---- Flink ------------------------------------------------------------------------

    private void take() throws Exception {
        rig.handover.wakeUp();
        Handover.Batch batch = rig.handover.take();
        batch.events()
                .forEach(
                        (split, events) -> events.forEach(e -> unemitted.add(Map.entry(split, e))));
        for (EventQueue finished : batch.finished()) {
            rig.lock.lock();
            bySplit.get(finished.splitId()).session.close();
            rig.lock.unlock();
            unemitted.add(finished);
        }
    }

    private void emit(int count) {
        for (int i = 0; i < count && !unemitted.isEmpty(); i++) {
            Object next = unemitted.poll();
            if (next instanceof EventQueue) {
                SimulatedStream stream = bySplit.get(((EventQueue) next).splitId());
                assertThat(stream.finished).as("finished before").isFalse();
                stream.finished = true;
                continue;
            }
            Map.Entry<?, ?> taken = (Map.Entry<?, ?>) next;
            StreamEvent event = (StreamEvent) taken.getValue();
            SimulatedStream stream = bySplit.get(taken.getKey());
            event.applyTo(stream.state);
            if (event instanceof StreamEvent.FragmentArrived) {
                StreamEvent.FragmentArrived arrived = (StreamEvent.FragmentArrived) event;
                stream.emitted.add(arrived.fragment().number().toString());
            } else if (event instanceof StreamEvent.FrameArrived) {
                FrameRecord frame = ((StreamEvent.FrameArrived) event).frame();
                stream.emitted.add(frame.fragment().number() + "." + frame.frame().index());
            }
            event.onEmitted();
        }
    }

    private void checkpoint() {
        for (SimulatedStream stream : streams) {
            // Flink keeps no finished splits.
            stream.checkpoint = stream.finished ? null : stream.state.toSplit();
            stream.checkpointed = stream.emitted.size();
        }
    }

    private void restart() throws Exception {
        close();
        // Records that Flink held are lost with it.
        rig.budget = rig.newBudget(budgetBytes);
        unemitted.clear();
        rig.handover.wakeUp();
        assertThat(rig.handover.take().events()).isEmpty();
        if (kind == Kind.EXPIRING && random.nextBoolean()) {
            rig.timer.advance(Duration.ofMinutes(random.nextInt(90)));
        }
        for (SimulatedStream stream : streams) {
            stream.emitted.subList(stream.checkpointed, stream.emitted.size()).clear();
            stream.finished = stream.checkpoint == null;
            if (!stream.finished) {
                stream.start();
            }
        }
        rig.timer.runDue();
    }

    void close() {
        rig.lock.lock();
        streams.forEach(stream -> stream.session.close());
        rig.lock.unlock();
    }

    // ---- the service ------------------------------------------------------------------

    /** The service's descriptions arrive. */
    private void answer() {
        for (Map.Entry<String, CompletableFuture<StreamDescription>> asked :
                new HashMap<>(rig.directory.answers).entrySet()) {
            rig.directory.answers.remove(asked.getKey());
            CompletableFuture<StreamDescription> answer = asked.getValue();
            boolean byArn = StreamArn.isArn(asked.getKey());
            String name = byArn ? StreamArn.parse(asked.getKey()).name() : asked.getKey();
            SimulatedStream stream =
                    streams.stream().filter(s -> s.name.equals(name)).findFirst().get();
            if (random.nextInt(4) == 0) {
                answer.completeExceptionally(new IOException("reset"));
            } else if (byArn && !asked.getKey().equals(stream.arn.toString())) {
                answer.completeExceptionally(notFound());
            } else {
                answer.complete(stream.description());
            }
        }
    }

    static Throwable notFound() {
        return SessionRig.error("ResourceNotFoundException", 404);
    }

    /** Cancelled calls still report. */
    void staleEvents() {
        for (FakeArchive.Body body : new ArrayList<>(rig.archive.bodies)) {
            if (body.cancelled && random.nextInt(4) == 0) {
                body.late();
            }
        }
        for (SessionRig.Call call : new ArrayList<>(rig.service.calls)) {
            if (call.cancelled && random.nextInt(4) == 0) {
                call.respond(serviceSeconds());
                call.lateBytes(GetMediaBytes.fragment(900_000, SessionRig.T0, 10));
                if (random.nextBoolean()) {
                    call.endEarly();
                }
                call.fail(new IOException("cancelled"));
            }
        }
    }

    // ---- in the end -------------------------------------------------------------------

    void heal() throws Exception {
        // The reader detects a gap in time, even if nothing follows it.
        int least = kind == Kind.EXPIRING ? 200 : 0;
        for (int i = 0;
                i < least || i < 4_000 && !streams.stream().allMatch(SimulatedStream::isRead);
                i++) {
            for (SimulatedStream stream : streams) {
                if (!stream.finished) {
                    stream.resume();
                    stream.deliver(Integer.MAX_VALUE);
                    stream.endQuietly();
                    stream.answerList();
                    stream.deliverArchived(Integer.MAX_VALUE);
                }
            }
            answer();
            take();
            emit(unemitted.size());
            rig.timer.advanceMillis(500);
        }
    }

    void assertEachOnce() {
        if (kind == Kind.EXPIRING) {
            assertLossesAreTold();
            return;
        }
        for (SimulatedStream stream : streams) {
            if (kind == Kind.RECREATED) {
                stream.assertEachOfItsStreamsUpToItsEnd();
            } else {
                assertThat(stream.emitted).as(stream.name).isEqualTo(stream.expected());
            }
            assertThat(stream.finished).as("finished").isEqualTo(stream.stop.isBounded());
        }
    }

    private void assertLossesAreTold() {
        int streamsWithLosses = 0;
        for (SimulatedStream stream : streams) {
            List<String> expected = stream.expected();
            List<String> kept = new ArrayList<>(expected);
            kept.retainAll(stream.emitted);
            assertThat(stream.emitted).as(stream.name).isEqualTo(kept);
            assertThat(stream.isRead()).as(stream.name + " is read to its end").isTrue();
            // The earliest fragment is whichever is there.
            int from = stream.startWasThere || kept.isEmpty() ? 0 : expected.indexOf(kept.get(0));
            boolean lost = !kept.isEmpty() && kept.size() < expected.size() - from;
            streamsWithLosses += lost ? 1 : 0;
        }
        assertThat(
                        rig.metrics.count("gaps")
                                + rig.metrics.count("incompleteFragments")
                                + rig.metrics.count("lostFragments"))
                .as("told of losses in " + streamsWithLosses + " streams")
                .isGreaterThanOrEqualTo(streamsWithLosses);
    }

    void assertNothingIsLeft() {
        emit(unemitted.size());
        assertThat(rig.service.open()).as("open calls").isEmpty();
        assertThat(rig.archive.open()).as("open calls of the archive").isEmpty();
        assertThat(rig.archive.lists).as("open lists of the archive").isEmpty();
        assertThat(rig.metrics.gauge("streamsInHistory")).as("in the archive").isZero();
        assertThat(rig.timer.scheduled()).as("timers").isZero();
        assertThat(rig.budget.used()).as("memory").isZero();
        assertThat(rig.metrics.gauge("connections")).as("connections").isZero();
        assertThat(rig.metrics.gauge("streamsAtConnectionLimit")).as("at the limit").isZero();
        assertThat(streams).allSatisfy(s -> assertThat(s.session.queue().poll()).isNull());
    }
}
