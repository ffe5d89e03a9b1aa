/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Delivery;
import io.github.flinkkvs.testing.behavior.ErrorDocument;
import io.github.flinkkvs.testing.behavior.ExpiredPosition;
import io.github.flinkkvs.testing.behavior.FutureTimestamp;
import io.github.flinkkvs.testing.behavior.IdleRule;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.NowStart;
import io.github.flinkkvs.testing.behavior.SessionCapEnd;
import io.github.flinkkvs.testing.behavior.TimestampMatch;
import io.github.flinkkvs.testing.behavior.UnknownPosition;
import io.github.flinkkvs.testing.behavior.archive.ArchiveTags;
import io.github.flinkkvs.testing.behavior.archive.BodyOrder;
import io.github.flinkkvs.testing.behavior.archive.BodyShape;
import io.github.flinkkvs.testing.behavior.archive.ListingOrder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The contract holds with a service that decides every open question otherwise, and the report says
 * so.
 */
@Execution(ExecutionMode.CONCURRENT)
class OtherServicesITCase {

    /** What the report must say. */
    private final Map<Question, String> expected = new EnumMap<>(Question.class);

    @Test
    void theSecondAnswerToEachQuestion() throws Throwable {
        expect(Question.DELIVERY, Delivery.WHEN_CLOSED);
        expect(Question.IDLE_RULE, IdleRule.INGESTED_BYTES);
        expect(Question.NOW_START, NowStart.NEWEST_FRAGMENT);
        expect(Question.TIMESTAMP_MATCH, TimestampMatch.AT_OR_AFTER);
        expect(Question.FUTURE_TIMESTAMP, FutureTimestamp.AS_NOW);
        expect(Question.EXPIRED_POSITION, ExpiredPosition.IN_BAND_ERROR_3000);
        expect(Question.UNKNOWN_POSITION, UnknownPosition.IN_BAND_ERROR_3000);
        expect(Question.FUTURE_POSITION, UnknownPosition.NEXT_GREATER);
        expect(Question.CONTINUATION_TOKEN, true);
        expect(Question.ERROR_DOCUMENT, ErrorDocument.BARE_TAGS);
        expect(Question.NOT_FOUND_CODE, "NO_SUCH_FRAGMENT");
        expect(Question.MILLIS_BEHIND_NOW, MillisBehindNow.AGE);
        expect(Question.LEADING_TAGS, true);
        expect(Question.TAG_PAGES, "25");
        expect(Question.LISTING_ORDER, ListingOrder.BY_NUMBER);
        expect(Question.LISTING_PAGE, "fewer");
        expect(Question.EARLY_START, true);
        expect(Question.BODY_ORDER, BodyOrder.BY_NUMBER);
        expect(Question.BODY_SHAPE, BodyShape.ONE_SEGMENT);
        expect(Question.ARCHIVE_TAGS, ArchiveTags.DOCUMENTED);
        expect(Question.AFTER_AN_ERROR, true);
        check(
                Behavior.likely()
                        .delivery(Delivery.WHEN_CLOSED)
                        // A fragment that nobody sees yet must not end the body that waits for it.
                        .idleRule(IdleRule.INGESTED_BYTES)
                        .nowStart(NowStart.NEWEST_FRAGMENT)
                        .timestampMatch(TimestampMatch.AT_OR_AFTER)
                        .futureTimestamp(FutureTimestamp.AS_NOW)
                        .expiredPosition(ExpiredPosition.IN_BAND_ERROR_3000)
                        .unknownPosition(UnknownPosition.IN_BAND_ERROR_3000)
                        .futurePosition(UnknownPosition.NEXT_GREATER)
                        .continuationTokenInclusive(true)
                        .errorDocument(ErrorDocument.BARE_TAGS)
                        .notFoundCode("NO_SUCH_FRAGMENT")
                        .millisBehindNow(MillisBehindNow.AGE)
                        .leadingTagsRepeated(true)
                        .listTagsPageSize(25)
                        .archive(
                                archive ->
                                        archive.listingOrder(ListingOrder.BY_NUMBER)
                                                .listingPageSize(2)
                                                .earlyStartListsNothing(true)
                                                .bodyOrder(BodyOrder.BY_NUMBER)
                                                .bodyShape(BodyShape.ONE_SEGMENT)
                                                .tags(ArchiveTags.DOCUMENTED)
                                                .errorEndsBody(true)),
                Limits.service(),
                false);
    }

