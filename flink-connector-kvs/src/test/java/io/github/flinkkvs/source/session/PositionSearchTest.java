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
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.session.PositionSearch.Question;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** Checks what follows each answer of the service, and when the service is asked. */
class PositionSearchTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    private final RecordedMetrics metrics = new RecordedMetrics();
    private final KvsReaderMetrics readerMetrics =
            new KvsReaderMetrics(metrics.group(), new Configuration());
    private final Configuration config = new Configuration();
    private ReadCursor cursor;
    private PositionSearch search;

    private void begin(KvsSplit split) {
        SessionSettings settings = new SessionSettings(config, false, true, null);
        Patience patience = new Patience(settings, () -> 0, () -> 1);
        cursor = new ReadCursor(split);
        Retries retries =
                new Retries(
                        cursor, settings, patience, readerMetrics.stream("camera"), readerMetrics);
        search = new PositionSearch(cursor, retries, settings, readerMetrics);
    }

    /** Begins with a stream that was read up to a fragment. */
    private void readUpTo(long millis) {
        begin(
                new KvsSplit(
                        ARN,
                        StartingPosition.earliest(),
                        StoppingPosition.never(),
                        SessionRig.at(5, millis),
                        null));
    }

    private static StreamDescription keeping(int hours) {
        return new StreamDescription(ARN, hours, T0);
    }

    private String after(Question question, StreamDescription description) {
        return search.after(question, description).toString();
    }

    // ---- whether to check ---------------------------------------------------------------------

    @Test
    void aPositionThatIsOlderThanAnyRetentionIsChecked() {
        readUpTo(T0);
        search.onFetch();
        assertThat(search.isCheckDue(T0 + 4 * MINUTE)).isFalse();
        assertThat(search.isCheckDue(T0 + 4 * MINUTE + 1)).isTrue();
    }

    @Test
    void aStreamThatNothingIsKnownOfIsNotChecked() {
        begin(KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never()));
        search.onFetch();
        assertThat(search.isCheckDue(T0)).isFalse();
    }

    @Test
    void aCheckIsGoodForOneFetchUntilTheRetentionGetsThere() {
        readUpTo(T0 - 2 * HOUR);
        search.onFetch();
        assertThat(search.isCheckDue(T0)).isTrue();
        assertThat(after(Question.CHECK, keeping(24))).isEqualTo("CALL 0");
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("5"));
        search.onFetch();
        assertThat(search.isCheckDue(T0)).isFalse();
        assertThat(search.isCheckDue(T0 + 22 * HOUR)).isFalse();
        assertThat(search.isCheckDue(T0 + 22 * HOUR + 1)).isTrue();
        search.onFetch();
        assertThat(search.isCheckDue(T0)).isTrue();
    }

    @Test
    void aCheckDoesNotOutliveAPause() {
        readUpTo(T0 - 2 * HOUR);
        search.onFetch();
        after(Question.CHECK, keeping(24));
        search.forgetCheck();
        search.onFetch();
        assertThat(search.isCheckDue(T0)).isTrue();
    }

    @Test
    void aGapThatWasToldOfIsNotLookedForAgain() {
        config.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        readUpTo(T0 - 2 * HOUR);
        after(Question.CHECK, keeping(1));
        search.onFetch();
        assertThat(search.isCheckDue(T0)).isFalse();
        // A look-up before the archive is read is one, too.
        assertThat(after(Question.CHECK, keeping(1))).isEqualTo("CALL 0");
        assertThat(metrics.count("gaps")).isEqualTo(1);
    }

    // ---- positions ----------------------------------------------------------------------------

    @Test
    void aPositionThatIsNotFoundThoughNothingIsDeletedIsReplacedByItsTime() {
        readUpTo(T0 - HOUR);
        assertThat(after(Question.POSITION, keeping(24))).isEqualTo("CALL 0");
        assertThat(cursor.next())
                .isEqualTo(StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 - HOUR)));
        assertThat(metrics.count("gaps")).isZero();
    }

    @Test
    void aPositionThatWasDeletedThoughNothingUnreadWasIsReplacedByTheOldest() {
        begin(
                new KvsSplit(
                        ARN,
                        StartingPosition.earliest(),
                        StoppingPosition.never(),
                        SessionRig.at(5, T0 - 5 * HOUR),
                        T0 - HOUR / 2));
        assertThat(after(Question.CHECK, keeping(1))).isEqualTo("CALL 0");
        assertThat(cursor.next()).isEqualTo(StartingPosition.afterFragment("5"));
        assertThat(after(Question.POSITION, keeping(1))).isEqualTo("CALL 0");
        assertThat(cursor.next()).isEqualTo(StartingPosition.earliest());
        assertThat(metrics.count("gaps")).isZero();
    }

    /** The producer's clock says nothing about where the service has a fragment. */
    @Test
    void aStartOfTheProducersClockIsReplacedByTheOldest() {
        begin(
                KvsSplit.firstSeen(
                        keeping(24),
                        StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0)),
                        StoppingPosition.never()));
        assertThat(after(Question.POSITION, keeping(24))).isEqualTo("CALL 0");
        assertThat(cursor.next()).isEqualTo(StartingPosition.earliest());
    }

    static Stream<Question> aboutPositions() {
        return Stream.of(Question.CHECK, Question.POSITION);
    }

    @ParameterizedTest
    @MethodSource("aboutPositions")
    void aGapFailsByDefault(Question question) {
        readUpTo(T0 - 2 * HOUR);
        assertThat(after(question, keeping(1)))
                .startsWith("FAIL Stream " + ARN)
                .contains(
                        "unread media has left the stream's retention: the stream was read up to "
                                + Instant.ofEpochMilli(T0 - 2 * HOUR)
                                + " (server time)",
                        "keeps only what came after " + Instant.ofEpochMilli(T0 - HOUR),
                        "source.expired-position");
        assertThat(metrics.count("gaps")).isZero();
    }

    @ParameterizedTest
    @MethodSource("aboutPositions")
    void readingGoesOnBehindAGapAtTheEarliest(Question question) {
        config.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        readUpTo(T0 - 2 * HOUR);
        assertThat(after(question, keeping(1))).isEqualTo("CALL 0");
        assertThat(cursor.next()).isEqualTo(StartingPosition.earliest());
        assertThat(metrics.count("gaps")).isEqualTo(1);
    }

    @Test
    void readingGoesOnBehindAGapAtATime() {
        Instant from = Instant.ofEpochMilli(T0 - HOUR / 2);
        config.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.TIMESTAMP);
        config.set(KvsSourceOptions.EXPIRED_POSITION_TIMESTAMP, from.toString());
        readUpTo(T0 - 2 * HOUR);
        assertThat(after(Question.CHECK, keeping(1))).isEqualTo("CALL 0");
        assertThat(cursor.next()).isEqualTo(StartingPosition.atServerTimestamp(from));
        assertThat(metrics.count("gaps")).isEqualTo(1);
    }

    // ---- gaps in logs -------------------------------------------------------------------------

    private List<String> logOfAGap() throws Exception {
        config.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        try (Warnings warnings = new Warnings("io.github.flinkkvs.source.session")) {
            after(Question.POSITION, keeping(1));
            byte[] next = GetMediaBytes.fragment(9, T0 - HOUR, 1);
            search.onProgress(GetMediaBytes.parse("camera", true, next));
            search.onProgress(GetMediaBytes.parse("camera", true, next));
            return warnings.texts;
        }
    }

    @Test
    void aGapIsLoggedWithBothEnds() throws Exception {
        config.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        readUpTo(T0 - 2 * HOUR);
        List<String> log = logOfAGap();
        assertThat(log).hasSize(2);
        assertThat(log.get(1))
                .contains(
                        "fragments between "
                                + Instant.ofEpochMilli(T0 - 2 * HOUR)
                                + " and "
                                + Instant.ofEpochMilli(T0 - HOUR));
    }

    @Test
    void aGapBeforeAnythingWasReadIsLoggedFromTheStart() throws Exception {
        config.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        // The number contains no time.
        begin(KvsSplit.unread(ARN, StartingPosition.afterFragment("17"), StoppingPosition.never()));
        List<String> log = logOfAGap();
        assertThat(log).hasSize(2).allSatisfy(text -> assertThat(text).doesNotContain("1970"));
        assertThat(log.get(1)).contains("fragments between the start and");
    }

    // ---- streams ------------------------------------------------------------------------------

    private static StreamDescription namesake() {
        return new StreamDescription(SessionRig.arn("camera", 2), 24, T0);
    }

    @Test
    void aStreamIsLookedUpByItsNameAndAPositionByTheArn() {
        assertThat(Question.STREAM.nameOrArn(ARN)).isEqualTo(ARN.withoutCreationTime());
        assertThat(Question.CHECK.nameOrArn(ARN)).isEqualTo(ARN.toString());
        assertThat(Question.POSITION.nameOrArn(ARN)).isEqualTo(ARN.toString());
    }

    @ParameterizedTest
    @CsvSource({"FAIL, FAIL", "READ_NEW, SWITCH"})
    void aStreamWasCreatedAnew(RecreatedStreamPolicy policy, String step) {
        config.set(KvsSourceOptions.RECREATED_STREAM, policy);
        readUpTo(T0);
        String after = after(Question.STREAM, namesake());
        assertThat(after).startsWith(step).contains(namesake().arn().toString());
        assertThat(after.contains("source.recreated-stream")).isEqualTo(step.equals("FAIL"));
    }

    @Test
    void aStreamThatExistsIsWaitedFor() {
        readUpTo(T0);
        assertThat(after(Question.STREAM, keeping(24))).isEqualTo("CALL 300 ERROR");
    }

    private String afterNotFound(Question question) {
        return afterNotFound(question, T0);
    }

    private String afterNotFound(Question question, long nowMillis) {
        Throwable error = SessionRig.error("ResourceNotFoundException", 404);
        return search.afterError(question, error, nowMillis).toString();
    }

    /** Its control plane need not know it everywhere; its media would be lost. */
    @ParameterizedTest
    @EnumSource(DeletedStreamPolicy.class)
    void aStreamThatWasJustCreatedWasNotDeleted(DeletedStreamPolicy policy) {
        config.set(KvsSourceOptions.DELETED_STREAM, policy);
        config.set(KvsSourceOptions.RETRY_BUDGET, Duration.ZERO);
        readUpTo(T0);
        long created = ARN.createdMillis();
        assertThat(afterNotFound(Question.STREAM, created + 2_000)).isEqualTo("CALL 300 ERROR");
        // The machine's clock may be the only one that is known.
        assertThat(afterNotFound(Question.STREAM, created - 2_000)).startsWith("CALL");
        assertThat(afterNotFound(Question.STREAM, created + 3_000).startsWith("CALL"))
                .isEqualTo(policy == DeletedStreamPolicy.IGNORE);
    }

    @ParameterizedTest
    @CsvSource({"FAIL, FAIL Stream", "FINISH, FINISH_DELETED", "IGNORE, CALL"})
    void aStreamWasDeleted(DeletedStreamPolicy policy, String step) {
        config.set(KvsSourceOptions.DELETED_STREAM, policy);
        readUpTo(T0);
        assertThat(afterNotFound(Question.STREAM)).startsWith(step);
        assertThat(afterNotFound(Question.STREAM).contains("source.deleted-stream"))
                .isEqualTo(policy == DeletedStreamPolicy.FAIL);
        // No stream has that ARN, but one may have the name.
        assertThat(afterNotFound(Question.CHECK)).isEqualTo("LOOK_UP STREAM");
        assertThat(afterNotFound(Question.POSITION)).isEqualTo("LOOK_UP STREAM");
    }

    @ParameterizedTest
    @EnumSource(Question.class)
    void aQuestionThatFailsIsAnErrorLikeAnother(Question question) {
        readUpTo(T0);
        assertThat(search.afterError(question, new IOException("reset"), T0).toString())
                .isEqualTo("CALL 300 ERROR");
        Throwable denied = SessionRig.error("AccessDeniedException", 403);
        assertThat(search.afterError(question, denied, T0).toString()).startsWith("FAIL");
        assertThat(metrics.count("class.retry.errors")).isEqualTo(1);
    }
}
