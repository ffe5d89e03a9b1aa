/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.LostFragmentPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.fetch.FetchEnd;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.split.KvsSplit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.time.Instant;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** Checks what follows ends that are the fault of a fragment: it is bad, or lost. */
class RecoveryOfFragmentsTest extends RecoveryRig {

    // ---- bad fragments ------------------------------------------------------------------------

    private String thirdOf(FetchEnd.Builder bad) {
        assertThat(after(bad)).isEqualTo("CALL 300 " + (isCut(bad) ? "CUT" : "ERROR"));
        assertThat(after(bad)).isEqualTo("CALL 600 " + (isCut(bad) ? "CUT" : "ERROR"));
        return after(bad);
    }

    private static boolean isCut(FetchEnd.Builder end) {
        return end.build().how() == How.BODY_ENDED;
    }

    @Test
    void failsAtAFragmentThatIsBadThreeTimes() {
        assertThat(thirdOf(badBytes(1, T0)))
                .startsWith("FAIL Stream " + ARN)
                .contains(
                        "Fragment 1 cannot be read, 3 times in a row at its byte 100",
                        "source.bad-fragment");
    }

    @Test
    void skipsFragmentsThatAreBadThreeTimes() {
        config.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        begin();
        for (int bad = 1; bad <= 50; bad++) {
            // Skipping is progress: the delay starts over with each fragment.
            assertThat(thirdOf(badBytes(bad, T0))).isEqualTo("LEAVE_OUT " + bad);
            assertThat(cursor.next())
                    .isEqualTo(StartingPosition.afterFragment(Integer.toString(bad)));
        }
        assertThat(metrics.count("skippedFragments")).isEqualTo(50);
        assertThat(metrics.count("class.badFragment.errors")).isEqualTo(150);
        assertThat(cursor.gate().positionMillis()).isEqualTo(T0);
    }

    private FetchEnd.Builder badWithoutNumber() {
        return end(How.BAD_BYTES).cause(MALFORMED).inFragment(null, 5);
    }

