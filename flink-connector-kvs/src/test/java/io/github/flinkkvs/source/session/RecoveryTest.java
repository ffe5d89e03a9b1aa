/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.fetch.FetchEnd;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.fetch.PartialFragment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** Checks what follows each end of a fetch. Delays are in millis. */
class RecoveryTest extends RecoveryRig {

    // ---- the table ----------------------------------------------------------------------------

    private static Arguments failed(String title, Throwable cause, String step) {
        return row("FAILED, " + title, How.FAILED, end -> end.cause(cause), step);
    }

    private static Arguments errorTag(int id, String step) {
        return row(
                "ERROR_TAG " + id,
                How.ERROR_TAG,
                end -> end.serviceError(serviceError(id, "TOLD_SO")),
                step);
    }

    static Stream<Arguments> ends() {
        PartialFragment open = fragment(1, T0);
        OptionalLong never = OptionalLong.empty();
        return Stream.of(
                row("STOP_REACHED", How.STOP_REACHED, end -> end, "FINISH"),
                row("progress", How.BODY_ENDED, end -> end.progress(true), "CALL 0 END"),
                row(
                        "progress, in a fragment",
                        How.BODY_ENDED,
                        end -> end.progress(true).inFragment(open, 7),
                        "CALL 0 CUT"),
                row(
                        "the producer stalls",
                        How.BODY_ENDED,
                        end -> end.inFragment(open, 7).quiet(true),
                        "CALL 5000 IDLE"),
                row("held up", How.BODY_ENDED, end -> end.heldUp(true), "CALL 0 CUT"),
                row(
                        "held up, in a fragment",
                        How.BODY_ENDED,
                        end -> end.heldUp(true).inFragment(open, 7),
                        "CALL 0 CUT"),
                row("cut", How.BODY_ENDED, end -> end.inFragment(open, 7), "CALL 300 CUT"),
                row(
                        "quiet",
                        How.BODY_ENDED,
                        end -> end.quiet(true),
                        "CALL 5000 IDLE, caught up at " + T0),
                row(
                        "quiet after a while",
                        How.BODY_ENDED,
                        end -> end.quiet(true).lasted(Duration.ofMillis(4_200).toNanos()),
                        "CALL 800 IDLE, caught up at " + T0),
                row(
                        "quiet, unanswered",
                        How.BODY_ENDED,
                        end -> end.quiet(true).answered("r-1", never),
                        "CALL 300 EMPTY"),
                row("too soon", How.BODY_ENDED, end -> end, "CALL 300 EMPTY"),
                row("SILENT", How.SILENT, end -> end, "CALL 300 SILENCE"),
                row("SILENT, held up", How.SILENT, end -> end.heldUp(true), "CALL 0 SILENCE"),
                row(
                        "SILENT, unanswered",
                        How.SILENT,
                        end -> end.answered("unknown", never),
                        "CALL 300 SILENCE, at a new endpoint"),
                failed("reset", new IOException("reset"), "CALL 300 ERROR"),
                row(
                        "FAILED, held up",
                        How.FAILED,
                        end -> end.cause(new IOException("reset")).heldUp(true),
                        "CALL 0 CUT"),
                row(
                        "FAILED, throttled and held up",
                        How.FAILED,
                        end -> end.cause(error("ClientLimitExceededException", 400)).heldUp(true),
                        "CALL 1000 ERROR"),
                failed("limit", error("ClientLimitExceededException", 400), "CALL 1000 ERROR"),
                failed(
                        "connections",
                        error("ConnectionLimitExceededException", 400),
                        "CALL 1000 ERROR"),
                failed("internal", error("InternalFailure", 500), "CALL 300 ERROR"),
                failed("token", error("ExpiredTokenException", 403), "CALL 300 ERROR"),
                failed("host", error(null, 403), "CALL 300 ENDPOINT, at a new endpoint"),
                failed(
                        "endpoint",
                        error("InvalidEndpointException", 400),
                        "CALL 300 ENDPOINT, at a new endpoint"),
                failed(
                        "refused",
                        new ConnectException("refused"),
                        "CALL 300 ENDPOINT, at a new endpoint"),
                failed("stream", error("ResourceNotFoundException", 404), "LOOK_UP STREAM"),
                failed(
                        "access",
                        error("AccessDeniedException", 403),
                        "FAIL Stream "
                                + ARN
                                + ", from earliest: AccessDeniedException: told so (request r-1)."),
                errorTag(3000, "CALL 5000 IDLE, caught up at " + T0),
                errorTag(4000, "CALL 5000 IDLE, caught up at " + T0),
                errorTag(4500, fatalTag(4500)),
                errorTag(4506, fatalTag(4506)),
                errorTag(4503, "CALL 300 ERROR"),
                errorTag(5000, "CALL 300 ERROR"),
                errorTag(1234, "CALL 300 ERROR"),
                row(
                        "BAD_BYTES",
                        How.BAD_BYTES,
                        end -> end.cause(MALFORMED).inFragment(open, 7),
                        "CALL 300 ERROR"),
                row("HISTORY_READ", How.HISTORY_READ, end -> end.readUpTo(T0), "CALL 0"),
                row("EXPIRED", How.EXPIRED, end -> end, "LOOK_UP CHECK"),
                row("LOST", How.LOST, end -> end.inFragment(open, 0), "CALL 300 ERROR"),
                row(
                        "ENDED_BEFORE",
                        How.ENDED_BEFORE,
                        end -> end.inFragment(open, 0),
                        "CALL 300 CUT"),
                row(
                        "ENDED_BEFORE, progress",
                        How.ENDED_BEFORE,
                        end -> end.inFragment(open, 0).progress(true),
                        "CALL 0 CUT"),
                row(
                        "ENDED_BEFORE, held up",
                        How.ENDED_BEFORE,
                        end -> end.inFragment(open, 0).heldUp(true),
                        "CALL 0 CUT"),
                row(
                        "BROKEN",
                        How.BROKEN,
                        end -> end.cause(new NoClassDefFoundError("x")),
                        "FAIL Stream "
                                + ARN
                                + ", from earliest: reading failed: java.lang.NoClassDefFoundError:"
                                + " x."));
    }

