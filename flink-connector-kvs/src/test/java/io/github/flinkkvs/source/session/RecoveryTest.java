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
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.LostFragmentPolicy;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.fetch.FetchEnd;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.fetch.PartialFragment;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Checks what follows each end of a fetch. Delays are in millis, with the longest jitter. */
class RecoveryTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final RecordedMetrics metrics = new RecordedMetrics();
    private final KvsReaderMetrics readerMetrics = new KvsReaderMetrics(metrics.group(), 10);
    private final Configuration config = new Configuration();
    private long now = Long.MAX_VALUE - 5;
    private ReadCursor cursor;
    private Retries retries;
    private Recovery recovery;

    private void begin(KvsSplit split) {
        SessionSettings settings = new SessionSettings(config, false, true, null);
        Patience patience = new Patience(settings, () -> now, () -> 1);
        cursor = new ReadCursor(split);
        retries = new Retries(cursor, settings, patience, readerMetrics);
        recovery = new Recovery(cursor, settings, patience, retries, readerMetrics);
    }

    private void begin(StartingPosition start, StoppingPosition stop) {
        begin(KvsSplit.unread(ARN, start, stop));
    }

    @BeforeEach
    void begin() {
        begin(StartingPosition.earliest(), StoppingPosition.never());
    }

    private static StoppingPosition stopAtT0() {
        return StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0));
    }

    private FetchEnd.Builder end(How how) {
        return endAnsweredAt(how, T0);
    }

    private FetchEnd.Builder endAnsweredAt(How how, long millis) {
        return FetchEnd.of(how, cursor.next()).answered("r-1", OptionalLong.of(millis));
    }

    private String after(FetchEnd.Builder end) {
        return recovery.after(end.build()).toString();
    }

    private String afterReset() {
        return after(end(How.FAILED).cause(new IOException("reset")));
    }

    private static PartialFragment fragment(long number, long millis) {
        return new PartialFragment(
                SessionRig.at(number, millis).number(),
                millis,
                GetMediaBytes.producerMillis(millis));
    }

    private FetchEnd.Builder badBytes(long number, long millis) {
        return badBytes(number, millis, 100);
    }

    private FetchEnd.Builder badBytes(long number, long millis, long offset) {
        return end(How.BAD_BYTES).cause(MALFORMED).inFragment(fragment(number, millis), offset);
    }

    private static final MkvException MALFORMED = malformed();

    private static MkvException malformed() {
        try {
            GetMediaBytes.parse("camera", true, GetMediaBytes.malformed(1, T0));
            throw new AssertionError("not malformed");
        } catch (MkvException e) {
            return e;
        }
    }

    private static ServiceError serviceError(int id, String code) {
        AtomicReference<ServiceError> found = new AtomicReference<>();
        FragmentHandler handler =
                new FragmentHandler() {
                    @Override
                    public void onFragment(Fragment fragment) {
                        throw new AssertionError(fragment.toString());
                    }

                    @Override
                    public void onServiceError(ServiceError error) {
                        found.set(error);
                    }
                };
        try {
            new FragmentAssembler("camera", null, true, 1 << 20)
                    .feed(ByteBuffer.wrap(GetMediaBytes.error(id, code)), handler);
        } catch (MkvException e) {
            throw new AssertionError(e);
        }
        return found.get();
    }

    // ---- the table ----------------------------------------------------------------------------

    private static Arguments row(
            String title, How how, UnaryOperator<FetchEnd.Builder> facts, String step) {
        return arguments(title, how, facts, step);
    }

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

    private static Throwable error(String code, int status) {
        return SessionRig.error(code, status);
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

    // ---- the stop -----------------------------------------------------------------------------

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

    @Test
    void cannotSkipAFragmentWithoutNumber() {
        config.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        begin();
        FetchEnd.Builder early = end(How.BAD_BYTES).cause(MALFORMED).inFragment(null, 5);
        assertThat(thirdOf(early))
                .startsWith("FAIL")
                .contains("The next fragment cannot be read", "its number is not known");
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
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0 - 1))).isEqualTo("CALL 0");
        assertThat(after(end(How.HISTORY_READ).readUpTo(T0))).isEqualTo("FINISH");
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
