/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.Warnings;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.fetch.Fetch.Outcome;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.StreamMetrics;
import io.github.flinkkvs.source.resources.MemoryAccount;
import io.github.flinkkvs.source.resources.MemoryBudget;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.OpenFragment;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.Test;

import javax.annotation.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of each fragment and frame. */
class FragmentIntakeTest implements EventQueue.Taker {

    private final RecordedMetrics metrics = new RecordedMetrics();
    private final KvsReaderMetrics readerMetrics =
            new KvsReaderMetrics(metrics.group(), new Configuration());
    private final MemoryBudget budget = new MemoryBudget(new ReaderLock(), 1 << 20, () -> 0);
    private final Holds holds = new Holds(() -> 0);
    private ReadCursor cursor;
    private EventQueue queue;
    private FragmentIntake intake;

    private void begin(KvsSplit split, @Nullable FrameFilter frames) {
        SessionSettings settings = new SessionSettings(new Configuration(), false, true, frames);
        cursor = new ReadCursor(split);
        MemoryAccount account = new MemoryAccount(budget, new Stream());
        account.open();
        queue = new EventQueue("split", this, holds, cursor, account);
        StreamMetrics streamMetrics = readerMetrics.stream("camera");
        intake =
                new FragmentIntake(
                        cursor,
                        new Decisions(
                                cursor,
                                holds,
                                settings,
                                streamMetrics,
                                new SessionRig().resources()),
                        queue,
                        settings,
                        streamMetrics,
                        readerMetrics);
    }

    private void begin(StartingPosition start, StoppingPosition stop) {
        begin(KvsSplit.unread(ARN, start, stop), null);
    }

