/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.reader.Handover;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

import static io.github.flinkkvs.source.GetMediaBytes.beginning;
import static io.github.flinkkvs.source.GetMediaBytes.error;
import static io.github.flinkkvs.source.GetMediaBytes.fragment;
import static io.github.flinkkvs.source.GetMediaBytes.malformed;
import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Sessions that share memory, or are held for other reasons. */
class SessionMemoryTest {

    private final SessionRig rig = new SessionRig();

    // ---- our own holding back -------------------------------------------------------------------

    /**
     * Reads a stream that is ahead of another one, whose fragments fill the memory until the sink
     * takes them: the first one stops requesting at a fixed byte within a fragment.
     */
    private SessionRig.Call heldUpWithin(SessionRig.Call ahead, SessionRig.Call behind, long first)
            throws Exception {
        behind.bytes(fragment(first, T0 + first, 1000));
        behind.bytes(fragment(first + 1, T0 + first + 1, 1000));
        ahead.bytes(Arrays.copyOf(fragment(3, T0 + 6000, 1000), 800));
        assertThat(ahead.requested).as("waits for memory").isZero();
        rig.timer.advance(Duration.ofMinutes(2));
        return ahead;
    }

    private void emitAll() throws Exception {
        rig.handover.wakeUp();
        Handover.Batch batch = rig.handover.take();
        SessionRig.eventsOf(batch).forEach(StreamEvent::onEmitted);
    }