    @Test
    void theArchiveTellsTheNumberOfABadFragment() {
        config.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        begin();
        assertThat(thirdOf(badWithoutNumber())).isEqualTo("LOOK_UP CHECK");
        assertThat(way.isGoingAround()).isTrue();
        // It is not listed yet, and GetMedia would come back to it.
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0 - 1))).isEqualTo("CALL 5000");
        assertThat(thirdOf(badBytes(7, T0))).isEqualTo("LEAVE_OUT 7");
        assertThat(way.isGoingAround()).isFalse();
        assertThat(metrics.count("skippedFragments")).isEqualTo(1);
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0))).isEqualTo("CALL 0");
    }

    @Test
    void theArchiveIsLeftOnceTheStreamGetsOn() {
        config.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        begin();
        thirdOf(badWithoutNumber());
        recovery.onProgress();
        assertThat(way.isGoingAround()).isFalse();
        assertThat(after(badWithoutNumber())).as("begins anew").isEqualTo("CALL 300 ERROR");
    }

    /** However long a camera is off after a fragment that cannot be read. */
    @Test
    void waitingForTheArchiveSpendsNoBudget() {
        config.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        begin();
        thirdOf(badWithoutNumber());
        for (int i = 0; i < 1_000; i++) {
            assertThat(after(end(How.HISTORY_READ).readUpTo(T0))).isEqualTo("CALL 5000");
            now += Duration.ofSeconds(5).toNanos();
        }
        assertThat(afterReset()).isEqualTo("CALL 300 ERROR");
    }

    @Test
    void aFragmentWithoutNumberFailsTheJobIfItIsNotToBeSkipped() {
        assertThat(thirdOf(badWithoutNumber()))
                .startsWith("FAIL")
                .contains("The next fragment cannot be read, 3 times in a row at its byte 5")
                .contains("Set source.bad-fragment = SKIP");
    }

    @Test
    void withoutAnArchiveNobodyTellsTheNumber() {
        config.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        begin();
        way.onDescribed(new StreamDescription(ARN, 0, T0));
        assertThat(thirdOf(badWithoutNumber()))
                .startsWith("FAIL")
                .contains(
                        "The next fragment cannot be read",
                        "only the archive tells its number, and the stream has no data retention");
        begin();
        way.onDenied();
        assertThat(thirdOf(badWithoutNumber()))
                .startsWith("FAIL")
                .contains("this job has no permission to read it");
        config.set(KvsSourceOptions.HISTORY, KvsSourceOptions.HistoryMode.LIVE);
        begin();
        assertThat(thirdOf(badWithoutNumber()))
                .startsWith("FAIL")
                .contains("source.history is LIVE");
    }

    @Test
    void aFragmentThatAlwaysEndsAtTheSameByteIsBad() {
        config.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        begin();
        assertThat(thirdOf(end(How.BODY_ENDED).inFragment(fragment(1, T0), 100)))
                .isEqualTo("LEAVE_OUT 1");
    }

    @Test
    void aFragmentThatEndsHereAndThereIsNotBad() {
        for (int i = 0; i < 10; i++) {
            assertThat(after(end(How.BODY_ENDED).inFragment(fragment(1, T0), 100 + i % 2)))
                    .endsWith("CUT");
        }
    }

    @Test
    void whatWeHeldUpOrTheProducerStallsIsNoStrike() {
        for (int i = 0; i < 10; i++) {
            FetchEnd.Builder end = end(How.BODY_ENDED).inFragment(fragment(1, T0), 100);
            assertThat(after(i % 2 == 0 ? end.heldUp(true) : end.quiet(true))).startsWith("CALL");
        }
    }

    @Test
    void failuresInEverOtherPlacesEndWithTheRetryBudget() {
        String step = "";
        for (int i = 0; !step.startsWith("FAIL"); i++) {
            assertThat(i).isLessThan(100);
            step = after(badBytes(1, T0, i % 2));
            now += Duration.ofSeconds(10).toNanos();
        }
        assertThat(step).contains("source.retry.budget");
    }

    @ParameterizedTest
    @CsvSource({"FAIL, 4", "FAIL, 5", "SKIP, 4", "SKIP, 5"})
    void aBadFragmentThatWasReadBeforeIsPassedOver(BadFragmentPolicy policy, long number) {
        config.set(KvsSourceOptions.BAD_FRAGMENT, policy);
        begin(
                new KvsSplit(
                        ARN,
                        StartingPosition.earliest(),
                        StoppingPosition.never(),
                        SessionRig.at(5, T0),
                        null));
        assertThat(thirdOf(badBytes(number, T0))).isEqualTo("CALL 0");
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("" + number));
        assertThat(cursor.gate().last()).isEqualTo(SessionRig.at(5, T0));
        assertThat(metrics.count("skippedFragments")).isZero();
    }

    @ParameterizedTest
    @EnumSource(BadFragmentPolicy.class)
    void badFragmentsBeforeTheStartArePassedOver(BadFragmentPolicy policy) {
        config.set(KvsSourceOptions.BAD_FRAGMENT, policy);
        begin(
                StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)),
                StoppingPosition.never());
        // As many as would use up the budget for errors, if each counted.
        for (int bad = 1; bad <= 500; bad++) {
            assertThat(thirdOf(badBytes(bad, T0 - HOUR))).isEqualTo("CALL 0");
            now += Duration.ofSeconds(5).toNanos();
        }
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("500"));
        assertThat(metrics.count("skippedFragments")).isZero();
    }

    @Test
    void aWayAroundThatLeadsBackToABadFragmentEndsWithTheRetryBudget() {
        begin(
                new KvsSplit(
                        ARN,
                        StartingPosition.earliest(),
                        StoppingPosition.never(),
                        SessionRig.at(5, T0),
                        null));
        String step = thirdOf(badBytes(4, T0));
        for (int i = 0; !step.startsWith("FAIL"); i++) {
            assertThat(i).isLessThan(200);
            now += Duration.ofSeconds(10).toNanos();
            step = after(badBytes(4, T0));
        }
        assertThat(step).contains("source.retry.budget");
    }

    // ---- history ------------------------------------------------------------------------------

    @Test
    void aRangeIsOverOnceItsHistoryIsRead() {
        begin(StartingPosition.earliest(), stopAtT0());
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0 - 1))).isEqualTo("CALL 0");
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0))).isEqualTo("FINISH");
        begin(
                StartingPosition.earliest(),
                StoppingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0)));
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0 + 59_999)))
                .as("what was produced before the stop may have been received after it")
                .isEqualTo("CALL 0");
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0 + 60_000))).isEqualTo("FINISH");
        begin(
                StartingPosition.earliest(),
                StoppingPosition.atFragment(GetMediaBytes.number(T0, 0)));
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0 - 1))).isEqualTo("CALL 0");
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0))).isEqualTo("FINISH");
        begin(StartingPosition.earliest(), StoppingPosition.atFragment("7"));
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0)))
                .as("unknown time")
                .isEqualTo("CALL 0");
    }

    @Test
    void theEndOfHistoryEndsErrors() {
        afterReset();
        assertThat(afterReset()).isEqualTo("CALL 600 ERROR");
        after(end(How.HISTORY_READ).readUpTo(T0));
        assertThat(afterReset()).isEqualTo("CALL 300 ERROR");
    }

    private String lost(long number) {
        return after(
                end(How.LOST)
                        .inFragment(fragment(number, T0), 0)
                        .serviceError(serviceError(3000, "FRAGMENT_NOT_FOUND")));
    }

    @Test
    void aFragmentThatIsLostThreeTimesFailsTheJob() {
        assertThat(lost(7)).isEqualTo("CALL 300 ERROR");
        assertThat(lost(7)).isEqualTo("CALL 600 ERROR");
        assertThat(lost(7))
                .startsWith("FAIL")
                .contains(
                        "Fragment 7 is lost, missing 3 times in a row: the archive lists it, and then"
                                + " sends error 3000 FRAGMENT_NOT_FOUND",
                        "(request r-1)",
                        "Set source.lost-fragment = SKIP");
        assertThat(metrics.count("lostFragments")).isZero();
        assertThat(metrics.count("class.reposition.errors")).isEqualTo(3);
    }

    @Test
    void aLostFragmentIsLeftOutIfTheUserChoseThat() {
        config.set(KvsSourceOptions.LOST_FRAGMENT, LostFragmentPolicy.SKIP);
        begin(StartingPosition.earliest(), StoppingPosition.never());
        lost(7);
        lost(7);
        assertThat(lost(7)).isEqualTo("LEAVE_OUT 7");
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("7"));
        assertThat(metrics.count("lostFragments")).isEqualTo(1);
        assertThat(metrics.count("skippedFragments")).isZero();
        assertThat(lost(8)).as("begins anew").isEqualTo("CALL 300 ERROR");
    }

    @Test
    void aFragmentThatIsFoundInTheEndWasNotLost() {
        lost(7);
        lost(7);
        recovery.onProgress();
        assertThat(lost(8)).isEqualTo("CALL 300 ERROR");
        assertThat(lost(8)).isEqualTo("CALL 600 ERROR");
    }

    @Test
    void anAnswerWithoutTheFragmentEndsWithTheRetryBudget() {
        for (int i = 0; i < 200; i++) {
            String step = after(end(How.ENDED_BEFORE).inFragment(fragment(7, T0), 0));
            if (step.startsWith("FAIL")) {
                assertThat(step)
                        .contains("the archive's answer ended before fragment 7 (request r-1)");
                return;
            }
            now += Duration.ofSeconds(30).toNanos();
        }
        throw new AssertionError("goes on for ever");
    }
}
