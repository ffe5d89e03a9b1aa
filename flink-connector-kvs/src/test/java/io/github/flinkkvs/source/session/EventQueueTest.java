/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.resources.MemoryAccount;
import io.github.flinkkvs.source.resources.MemoryBudget;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.session.Holds.Hold;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.OpenFragment;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;

class EventQueueTest implements EventQueue.Taker, MemoryBudget.Tenant {

    private final MemoryBudget budget = new MemoryBudget(new ReaderLock(), 1 << 20, () -> 0);
    private final MemoryAccount account = new MemoryAccount(budget, this);
    private final Holds holds = new Holds(() -> 0);
    private final ReadCursor cursor =
            new ReadCursor(
                    KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never()));
    private final EventQueue queue = new EventQueue("split", this, holds, cursor, account);

    /** Whether the queue was ready when it last reported a change. */
    private boolean ready;

    private int finishes;
    private KvsReadException failure;

    @BeforeEach
    void open() {
        account.open();
    }

    @Override
    public void onChange(EventQueue changed) {
        ready = changed.isReady();
        finishes += changed.takeFinished() ? 1 : 0;
    }

    @Override
    public void onFailure(KvsReadException cause) {
        failure = cause;
    }

    @Override
    public boolean isPaused() {
        return holds.has(Hold.ALIGNMENT);
    }

    @Override
    public long positionMillis() {
        return 0;
    }

    @Override
    public boolean canGiveBack() {
        return queue.canGiveBack();
    }

    @Override
    public void evict() {
        throw new AssertionError("there is memory");
    }

    @Override
    public void proceed() {}

    /** A fragment passes. */
    private StreamEvent add(long number) throws Exception {
        var fragment = GetMediaBytes.parse("camera", true, GetMediaBytes.fragment(number, T0, 100));
        assertThat(cursor.check(fragment)).isEqualTo(FragmentGate.Verdict.EMIT);
        StreamEvent event = new StreamEvent.FragmentArrived(account, fragment);
        queue.add(event);
        return event;
    }

    private void recreate() {
        cursor.switchTo(SessionRig.arn("camera", 2));
        queue.add(new StreamEvent.StreamRecreated(account, cursor.arn()));
    }

    private void hold() {
        holds.add(Hold.ALIGNMENT);
        queue.changed();
    }

    private void release() {
        holds.remove(Hold.ALIGNMENT);
        queue.changed();
    }

    private List<String> take() {
        List<String> taken = new ArrayList<>();
        while (queue.isReady()) {
            StreamEvent event = queue.poll();
            taken.add(
                    event instanceof StreamEvent.FragmentArrived
                            ? ((StreamEvent.FragmentArrived) event).fragment().number().toString()
                            : event.getClass().getSimpleName());
            event.onEmitted();
        }
        queue.changed();
        return taken;
    }

    @Test
    void givesWhatItGotInItsOrder() throws Exception {
        assertThat(queue.isReady()).isFalse();
        assertThat(queue.poll()).isNull();
        StreamEvent first = add(1);
        assertThat(ready).isTrue();
        add(2);
        assertThat(budget.held()).isEqualTo(2 * first.retainedBytes());
        assertThat(take()).containsExactly("1", "2");
        assertThat(ready).isFalse();
        assertThat(budget.held()).isZero();
    }

    @Test
    void countsUntilAnEventIsEmitted() throws Exception {
        add(1);
        StreamEvent event = queue.poll();
        assertThat(budget.held()).isEqualTo(event.retainedBytes());
        queue.close();
        account.close();
        assertThat(budget.held()).isEqualTo(event.retainedBytes());
        event.onEmitted();
        assertThat(budget.held()).isZero();
    }

    @Test
    void givesNothingWhileAlignmentHoldsTheStream() throws Exception {
        add(1);
        hold();
        assertThat(ready).isFalse();
        holds.add(Hold.MEMORY);
        release();
        assertThat(ready).as("memory is no reason").isTrue();
    }

    @Test
    void keepsTheLastOfMomentsInWhichTheStreamIsCaughtUp() throws Exception {
        for (int i = 0; i < 100; i++) {
            queue.addCaughtUp(T0 + i);
        }
        // A time that was known adds no event.
        queue.addCaughtUp(T0 + 50);
        assertThat(budget.held())
                .as("of one event")
                .isEqualTo(new StreamEvent.CaughtUp(account, T0).retainedBytes());
        add(1);
        queue.addCaughtUp(T0 + 200);
        assertThat(take()).containsExactly("CaughtUp", "1", "CaughtUp");
        assertThat(budget.held()).isZero();
    }

    @Test
    void tellsOnceThatItIsFinishedWhenTheLastEventIsTaken() throws Exception {
        add(1);
        queue.finish(false);
        assertThat(finishes).isZero();
        take();
        queue.changed();
        assertThat(finishes).isEqualTo(1);
    }

    @Test
    void tellsNothingAfterAFailureOrWhenItIsClosed() throws Exception {
        add(1);
        KvsReadException cause = new KvsReadException("told so", null);
        queue.fail(cause);
        assertThat(failure).isSameAs(cause);
        queue.close();
        queue.finish(false);
        assertThat(finishes).isZero();
        assertThat(budget.held()).isZero();
        assertThat(queue.isReady()).isFalse();
    }

    // ---- giving back --------------------------------------------------------------------------

    @Test
    void givesBackWhatWasNotTakenAndReadsItAgain() throws Exception {
        add(1);
        take();
        add(2);
        add(3);
        queue.addCaughtUp(T0);
        queue.finish(false);
        hold();
        assertThat(queue.canGiveBack()).isTrue();
        assertThat(queue.giveBack()).isTrue();
        assertThat(queue.canGiveBack()).isFalse();
        assertThat(budget.held()).isZero();
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("1"));
        release();
        assertThat(finishes).as("no longer finished").isZero();
        add(2);
        assertThat(take()).containsExactly("2");
    }

    @Test
    void goesBackIntoTheFragmentWhoseFramesWereTaken() {
        OpenFragment open = new OpenFragment(FragmentNumber.of("5"), 2);
        ReadCursor within =
                new ReadCursor(
                        KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never())
                                .within(open));
        within.leaveOpen();
        within.rewindTo(List.of());
        assertThat(within.leftBehindBy(FragmentNumber.of("6"))).isEqualTo(open);
    }

    /** It cannot be read again, but other streams may wait for its memory. */
    @Test
    void whatPrecedesAStreamThatWasCreatedAnewIsTakenThoughAlignmentHoldsIt() throws Exception {
        add(1);
        recreate();
        add(2);
        hold();
        assertThat(queue.giveBack()).isTrue();
        assertThat(ready).isTrue();
        assertThat(queue.canGiveBack()).isFalse();
        assertThat(cursor.next()).isEqualTo(StartingPosition.earliest());
        assertThat(take()).containsExactly("1", "StreamRecreated");
        assertThat(budget.held()).isZero();
        // Later fragments wait again.
        add(2);
        assertThat(ready).isFalse();
        assertThat(queue.canGiveBack()).isTrue();
    }

    @Test
    void whatComesBehindWhatHasToBeTakenWaitsForTheNextRelease() throws Exception {
        add(1);
        recreate();
        hold();
        assertThat(queue.giveBack()).isFalse();
        release();
        add(2);
        hold();
        assertThat(queue.canGiveBack()).isTrue();
        assertThat(take()).containsExactly("1", "StreamRecreated");
        assertThat(ready).isFalse();
        assertThat(queue.giveBack()).isTrue();
        assertThat(budget.held()).isZero();
    }

    @Test
    void whatIsLeftOfADeletedStreamIsTakenThoughAlignmentHoldsIt() throws Exception {
        add(1);
        queue.finish(true);
        hold();
        assertThat(queue.giveBack()).isFalse();
        assertThat(ready).isTrue();
        assertThat(take()).containsExactly("1");
        assertThat(finishes).isEqualTo(1);
    }
}