    private void beginWithFrames() {
        begin(
                KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never()),
                FrameFilter.all());
    }

    /** There is memory for all. */
    private static final class Stream implements MemoryBudget.Tenant {
        @Override
        public boolean isPaused() {
            return false;
        }

        @Override
        public long positionMillis() {
            return 0;
        }

        @Override
        public boolean canGiveBack() {
            return false;
        }

        @Override
        public void evict() {
            throw new AssertionError("there is memory");
        }

        @Override
        public void proceed() {}
    }

    @Override
    public void onChange(EventQueue changed) {}

    @Override
    public void onFailure(KvsReadException cause) {
        throw new AssertionError(cause);
    }

    private Outcome fragment(long number, long millis) throws Exception {
        byte[] bytes = GetMediaBytes.fragment(number, millis, 10);
        return intake.onFragment(GetMediaBytes.parse("camera", true, bytes));
    }

    /** A fragment of frames arrives, up to some frame. */
    private List<Outcome> frames(long number, int upTo) throws Exception {
        int[] sizes = new int[upTo];
        List<Outcome> outcomes = new ArrayList<>();
        GetMediaBytes.parseFrames("camera", GetMediaBytes.fragmentOfFrames(number, T0, sizes))
                .forEach(frame -> outcomes.add(intake.onFrame(frame)));
        return outcomes;
    }

    private List<String> events() {
        List<String> events = new ArrayList<>();
        for (StreamEvent event = queue.poll(); event != null; event = queue.poll()) {
            if (event instanceof StreamEvent.FragmentArrived) {
                events.add(((StreamEvent.FragmentArrived) event).fragment().number().toString());
            } else if (event instanceof StreamEvent.FrameArrived) {
                events.add("frame " + ((StreamEvent.FrameArrived) event).frame().frame().index());
            } else {
                events.add(event.getClass().getSimpleName());
            }
            event.onEmitted();
        }
        assertThat(budget.held()).isZero();
        return events;
    }

    @Test
    void takesEachFragmentOnce() throws Exception {
        begin(StartingPosition.earliest(), StoppingPosition.never());
        assertThat(fragment(1, T0)).isEqualTo(Outcome.PROGRESS);
        assertThat(fragment(2, T0)).isEqualTo(Outcome.PROGRESS);
        assertThat(fragment(2, T0)).isEqualTo(Outcome.NO_PROGRESS);
        assertThat(fragment(1, T0)).isEqualTo(Outcome.NO_PROGRESS);
        assertThat(events()).containsExactly("1", "2");
        assertThat(metrics.count("fragments")).isEqualTo(2);
        assertThat(metrics.count("duplicateFragments")).isEqualTo(2);
    }

    @Test
    void passesOverWhatPrecedesTheStart() throws Exception {
        begin(
                StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)),
                StoppingPosition.never());
        // The fragment may be one of many before the start, so it counts as progress.
        assertThat(fragment(1, T0 - 1)).isEqualTo(Outcome.PROGRESS);
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("1"));
        assertThat(fragment(2, T0)).isEqualTo(Outcome.PROGRESS);
        assertThat(events()).containsExactly("2");
    }

    @Test
    void allBeforeAStartByProducerTimeIsRead() throws Exception {
        begin(
                StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0)),
                StoppingPosition.never());
        fragment(1, T0 - 5);
        assertThat(events()).containsExactly("CaughtUp");
        assertThat(cursor.readUpToMillis()).isEqualTo(T0 - 5);
    }

    @Test
    void endsWithTheLastWantedFragment() throws Exception {
        begin(StartingPosition.earliest(), StoppingPosition.atFragment("2"));
        assertThat(fragment(1, T0)).isEqualTo(Outcome.PROGRESS);
        assertThat(fragment(2, T0)).isEqualTo(Outcome.OVER);
        assertThat(events()).containsExactly("1", "2");
    }

    @Test
    void endsBeforeTheFirstFragmentBeyondTheStop() throws Exception {
        begin(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        assertThat(fragment(1, T0)).isEqualTo(Outcome.PROGRESS);
        assertThat(fragment(2, T0 + 1)).isEqualTo(Outcome.OVER);
        assertThat(events()).containsExactly("1");
    }

    @Test
    void takesEachFrameOnceAndThenTheEndOfItsFragment() throws Exception {
        beginWithFrames();
        assertThat(frames(1, 2)).containsOnly(Outcome.PROGRESS);
        // Another call sends the fragment from its beginning.
        intake.onFetchOver();
        assertThat(frames(1, 3))
                .containsExactly(Outcome.NO_PROGRESS, Outcome.NO_PROGRESS, Outcome.PROGRESS);
        assertThat(fragment(1, T0)).isEqualTo(Outcome.PROGRESS);
        assertThat(events()).containsExactly("frame 0", "frame 1", "frame 2", "FragmentOver");
        assertThat(metrics.count("duplicateFrames")).isEqualTo(2);
        assertThat(metrics.count("incompleteFragments")).isZero();
    }

    @Test
    void aFragmentThatIsFollowedByAnotherBeforeItsEndIsIncomplete() throws Exception {
        begin(
                KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never())
                        .within(new OpenFragment(SessionRig.at(1, T0).number(), 2)),
                FrameFilter.all());
        try (Warnings warnings = new Warnings("io.github.flinkkvs.source.session")) {
            frames(2, 1);
            assertThat(warnings.texts).hasSize(1);
            assertThat(warnings.texts.get(0))
                    .contains("camera", "fragment 1", "2 frames", "fragment 2");
        }
        assertThat(metrics.count("incompleteFragments")).isEqualTo(1);
        assertThat(events()).containsExactly("frame 0");
    }

    @Test
    void damageIsCountedByFramesAndLoggedOncePerFragment() throws Exception {
        beginWithFrames();
        frames(1, 1);
        fragment(1, T0);
        try (Warnings warnings = new Warnings("io.github.flinkkvs.source.session")) {
            damage(1);
            assertThat(warnings.texts).as("of a fragment that was read").isEmpty();
            damage(2);
            damage(2);
            damage(3);
            assertThat(warnings.texts).hasSize(2);
            assertThat(warnings.texts.get(0))
                    .contains("camera", "track 7", "fragment 2", "told so");
        }
        assertThat(metrics.count("damagedFrames")).isEqualTo(12);
    }

    private void damage(long number) throws Exception {
        byte[] bytes = GetMediaBytes.fragmentOfFrames(number, T0, 1);
        FragmentHead head = GetMediaBytes.parseFrames("camera", bytes).get(0).fragment();
        intake.onDamagedBlock(head, 7, 4, MkvException.malformed("told so", 0xA3, 0));
    }

    @Test
    void knowsThatAllWasRead() throws Exception {
        begin(StartingPosition.earliest(), StoppingPosition.never());
        intake.onCaughtUp(T0);
        intake.onCaughtUp(T0 + 1);
        fragment(1, T0);
        assertThat(events()).containsExactly("CaughtUp", "1");
        assertThat(cursor.readUpToMillis()).isEqualTo(T0 + 1);
    }
}
