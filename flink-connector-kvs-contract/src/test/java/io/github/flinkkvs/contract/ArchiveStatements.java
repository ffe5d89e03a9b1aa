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
import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.client.media.FragmentPage;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;

import software.amazon.awssdk.services.kinesisvideo.model.UpdateDataRetentionOperation;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.KinesisVideoArchivedMediaClient;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelector;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelectorType;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ListFragmentsResponse;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.TimestampRange;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import static io.github.flinkkvs.contract.Statement.that;
import static org.assertj.core.api.Assertions.assertThat;

/** What the archive lists and sends. */
final class ArchiveStatements {

    private static final Duration LISTED = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final World world;

    ArchiveStatements(World world) {
        this.world = world;
    }

    List<Statement> all() {
        return List.of(
                that("A new fragment is listed and can be read soon", this::lags),
                that("ListFragments lists what begins in a range, ends included", this::ranges),
                that("ListFragments lists each fragment once", this::list),
                that("ListFragments goes on page by page, up to 1000 a page", this::pages),
                that("ListFragments refuses a stream without retention", this::noRetention),
                that("ListFragments tells number, timestamps and size", this::facts),
                that("ListFragments lists nothing where there is nothing", this::emptyRange),
                that("ListFragments refuses a range before the retention", this::outside),
                that("ListFragments takes a start before the stream's creation", this::earlyStart),
                that("GetMediaForFragmentList sends what was asked for", this::fetch),
                that("GetMediaForFragmentList refuses numbers that are not its own", this::foreign),
                that("GetMediaForFragmentList refuses more than 1000 numbers", this::tooMany));
    }

    /** Changes the retention of the buffer, whose first media has left it. */
    Statement missingFragment() {
        return that("A fragment that is not there gets an error in its place", this::missing);
    }

    private TimeRange everything() {
        return byProducer(0, World.GAP_MILLIS + 2_000);
    }

    /** From the first fragment on, in milliseconds. */
    private TimeRange byProducer(long from, long to) {
        return new TimeRange(
                TimeRange.Clock.PRODUCER, world.startMillis + from, world.startMillis + to);
    }

    // ---- lists --------------------------------------------------------------------------------

    private void lags() throws Exception {
        String number = world.pushNow();
        long begin = System.nanoTime();
        long now = world.fragments.get(0).serverTimestampMillis();
        TimeRange range =
                new TimeRange(TimeRange.Clock.SERVER, now, now + Duration.ofHours(1).toMillis());
        String listed = null;
        String readable = null;
        while (listed == null || readable == null) {
            assertInTime(begin, "listed and read");
            if (listed == null && world.list(world.live, range).contains(number)) {
                listed = since(begin);
            }
            if (readable == null
                    && !world.fetch(world.live, List.of(number)).fragments().isEmpty()) {
                readable = since(begin);
            }
        }
        world.report.answer(Question.LISTING_LAG, listed, "after PutMedia had ended, polled");
        world.report.answer(Question.READABLE_LAG, readable, "after PutMedia had ended, polled");
    }

    private static void assertInTime(long beginNanos, String what) {
        assertThat(Duration.ofNanos(System.nanoTime() - beginNanos))
                .as("time until a fragment can be " + what)
                .isLessThan(LISTED);
    }

    private static String since(long beginNanos) {
        return Duration.ofNanos(System.nanoTime() - beginNanos).toMillis() + " ms";
    }

    private void ranges() throws Exception {
        assertThat(world.list(byProducer(0, 0))).containsExactly(world.number(0));
        assertThat(world.list(byProducer(1, 2_000)))
                .containsExactlyInAnyOrder(world.number(1), world.number(2));
        assertThat(world.list(byProducer(1_000, World.GAP_MILLIS)))
                .containsExactlyInAnyOrder(world.number(1), world.number(2), world.number(3));
        Fragment third = world.fragments.get(2);
        long server = third.serverTimestampMillis();
        assertThat(world.list(new TimeRange(TimeRange.Clock.SERVER, server, server)))
                .containsExactly(world.number(2));
        assertThat(world.list(new TimeRange(TimeRange.Clock.SERVER, server + 1, server + 2)))
                .as("what began before a range is not listed")
                .isEmpty();
    }

