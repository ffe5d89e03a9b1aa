/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.ServiceError;

import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;

import static io.github.flinkkvs.contract.Statement.that;
import static org.assertj.core.api.Assertions.assertThat;

/** Where GetMedia begins. */
final class StartStatements {

    private static final Duration SOME_SECONDS = Duration.ofSeconds(15);
    private static final int EBML = 0x1A;

    private final World world;

    StartStatements(World world) {
        this.world = world;
    }

    List<Statement> all() {
        return List.of(
                that("EARLIEST begins with the first fragment", this::earliest),
                that("FRAGMENT_NUMBER begins behind the fragment that it names", this::number),
                that(
                        "Behind the newest fragment, a body waits for what is pushed next",
                        this::behindTheNewest),
                that("CONTINUATION_TOKEN goes on with the fragment of a token", this::token),
                that("A timestamp begins with the fragment that has it", this::exactTimestamp),
                that("A timestamp between two finds one of them", this::timestampBetween),
                that("A timestamp before everything begins with the first one", this::before),
                that("A timestamp of the future is no error of the service's", this::future),
                that("NOW does not begin with old media", this::now),
                that("A number that never existed is answered", this::unknown),
                that("A number that does not exist yet is answered", this::futureNumber));
    }

    /** Takes longer than the others, and the buffer's media. */
    Statement expiredPosition() {
        return that("A number that has left the retention is answered", this::expired);
    }

    private void assertBegins(StartSelector start, int index) throws Exception {
        try (Reading reading = world.read(start)) {
            assertThat(reading.first(SOME_SECONDS)).as("%s", start).isEqualTo(world.number(index));
        }
    }

    private void earliest() throws Exception {
        assertBegins(World.at(StartSelectorType.EARLIEST), 0);
    }

    private void number() throws Exception {
        assertBegins(World.after(world.number(1)), 2);
        // The last one of a PutMedia call, and the first one of the next.
        assertBegins(World.after(world.number(2)), 3);
    }

    /** How a reader that has all goes on when its call ends. */
    private void behindTheNewest() throws Exception {
        String newest = world.pushNow();
        try (Reading reading = world.read(world.live, World.after(newest))) {
            String next = world.pushNow();
            assertThat(reading.first(SOME_SECONDS)).isEqualTo(next);
            newest = next;
        }
        try (Reading reading = world.read(world.live, World.after(newest))) {
            reading.toEnd(SOME_SECONDS);
            assertThat(reading.failure()).isNull();
            assertThat(reading.errors()).isEmpty();
            assertThat(reading.numbers()).isEmpty();
        }
    }

    private void token() throws Exception {
        Fragment second = world.fragments.get(1);
        StartSelector start =
                StartSelector.builder()
                        .startSelectorType(StartSelectorType.CONTINUATION_TOKEN)
                        .continuationToken(second.continuationToken())
                        .build();
        try (Reading reading = world.read(start)) {
            String first = reading.first(SOME_SECONDS);
            assertThat(first).isIn(world.number(1), world.number(2));
            world.report.answer(
                    Question.CONTINUATION_TOKEN,
                    first.equals(world.number(1)),
                    "the token of fragment 2 delivers fragment "
                            + (1 + world.numbers().indexOf(first)));
        }
    }

    private void exactTimestamp() throws Exception {
        for (int i = 0; i < 6; i++) {
            Fragment fragment = world.fragments.get(i);
            assertBegins(
                    World.at(
                            StartSelectorType.PRODUCER_TIMESTAMP,
                            fragment.producerTimestampMillis()),
                    i);
            assertBegins(
                    World.at(StartSelectorType.SERVER_TIMESTAMP, fragment.serverTimestampMillis()),
                    i);
        }
    }

    private void timestampBetween() throws Exception {
        // Fragment 3 has a second of media; fragment 4 begins some seconds later.
        Fragment last = world.fragments.get(2);
        Fragment next = world.fragments.get(3);
        answerMatch(
                "producer",
                begin(StartSelectorType.PRODUCER_TIMESTAMP, last.producerTimestampMillis() + 400),
                begin(
                        StartSelectorType.PRODUCER_TIMESTAMP,
                        next.producerTimestampMillis() - 10_000));
        answerMatch(
                "server",
                begin(StartSelectorType.SERVER_TIMESTAMP, last.serverTimestampMillis() + 1),
                begin(StartSelectorType.SERVER_TIMESTAMP, next.serverTimestampMillis() - 100));
    }

    private String begin(StartSelectorType type, long millis) throws Exception {
        try (Reading reading = world.read(World.at(type, millis))) {
            return reading.first(SOME_SECONDS);
        }
    }

    private void answerMatch(String clock, String within, String between) {
        assertThat(List.of(within, between))
                .as("by the %s's clock", clock)
                .isSubsetOf(world.number(2), world.number(3));
        boolean covers = within.equals(world.number(2));
        boolean before = between.equals(world.number(2));
        world.report.answer(
                Question.TIMESTAMP_MATCH,
                before ? "AT_OR_BEFORE" : covers ? "COVERING" : "AT_OR_AFTER",
                "by the "
                        + clock
                        + "'s clock, a time within fragment 3 finds "
                        + (covers ? "it" : "the next one")
                        + ", a time in the gap behind it "
                        + (before ? "it" : "the next one"));
    }

