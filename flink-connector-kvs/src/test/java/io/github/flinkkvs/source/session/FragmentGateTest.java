/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.session.FragmentGate.Verdict;

import org.junit.jupiter.api.Test;

import java.time.Instant;

import static io.github.flinkkvs.source.session.FragmentGate.Verdict.BEYOND_STOP;
import static io.github.flinkkvs.source.session.FragmentGate.Verdict.DUPLICATE;
import static io.github.flinkkvs.source.session.FragmentGate.Verdict.EMIT;
import static io.github.flinkkvs.source.session.FragmentGate.Verdict.EMIT_LAST;
import static io.github.flinkkvs.source.session.FragmentGate.Verdict.TOO_EARLY;
import static org.assertj.core.api.Assertions.assertThat;

class FragmentGateTest {

    private static final Instant TIME = Instant.ofEpochMilli(10_000);

    private static FragmentGate from(StartingPosition start) {
        return new FragmentGate(start, StoppingPosition.never(), null);
    }

    private static FragmentGate to(StoppingPosition stop) {
        return new FragmentGate(StartingPosition.earliest(), stop, null);
    }

    /** The producer timestamp is 1 s before the server timestamp. */
    private static Verdict check(FragmentGate gate, String number, long millis) throws Exception {
        Fragment fragment =
                GetMediaBytes.parse("camera", true, GetMediaBytes.fragment(number, millis, 1));
        return gate.check(fragment);
    }

    @Test
    void emitsEachFragmentOnceByItsNumber() throws Exception {
        FragmentGate gate = from(StartingPosition.earliest());
        assertThat(gate.resumeAfter()).isNull();
        assertThat(check(gate, "9", 5)).isEqualTo(EMIT);
        assertThat(check(gate, "9", 5)).isEqualTo(DUPLICATE);
        assertThat(check(gate, "009", 5)).isEqualTo(DUPLICATE);
        assertThat(check(gate, "8", 9)).isEqualTo(DUPLICATE);
        // Compared as numbers, not as text, whatever the time.
        assertThat(check(gate, "10", 4)).isEqualTo(EMIT);
        assertThat(gate.resumeAfter()).hasToString("10");
        assertThat(gate.last()).isEqualTo(SessionRig.at(10, 4));
        gate.rewindTo(SessionRig.at(8, 4));
        assertThat(check(gate, "9", 5)).isEqualTo(EMIT);
        gate.skip(SessionRig.at(11, 5));
        assertThat(check(gate, "11", 5)).isEqualTo(DUPLICATE);
    }

    @Test
    void startsInclusivelyAtAServerTimestamp() throws Exception {
        for (StartingPosition start :
                new StartingPosition[] {
                    StartingPosition.atServerTimestamp(TIME),
                    StartingPosition.now().resolved(TIME.toEpochMilli())
                }) {
            FragmentGate gate = from(start);
            assertThat(gate.positionMillis()).isEqualTo(10_000);
            assertThat(check(gate, "1", 9_999)).isEqualTo(TOO_EARLY);
            assertThat(check(gate, "2", 10_000)).isEqualTo(EMIT);
        }
    }

    @Test
    void dropsOnlyLeadingFragmentsBelowAProducerTimestamp() throws Exception {
        FragmentGate gate = from(StartingPosition.atProducerTimestamp(TIME));
        assertThat(check(gate, "1", 10_999)).isEqualTo(TOO_EARLY);
        assertThat(check(gate, "2", 11_000)).isEqualTo(EMIT);
        assertThat(check(gate, "3", 5_000)).isEqualTo(EMIT);
    }

    @Test
    void startsAfterAFragment() throws Exception {
        FragmentGate gate = from(StartingPosition.afterFragment("5"));
        assertThat(gate.resumeAfter()).hasToString("5");
        assertThat(gate.positionMillis()).isEqualTo(Long.MIN_VALUE);
        assertThat(check(gate, "5", 1)).isEqualTo(TOO_EARLY);
        assertThat(check(gate, "6", 1)).isEqualTo(EMIT);
        String number = GetMediaBytes.number(77, 1);
        assertThat(from(StartingPosition.afterFragment(number)).positionMillis()).isEqualTo(77);
    }

