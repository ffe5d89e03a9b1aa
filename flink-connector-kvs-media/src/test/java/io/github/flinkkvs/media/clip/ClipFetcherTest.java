/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.media.clip.ClipException.Kind;
import io.github.flinkkvs.media.clip.FakeArchive.Script;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.ErrorDocument;
import io.github.flinkkvs.testing.internal.ebml.ServiceTags;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.kinesisvideo.model.KinesisVideoException;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** How a clip is fetched, whatever the archive does. */
class ClipFetcherTest {

    private static final int FRAGMENTS = 30;

    /** Fragments of a second, each of five pictures; the service gets them half a second later. */
    private static List<Fragment> fragments;

    private static List<byte[]> documents;
    private static long start;

    private ManualWorker worker;
    private FakeArchive archive;
    private Configuration config;
    private Map<String, Counter> counters;
    private ClipFetcher fetcher;

    @BeforeAll
    static void film() throws Exception {
        fragments = new ArrayList<>();
        documents = new ArrayList<>();
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("camera");
            start = kvs.clock().millis() - 500;
            for (int i = 0; i < FRAGMENTS; i++) {
                MediaFragment.Builder media =
                        MediaFragment.builder()
                                .track(MediaTrack.video(1, "v", "V_MJPEG", null, 16, 16))
                                .producerTimestampMillis(start + 1_000 * i)
                                .clusterTimestamp(start + 1_000 * i);
                for (int frame = 0; frame < 5; frame++) {
                    media.frame(MediaFrame.of(1, 200 * frame, frame == 0, new byte[1_000]));
                }
                stream.push(media.build());
                kvs.clock().shift(Duration.ofSeconds(1));
            }
            for (StoredFragment stored : stream.pushed()) {
                documents.add(stored.bytes());
                fragments.addAll(FragmentReader.readAll("camera", null, stored.bytes()));
            }
        }
    }

    @BeforeEach
    void fill() {
        worker = new ManualWorker();
        config = new Configuration();
        setUp(3_600);
    }

    /**
     * @param seconds how long after the beginning of the film it is
     */
    private void setUp(long seconds) {
        counters = new HashMap<>();
        archive = new FakeArchive(worker, start + 1_000 * seconds);
        for (int i = 0; i < FRAGMENTS; i++) {
            Fragment fragment = fragments.get(i);
            archive.add(
                    fragment.number(),
                    start + 1_000 * i + 500,
                    fragment.producerTimestampMillis(),
                    documents.get(i));
        }
        fetcher =
                new ClipFetcher(
                        ClipSettings.of(config, 1),
                        archive,
                        new UnregisteredMetricsGroup() {
                            @Override
                            public Counter counter(String name) {
                                return counters.computeIfAbsent(name, any -> new SimpleCounter());
                            }
                        },
                        worker);
    }

    private static ClipRequest request(long fromSeconds, long toSeconds) {
        return ClipRequest.of("camera", at(fromSeconds), at(toSeconds));
    }

    private static Instant at(long seconds) {
        return Instant.ofEpochMilli(start + 1_000 * seconds);
    }

    private static FragmentNumber number(int fragment) {
        return fragments.get(fragment).number();
    }

    private static List<FragmentNumber> numbers(int from, int to) {
        return fragments.subList(from, to + 1).stream()
                .map(Fragment::number)
                .collect(Collectors.toList());
    }

    /** Lets as much time pass as a clip takes. */
    private void await(CompletableFuture<Clip> clip) {
        for (int i = 0; i < 1_300 && !clip.isDone(); i++) {
            worker.advance(Duration.ofMillis(100));
        }
    }

    private Clip fetch(ClipRequest request) {
        CompletableFuture<Clip> clip = fetcher.fetch(request);
        await(clip);
        assertThat(clip).isCompleted();
        assertReleased();
        return clip.join();
    }

    private ClipException failure(ClipRequest request) {
        CompletableFuture<Clip> clip = fetcher.fetch(request);
        await(clip);
        assertReleased();
        return failure(clip);
    }

    private static ClipException failure(CompletableFuture<Clip> clip) {
        assertThat(clip).isCompletedExceptionally();
        Throwable error = clip.handle((made, failed) -> failed).join();
        assertThat(error).isInstanceOf(ClipException.class);
        return (ClipException) error;
    }

    private void assertReleased() {
        assertThat(worker.scheduled()).isZero();
        assertThat(archive.openCalls()).isZero();
    }

    private Script script() {
        Script script = new Script();
        archive.scripts.add(script);
        return script;
    }

    private static AwsServiceException error(int status, String code, String message) {
        return (AwsServiceException)
                KinesisVideoException.builder()
                        .statusCode(status)
                        .awsErrorDetails(
                                AwsErrorDetails.builder()
                                        .errorCode(code)
                                        .errorMessage(message)
                                        .build())
                        .build();
    }

    private static byte[] errorDocument(int fragment, int id, String code) {
        return ServiceTags.error(
                id, code, number(fragment).toString(), ErrorDocument.MINI_DOCUMENT);
    }

    // ---- what is requested ---------------------------------------------------------------------

    @Test
    void theFragmentsOfTheRangeAndTheOneThatProvesTheLast() {
        Clip clip = fetch(request(10, 13));
        assertThat(clip.fragments()).isEqualTo(numbers(10, 13));
        assertThat(clip.isComplete()).isTrue();
        assertThat(clip.beginMillis()).isEqualTo(start + 10_000);
        assertThat(clip.endMillis()).isEqualTo(start + 14_000);
        assertThat(clip.streamArn()).endsWith("stream/camera/1");
        assertThat(archive.calls).hasSize(1);
        assertThat(archive.calls.get(0).requested).isEqualTo(numbers(10, 14));
    }

    @Test
    void theCallEndsWhereTheNextFragmentBegins() {
        archive.pieceBytes = 100;
        fetch(request(10, 11));
        FakeArchive.Call call = archive.calls.get(0);
        assertThat(call.cancelled).isTrue();
        assertThat(call.sentBytes()).isLessThan(2 * documents.get(0).length + 300);
    }

    @Test
    void aFragmentThatBeganBefore() {
        ClipRequest request =
                ClipRequest.of("camera", at(10).plusMillis(300), at(10).plusMillis(900));
        Clip clip = fetch(request);
        assertThat(clip.fragments()).isEqualTo(numbers(10, 10));
        assertThat(clip.isComplete()).isTrue();
    }

    @Test
    void pagesInAnyOrder() {
        archive.pageSize = 3;
        assertThat(fetch(request(10, 20)).fragments()).isEqualTo(numbers(10, 20));
        assertThat(archive.lists.size()).isGreaterThan(5);
    }

    @Test
    void byTheServicesClock() {
        Clip clip = fetch(request(10, 12).withClock(ClipRequest.Clock.SERVER));
        // Those that arrived at 10.5 and 11.5, and the one that arrived at 9.5 and lasted a second.
        assertThat(archive.calls.get(0).requested).isEqualTo(numbers(9, 12));
        assertThat(clip.request().clock()).isEqualTo(ClipRequest.Clock.SERVER);
    }

    @Test
    void moreFragmentsThanACallMayRequest() throws Exception {
        List<FragmentNumber> all = new ArrayList<>();
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("many");
            for (int i = 0; i < 250; i++) {
                stream.push(
                        MediaFragment.ofSize(200).toBuilder()
                                .producerTimestampMillis(start + 50_000 + 100 * i)
                                .clusterTimestamp(start + 50_000 + 100 * i)
                                .build());
            }
            for (StoredFragment stored : stream.pushed()) {
                FragmentNumber number = FragmentNumber.of(stored.number());
                long time = stored.producerTimestampMillis();
                archive.add(number, time, time, stored.bytes());
                all.add(number);
            }
        }
        Clip clip = fetch(request(50, 100));
        assertThat(clip.fragments()).isEqualTo(all);
        assertThat(archive.calls)
                .allSatisfy(call -> assertThat(call.requested).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void aStreamIsLookedUpOnce() {
        fetch(request(10, 11));
        fetch(request(12, 13));
        assertThat(archive.described).containsExactly("camera");
        worker.advance(Duration.ofMinutes(2));
        fetch(request(12, 13));
        assertThat(archive.described).hasSize(2);
    }

    /** The service allows five of these calls a second; a job may begin with many events. */
    @Test
    void aStreamIsLookedUpOnceForAllClipsThatWait() {
        archive.descriptions.add(error(400, "ClientLimitExceededException", "Slow down"));
        archive.descriptions.add("arn:aws:kinesisvideo:eu-central-1:1:stream/camera/1");
        List<CompletableFuture<Clip>> clips = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clips.add(fetcher.fetch(request(i, i + 1)));
        }
        clips.add(fetcher.fetch(ClipRequest.of("another", at(1), at(2))));
        clips.forEach(this::await);
        assertThat(clips).allMatch(clip -> clip.isDone() && !clip.isCompletedExceptionally());
        assertThat(archive.described).containsExactlyInAnyOrder("camera", "camera", "another");
        assertReleased();
    }

    // ---- the last fragment ---------------------------------------------------------------------

    @Test
    void theLastFragmentOfAStreamIsRequestedTwice() {
        Clip clip = fetch(request(27, 29));
        assertThat(clip.fragments()).isEqualTo(numbers(27, 29));
        assertThat(clip.isComplete()).isTrue();
        assertThat(archive.calls).hasSize(2);
        assertThat(archive.calls.get(1).requested).isEqualTo(numbers(29, 29));
    }

    @Test
    void aBodyThatIsCutBetweenElementsIsNoFragment() {
        int whole = documents.get(29).length;
        // In front of the last block: what is left could be a fragment.
        int cut = archivedLength(29) - 1_006;
        assertThat(cut).isBetween(1, whole);
        script().cutAfter = cut;
        Clip clip = fetch(request(29, 29));
        assertThat(archive.calls).hasSize(3);
        assertThat(clip.duration()).hasSeconds(1);
    }

    private int archivedLength(int fragment) {
        Script nothing = new Script();
        return archive.new Call(List.of(number(fragment)), null, nothing).bodyBytes();
    }

    // ---- time ----------------------------------------------------------------------------------

    @Test
    void aRangeThatEndsInTheFutureIsWaitedFor() {
        setUp(10);
        CompletableFuture<Clip> clip = fetcher.fetch(request(8, 13));
        worker.advance(Duration.ofMillis(4_900));
        assertThat(archive.lists).isEmpty();
        worker.advance(Duration.ofMillis(300));
        // Fragment 14 ends at 15.5: with the list of 15 nothing is proven.
        assertThat(archive.lists).hasSize(1);
        assertThat(clip).isNotDone();
        worker.advance(Duration.ofSeconds(2));
        assertThat(clip).isCompleted();
        assertThat(clip.join().fragments()).isEqualTo(numbers(8, 13));
        assertThat(clip.join().isComplete()).isTrue();
        assertReleased();
    }

    /** The producer stops: nothing follows, so the longest possible fragment is waited for. */
    @Test
    void aRangeAfterWhichNothingComes() {
        setUp(29);
        CompletableFuture<Clip> clip = fetcher.fetch(request(28, 29));
        worker.advance(Duration.ofSeconds(24));
        assertThat(clip).isNotDone();
        worker.advance(Duration.ofSeconds(4));
        assertThat(clip).isCompleted();
        assertThat(clip.join().fragments()).isEqualTo(numbers(28, 29));
        assertReleased();
    }

    @Test
    void aRangeTooFarInTheFuture() {
        setUp(10);
        CompletableFuture<Clip> clip = fetcher.fetch(request(10, 1_000));
        worker.runDue();
        ClipException failure = failure(clip);
        assertThat(failure.kind()).isEqualTo(Kind.IN_THE_FUTURE);
        assertThat(failure)
                .hasMessageStartingWith("There is no clip of stream camera from " + at(10))
                .hasMessageContainingAll("ends in 990 s", "120.0 s at most (clip.timeout)");
        assertReleased();
    }

    // ---- no media ------------------------------------------------------------------------------

    @Test
    void nothingInTheRange() {
        ClipException failure = failure(request(100, 110));
        assertThat(failure.kind()).isEqualTo(Kind.NO_MEDIA);
        assertThat(failure)
                .hasMessageContainingAll("no media of that time", "ask by the service's clock");
        assertThat(archive.calls).isEmpty();
    }

    @Test
    void onlyAFragmentThatEndsBefore() {
        ClipException failure = failure(request(31, 33));
        assertThat(failure.kind()).isEqualTo(Kind.NO_MEDIA);
        assertThat(archive.calls).isNotEmpty();
    }

    @Test
    void aStreamWithoutRetention() {
        archive.retentionHours = 0;
        ClipException failure = failure(request(10, 11));
        assertThat(failure.kind()).isEqualTo(Kind.NOT_ARCHIVED);
        assertThat(failure).hasMessageContaining("Set its data retention");
        assertThat(archive.lists).isEmpty();
    }

    @Test
    void aRangeThatLeftTheRetention() {
        for (ClipRequest.Clock clock : ClipRequest.Clock.values()) {
            ClipException failure = failure(request(-100_000, -99_990).withClock(clock));
            assertThat(failure.kind()).isEqualTo(Kind.EXPIRED);
            assertThat(failure)
                    .hasMessageContaining(
                            "the oldest that the stream still has is of " + at(-82_800));
        }
    }

    /** Between the look-up and the list. */
    @Test
    void aRangeThatLeavesTheRetentionMeanwhile() {
        archive.listErrors.add(
                error(
                        400,
                        "InvalidArgumentException",
                        "End timestamp 1 is outside of the stream retention period."));
        assertThat(failure(request(10, 11)).kind()).isEqualTo(Kind.EXPIRED);
    }

    /** The service lists nothing if a range begins before the oldest media. */
    @Test
    void aListDoesNotBeginBeforeTheRetention() {
        fetch(request(0, 1).withClock(ClipRequest.Clock.SERVER));
        archive.retentionHours = 1;
        fetcher.forget("camera");
        fetch(request(5, 6).withClock(ClipRequest.Clock.SERVER));
        assertThat(archive.lists.get(0).fromMillis()).isEqualTo(start - 20_000);
        assertThat(archive.lists.get(archive.lists.size() - 1).fromMillis())
                .isGreaterThanOrEqualTo(start);
    }

    /** As was once observed: a range that begins too early has nothing at all. */
    @ParameterizedTest
    @EnumSource(ClipRequest.Clock.class)
    void anArchiveThatListsNothingForAnEarlyBeginning(ClipRequest.Clock clock) {
        archive.earlyBeginningListsNothing = true;
        // Created as the first fragment came.
        archive.descriptions.add(
                "arn:aws:kinesisvideo:eu-central-1:1:stream/camera/" + (start + 500));
        assertThat(fetch(request(0, 2).withClock(clock)).fragments())
                // By the producer's clock, the first one is older than its stream.
                .contains(number(1), number(clock == ClipRequest.Clock.SERVER ? 0 : 2));
    }

    /** What leaves the retention within seconds may be missing, but not the rest. */
    @ParameterizedTest
    @EnumSource(ClipRequest.Clock.class)
    void anArchiveThatListsNothingBeforeItsRetention(ClipRequest.Clock clock) {
        archive.earlyBeginningListsNothing = true;
        archive.retentionHours = 1;
        fetch(request(20, 21).withClock(clock));
        // What was said about the stream is still known, and getting old.
        worker.advance(Duration.ofSeconds(3));
        assertThat(fetch(request(2, 20).withClock(clock)).fragments())
                .contains(number(15), number(19));
    }

    /** A time that nobody meant, such as the least or the greatest of SQL. */
    @Test
    void timesFarAway() {
        assertThat(
                        fetch(
                                        ClipRequest.of(
                                                "camera",
                                                Instant.parse("-0099-01-01T00:00:00Z"),
                                                at(1)))
                                .fragments())
                .isEqualTo(numbers(0, 1));
        assertThat(archive.lists).allMatch(range -> range.fromMillis() >= 0);
        assertThat(
                        failure(
                                        ClipRequest.of(
                                                "camera",
                                                Instant.parse("-0099-01-01T00:00:00Z"),
                                                Instant.parse("0001-01-01T00:00:00Z")))
                                .kind())
                .isIn(Kind.EXPIRED, Kind.NO_MEDIA);
        assertThat(archive.lists).allMatch(range -> range.fromMillis() >= 0);
        CompletableFuture<Clip> clip =
                fetcher.fetch(
                        ClipRequest.of("camera", at(1), Instant.parse("9999-12-31T23:59:59.999Z")));
        worker.runDue();
        assertThat(failure(clip).kind()).isEqualTo(Kind.IN_THE_FUTURE);
        assertReleased();
    }

    // ---- size ----------------------------------------------------------------------------------

    @Test
    void moreMediaThanAllowed() {
        config.set(ClipOptions.MAX_BYTES, new MemorySize(3L * documents.get(0).length));
        setUp(3_600);
        ClipException failure = failure(request(10, 20));
        assertThat(failure.kind()).isEqualTo(Kind.TOO_LARGE);
        assertThat(failure).hasMessageContainingAll("11 fragments", "clip.max-bytes");
        assertThat(archive.calls).isEmpty();
        assertThat(fetch(request(10, 11)).fragments()).hasSize(2);
    }

    /** A list of a year is not read to its end to find that out. */
    @Test
    void moreMediaThanAllowedInTheFirstPages() {
        config.set(ClipOptions.MAX_BYTES, new MemorySize(3L * documents.get(0).length));
        setUp(3_600);
        archive.pageSize = 5;
        ClipException failure = failure(request(0, 29));
        assertThat(failure.kind()).isEqualTo(Kind.TOO_LARGE);
        assertThat(failure).hasMessageContaining("clip.max-bytes");
        assertThat(archive.lists).hasSize(1);
        assertThat(archive.calls).isEmpty();
    }

    /** The list may not know sizes, or lie. */
    @Test
    void moreMediaThanListed() {
        config.set(ClipOptions.MAX_BYTES, new MemorySize(3L * documents.get(0).length));
        setUp(3_600);
        script().documents.put(number(10), padded(documents.get(10), 100_000));
        ClipException failure = failure(request(10, 11));
        assertThat(failure.kind()).isEqualTo(Kind.TOO_LARGE);
        assertThat(failure).hasMessageContaining("more media than listed");
    }

    /** A document with a Void element. */
    private static byte[] padded(byte[] document, int bytes) {
        byte[] padded = Arrays.copyOf(document, document.length + 5 + bytes);
        int at = document.length;
        padded[at] = (byte) 0xEC;
        padded[at + 1] = (byte) (0x10 | bytes >>> 24);
        padded[at + 2] = (byte) (bytes >>> 16);
        padded[at + 3] = (byte) (bytes >>> 8);
        padded[at + 4] = (byte) bytes;
        return padded;
    }

    // ---- errors in a body ----------------------------------------------------------------------

    @Test
    void notFoundForAMoment() {
        for (int i = 0; i < 3; i++) {
            script().documents.put(number(12), errorDocument(12, 3000, "FRAGMENT_NOT_FOUND"));
        }
        Clip clip = fetch(request(10, 13));
        assertThat(clip.fragments()).isEqualTo(numbers(10, 13));
        assertThat(clip.isComplete()).isTrue();
        // Only what is missing is requested again, with what proves it.
        assertThat(archive.calls.get(1).requested).containsExactly(number(12), number(14));
    }

    @Test
    void lostForGood() {
        for (int i = 0; i < 10; i++) {
            script().documents.put(number(12), errorDocument(12, 3000, "FRAGMENT_NOT_FOUND"));
        }
        Clip clip = fetch(request(10, 13));
        assertThat(clip.fragments()).containsExactly(number(10), number(11), number(13));
        assertThat(clip.isComplete()).isFalse();
        assertThat(archive.calls).hasSize(ClipMedia.MAX_FAILURES);
    }

    @Test
    void allLost() {
        for (int i = 0; i < 10; i++) {
            Script script = script();
            script.documents.put(number(12), errorDocument(12, 4000, "NOT_FOUND"));
            script.documents.put(number(11), errorDocument(11, 4000, "NOT_FOUND"));
        }
        ClipException failure =
                failure(ClipRequest.of("camera", at(12).plusMillis(1), at(12).plusMillis(2)));
        assertThat(failure.kind()).isEqualTo(Kind.LOST);
        assertThat(failure).hasMessageContainingAll("1 fragments", "error 4000 NOT_FOUND");
    }

    /** Neither the fragment nor an error. */
    @Test
    void neverDelivered() {
        for (int i = 0; i < 10; i++) {
            script().leftOut.add(number(11));
        }
        Clip clip = fetch(request(10, 12));
        assertThat(clip.fragments()).containsExactly(number(10), number(12));
        assertThat(clip.isComplete()).isFalse();
    }

    @Test
    void aKeyThatMayNotBeUsed() {
        script().documents.put(number(11), errorDocument(11, 4500, "KMS_KEY_ACCESS_DENIED"));
        ClipException failure = failure(request(10, 12));
        assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure).hasMessageContaining("error 4500 KMS_KEY_ACCESS_DENIED");
    }

    @Test
    void anInternalErrorOfTheService() {
        for (int i = 0; i < 100; i++) {
            script().documents.put(number(11), errorDocument(11, 5000, "INTERNAL_ERROR"));
        }
        ClipException failure = failure(request(10, 12));
        assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(failure)
                .hasMessageContainingAll(
                        "not ready after 120.0 s (clip.timeout)", "error 5000 INTERNAL_ERROR");
    }

    @Test
    void anErrorWithoutANumber() {
        byte[] error =
                ServiceTags.error(
                        5000, "INTERNAL_ERROR", null, ErrorDocument.MINI_DOCUMENT_WITHOUT_NUMBER);
        script().documents.put(number(11), error);
        Clip clip = fetch(request(10, 12));
        assertThat(clip.fragments()).isEqualTo(numbers(10, 12));
        assertThat(clip.isComplete()).isTrue();
    }

    @Test
    void bytesThatAreNoFragment() {
        for (int i = 0; i < 10; i++) {
            script().documents.put(number(11), new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0});
        }
        Clip clip = fetch(request(10, 12));
        assertThat(clip.fragments()).containsExactly(number(10), number(12));
        assertThat(clip.isComplete()).isFalse();
    }

    /** In the piece in which the last fragment ends, so that both are read at once. */
    @Test
    void noFragmentBehindTheLastOne() {
        archive.pieceBytes = 1 << 20;
        script().documents.put(number(13), Arrays.copyOf(Arrays.copyOf(documents.get(13), 40), 60));
        Clip clip = fetch(request(10, 12));
        assertThat(clip.fragments()).isEqualTo(numbers(10, 12));
        assertThat(clip.isComplete()).isTrue();
        assertThat(archive.calls).hasSize(1);
    }

    // ---- errors of calls -----------------------------------------------------------------------

    @Test
    void throttled() {
        archive.listErrors.add(error(400, "ClientLimitExceededException", "slow"));
        script().error = error(400, "ClientLimitExceededException", "slow");
        script().error = error(400, "ConnectionLimitExceededException", "many");
        CompletableFuture<Clip> clip = fetcher.fetch(request(10, 12));
        worker.advance(Duration.ofMillis(999));
        assertThat(archive.lists).hasSize(1);
        worker.advance(Duration.ofMillis(1_500));
        assertThat(archive.lists).hasSize(2);
        worker.advance(Duration.ofSeconds(10));
        assertThat(clip.join().fragments()).isEqualTo(numbers(10, 12));
        assertReleased();
    }

    @Test
    void anEndpointThatMoved() {
        script().error = error(400, "InvalidEndpointException", "elsewhere");
        fetch(request(10, 12));
        assertThat(archive.forgotten).isEqualTo(1);
    }

    @Test
    void aServiceThatIsDown() {
        for (int i = 0; i < 100; i++) {
            archive.listErrors.add(error(503, "ServiceUnavailable", "down"));
        }
        ClipException failure = failure(request(10, 12));
        assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(failure).hasMessageContaining("ServiceUnavailable: down");
        // The delay grows up to 10 s.
        assertThat(archive.lists.size()).isBetween(12, 40);
    }

    @Test
    void refused() {
        archive.listErrors.add(error(401, "NotAuthorizedException", "no ListFragments"));
        ClipException failure = failure(request(10, 12));
        assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure)
                .hasMessageContaining("NotAuthorizedException: no ListFragments")
                .hasCauseInstanceOf(AwsServiceException.class);
    }

    @Test
    void noSuchStream() {
        archive.descriptions.add(error(404, "ResourceNotFoundException", "none"));
        ClipException failure = failure(request(10, 12));
        assertThat(failure.kind()).isEqualTo(Kind.STREAM_NOT_FOUND);
        assertThat(failure).hasMessageContaining("Check name, region and account");
    }

    @Test
    void aStreamThatWasCreatedAnewSinceItWasLookedUp() {
        fetch(request(10, 12));
        archive.descriptions.add("arn:aws:kinesisvideo:eu-central-1:1:stream/camera/2");
        archive.listErrors.add(error(404, "ResourceNotFoundException", "none"));
        assertThat(fetch(request(10, 12)).streamArn()).endsWith("/camera/2");
    }

    // ---- connections ---------------------------------------------------------------------------

    @Test
    void aConnectionThatBreaks() {
        Script script = script();
        script.cutAfter = documents.get(0).length + 500;
        script.errorAfterCut = new IOException("reset");
        Clip clip = fetch(request(10, 12));
        assertThat(clip.fragments()).isEqualTo(numbers(10, 12));
        // What came is not requested again.
        assertThat(archive.calls.get(1).requested).isEqualTo(numbers(11, 13));
    }

    @Test
    void aSilentConnection() {
        script().silentAfter = documents.get(0).length + 500;
        CompletableFuture<Clip> clip = fetcher.fetch(request(10, 12));
        worker.advance(Duration.ofMillis(9_900));
        assertThat(archive.calls).hasSize(1);
        worker.advance(Duration.ofSeconds(7));
        assertThat(archive.calls.get(0).cancelled).isTrue();
        assertThat(clip.join().fragments()).isEqualTo(numbers(10, 12));
        assertReleased();
    }

    @Test
    void aServiceThatNeverSendsAnything() {
        for (int i = 0; i < 100; i++) {
            script().silentAfter = 0;
        }
        ClipException failure = failure(request(10, 12));
        assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(failure)
                .hasMessageContaining("a connection was silent for 10.0 s (clip.silence-timeout)");
    }

    // ---- many clips ----------------------------------------------------------------------------

    @Test
    void oneCallForAStreamAtATime() {
        List<CompletableFuture<Clip>> clips = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clips.add(fetcher.fetch(request(i, i + 2)));
        }
        for (int i = 0; i < 10_000; i++) {
            worker.advance(Duration.ofMillis(1));
            assertThat(archive.openCalls()).isLessThanOrEqualTo(1);
        }
        assertThat(clips).allSatisfy(clip -> assertThat(clip).isCompleted());
        assertReleased();
    }

    @Test
    void asManyClipsInMemoryAsAllowed() {
        config.set(ClipOptions.CONCURRENCY, 3);
        setUp(3_600);
        List<CompletableFuture<Clip>> clips = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            script().silentAfter = 1_000;
        }
        for (int i = 0; i < 10; i++) {
            clips.add(fetcher.fetch(ClipRequest.of("camera-" + i, at(10), at(12))));
        }
        worker.advance(Duration.ofSeconds(3));
        assertThat(archive.openCalls()).isEqualTo(3);
        clips.get(0).cancel(false);
        worker.advance(Duration.ofSeconds(1));
        assertThat(archive.openCalls()).isEqualTo(3);
        assertThat(archive.calls).hasSize(4);
        for (CompletableFuture<Clip> clip : clips) {
            clip.cancel(false);
        }
        worker.advance(Duration.ofSeconds(1));
        assertReleased();
        assertThat(fetch(request(10, 12)).isComplete()).isTrue();
    }

    /** Whoever waits is given up first, and then whoever it waited for. */
    @Test
    void clipsThatAreGivenUpWhileTheyWait() {
        script().silentAfter = 1_000;
        CompletableFuture<Clip> first = fetcher.fetch(request(10, 12));
        worker.advance(Duration.ofSeconds(1));
        CompletableFuture<Clip> second = fetcher.fetch(request(10, 12));
        CompletableFuture<Clip> third = fetcher.fetch(request(10, 12));
        worker.advance(Duration.ofSeconds(1));
        second.cancel(false);
        worker.runDue();
        first.cancel(false);
        worker.advance(Duration.ofSeconds(3));
        assertThat(third).isCompleted();
        assertThat(archive.calls).hasSize(2);
        assertReleased();
    }

    @Test
    void fragmentsPerSecond() {
        config.set(ClipOptions.FRAGMENTS_PER_SECOND, 4);
        setUp(3_600);
        List<CompletableFuture<Clip>> clips = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clips.add(fetcher.fetch(request(10, 12)));
        }
        // A call of four fragments takes a second of the quota.
        worker.advance(Duration.ofMillis(3_000));
        assertThat(archive.calls.size()).isBetween(3, 4);
        worker.advance(Duration.ofSeconds(3));
        assertThat(clips).allSatisfy(clip -> assertThat(clip).isCompleted());
    }

    @Test
    void theTimeoutFreesEverything() {
        config.set(ClipOptions.TIMEOUT, Duration.ofSeconds(30));
        config.set(ClipOptions.SILENCE_TIMEOUT, Duration.ofMinutes(5));
        config.set(ClipOptions.CONCURRENCY, 1);
        setUp(3_600);
        script().silentAfter = 1_000;
        CompletableFuture<Clip> dead = fetcher.fetch(request(10, 12));
        worker.advance(Duration.ofSeconds(20));
        CompletableFuture<Clip> next = fetcher.fetch(ClipRequest.of("another", at(10), at(12)));
        worker.advance(Duration.ofSeconds(9));
        assertThat(next).isNotDone();
        worker.advance(Duration.ofSeconds(3));
        assertThat(failure(dead).kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(next).isCompleted();
        assertReleased();
    }

    @Test
    void theUnforeseenFailsTheClip() {
        RuntimeException unforeseen = new IllegalStateException("unforeseen");
        archive.unforeseen = unforeseen;
        CompletableFuture<Clip> clip = fetcher.fetch(request(10, 12));
        worker.advance(Duration.ofSeconds(1));
        assertThat(clip.handle((made, error) -> error).join()).isSameAs(unforeseen);
        assertReleased();
    }

    @Test
    void nothingRunsOnceItIsClosed() {
        fetcher.fetch(request(10, 12));
        worker.advance(Duration.ofMillis(1));
        fetcher.close();
        assertThat(archive.closed).isTrue();
        assertThat(worker.scheduled()).isZero();
        fetcher.fetch(request(10, 12));
        assertThat(worker.scheduled()).isZero();
    }

    /** A job that runs for years meets many streams. */
    @Test
    void streamsThatAreNotInUseAreForgotten() {
        for (int i = 0; i < 1_500; i++) {
            fetch(ClipRequest.of("camera-" + i, at(10), at(11)));
        }
        assertThat(archive.forgottenStreams.size()).isBetween(900, 1_000);
    }

    @Test
    void metrics() {
        fetch(request(10, 12));
        fetch(request(29, 33));
        failure(request(100, 110));
        for (int i = 0; i < 10; i++) {
            script().leftOut.add(number(11));
        }
        fetch(request(10, 12));
        Map<String, Long> counts = new TreeMap<>();
        counters.forEach((name, counter) -> counts.put(name, counter.getCount()));
        assertThat(counts)
                .isEqualTo(
                        Map.of(
                                "clips", 3L,
                                "incompleteClips", 2L,
                                "failedClips", 1L,
                                "lostFragments", 1L));
    }

    // ---- any order -----------------------------------------------------------------------------

    /** Whatever breaks, as long as it does not break for ever: each fragment once, in order. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void whateverBreaks(int part) {
        for (int seed = 100 * part; seed < 100 * part + 50; seed++) {
            worker = new ManualWorker();
            setUp(3_600);
            Random random = new Random(seed);
            archive.pieceBytes = 1 + random.nextInt(8_192);
            archive.pageSize = 1 + random.nextInt(20);
            for (int i = random.nextInt(8); i > 0; i--) {
                breakSomething(script(), random);
            }
            int from = random.nextInt(FRAGMENTS);
            int to = from + random.nextInt(FRAGMENTS - from);
            Clip clip = fetch(request(from, to));
            assertThat(clip.fragments()).as("seed %s", seed).isEqualTo(numbers(from, to));
            assertThat(clip.isComplete()).as("seed %s", seed).isTrue();
            assertThat(clip.duration()).as("seed %s", seed).hasSeconds(to - from + 1);
        }
    }

    private static void breakSomething(Script script, Random random) {
        if (random.nextInt(3) == 0) {
            script.order = new Random(random.nextLong());
        }
        switch (random.nextInt(5)) {
            case 0:
                script.error = error(503, "ServiceUnavailable", "down");
                break;
            case 1:
                script.cutAfter = random.nextInt(30_000);
                break;
            case 2:
                script.cutAfter = random.nextInt(30_000);
                script.errorAfterCut = new IOException("reset");
                break;
            case 3:
                script.silentAfter = random.nextInt(30_000);
                break;
            default:
                int fragment = random.nextInt(FRAGMENTS);
                script.documents.put(
                        number(fragment), errorDocument(fragment, 3000, "FRAGMENT_NOT_FOUND"));
        }
    }
}