    private static String fatalTag(int id) {
        return "FAIL Stream "
                + ARN
                + ", from earliest: the service sent error "
                + id
                + " TOLD_SO (request r-1).";
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource("ends")
    void eachEndHasItsStep(
            String title, How how, UnaryOperator<FetchEnd.Builder> facts, String step) {
        assertThat(after(facts.apply(end(how)))).isEqualTo(step);
        boolean heldUp = title.contains("held up") && !title.contains("throttled");
        assertThat(metrics.count("class.retry.errors"))
                .isEqualTo(
                        !heldUp
                                        && step.matches("CALL 300 (CUT|ERROR|SILENCE).*")
                                        && !bad(how)
                                        && how != How.LOST
                                ? 1
                                : 0);
        assertThat(metrics.count("class.badFragment.errors")).isEqualTo(bad(how) ? 1 : 0);
    }

    private static boolean bad(How how) {
        return how == How.BAD_BYTES;
    }

    @Test
    void anErrorWithinAFragmentNamesIt() {
        FetchEnd.Builder end = end(How.FAILED).cause(error("AccessDeniedException", 403));
        assertThat(after(end.inFragment(fragment(7, T0), 9)))
                .contains("in fragment 7: AccessDeniedException");
    }

    // ---- errors -------------------------------------------------------------------------------

    @Test
    void errorsEndWithTheRetryBudget() {
        int errors = 0;
        while (afterReset().startsWith("CALL")) {
            assertThat(errors++).isLessThan(61);
            now += Duration.ofSeconds(10).toNanos();
        }
        assertThat(errors).isEqualTo(61);
        assertThat(metrics.count("class.retry.errors")).isEqualTo(62);
        assertThat(afterReset())
                .startsWith("FAIL Stream " + ARN)
                .contains("reset", "Nothing but errors for 610 s", "source.retry.budget");
    }

    /** Either kind of end alone would be retried for ever. */
    @Test
    void errorsBetweenEndsThatBringNothingEndWithTheRetryBudget() {
        for (int i = 0; afterReset().startsWith("CALL"); i++) {
            assertThat(i).isLessThan(200);
            now += Duration.ofSeconds(5).toNanos();
            assertThat(after(end(How.BODY_ENDED))).endsWith("EMPTY");
            now += Duration.ofSeconds(5).toNanos();
        }
    }

    @Test
    void callsThatBringNothingAreNoTimeOfErrors() {
        afterReset();
        for (int i = 0; i < 200; i++) {
            now += Duration.ofSeconds(5).toNanos();
            assertThat(after(end(How.BODY_ENDED))).endsWith("EMPTY");
        }
        now += Duration.ofSeconds(5).toNanos();
        assertThat(afterReset()).startsWith("CALL");
    }

    @Test
    void aCallThatBringsNothingComesAgainNotLaterThanOneOfAQuietStream() {
        for (int i = 0; i < 20; i++) {
            String step = after(end(How.BODY_ENDED));
            assertThat(step).endsWith("EMPTY");
            assertThat(Integer.parseInt(step.split(" ")[1])).isBetween(300, 5000);
        }
        assertThat(after(end(How.BODY_ENDED))).isEqualTo("CALL 5000 EMPTY");
    }

    @Test
    void waitingForConnectionsIsNoTimeOfErrors() {
        config.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofMinutes(1));
        begin();
        afterReset();
        for (int i = 0; i < 20; i++) {
            now += Duration.ofSeconds(30).toNanos();
            assertThat(atConnectionLimit()).startsWith("CALL");
        }
        assertThat(afterReset()).startsWith("CALL");
    }