    private void list() throws Exception {
        List<String> listed = world.list(everything());
        assertThat(listed).containsExactlyInAnyOrderElementsOf(world.numbers());
        List<String> reversed = new ArrayList<>(world.numbers());
        Collections.reverse(reversed);
        world.report.answer(
                Question.LISTING_ORDER,
                listed.equals(world.numbers())
                        ? "BY_NUMBER"
                        : listed.equals(reversed) ? "REVERSED" : "SHUFFLED",
                "of " + listed.size() + " fragments");
        FragmentPage page = world.page(everything(), null);
        world.report.answer(
                Question.LISTING_PAGE,
                page.nextToken() == null ? "as many" : "fewer",
                page.fragments().size() + " on the first page of " + listed.size());
    }

    private void pages() throws Exception {
        TimestampRange range =
                TimestampRange.builder()
                        .startTimestamp(Instant.ofEpochMilli(world.startMillis))
                        .endTimestamp(Instant.ofEpochMilli(world.startMillis + 2_000))
                        .build();
        FragmentSelector selector =
                FragmentSelector.builder()
                        .fragmentSelectorType(FragmentSelectorType.PRODUCER_TIMESTAMP)
                        .timestampRange(range)
                        .build();
        try (KinesisVideoArchivedMediaClient archive = world.service.archive(world.arn)) {
            List<String> listed = new ArrayList<>();
            String token = null;
            do {
                World.pause(POLL);
                String from = token;
                ListFragmentsResponse page =
                        archive.listFragments(
                                r ->
                                        r.streamARN(world.arn.toString())
                                                .fragmentSelector(selector)
                                                .maxResults(2L)
                                                .nextToken(from));
                assertThat(page.fragments()).hasSizeLessThanOrEqualTo(2);
                page.fragments().forEach(fragment -> listed.add(fragment.fragmentNumber()));
                token = page.nextToken();
            } while (token != null);
            assertThat(listed).containsExactlyInAnyOrderElementsOf(world.numbers().subList(0, 3));
            Refusal.of(
                            () ->
                                    archive.listFragments(
                                            r ->
                                                    r.streamARN(world.arn.toString())
                                                            .fragmentSelector(selector)
                                                            .maxResults(1_001L)))
                    .is("InvalidArgumentException 400", ErrorClass.FATAL);
        }
    }

    private void noRetention() {
        long now = world.fragments.get(0).serverTimestampMillis();
        Refusal refusal =
                Refusal.of(
                        () ->
                                world.page(
                                        world.buffer,
                                        new TimeRange(TimeRange.Clock.SERVER, now - 1_000, now),
                                        null));
        refusal.is("InvalidArgumentException 400", ErrorClass.REPOSITION);
    }

    private void facts() throws Exception {
        List<ArchivedFragment> listed =
                new ArrayList<>(world.page(byProducer(0, 2_000), null).fragments());
        for (ArchivedFragment fragment : listed) {
            int index = world.numbers().indexOf(fragment.number().toString());
            Fragment delivered = world.fragments.get(index);
            assertThat(fragment.serverTimestampMillis())
                    .isEqualTo(delivered.serverTimestampMillis());
            assertThat(fragment.producerTimestampMillis())
                    .isEqualTo(delivered.producerTimestampMillis());
            assertThat(fragment.sizeBytes()).isBetween(15_000L, 30_000L);
        }
    }

    private void emptyRange() throws Exception {
        assertThat(world.list(byProducer(10_000, 15_000))).isEmpty();
    }

    private void outside() {
        Refusal refusal =
                Refusal.of(() -> world.page(new TimeRange(TimeRange.Clock.SERVER, 1, 2_000), null));
        refusal.is("InvalidArgumentException 400", ErrorClass.REPOSITION);
        assertThat(refusal.message()).contains("outside of the stream retention");
    }

    private void earlyStart() throws Exception {
        long to = world.fragments.get(5).serverTimestampMillis();
        List<String> listed = world.list(new TimeRange(TimeRange.Clock.SERVER, 0, to));
        assertThat(world.numbers()).containsAll(listed);
        world.report.answer(
                Question.EARLY_START,
                listed.isEmpty(),
                listed.size() + " of 6 fragments from 1970 on");
    }

