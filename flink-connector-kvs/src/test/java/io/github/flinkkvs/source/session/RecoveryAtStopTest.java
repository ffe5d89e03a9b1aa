/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.fetch.FetchEnd;
import io.github.flinkkvs.source.fetch.FetchEnd.How;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Instant;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** Checks which ends of fetches end a stream that has a stop. */
class RecoveryAtStopTest extends RecoveryRig {

    private String quietAt(long millis) {
        return after(endAnsweredAt(How.BODY_ENDED, millis).quiet(true));
    }

    @Test
    void theSecondQuietEndPastTheStopIsTheLast() {
        begin(StartingPosition.earliest(), stopAtT0());
        assertThat(quietAt(T0)).startsWith("CALL");
        assertThat(quietAt(T0 + 1)).startsWith("CALL");
        assertThat(quietAt(T0 + 2)).isEqualTo("FINISH, caught up at " + (T0 + 2));
    }

    static Stream<Arguments> endsBetween() {
        return Stream.of(
                row("reset", How.FAILED, end -> end.cause(new IOException("reset")), ""),
                row(
                        "limit",
                        How.FAILED,
                        end -> end.cause(error("ConnectionLimitExceededException", 400)),
                        ""),
                row("cut", How.BODY_ENDED, end -> end.inFragment(fragment(1, T0), 7), ""),
                row("too soon", How.BODY_ENDED, end -> end, ""),
                row("held up", How.BODY_ENDED, end -> end.heldUp(true), ""),
                row("SILENT", How.SILENT, end -> end, ""),
                row("bad", How.BAD_BYTES, end -> end.cause(MALFORMED), ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endsBetween")
    void anyOtherEndInBetweenBeginsTheCountAnew(
            String title, How how, UnaryOperator<FetchEnd.Builder> facts, String none) {
        begin(StartingPosition.earliest(), stopAtT0());
        assertThat(quietAt(T0 + 1)).startsWith("CALL");
        assertThat(after(facts.apply(end(how)))).startsWith("CALL");
        assertThat(quietAt(T0 + 2)).startsWith("CALL");
        assertThat(quietAt(T0 + 3)).startsWith("FINISH");
    }

    @Test
    void progressAndWhatIsReadAgainBeginTheCountAnew() {
        begin(StartingPosition.earliest(), stopAtT0());
        quietAt(T0 + 1);
        recovery.onProgress();
        assertThat(quietAt(T0 + 2)).startsWith("CALL");
        recovery.onRewound();
        assertThat(quietAt(T0 + 3)).startsWith("CALL");
        assertThat(quietAt(T0 + 4)).startsWith("FINISH");
    }

    @Test
    void anotherStreamBeginsTheCountAnew() {
        begin(StartingPosition.earliest(), stopAtT0());
        quietAt(T0 + 1);
        // As after a check of the position, which is not an end of a fetch.
        cursor.switchTo(SessionRig.arn("camera", 2));
        recovery.onSwitched();
        assertThat(quietAt(T0 + 2)).startsWith("CALL");
        assertThat(quietAt(T0 + 3)).startsWith("FINISH");
    }

    @Test
    void aFragmentThatIsNeverCompletedIsWaitedForUntilAMinutePastTheStop() {
        begin(StartingPosition.earliest(), stopAtT0());
        for (int second : new int[] {30, 60, 61}) {
            assertThat(stallsAt(T0 + second * 1000L)).isEqualTo("CALL 5000 IDLE");
        }
        assertThat(stallsAt(T0 + 95_000)).isEqualTo("FINISH");
    }

    private String stallsAt(long millis) {
        FetchEnd.Builder end = endAnsweredAt(How.BODY_ENDED, millis).quiet(true);
        return after(end.inFragment(fragment(1, T0), 7));
    }

    @Test
    void aProducerThatStallsIsWaitedForWithoutEnd() {
        for (int i = 0; i < 100; i++) {
            assertThat(stallsAt(T0 + HOUR * i)).isEqualTo("CALL 5000 IDLE");
        }
    }

    @ParameterizedTest
    @EnumSource(BadFragmentPolicy.class)
    void aFragmentBeyondTheStopEndsTheStreamWhetherOrNotItCanBeRead(BadFragmentPolicy policy) {
        config.set(KvsSourceOptions.BAD_FRAGMENT, policy);
        begin(StartingPosition.earliest(), stopAtT0());
        assertThat(after(badBytes(2, T0 + 5_000))).isEqualTo("FINISH");
        assertThat(after(end(How.BODY_ENDED).inFragment(fragment(2, T0 + 1), 7)))
                .isEqualTo("FINISH");
        begin(
                StartingPosition.earliest(),
                StoppingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0)));
        assertThat(after(end(How.BODY_ENDED).inFragment(fragment(2, T0 + 1001), 7)))
                .isEqualTo("FINISH");
        assertThat(metrics.count("skippedFragments")).isZero();
    }
}