    @Test
    void theThirdAnswerToEachQuestion() throws Throwable {
        expect(Question.TIMESTAMP_MATCH, TimestampMatch.AT_OR_BEFORE);
        expect(Question.FUTURE_TIMESTAMP, FutureTimestamp.INVALID_ARGUMENT);
        expect(Question.EXPIRED_POSITION, ExpiredPosition.START_AT_EARLIEST);
        expect(Question.UNKNOWN_POSITION, UnknownPosition.NEXT_GREATER);
        expect(Question.FUTURE_POSITION, UnknownPosition.NEXT_INGESTED);
        expect(Question.MILLIS_BEHIND_NOW, MillisBehindNow.ZERO);
        expect(Question.IDLE_RULE, IdleRule.FRAGMENTS);
        expect(Question.LISTING_ORDER, ListingOrder.REVERSED);
        expect(Question.BODY_ORDER, BodyOrder.REVERSED);
        expect(Question.SESSION_CAP, SessionCapEnd.AFTER_FRAGMENT);
        check(
                Behavior.likely()
                        .timestampMatch(TimestampMatch.AT_OR_BEFORE)
                        .futureTimestamp(FutureTimestamp.INVALID_ARGUMENT)
                        .expiredPosition(ExpiredPosition.START_AT_EARLIEST)
                        .unknownPosition(UnknownPosition.NEXT_GREATER)
                        .futurePosition(UnknownPosition.NEXT_INGESTED)
                        .millisBehindNow(MillisBehindNow.ZERO)
                        .idleRule(IdleRule.FRAGMENTS)
                        .sessionCapEnd(SessionCapEnd.AFTER_FRAGMENT)
                        .archive(
                                archive ->
                                        archive.listingOrder(ListingOrder.REVERSED)
                                                .bodyOrder(BodyOrder.REVERSED)),
                // Longer than any other body.
                Limits.service().sessionCap(Duration.ofSeconds(20)),
                true);
    }

    @Test
    void theFourthAnswerToEachQuestion() throws Throwable {
        expect(Question.UNKNOWN_POSITION, UnknownPosition.NEXT_INGESTED);
        expect(Question.FUTURE_POSITION, UnknownPosition.IN_BAND_ERROR_3000);
        expect(Question.ERROR_DOCUMENT, ErrorDocument.MINI_DOCUMENT_WITHOUT_NUMBER);
        check(
                Behavior.likely()
                        .unknownPosition(UnknownPosition.NEXT_INGESTED)
                        .futurePosition(UnknownPosition.IN_BAND_ERROR_3000)
                        .errorDocument(ErrorDocument.MINI_DOCUMENT_WITHOUT_NUMBER),
                Limits.service(),
                false);
    }

    private void expect(Question question, Object answer) {
        expected.put(question, answer.toString());
    }

    /**
     * @param slow whether to ask for the longest time of a call
     */
    private void check(Behavior behavior, Limits limits, boolean slow) throws Throwable {
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().limits(limits).behavior(behavior).start()) {
            Target target = Target.of(kvs, slow);
            Report report = new Report(target);
            Service service = new Service(target);
            try {
                World world = new World(service, report);
                for (Statement statement : Contract.statements(world)) {
                    Contract.check(statement, report);
                }
            } finally {
                assertThat(service.end()).isEmpty();
            }
            expected.forEach(
                    (question, answer) ->
                            assertThat(report.answers(question))
                                    .as(question.text)
                                    .isNotEmpty()
                                    .containsOnly(answer));
            assertThat(kvs.streams()).isEmpty();
            assertThat(report.text())
                    .doesNotContain(Target.SECRET, Target.KEY)
                    .contains("| holds |");
        }
    }
}