    private SessionRig.Call callOf(String stream) {
        List<SessionRig.Call> open = rig.service.open();
        open.removeIf(call -> !call.arn.name().equals(stream));
        assertThat(open).hasSize(1);
        return open.get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"end when asked again", "end unasked", "reset", "silence"})
    void whatBecomesOfAConnectionThatIsNotReadIsNoFaultOfTheService(String fate) throws Exception {
        // Nearly two fragments.
        int bytes = GetMediaBytes.parse("camera", true, fragment(1, T0, 1000)).retainedBytes();
        rig.budget = rig.newBudget(2 * bytes - 50);
        rig.resumeAfter(1, T0);
        SessionRig.Call behind = rig.call().respond();
        StreamSession other =
                rig.newSession(
                        new KvsSplit(
                                SessionRig.arn("other", 1),
                                StartingPosition.earliest(),
                                StoppingPosition.never(),
                                SessionRig.at(1, T0 + 5000),
                                null));
        rig.lock.lock();
        other.start();
        rig.lock.unlock();
        rig.timer.runDue();
        for (int i = 0; i < 10; i++) {
            SessionRig.Call ahead = callOf("other").respond(T0 + 5000);
            heldUpWithin(ahead, behind, 2 + 2 * i);
            if (fate.equals("end unasked")) {
                ahead.endEarly();
            }
            emitAll();
            switch (fate) {
                case "end when asked again":
                    assertThat(ahead.requested).as("asked again").isPositive();
                    ahead.endEarly();
                    break;
                case "reset":
                    ahead.fail(new IOException("reset"));
                    break;
                case "silence":
                    // The other one's connection lives.
                    rig.timer.advanceMillis(10_000);
                    behind.bytes(new byte[0]);
                    rig.timer.advanceMillis(5_000);
                    assertThat(ahead.cancelled).isTrue();
                    break;
                default:
            }
            // It continues at once.
            rig.timer.advanceMillis(250);
            assertThat(callOf("other")).isNotSameAs(ahead);
        }
        emitAll();
        assertThat(rig.metrics.count("class.retry.errors")).isZero();
        assertThat(rig.metrics.count("class.badFragment.errors")).isZero();
        callOf("other").respond(T0 + 5000).bytes(fragment(3, T0 + 6000, 1000));
        assertThat(other.queue().isReady()).as("read on").isTrue();
    }

    /** Bytes sent before the memory ran out may wait in a connection that is dead by now. */
    @Test
    void aConnectionThatWasNotReadProvesByItsEndNothing() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        for (int i = 0; i < 4; i++) {
            rig.call().respond(T0 + 1000);
            rig.pause();
            while (rig.call().requested > 0) {
                rig.call().bytes();
            }
            rig.timer.advanceMillis(1001);
            rig.resume();
            rig.call().end();
            rig.nextCall(31_000);
        }
        rig.call().respond(T0 + 100_000).bytes(fragment(1, T0, 10));
        assertThat(rig.take()).containsExactly("1");
    }

    @Test
    void anOpeningThatTakesLongIsNotBeingHeldUp() {
        rig.service.whileOpening =
                call -> {
                    call.turn();
                    // Like a call that waits for credentials.
                    rig.timer.turn(Duration.ofMillis(1_500));
                };
        rig.start(StartingPosition.earliest());
        int failures = 0;
        while (rig.timer.scheduled() > 0) {
            assertThat(failures++).isLessThan(100);
            rig.call().fail(new IOException("Connect timed out"));
            if (rig.timer.scheduled() > 0) {
                rig.nextCall(31_000);
            }
        }
        assertThatThrownBy(rig::take).hasMessageContaining("Nothing but errors");
        assertThat(rig.metrics.count("class.retry.errors")).isEqualTo(failures);
    }

    // ---- memory ---------------------------------------------------------------------------------

    @Test
    void aPausedStreamGivesUpWhatWasNotTakenAndReadsItAgain() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 1));
        rig.takeWithoutEmitting();
        rig.call().bytes(fragment(2, T0, 1), fragment(3, T0, 1)).end();
        rig.nextCall(250).respond(T0 + 1).end();
        rig.pause();
        rig.evict();
        assertThat(rig.metrics.count("evictions")).isEqualTo(1);
        // Only fragments that were taken are held.
        assertThat(rig.budget.held()).isEqualTo(rig.unemitted.get(0).retainedBytes());
        rig.resume();
        rig.timer.advanceMillis(5000);
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 1");
        rig.call().respond().bytes(fragment(2, T0, 1), fragment(3, T0, 1));
        assertThat(rig.take()).containsExactly("1", "2", "3");
        assertThat(rig.budget.held()).isZero();
    }

    /** Fails every call for this time; if none is open, time passes. */
    private void failFor(Duration time) {
        for (int second = 0; second < time.toSeconds(); second++) {
            rig.service.open().forEach(call -> call.fail(new IOException("reset")));
            rig.timer.advanceMillis(1000);
        }
    }

    @Test
    void hasWaitedForMemoryOnlyUntilItsCallEnded() throws Exception {
        rig.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofMinutes(10));
        rig.budget = rig.newBudget(1_000);
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 2_000));
        assertThat(rig.call().requested).as("waits for memory").isZero();
        failFor(Duration.ofMinutes(6));
        while (rig.service.open().isEmpty()) {
            rig.timer.advanceMillis(1000);
        }
        rig.call().respond();
        assertThat(rig.call().requested).as("waits for memory again").isZero();
        rig.take();
        assertThat(rig.call().requested).isPositive();
        failFor(Duration.ofMinutes(3));
        rig.take();
        failFor(Duration.ofMinutes(2));
        assertThatThrownBy(() -> rig.take()).hasMessageContaining("source.retry.budget");
    }

    @Test
    void hasNotFailedWhileItWaitedForMemoryAfterItMadeWay() throws Exception {
        rig.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofMinutes(10));
        rig.start(StartingPosition.earliest());
        rig.call().fail(new IOException("reset"));
        rig.nextCall(30_000).respond().bytes(beginning(1, T0, 1));
        rig.evict();
        rig.timer.advance(Duration.ofMinutes(11));
        rig.lock.lock();
        rig.session.proceed();
        rig.lock.unlock();
        rig.nextCall(1).fail(new IOException("reset"));
        assertThat(rig.take()).isEmpty();
        rig.nextCall(30_000);
    }

    @Test
    void aPausedStreamThatGivesUpLeavesItsDetourToo() throws Exception {
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 100)).endEarly();
        rig.nextCall(250).respond().bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        // The detour around the position skips the fragment that waits for the fetcher.
        rig.nextCall(250).respond().bytes(fragment(1, T0, 100), beginning(2, T0, 100));
        rig.pause();
        rig.evict();
        rig.resume();
        rig.timer.advanceMillis(250);
        assertThat(rig.call().start()).isEqualTo("EARLIEST");
        rig.call().respond().bytes(fragment(1, T0, 100), fragment(2, T0, 100));
        assertThat(rig.take()).containsExactly("1", "2");
    }

    @Test
    void aPausedStreamThatWasReadToItsStopLosesNothing() throws Exception {
        rig.start(StartingPosition.earliest(), StoppingPosition.atFragment("2"));
        rig.call().respond().bytes(fragment(1, T0, 1));
        rig.pause();
        rig.resume();
        rig.take();
        SessionRig.Call call = rig.call();
        rig.pause();
        call.bytes(fragment(2, T0, 1));
        rig.evict();
        assertThat(rig.take()).containsExactly("1");
        rig.resume();
        rig.timer.advanceMillis(250);
        rig.call().respond().bytes(fragment(2, T0, 1));
        assertThat(rig.take()).containsExactly("1", "2", "finished");
    }

    @Test
    void aPausedStreamThatEndedQuietlyEndsAgainAfterItsFragmentsWereDropped() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        rig.call().respond(T0 + 1).bytes(fragment(1, T0, 1)).end();
        rig.nextCall(250).respond(T0 + 1000).end();
        rig.nextCall(5000).respond(T0 + 6000).end();
        rig.pause();
        rig.evict();
        rig.resume();
        rig.timer.advanceMillis(250);
        rig.call().respond(T0 + 7000).bytes(fragment(1, T0, 1)).end();
        rig.nextCall(250).respond(T0 + 8000).end();
        rig.nextCall(5000).respond(T0 + 13000).end();
        assertThat(rig.take()).contains("1").endsWith("finished");
    }

    @Test
    void aSkippedFragmentThatWasTakenIsNotReadAgain() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 3; i++) {
            rig.call().respond().bytes(malformed(1, T0));
            rig.timer.advanceMillis(2000);
        }
        rig.take();
        rig.call().respond().bytes(fragment(2, T0, 1));
        rig.pause();
        rig.evict();
        rig.resume();
        rig.timer.advanceMillis(250);
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 1");
    }

    /** Begins to read another stream after a fragment. */
    private void startAnother(String name, FragmentPosition position) {
        StreamSession other =
                rig.newSession(
                        new KvsSplit(
                                SessionRig.arn(name, 1),
                                StartingPosition.earliest(),
                                StoppingPosition.never(),
                                position,
                                null));
        rig.lock.lock();
        other.start();
        rig.lock.unlock();
        rig.timer.runDue();
    }

    /** The memory that a stream gives back may go to another one, which then evicts it at once. */
    @Test
    void whoMakesWayWhileItReceivesBeginsAnew() throws Exception {
        byte[] whole = fragment(2, T0 + 60_000, 20_000);
        int complete = GetMediaBytes.parse("camera", true, whole).retainedBytes() + 64;
        rig.budget = rig.newBudget(complete + 1_500);
        rig.resumeAfter(1, T0);
        startAnother("behind", SessionRig.at(1, T0 + 1_000));
        startAnother("ahead", SessionRig.at(5, T0 + 2_000));
        SessionRig.Call first = rig.service.calls.get(0).respond();
        SessionRig.Call behind = rig.service.calls.get(1).respond();
        SessionRig.Call ahead = rig.service.calls.get(2).respond();
        // It was read before, but that is known only when it is complete.
        byte[] known = fragment(4, T0, 10_000);
        ahead.bytes(Arrays.copyOf(known, known.length - 10));
        first.bytes(Arrays.copyOf(whole, whole.length - 10));
        behind.bytes(beginning(2, T0 + 3_000, 500));
        assertThat(behind.requested).isZero();
        first.bytes(Arrays.copyOfRange(whole, whole.length - 10, whole.length));
        ahead.bytes(
                Arrays.copyOfRange(known, known.length - 10, known.length),
                beginning(5, T0, 3_000));
        assertThat(behind.requested).isPositive();
        assertThat(ahead.cancelled).isTrue();
        assertThat(rig.take()).containsExactly("2");
        rig.timer.advanceMillis(250);
        assertThat(rig.service.open()).extracting(call -> call.arn.name()).contains("ahead");
    }

    @Test
    void twoStreamsShareTheBudget() throws Exception {
        byte[] first = fragment(1, T0, 1000);
        rig.budget = rig.newBudget(first.length + 400);
        rig.start(StartingPosition.earliest());
        SessionRig.Call mine = rig.call().respond();
        startAnother("other", SessionRig.at(1, T0 + 5000));
        SessionRig.Call others = rig.service.calls.get(1).respond(T0 + 5000);
        others.bytes(beginning(2, T0 + 6000, 600));
        assertThat(others.requested).isPositive();
        // Together they need too much, but the one that is behind continues; the other is evicted.
        mine.bytes(Arrays.copyOf(first, 1000));
        assertThat(mine.requested).isPositive();
        others.bytes(new byte[0]);
        assertThat(others.cancelled).isTrue();
        mine.bytes(Arrays.copyOfRange(first, 1000, first.length)).end();
        assertThat(rig.service.calls).hasSize(2);
        rig.take();
        rig.timer.advanceMillis(250);
        // It is back when the first one's fragment is emitted.
        assertThat(rig.service.calls).hasSize(4);
        assertThat(rig.service.calls.get(3).arn.name() + rig.service.calls.get(2).arn.name())
                .contains("other", "camera");
    }

    /** The deleted stream cannot be read again, and the other one cannot begin. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPausedStreamWhoseEventsCannotBeReadAgainDoesNotKeepTheOthersFromReading(boolean anew)
            throws Exception {
        rig.set(KvsSourceOptions.RECREATED_STREAM, RecreatedStreamPolicy.READ_NEW);
        rig.set(KvsSourceOptions.DELETED_STREAM, DeletedStreamPolicy.FINISH);
        if (anew) {
            rig.directory.answer("camera", SessionRig.arn("camera", 2), 1, T0);
        } else {
            rig.directory.fail("camera", SessionRig.error("ResourceNotFoundException", 404));
        }
        rig.budget = rig.newBudget(2_000);
        rig.resumeAfter(1, T0);
        // The one furthest behind may exceed the budget by one fragment.
        rig.call().respond().bytes(fragment(2, T0 + 1, 3_000));
        rig.call().fail(SessionRig.error("ResourceNotFoundException", 404));
        rig.timer.runDue();
        rig.pause();
        startAnother("behind", SessionRig.at(1, T0 - 60_000));
        SessionRig.Call behind = callOf("behind").respond();
        assertThat(behind.requested).as("waits for memory").isZero();
        assertThat(rig.take().get(0)).isEqualTo("2");
        assertThat(behind.requested).as("may go on").isPositive();
        assertThat(rig.taken).contains(anew ? "StreamRecreated" : "finished");
    }
}