    private void before() throws Exception {
        assertBegins(
                World.at(StartSelectorType.PRODUCER_TIMESTAMP, world.startMillis - 3_600_000), 0);
        assertBegins(
                World.at(
                        StartSelectorType.SERVER_TIMESTAMP,
                        world.fragments.get(0).serverTimestampMillis() - 60_000),
                0);
    }

    private void future() throws Exception {
        long later = System.currentTimeMillis() + 3_600_000;
        try (Reading reading =
                world.read(world.live, World.at(StartSelectorType.SERVER_TIMESTAMP, later))) {
            if (reading.failure() != null) {
                Refusal refusal = Refusal.of(reading.failure());
                refusal.is("InvalidArgumentException 400", ErrorClass.FATAL);
                world.report.answer(
                        Question.FUTURE_TIMESTAMP, "INVALID_ARGUMENT", refusal.message());
                return;
            }
            String present = world.pushNow();
            reading.toEnd(SOME_SECONDS);
            boolean delivered = reading.numbers().contains(present);
            world.report.answer(
                    Question.FUTURE_TIMESTAMP,
                    delivered ? "AS_NOW" : "FIRST_AT_OR_AFTER",
                    "what was pushed meanwhile was " + (delivered ? "delivered" : "not delivered"));
        }
    }

    private void now() throws Exception {
        try (Reading reading = world.read(World.at(StartSelectorType.NOW))) {
            reading.toEnd(SOME_SECONDS);
            List<String> seen = reading.numbers();
            assertThat(seen).hasSizeLessThanOrEqualTo(1);
            world.report.answer(
                    Question.NOW_START,
                    seen.isEmpty() ? "NEXT_FRAGMENT" : "NEWEST_FRAGMENT",
                    "while nothing is pushed, NOW delivers " + seen.size() + " fragments");
        }
    }

    // ---- positions that are not there -----------------------------------------------------------

    private void unknown() throws Exception {
        String never = new BigInteger(world.number(1)).subtract(BigInteger.ONE).toString();
        try (Reading reading = world.read(World.after(never))) {
            reading.until(1, SOME_SECONDS);
            String answer = answer(reading);
            if (answer.isEmpty()) {
                answer =
                        reading.numbers().isEmpty()
                                ? "NEXT_INGESTED"
                                : next(reading, world.number(1), "NEXT_GREATER");
            }
            world.report.answer(Question.UNKNOWN_POSITION, answer, evidence(reading));
        }
    }

    private void futureNumber() throws Exception {
        String later =
                new BigInteger(world.number(5)).add(BigInteger.ONE.shiftLeft(92 + 20)).toString();
        try (Reading reading = world.read(world.live, World.after(later))) {
            String answer = answer(reading);
            if (answer.isEmpty() && !reading.isEnded()) {
                String present = world.pushNow();
                reading.toEnd(SOME_SECONDS);
                answer = answer(reading);
                if (answer.isEmpty()) {
                    answer =
                            reading.numbers().isEmpty()
                                    ? "NEXT_GREATER"
                                    : next(reading, present, "NEXT_INGESTED");
                }
            }
            world.report.answer(Question.FUTURE_POSITION, answer, evidence(reading));
        }
    }

    private void expired() throws Exception {
        world.outliveTheBuffer();
        String present =
                world.push(world.buffer, List.of(world.fragment(System.currentTimeMillis())))
                        .get(0);
        try (Reading reading = world.read(world.buffer, World.after(world.buffered.get(0)))) {
            reading.until(1, SOME_SECONDS);
            String answer = answer(reading);
            if (answer.isEmpty()) {
                answer = next(reading, present, "START_AT_EARLIEST");
            }
            world.report.answer(Question.EXPIRED_POSITION, answer, evidence(reading));
        }
    }

    /** The given answer if the first fragment is the expected one, otherwise what came. */
    private static String next(Reading reading, String expected, String answer)
            throws InterruptedException {
        String first = reading.first(SOME_SECONDS);
        return first.equals(expected) ? answer : "delivers " + first;
    }

    /** The error of a body or the refusal of a call; empty if there is none as yet. */
    private String answer(Reading reading) throws InterruptedException {
        if (reading.failure() != null) {
            return Refusal.of(reading.failure()).text();
        }
        // An error comes at once, and the body ends with it.
        if (reading.hasBytes(1, Duration.ofSeconds(1))) {
            reading.until(1, SOME_SECONDS);
        }
        if (reading.errors().isEmpty()) {
            return "";
        }
        ServiceError error = reading.errors().get(0);
        assertThat(ErrorTable.classify(error)).isEqualTo(ErrorClass.REPOSITION);
        world.report.answer(Question.ERROR_DOCUMENT, form(reading, error), "a body of " + error);
        world.report.answer(Question.NOT_FOUND_CODE, error.code(), error.toString());
        return "IN_BAND_ERROR_" + error.id();
    }

    private static String form(Reading reading, ServiceError error) {
        if (reading.body()[0] != EBML) {
            return "BARE_TAGS";
        }
        return error.fragmentNumber() == null ? "MINI_DOCUMENT_WITHOUT_NUMBER" : "MINI_DOCUMENT";
    }

    private static String evidence(Reading reading) {
        return reading.failure() != null
                ? Refusal.of(reading.failure()).message()
                : reading.errors() + " and " + reading.fragments().size() + " fragments";
    }
}
