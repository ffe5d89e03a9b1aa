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
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.OpenFragment;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

import static io.github.flinkkvs.source.GetMediaBytes.fragmentOfFrames;
import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A session that hands over frames as they arrive. */
class FrameSessionTest {

    private final SessionRig rig = new SessionRig();

    @BeforeEach
    void frames() {
        rig.frames = FrameFilter.all();
    }

    private static OpenFragment open(long number, int frames) {
        return new OpenFragment(FragmentNumber.of(Long.toString(number)), frames);
    }

    private static KvsSplit within(long number, int frames) {
        return KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never())
                .within(open(number, frames));
    }

    /** A fragment of three frames of 100 bytes, cut off within its last frame. */
    private static byte[] withoutEnd(long number) {
        byte[] whole = threeFrames(number);
        byte[] two = fragmentOfFrames(number, T0, 100, 100);
        return Arrays.copyOf(whole, two.length - 50);
    }

    private static byte[] threeFrames(long number) {
        return fragmentOfFrames(number, T0, 100, 100, 100);
    }

    @Test
    void comeBeforeTheirFragmentEnds() throws Exception {
        rig.start(StartingPosition.earliest());
        byte[] whole = threeFrames(1);
        byte[] first = withoutEnd(1);
        rig.call().respond().bytes(first);
        assertThat(rig.take()).containsExactly("1.0", "1.1");
        assertThat(rig.state.toSplit().position()).isNull();
        assertThat(rig.state.toSplit().open()).isEqualTo(open(1, 2));
        rig.call().bytes(Arrays.copyOfRange(whole, first.length, whole.length));
        assertThat(rig.take()).containsExactly("1.0", "1.1", "1.2", "FragmentOver");
        assertThat(rig.state.toSplit().position()).isEqualTo(SessionRig.at(1, T0));
        assertThat(rig.state.toSplit().open()).isNull();
        assertThat(rig.budget.used()).isZero();
        assertThat(rig.metrics.count("frames")).isEqualTo(3);
        assertThat(rig.metrics.count("fragments")).isZero();
    }

    @Test
    void goOnWithinAFragmentThatWasCut() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(withoutEnd(1)).end();
        assertThat(rig.nextCall(250).start()).isEqualTo("EARLIEST");
        rig.call().respond().bytes(threeFrames(1));
        assertThat(rig.take()).containsExactly("1.0", "1.1", "1.2", "FragmentOver");
        assertThat(rig.metrics.count("duplicateFrames")).isEqualTo(2);
        assertThat(rig.metrics.count("incompleteFragments")).isZero();
    }

    @Test
    void goOnWithinAFragmentAfterARestore() throws Exception {
        rig.start(within(5, 2));
        rig.call().respond().bytes(threeFrames(5), threeFrames(6));
        assertThat(rig.take())
                .containsExactly("5.2", "FragmentOver", "6.0", "6.1", "6.2", "FragmentOver");
    }

    @Test
    void ofAnotherFragmentThatComesInPlaceOfTheOpenOne() throws Exception {
        rig.start(within(5, 2));
        rig.call().respond().bytes(threeFrames(6));
        assertThat(rig.take()).containsExactly("6.0", "6.1", "6.2", "FragmentOver");
        assertThat(rig.metrics.count("incompleteFragments")).isEqualTo(1);
    }

    /** Reading began with the lost fragment, so it does not begin again. */
    @Test
    void ofAFragmentBeforeTheStartAreWantedIfItComesInPlaceOfTheOpenOne() throws Exception {
        for (StartingPosition start :
                List.of(
                        StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0 - 1000)),
                        StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)))) {
            SessionRig clockGoesBack = new SessionRig();
            clockGoesBack.frames = FrameFilter.all();
            clockGoesBack.start(start);
            clockGoesBack.call().respond().bytes(withoutEnd(5)).endEarly();
            clockGoesBack.nextCall(250).respond().bytes(fragmentOfFrames(6, T0 - 60_000, 1, 1));
            assertThat(clockGoesBack.take())
                    .containsExactly("5.0", "5.1", "6.0", "6.1", "FragmentOver");
            assertThat(clockGoesBack.metrics.count("incompleteFragments")).isEqualTo(1);
        }
    }

    /** No fragment was completed yet, but the open fragment's number contains its time. */
    @Test
    void ofAFragmentWhoseRestHasLeftTheRetentionAreAGap() {
        long then = T0 - Duration.ofHours(47).toMillis();
        rig.directory.answer(ARN.toString(), ARN, 24, T0);
        rig.start(
                KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never())
                        .within(
                                new OpenFragment(
                                        FragmentNumber.of(GetMediaBytes.number(then, 1)), 2)));
        rig.call().respond(T0);
        rig.timer.runDue();
        assertThatThrownBy(rig::take).hasMessageContaining("retention");
    }

    /** The open fragment lies before the gap, and does not make the way over it another one. */
    @Test
    void ofAFragmentWhoseRestHasLeftTheRetentionAreOneGapHoweverManyCallsLeadOverIt()
            throws Exception {
        rig.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        rig.directory.answer(ARN.toString(), ARN, 24, T0);
        String lost = GetMediaBytes.number(T0 - Duration.ofHours(47).toMillis(), 1);
        rig.start(
                KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never())
                        .within(new OpenFragment(FragmentNumber.of(lost), 2)));
        rig.call().respond(T0);
        rig.nextCall(250);
        for (int i = 0; i < 5; i++) {
            rig.call().respond(T0 + i * 1000).endEarly();
            assertThat(rig.nextCall(5000).start()).isEqualTo("EARLIEST");
        }
        String next = GetMediaBytes.number(T0, 1);
        rig.call().respond(T0).bytes(fragmentOfFrames(next, T0, 100, 100));
        assertThat(rig.take()).containsExactly(next + ".0", next + ".1", "FragmentOver");
        assertThat(rig.metrics.count("gaps")).isEqualTo(1);
        assertThat(rig.metrics.count("incompleteFragments")).isEqualTo(1);
        assertThat(rig.directory.asked).hasSize(1);
    }

    @Test
    void ofAFragmentBeforeTheOpenOneAreLeftOut() throws Exception {
        rig.start(within(5, 2));
        rig.call().respond().bytes(threeFrames(4), threeFrames(5));
        assertThat(rig.take()).containsExactly("5.2", "FragmentOver");
        assertThat(rig.metrics.count("incompleteFragments")).isZero();
    }

    @Test
    void ofMoreFragmentsBeforeTheOpenOneThanACallBringsAreLeftOut() throws Exception {
        StartingPosition start = StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0));
        rig.start(KvsSplit.unread(ARN, start, StoppingPosition.never()).within(open(5, 2)));
        rig.call().respond().bytes(GetMediaBytes.error(4000, "FRAGMENT_NOT_FOUND"));
        assertThat(rig.nextCall(300).start()).isEqualTo("EARLIEST");
        rig.call().respond().bytes(threeFrames(1), threeFrames(2)).endEarly();
        assertThat(rig.nextCall(250).start()).isEqualTo("FRAGMENT_NUMBER 2");
        rig.call().respond().bytes(threeFrames(3), threeFrames(5));
        assertThat(rig.take()).endsWith("5.2", "FragmentOver");
    }

    @Test
    void countsFramesBeforeTheFilter() throws Exception {
        rig.frames = FrameFilter.all().everyNth(2);
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(threeFrames(1));
        assertThat(rig.take()).containsExactly("1.0", "1.2", "FragmentOver");
        // A restore with another filter continues after the frames that were passed.
        SessionRig all = new SessionRig();
        all.frames = FrameFilter.all();
        all.start(within(1, 1));
        all.call().respond().bytes(threeFrames(1));
        assertThat(all.take()).containsExactly("1.1", "1.2", "FragmentOver");
    }

    @Test
    void aFragmentOfWhichNoFrameIsWantedMovesThePosition() throws Exception {
        rig.frames = FrameFilter.all().trackNumbers(2);
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(threeFrames(1));
        assertThat(rig.take()).containsExactly("FragmentOver");
        assertThat(rig.state.toSplit().position()).isEqualTo(SessionRig.at(1, T0));
    }

    @Test
    void stopWithTheirFragment() throws Exception {
        rig.start(StartingPosition.earliest(), StoppingPosition.atFragment("2"));
        rig.call().respond().bytes(threeFrames(1), threeFrames(2), threeFrames(3));
        assertThat(rig.take())
                .containsExactly(
                        "1.0",
                        "1.1",
                        "1.2",
                        "FragmentOver",
                        "2.0",
                        "2.1",
                        "2.2",
                        "FragmentOver",
                        "finished");
    }

    @Test
    void beyondTheStopAreLeftOut() throws Exception {
        rig.start(StartingPosition.earliest(), StoppingPosition.atFragment("2"));
        rig.call().respond().bytes(threeFrames(1), threeFrames(3));
        assertThat(rig.take()).containsExactly("1.0", "1.1", "1.2", "FragmentOver", "finished");
    }

    @Test
    void ofAPausedStreamThatWasEvictedAreReadAgain() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(withoutEnd(1));
        rig.takeWithoutEmitting();
        rig.pause();
        rig.evict();
        rig.resume();
        rig.nextCall(250).respond().bytes(threeFrames(1));
        assertThat(rig.take()).containsExactly("1.0", "1.1", "1.2", "FragmentOver");
    }

    @Test
    void thatWereTakenBeforeAnEvictionAreNotReadAgain() throws Exception {
        rig.start(StartingPosition.earliest());
        byte[] whole = threeFrames(1);
        byte[] two = withoutEnd(1);
        int one = two.length - 100;
        rig.call().respond().bytes(Arrays.copyOf(whole, one));
        rig.take();
        rig.call().bytes(Arrays.copyOfRange(whole, one, two.length));
        rig.pause();
        rig.evict();
        rig.resume();
        rig.nextCall(250).respond().bytes(whole);
        assertThat(rig.take()).containsExactly("1.0", "1.1", "1.2", "FragmentOver");
    }

    @Test
    void ofAStreamThatWasCreatedAnewComeFromItsFirstFragment() throws Exception {
        StreamArn second = SessionRig.arn("camera", 2);
        rig.set(KvsSourceOptions.RECREATED_STREAM, RecreatedStreamPolicy.READ_NEW);
        rig.directory.answer("camera", second, 1, T0);
        rig.start(within(5, 2));
        rig.call().fail(SessionRig.error("ResourceNotFoundException", 404));
        rig.timer.runDue();
        SessionRig.Call call = rig.nextCall(250);
        assertThat(rig.take()).containsExactly("StreamRecreated");
        assertThat(rig.state.toSplit().open()).isNull();
        call.respond().bytes(threeFrames(4), threeFrames(5));
        assertThat(rig.take())
                .containsExactly(
                        "StreamRecreated",
                        "4.0",
                        "4.1",
                        "4.2",
                        "FragmentOver",
                        "5.0",
                        "5.1",
                        "5.2",
                        "FragmentOver");
        assertThat(rig.metrics.count("incompleteFragments")).isZero();
    }

    @Test
    void ofABadFragmentStayAndTheRestIsLeftOut() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, KvsSourceOptions.BadFragmentPolicy.SKIP);
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 3; i++) {
            byte[] bad = threeFrames(1);
            // The size of the third block becomes that of a block without a header.
            int third = fragmentOfFrames(1, T0, 100, 100).length - trailing();
            bad[third + 4] = 2;
            bad[third + 3] = 0;
            rig.call().respond().bytes(bad);
            if (i < 2) {
                rig.nextCall(60_000);
            }
        }
        rig.nextCall(60_000).respond().bytes(threeFrames(2));
        assertThat(rig.take())
                .containsExactly("1.0", "1.1", "FragmentOver", "2.0", "2.1", "2.2", "FragmentOver");
        assertThat(rig.metrics.count("skippedFragments")).isEqualTo(1);
    }

    /** Bad media fails no job: the other streams continue. */
    @Test
    void ofABlockThatIsDamagedAreLeftOutAndCounted() throws Exception {
        rig.start(StartingPosition.earliest());
        byte[] damaged = threeFrames(1);
        // The second block claims to be laced: two frames of equal size in 99 bytes.
        int second = damaged.length - trailing() - 2 * (5 + 4 + 100);
        damaged[second + 8] = 0x04;
        damaged[second + 9] = 1;
        rig.call().respond().bytes(damaged, threeFrames(2));
        assertThat(rig.take())
                .containsExactly("1.0", "1.3", "FragmentOver", "2.0", "2.1", "2.2", "FragmentOver");
        assertThat(rig.metrics.count("damagedFrames")).isEqualTo(2);
        assertThat(rig.metrics.count("frames")).isEqualTo(5);
    }

    @Test
    void ofTheOpenFragmentComeOnceThoughABadOneIsInItsWay() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, KvsSourceOptions.BadFragmentPolicy.SKIP);
        rig.start(within(5, 2));
        for (int i = 0; i < 3; i++) {
            rig.call().respond().bytes(GetMediaBytes.malformed(4, T0));
            rig.nextCall(60_000);
        }
        rig.call().respond().bytes(threeFrames(5));
        assertThat(rig.take()).containsExactly("5.2", "FragmentOver");
        assertThat(rig.metrics.count("skippedFragments")).isZero();
    }

    @Test
    void areLostIfABadFragmentComesInPlaceOfTheOpenOne() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, KvsSourceOptions.BadFragmentPolicy.SKIP);
        rig.start(within(5, 2));
        for (int i = 0; i < 3; i++) {
            rig.call().respond().bytes(GetMediaBytes.malformed(6, T0));
            rig.nextCall(60_000);
        }
        assertThat(rig.take()).containsExactly("FragmentOver");
        assertThat(rig.metrics.count("incompleteFragments")).isEqualTo(1);
        assertThat(rig.metrics.count("skippedFragments")).isEqualTo(1);
    }

    /** A fragment of small frames whose only track declares some bytes of CodecPrivate. */
    private static byte[] withCodecPrivate(long number, int bytes, int... frameBytes) {
        byte[] fragment = fragmentOfFrames(number, T0, frameBytes);
        int header = GetMediaBytes.header().length;
        return GetMediaBytes.concat(
                Arrays.copyOf(fragment, header),
                GetMediaBytes.element(
                        0x1654AE6B,
                        GetMediaBytes.element(
                                0xAE,
                                GetMediaBytes.element(0xD7, new byte[] {1}),
                                GetMediaBytes.element(0x63A2, new byte[bytes]))),
                Arrays.copyOfRange(fragment, header, fragment.length));
    }

    @Test
    void countTheHeadThatTheyShareOnce() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call()
                .respond()
                .bytes(
                        withCodecPrivate(1, 50_000, 10, 10),
                        withCodecPrivate(2, 50_000, 10, 10),
                        withCodecPrivate(3, 50_000, 10, 10));
        // The raw bytes and the decoded form.
        assertThat(rig.budget.held()).isBetween(300_000L, 310_000L);
        rig.take();
        assertThat(rig.budget.held()).isZero();
    }

    @Test
    void arePassedOverOnlyForAsLongAsThereIsMemoryForTheirEnds() throws Exception {
        rig.frames = FrameFilter.all().trackNumbers(2);
        rig.budget = rig.newBudget(100_000);
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        int fragments = 0;
        while (call.requested > 0) {
            call.bytes(threeFrames(++fragments));
            assertThat(fragments).isLessThan(1_000);
        }
        assertThat(rig.budget.held()).isBetween(100_000L, 101_000L);
        while (rig.take().size() < fragments) {
            assertThat(rig.taken).containsOnly("FragmentOver");
        }
        assertThat(call.requested).isPositive();
        assertThat(rig.budget.held()).isZero();
    }

    @Test
    void countTheHeadOfTheFragmentThatIsArriving() throws Exception {
        rig.start(StartingPosition.earliest());
        byte[] whole = withCodecPrivate(1, 50_000, 10, 10);
        rig.call().respond().bytes(Arrays.copyOf(whole, 50_000 + withoutEnd(1).length - 220));
        rig.take();
        // The raw bytes of the fragment, and those of the head.
        assertThat(rig.budget.held()).isGreaterThan(100_000);
    }

    @Test
    void ofAFragmentThatWasOpenAreInItWhenItIsReadAsAWhole() throws Exception {
        rig.frames = null;
        rig.start(within(5, 2));
        rig.call().respond().bytes(threeFrames(4), threeFrames(5), threeFrames(6));
        assertThat(rig.take()).containsExactly("5", "6");
        assertThat(rig.state.toSplit().open()).isNull();
    }

    @Test
    void beginBehindAPositionOfWholeFragments() throws Exception {
        rig.resumeAfter(5, T0);
        rig.call().respond().bytes(threeFrames(5), threeFrames(6));
        assertThat(rig.take()).containsExactly("6.0", "6.1", "6.2", "FragmentOver");
    }

    /** The number of bytes after the last block. */
    private static int trailing() {
        byte[] whole = threeFrames(1);
        byte[] last = new byte[] {(byte) 0x12, 0x54, (byte) 0xC3, 0x67};
        for (int i = whole.length - 4; ; i--) {
            if (Arrays.equals(Arrays.copyOfRange(whole, i, i + 4), last)) {
                return whole.length - i;
            }
        }
    }
}