    // ---- media --------------------------------------------------------------------------------

    private void fetch() throws Exception {
        List<String> wanted =
                List.of(world.number(2), world.number(0), world.number(5), world.number(1));
        Reading reading = world.fetch(world.arn, wanted);
        assertThat(reading.failure()).isNull();
        List<String> got = reading.numbers();
        assertThat(got).containsExactlyInAnyOrderElementsOf(wanted);
        List<String> sorted = new ArrayList<>(wanted);
        sorted.sort(null);
        List<String> reversed = new ArrayList<>(wanted);
        Collections.reverse(reversed);
        world.report.answer(
                Question.BODY_ORDER,
                got.equals(wanted)
                        ? "AS_REQUESTED"
                        : got.equals(sorted)
                                ? "BY_NUMBER"
                                : got.equals(reversed) ? "REVERSED" : "SHUFFLED",
                "fragments 3, 1, 6, 2 were asked for");
        String body = new String(reading.body(), StandardCharsets.ISO_8859_1);
        int documents = body.split("\u001A\u0045\u00DF\u00A3", -1).length - 1;
        world.report.answer(
                Question.BODY_SHAPE,
                documents >= wanted.size() ? "DOCUMENTS" : "ONE_SEGMENT",
                documents + " EBML headers for " + wanted.size() + " fragments");
        boolean documented = body.contains("AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP");
        world.report.answer(
                Question.ARCHIVE_TAGS,
                documented ? "DOCUMENTED" : "CAPTURED",
                documented ? "SERVER_SIDE_TIMESTAMP" : "SERVER_TIMESTAMP");
        for (Fragment fragment : reading.fragments()) {
            Fragment live = world.fragments.get(world.numbers().indexOf(fragment.number() + ""));
            assertThat(fragment.frames()).hasSameSizeAs(live.frames());
            assertThat(fragment.continuationToken()).isNull();
            assertThat(fragment.millisBehindNow()).isNull();
            assertThat(fragment.serverTimestampMillis()).isEqualTo(live.serverTimestampMillis());
        }
    }

    private void foreign() throws Exception {
        String foreign = new BigInteger(world.number(0)).add(BigInteger.TEN).toString();
        Refusal refusal =
                Refusal.of(world.fetch(world.arn, List.of(world.number(0), foreign)).failure());
        refusal.is("InvalidArgumentException 400", ErrorClass.FATAL);
        assertThat(refusal.message()).contains("Fragment numbers are invalid");
    }

    private void tooMany() throws Exception {
        List<String> many = Collections.nCopies(1_001, world.number(0));
        assertThat(Refusal.of(world.fetch(world.arn, many).failure()).text())
                .isIn("InvalidArgumentException 400", "ValidationException 400");
    }

    private void missing() throws Exception {
        String buffer = world.buffer.toString();
        String version = world.service.awaitActive(buffer).version();
        world.service.control.updateDataRetention(
                r ->
                        r.streamARN(buffer)
                                .currentVersion(version)
                                .operation(UpdateDataRetentionOperation.INCREASE_DATA_RETENTION)
                                .dataRetentionChangeInHours(1));
        world.service.awaitActive(buffer);
        String there =
                world.push(world.buffer, List.of(world.fragment(System.currentTimeMillis())))
                        .get(0);
        long begin = System.nanoTime();
        while (world.fetch(world.buffer, List.of(there)).fragments().isEmpty()) {
            assertInTime(begin, "read");
            World.pause(POLL);
        }
        String gone = world.buffered.get(0);
        Reading reading = world.fetch(world.buffer, List.of(gone, there));
        assertThat(reading.failure()).isNull();
        assertThat(reading.errors()).hasSize(1);
        FragmentNumber named = reading.errors().get(0).fragmentNumber();
        // An error need not name a fragment, but if it does, then the right one.
        assertThat(named == null ? gone : named.toString()).isEqualTo(gone);
        boolean ends = reading.fragments().isEmpty();
        world.report.answer(
                Question.AFTER_AN_ERROR, ends, reading.errors() + ", then " + reading.numbers());
    }
}
