/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.session.EventQueue;
import io.github.flinkkvs.source.session.KvsReadException;
import io.github.flinkkvs.source.session.SessionRig;
import io.github.flinkkvs.source.session.StreamSession;
import io.github.flinkkvs.source.split.KvsSplit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

import static io.github.flinkkvs.source.GetMediaBytes.fragment;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(30)
class HandoverTest {

    private final SessionRig rig = new SessionRig();
    private Thread fetcher;

    /** Takes in a separate thread; returns when that thread waits. */
    private CompletableFuture<Handover.Batch> takeInAnotherThread() throws Exception {
        CompletableFuture<Handover.Batch> result = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        fetcher =
                new Thread(
                        () -> {
                            begun.countDown();
                            try {
                                result.complete(rig.handover.take());
                            } catch (Throwable e) {
                                result.completeExceptionally(e);
                            }
                        });
        fetcher.start();
        begun.await();
        while (fetcher.getState() != Thread.State.WAITING && !result.isDone()) {
            Thread.onSpinWait();
        }
        assertThat(result).isNotDone();
        return result;
    }

    @AfterEach
    void end() throws Exception {
        if (fetcher != null) {
            fetcher.join();
        }
    }

    @Test
    void isWokenByData() throws Exception {
        rig.start(StartingPosition.earliest());
        CompletableFuture<Handover.Batch> batch = takeInAnotherThread();
        rig.call().respond().bytes(fragment(1, T0, 1));
        assertThat(SessionRig.eventsOf(batch.get())).hasSize(1);
        assertThat(batch.get().events()).containsOnlyKeys(rig.session.arn().toString());
    }

    @Test
    void isWokenFromOutside() throws Exception {
        CompletableFuture<Handover.Batch> batch = takeInAnotherThread();
        rig.handover.wakeUp();
        assertThat(batch.get().events()).isEmpty();
        // An early wake-up is not lost, and counts once.
        rig.handover.wakeUp();
        rig.handover.wakeUp();
        assertThat(rig.handover.take().events()).isEmpty();
        CompletableFuture<Handover.Batch> next = takeInAnotherThread();
        rig.handover.wakeUp();
        next.get();
    }

    @Test
    void isWokenByAFailureWhichStays() throws Exception {
        rig.start(StartingPosition.earliest());
        CompletableFuture<Handover.Batch> batch = takeInAnotherThread();
        rig.call().fail(SessionRig.error("AccessDeniedException", 403));
        assertThatThrownBy(batch::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(KvsReadException.class);
        assertThatThrownBy(rig.handover::take).isInstanceOf(KvsReadException.class);
    }

    @Test
    void isWokenByTheEndOfAStream() throws Exception {
        rig.start(StartingPosition.earliest(), StoppingPosition.atFragment("1"));
        CompletableFuture<Handover.Batch> batch = takeInAnotherThread();
        rig.call().respond().bytes(fragment(2, T0, 1));
        assertThat(batch.get().finished())
                .extracting(EventQueue::splitId)
                .containsExactly(rig.session.arn().toString());
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() throws Exception {
        Thread.currentThread().interrupt();
        assertThat(rig.handover.take().events()).isEmpty();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void takesABitOfEachStreamInTurn() throws Exception {
        rig.budget = rig.newBudget(1 << 30);
        rig.start(StartingPosition.earliest());
        KvsSplit split =
                KvsSplit.unread(
                        SessionRig.arn("other", 1),
                        StartingPosition.earliest(),
                        StoppingPosition.never());
        StreamSession other = rig.newSession(split);
        rig.lock.lock();
        other.start();
        rig.lock.unlock();
        rig.timer.runDue();
        for (int i = 1; i <= 3; i++) {
            rig.service.calls.get(0).bytes(fragment(i, T0, 700_000));
        }
        rig.service.calls.get(1).bytes(fragment(1, T0, 1));
        // Over 1 MiB with the second one.
        Handover.Batch first = rig.handover.take();
        assertThat(first.events()).containsOnlyKeys(rig.session.arn().toString());
        assertThat(SessionRig.eventsOf(first)).hasSize(2);
        Handover.Batch second = rig.handover.take();
        assertThat(second.events().keySet())
                .containsExactly(other.arn().toString(), rig.session.arn().toString());
        assertThat(SessionRig.eventsOf(second)).hasSize(2);
    }

    @Test
    void pausedStreamsKeepWhatTheyHave() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 1));
        rig.pause();
        CompletableFuture<Handover.Batch> batch = takeInAnotherThread();
        rig.resume();
        assertThat(SessionRig.eventsOf(batch.get())).hasSize(1);
    }
}
