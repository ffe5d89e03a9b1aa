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
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.fetch.PartialFragment;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.OpenFragment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class ReadCursorTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private static ReadCursor from(StartingPosition start) {
        return new ReadCursor(KvsSplit.unread(ARN, start, StoppingPosition.never()));
    }

    private static StartingPosition server(long millis) {
        return StartingPosition.atServerTimestamp(Instant.ofEpochMilli(millis));
    }

    private static Fragment fragment(long number, long millis) {
        try {
            return GetMediaBytes.parse("camera", true, GetMediaBytes.fragment(number, millis, 10));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    // ---- where to begin -----------------------------------------------------------------------

    static Stream<StartingPosition> starts() {
        return Stream.of(
                StartingPosition.earliest(),
                server(T0),
                StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0)),
                StartingPosition.afterFragment("17"));
    }

    @ParameterizedTest
    @MethodSource("starts")
    void beginsWhereItIsTold(StartingPosition start) {
        ReadCursor cursor = from(start);
        assertThat(cursor.next()).isEqualTo(start);
        assertThat(cursor.next()).isEqualTo(start);
    }

    @Test
    void nowIsAskedForOnce() {
        StartingPosition now = StartingPosition.now().resolved(T0);
        ReadCursor cursor = from(now);
        assertThat(cursor.next()).isEqualTo(now);
        assertThat(cursor.isTooLateForNow(now, T0)).isFalse();
        assertThat(cursor.isTooLateForNow(now, T0 + 1)).isTrue();
        assertThat(cursor.next()).isEqualTo(server(T0));
        assertThat(cursor.isTooLateForNow(server(T0), T0 + 1)).isFalse();
    }

    @Test
    void goesOnBehindTheLastFragmentThatPassed() {
        ReadCursor cursor = from(server(T0));
        cursor.check(fragment(1, T0));
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("1"));
        assertThat(cursor.check(fragment(1, T0))).isEqualTo(FragmentGate.Verdict.DUPLICATE);
        cursor.skip(SessionRig.at(2, T0));
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("2"));
    }

    @Test
    void whatIsTooEarlyIsNotAskedForAgain() {
        ReadCursor cursor = from(server(T0));
        assertThat(cursor.check(fragment(1, T0 - 1))).isEqualTo(FragmentGate.Verdict.TOO_EARLY);
        assertThat(cursor.isOnDetour()).isTrue();
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("1"));
        assertThat(cursor.check(fragment(2, T0))).isEqualTo(FragmentGate.Verdict.EMIT);
        assertThat(cursor.isOnDetour()).isFalse();
    }

    /** The service can only begin after a fragment, or at a time. */
    @Test
    void aFragmentIsAskedForByItsTime() {
        String told = GetMediaBytes.number(T0, 7);
        ReadCursor cursor = from(StartingPosition.atFragment(told));
        assertThat(cursor.next()).isEqualTo(server(T0 - 1));
        String before = GetMediaBytes.number(T0, 6);
        assertThat(cursor.judge(new PartialFragment(FragmentNumber.of(before), T0, T0)))
                .isEqualTo(FragmentGate.Verdict.TOO_EARLY);
        assertThat(cursor.judge(new PartialFragment(FragmentNumber.of(told), T0, T0)))
                .isEqualTo(FragmentGate.Verdict.EMIT);
        assertThat(from(StartingPosition.atFragment("5")).next())
                .isEqualTo(StartingPosition.earliest());
    }

    @Test
    void aDetourEndsWithTheFirstFragmentThatPasses() {
        ReadCursor cursor = from(server(T0));
        cursor.goAroundTimestamp();
        assertThat(cursor.next()).isEqualTo(StartingPosition.earliest());
        cursor.check(fragment(1, T0));
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("1"));
        assertThat(cursor.isOnDetour()).isFalse();
    }

    @Test
    void aFragmentInTheWayIsPassedOverOnce() {
        ReadCursor cursor = from(server(T0));
        assertThat(cursor.passOver(FragmentNumber.of("3"))).isTrue();
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("3"));
        assertThat(cursor.passOver(FragmentNumber.of("3"))).isFalse();
        assertThat(cursor.passOver(FragmentNumber.of("4"))).isTrue();
    }

    @Test
    void anotherStreamIsReadFromItsBeginning() {
        ReadCursor cursor = from(server(T0));
        cursor.check(fragment(7, T0));
        cursor.caughtUp(T0);
        cursor.switchTo(SessionRig.arn("camera", 2));
        assertThat(cursor.next()).isEqualTo(StartingPosition.earliest());
        assertThat(cursor.readUpToMillis()).isEqualTo(ReadCursor.UNREAD);
        assertThat(cursor.check(fragment(1, T0 - HOUR))).isEqualTo(FragmentGate.Verdict.EMIT);
    }

    // ---- what was read ------------------------------------------------------------------------

    static Stream<Arguments> splits() {
        KvsSplit unread =
                KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never());
        String told = GetMediaBytes.number(T0 + 5, 0);
        return Stream.of(
                arguments(unread, ReadCursor.UNREAD),
                arguments(read(SessionRig.at(5, T0), null), T0),
                arguments(read(SessionRig.at(5, T0), T0 + 1), T0 + 1),
                arguments(read(SessionRig.at(5, T0), T0 - 1), T0),
                arguments(read(null, T0 - 1), T0 - 1),
                arguments(
                        read(SessionRig.at(5, T0), null)
                                .within(new OpenFragment(FragmentNumber.of(told), 1)),
                        T0 + 5),
                arguments(
                        KvsSplit.unread(
                                ARN,
                                StartingPosition.afterFragment(told),
                                StoppingPosition.never()),
                        T0 + 5),
                arguments(
                        KvsSplit.unread(
                                ARN, StartingPosition.atFragment(told), StoppingPosition.never()),
                        T0 + 5));
    }

    private static KvsSplit read(FragmentPosition position, Long caughtUp) {
        return new KvsSplit(
                ARN, StartingPosition.earliest(), StoppingPosition.never(), position, caughtUp);
    }

    @ParameterizedTest
    @MethodSource("splits")
    void knowsUpToWhenEverythingWasRead(KvsSplit split, long millis) {
        ReadCursor cursor = new ReadCursor(split);
        assertThat(cursor.readUpToMillis()).isEqualTo(millis);
        if (millis != ReadCursor.UNREAD) {
            assertThat(cursor.hasExpired(new StreamDescription(ARN, 1, millis + HOUR))).isFalse();
            assertThat(cursor.hasExpired(new StreamDescription(ARN, 1, millis + HOUR + 1)))
                    .isTrue();
        }
    }

    @Test
    void isCaughtUpAtTheLatestMoment() {
        ReadCursor cursor = from(StartingPosition.earliest());
        assertThat(cursor.caughtUp(T0)).isTrue();
        assertThat(cursor.caughtUp(T0 - 1)).isFalse();
        assertThat(cursor.readUpToMillis()).isEqualTo(T0);
    }

    // ---- frames -------------------------------------------------------------------------------

    @Test
    void theOpenFragmentIsReadToItsEnd() {
        ReadCursor cursor =
                new ReadCursor(
                        read(SessionRig.at(3, T0), null)
                                .within(new OpenFragment(FragmentNumber.of("5"), 2)));
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("3"));
        // Reading began after it.
        assertThat(cursor.judge(new PartialFragment(FragmentNumber.of("4"), T0, T0)))
                .isEqualTo(FragmentGate.Verdict.TOO_EARLY);
        assertThat(cursor.leftBehindBy(FragmentNumber.of("5"))).isNull();
        assertThat(cursor.leftBehindBy(FragmentNumber.of("6")).frames()).isEqualTo(2);
        cursor.leaveOpen();
        assertThat(cursor.leftBehindBy(FragmentNumber.of("6"))).isNull();
    }

    // ---- what was taken -----------------------------------------------------------------------

    @Test
    void goesBackToWhatWasTaken() {
        ReadCursor cursor = from(server(T0));
        for (int i = 1; i <= 3; i++) {
            cursor.check(fragment(i, T0));
        }
        cursor.onTaken(new StreamEvent.FragmentArrived(null, fragment(1, T0)));
        cursor.rewindTo(List.of(new StreamEvent.FragmentOver(null, SessionRig.at(2, T0))));
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("2"));
        cursor.rewindTo(List.of());
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("1"));
        assertThat(cursor.check(fragment(2, T0))).isEqualTo(FragmentGate.Verdict.EMIT);
    }

    @Test
    void goesBackToItsStartIfNothingWasTaken() {
        ReadCursor cursor = from(server(T0));
        cursor.check(fragment(1, T0));
        cursor.caughtUp(T0 + 5);
        cursor.rewindTo(List.of());
        assertThat(cursor.next()).isEqualTo(server(T0));
        assertThat(cursor.readUpToMillis()).isEqualTo(ReadCursor.UNREAD);
        assertThat(cursor.check(fragment(0, T0 - 1))).isEqualTo(FragmentGate.Verdict.TOO_EARLY);
    }
}