    private String atConnectionLimit() {
        return after(end(How.FAILED).cause(error("ConnectionLimitExceededException", 400)));
    }

    @Test
    void waitsForAConnectionForAsLongAsItTakes() {
        for (int i = 0; i < 200; i++) {
            assertThat(atConnectionLimit()).startsWith("CALL");
            assertThat(metrics.gauge("streamsAtConnectionLimit")).isEqualTo(1);
            now += Duration.ofSeconds(30).toNanos();
        }
        retries.onAnswered();
        assertThat(metrics.gauge("streamsAtConnectionLimit")).isZero();
    }

    /** Only an answer means that there was a connection. */
    @ParameterizedTest
    @MethodSource("errorsOfAllKinds")
    void failsAtTheConnectionLimitIfToldToWhateverElseHappens(Throwable error) {
        config.set(KvsSourceOptions.CONNECTION_LIMIT_FAIL_AFTER, Duration.ofMinutes(2));
        begin();
        for (int i = 0; i < 12; i++) {
            assertThat(atConnectionLimit()).startsWith("CALL");
            now += Duration.ofSeconds(5).toNanos();
            assertThat(after(end(How.FAILED).cause(error))).startsWith("CALL");
            assertThat(metrics.gauge("streamsAtConnectionLimit")).isEqualTo(1);
            now += Duration.ofSeconds(5).toNanos();
        }
        assertThat(atConnectionLimit()).startsWith("CALL");
        now++;
        assertThat(atConnectionLimit())
                .startsWith("FAIL")
                .contains(
                        "ConnectionLimitExceeded", "The service allows 3 connections for a stream");
    }

    static Stream<Throwable> errorsOfAllKinds() {
        return Stream.of(
                new IOException("reset"),
                new ConnectException("refused"),
                SessionRig.error("ClientLimitExceededException", 400),
                SessionRig.error("InternalFailure", 500),
                SessionRig.error("InvalidEndpointException", 400),
                SessionRig.error("ExpiredTokenException", 403));
    }

    @Test
    void aLackOfCredentialsPassesIfThereWereSome() {
        Throwable lack = SdkClientException.create("Unable to load credentials from any provider");
        assertThat(after(end(How.FAILED).cause(lack))).startsWith("FAIL");
        begin();
        retries.onAnswered();
        assertThat(after(end(How.FAILED).cause(lack))).isEqualTo("CALL 300 ERROR");
    }

    @Test
    void delaysBeginAnewAfterProgress() {
        for (int i = 0; i < 8; i++) {
            afterReset();
        }
        assertThat(afterReset()).isEqualTo("CALL 30000 ERROR");
        recovery.onProgress();
        assertThat(afterReset()).isEqualTo("CALL 300 ERROR");
        assertThat(afterReset()).isEqualTo("CALL 600 ERROR");
        // A fragment on the way to the wanted ones is progress, too.
        recovery.onPassedOver();
        assertThat(afterReset()).isEqualTo("CALL 300 ERROR");
    }

    // ---- positions that are not found -----------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {3000, 4000})
    void aFragmentThatIsNotFoundIsLookedUp(int id) {
        begin(StartingPosition.afterFragment("5"), StoppingPosition.never());
        assertThat(after(end(How.ERROR_TAG).serviceError(serviceError(id, "FRAGMENT_NOT_FOUND"))))
                .isEqualTo("LOOK_UP POSITION");
        assertThat(metrics.count("class.reposition.errors")).isEqualTo(1);
    }

    static Stream<StartingPosition> timestamps() {
        Instant time = Instant.ofEpochMilli(T0);
        return Stream.of(
                StartingPosition.atServerTimestamp(time),
                StartingPosition.atProducerTimestamp(time),
                StartingPosition.now().resolved(T0).delayed());
    }

    @ParameterizedTest
    @MethodSource("timestamps")
    void aTimestampThatIsNotFoundIsLookedForFromTheOldestFragmentOn(StartingPosition start) {
        begin(start, StoppingPosition.never());
        ServiceError notFound = serviceError(4000, "FRAGMENT_NOT_FOUND");
        assertThat(after(end(How.ERROR_TAG).serviceError(notFound))).isEqualTo("CALL 300");
        assertThat(cursor.next()).isEqualTo(StartingPosition.earliest());
        // If there is no oldest fragment either, the stream is empty.
        assertThat(after(end(How.ERROR_TAG).serviceError(notFound)))
                .isEqualTo("CALL 5000 IDLE, caught up at " + T0);
    }

    @Test
    void aStreamWithoutAnyFragmentIsQuietAlsoNow() {
        begin(StartingPosition.now().resolved(T0), StoppingPosition.never());
        assertThat(after(end(How.ERROR_TAG).serviceError(serviceError(4000, "FRAGMENT_NOT_FOUND"))))
                .isEqualTo("CALL 5000 IDLE, caught up at " + T0);
    }
}