    @Test
    void startsAtAFragment() throws Exception {
        FragmentGate gate = from(StartingPosition.atFragment("5"));
        assertThat(gate.resumeAfter()).isNull();
        assertThat(gate.positionMillis()).isEqualTo(Long.MIN_VALUE);
        assertThat(check(gate, "4", 1)).isEqualTo(TOO_EARLY);
        assertThat(check(gate, "5", 1)).isEqualTo(EMIT);
        // It may be gone.
        assertThat(check(from(StartingPosition.atFragment("5")), "6", 1)).isEqualTo(EMIT);
        String number = GetMediaBytes.number(77, 1);
        assertThat(from(StartingPosition.atFragment(number)).positionMillis()).isEqualTo(77);
    }

    @Test
    void leavesOutWhatIsBeforeAGapsEnd() throws Exception {
        FragmentGate gate =
                new FragmentGate(
                        StartingPosition.earliest(), StoppingPosition.never(), SessionRig.at(1, 1));
        gate.skipToServerTimestamp(10_000);
        assertThat(check(gate, "5", 9_999)).isEqualTo(TOO_EARLY);
        assertThat(check(gate, "6", 10_000)).isEqualTo(EMIT);
        // The service's clock was set back.
        assertThat(check(gate, "7", 5_000)).isEqualTo(EMIT);
    }

    @Test
    void stopsInclusivelyAtAFragment() throws Exception {
        FragmentGate gate = to(StoppingPosition.atFragment("5"));
        assertThat(check(gate, "4", 1)).isEqualTo(EMIT);
        assertThat(gate.isAtStop()).isFalse();
        assertThat(check(gate, "5", 1)).isEqualTo(EMIT_LAST);
        assertThat(gate.isAtStop()).isTrue();
        assertThat(check(gate, "6", 1)).isEqualTo(BEYOND_STOP);
        assertThat(gate.last().number()).isEqualTo(FragmentNumber.of("5"));
        // The fragment of the stop may be gone.
        assertThat(check(to(StoppingPosition.atFragment("5")), "6", 1)).isEqualTo(BEYOND_STOP);
    }

    @Test
    void stopsInclusivelyAtATimestamp() throws Exception {
        FragmentGate server = to(StoppingPosition.atServerTimestamp(TIME));
        assertThat(check(server, "1", 10_000)).isEqualTo(EMIT);
        assertThat(check(server, "2", 10_001)).isEqualTo(BEYOND_STOP);
        FragmentGate producer = to(StoppingPosition.atProducerTimestamp(TIME));
        assertThat(check(producer, "1", 11_000)).isEqualTo(EMIT);
        assertThat(check(producer, "2", 11_001)).isEqualTo(BEYOND_STOP);
        assertThat(producer.isAtStop()).isFalse();
    }

    @Test
    void knowsWhenNothingCanComeAnyMore() throws Exception {
        assertThat(to(StoppingPosition.never()).isPastStop(Long.MAX_VALUE)).isFalse();
        FragmentGate server = to(StoppingPosition.atServerTimestamp(TIME));
        assertThat(server.isPastStop(10_000)).isFalse();
        assertThat(server.isPastStop(10_001)).isTrue();
        FragmentGate coded = to(StoppingPosition.atFragment(GetMediaBytes.number(10_000, 0)));
        assertThat(coded.isPastStop(10_000)).isFalse();
        assertThat(coded.isPastStop(10_001)).isTrue();
        // What was produced before the stop may be received after it.
        FragmentGate producer = to(StoppingPosition.atProducerTimestamp(TIME));
        assertThat(producer.isPastStop(70_000)).isFalse();
        assertThat(producer.isPastStop(70_001)).isTrue();
        assertThat(producer.isReadToStop(69_999)).isFalse();
        assertThat(producer.isReadToStop(70_000)).isTrue();
        FragmentGate never =
                to(StoppingPosition.atProducerTimestamp(Instant.ofEpochMilli(Long.MAX_VALUE)));
        assertThat(never.isReadToStop(70_000)).isFalse();
        assertThat(never.isPastStop(70_000)).isFalse();
        // The gate cannot wait for a number without a time.
        FragmentGate other = to(StoppingPosition.atFragment("5"));
        assertThat(other.isPastStop(Long.MIN_VALUE)).isTrue();
    }
}
