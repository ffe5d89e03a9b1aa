/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Delivery;
import io.github.flinkkvs.testing.behavior.ErrorDocument;
import io.github.flinkkvs.testing.behavior.ExpiredPosition;
import io.github.flinkkvs.testing.behavior.FutureTimestamp;
import io.github.flinkkvs.testing.behavior.IdleRule;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.NowStart;
import io.github.flinkkvs.testing.behavior.SessionCapEnd;
import io.github.flinkkvs.testing.behavior.TimestampMatch;
import io.github.flinkkvs.testing.behavior.UnknownPosition;
import io.github.flinkkvs.testing.behavior.archive.ArchiveBehavior;
import io.github.flinkkvs.testing.behavior.archive.ArchiveTags;
import io.github.flinkkvs.testing.behavior.archive.BodyOrder;
import io.github.flinkkvs.testing.behavior.archive.BodyShape;
import io.github.flinkkvs.testing.behavior.archive.ListingOrder;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.configuration.MemorySize;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What no source confirms about the service: for each question, a job reads from services that
 * decide it in each way, and loses nothing and reads nothing twice. The page on what is unconfirmed
 * names a test for each question.
 */
class UnconfirmedITCase extends KvsTestBase {

    /** The jobs that run at a time; the cluster has as many slots. */
    private static final int JOBS = 4;

    private static final Duration STEP = Duration.ofSeconds(10);

    /** What happens to a stream while a job reads it, and what the job must read. */
    private interface Story {
        /**
         * @return the job, which is then cancelled
         */
        Job<Fragment> play(EmbeddedKvs kvs, EmbeddedStream stream) throws Exception;
    }

    // ---- ways to decide a question ------------------------------------------------------------

    private static <T> Map<String, Behavior> each(
            T[] values, BiFunction<Behavior, T, Behavior> change) {
        Map<String, Behavior> ways = new LinkedHashMap<>();
        for (T value : values) {
            ways.put(value.toString(), change.apply(Behavior.likely(), value));
        }
        return ways;
    }

    private static Map<String, Behavior> either(BiFunction<Behavior, Boolean, Behavior> change) {
        return each(new Boolean[] {false, true}, change);
    }

    /** Each way of the one question with each way of the other. */
    private static <T> Map<String, Behavior> and(
            Map<String, Behavior> ways, T[] values, BiFunction<Behavior, T, Behavior> change) {
        Map<String, Behavior> both = new LinkedHashMap<>();
        ways.forEach(
                (name, way) -> {
                    for (T value : values) {
                        both.put(name + ", " + value, change.apply(way, value));
                    }
                });
        return both;
    }

    /** Plays a story with each service. */
    private void play(Map<String, Behavior> ways, Story story) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(JOBS);
        try {
            Map<String, Future<?>> played = new LinkedHashMap<>();
            ways.forEach(
                    (name, way) -> played.put(name, threads.submit(playing(name, way, story))));
            for (Future<?> one : played.values()) {
                one.get(2 * TIME.toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Callable<?> playing(String name, Behavior way, Story story) {
        return () -> {
            try (EmbeddedKvs service =
                    EmbeddedKvs.builder().limits(limits()).behavior(way).start()) {
                story.play(service, service.createStream("stream")).cancel();
                service.log().await(seen -> service.openConnections() == 0, "no connection", TIME);
                return null;
            } catch (Throwable e) {
                throw new AssertionError("With a service of " + name + ": " + e.getMessage(), e);
            }
        };
    }

    private static KvsSourceBuilder<Fragment> source(EmbeddedKvs kvs) {
        return KvsTestBase.<Fragment>source(kvs, List.of("stream"))
                .setDeserializationSchema(KvsDeserializationSchema.fragments());
    }

    private static KvsSourceBuilder<Fragment> source(EmbeddedKvs kvs, StartingPosition start) {
        return source(kvs).setStartingPosition(start);
    }

    private Job<Fragment> begin(KvsSourceBuilder<Fragment> source) throws Exception {
        return job(source).restarts(0).start();
    }

    /** The job reads from this fragment on what there is and what is pushed then, and no more. */
    private static Job<Fragment> readsFrom(int index, Job<Fragment> job, EmbeddedStream stream) {
        job.results.awaitCommitted(stream.pushed().size() - index);
        push(stream, 1);
        List<StoredFragment> expected = stream.pushed().subList(index, stream.pushed().size());
        assertExactly(job.results.awaitCommitted(expected.size()), expected);
        return job;
    }

    /** Fragments whose server timestamps are some seconds apart. */
    private static List<StoredFragment> pushApart(
            EmbeddedKvs kvs, EmbeddedStream stream, int count) {
        List<StoredFragment> pushed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pushed.addAll(push(stream, 1));
            kvs.clock().shift(STEP);
        }
        return pushed;
    }

    // ---- delivery and ends --------------------------------------------------------------------

    @Test
    void delivery() throws Exception {
        play(
                each(Delivery.values(), Behavior::delivery),
                (kvs, stream) -> {
                    push(stream, 2);
                    Job<Fragment> job = begin(source(kvs));
                    job.results.awaitCommitted(2);
                    FragmentUpload upload = stream.begin(MediaFragment.ofSize(50_000));
                    upload.next();
                    // The body ends in the middle of the fragment, or without having begun it.
                    int sessions = kvs.log().sessions("stream").size();
                    kvs.log().awaitEndedSessions("stream", sessions + 1, TIME);
                    upload.complete();
                    return readsFrom(0, job, stream);
                });
    }

    /**
     * A fragment that takes longer than a body without media, and than the source waits for any.
     */
    @Test
    void idleRule() throws Exception {
        play(
                and(
                        each(Delivery.values(), Behavior::delivery),
                        IdleRule.values(),
                        Behavior::idleRule),
                (kvs, stream) -> {
                    kvs.limits().idleEnd(Duration.ofSeconds(1));
                    push(stream, 1);
                    Job<Fragment> job =
                            begin(
                                    source(kvs)
                                            .set(
                                                    KvsSourceOptions.SILENCE_TIMEOUT,
                                                    Duration.ofSeconds(4)));
                    job.results.awaitCommitted(1);
                    try (Camera camera =
                            Camera.builder(stream)
                                    .fragmentDuration(Duration.ofSeconds(6))
                                    .framesPerSecond(10)
                                    .fragments(1)
                                    .start()) {
                        camera.awaitDone(TIME);
                    }
                    readsFrom(0, job, stream);
                    String slow = stream.pushed().get(1).number();
                    List<ServedMedia> sessions = kvs.log().sessions("stream");
                    IdleRule rule = kvs.behavior().idleRule();
                    if (kvs.behavior().delivery() == Delivery.AS_INGESTED) {
                        assertThat(sessions)
                                .as("bodies that end within the fragment")
                                .filteredOn(
                                        session ->
                                                session.fragmentsStarted().contains(slow)
                                                        && !session.fragmentsSent().contains(slow))
                                .matches(torn -> torn.isEmpty() == (rule != IdleRule.FRAGMENTS));
                    } else {
                        assertThat(sessions)
                                .as("bodies that the source gives up")
                                .filteredOn(session -> session.endReason() == EndReason.CLIENT)
                                .matches(
                                        given ->
                                                given.isEmpty()
                                                        == (rule != IdleRule.INGESTED_BYTES));
                    }
                    return job;
                });
    }

    @Test
    void sessionCap() throws Exception {
        play(
                each(SessionCapEnd.values(), Behavior::sessionCapEnd),
                (kvs, stream) -> {
                    kvs.limits().sessionCap(Duration.ofMillis(400));
                    try (Camera camera = Camera.builder(stream).speed(5).fragments(6).start()) {
                        Job<Fragment> job = begin(source(kvs));
                        camera.awaitDone(TIME);
                        readsFrom(0, job, stream);
                        assertThat(kvs.log().sessions("stream"))
                                .extracting(ServedMedia::endReason)
                                .contains(EndReason.SESSION_CAP);
                        return job;
                    }
                });
    }

    @Test
    void slowReader() throws Exception {
        Duration[] limits = {Duration.ZERO, Duration.ofMillis(200)};
        play(
                each(limits, Behavior::slowReaderLimit),
                (kvs, stream) -> {
                    // More than sockets hold.
                    for (int i = 0; i < 16; i++) {
                        push(stream, 1_000_000, i);
                    }
                    KvsSourceBuilder<Fragment> source =
                            source(kvs)
                                    .set(KvsSourceOptions.MEMORY_BUDGET, new MemorySize(1_000_000));
                    Job<Fragment> job =
                            job(source)
                                    .restarts(0)
                                    .map(new LongPause(Duration.ofSeconds(1)))
                                    .start();
                    readsFrom(0, job, stream);
                    boolean cutOff =
                            kvs.log().sessions("stream").stream()
                                    .anyMatch(s -> s.endReason() == EndReason.SLOW_READER);
                    assertThat(cutOff).isEqualTo(!kvs.behavior().slowReaderLimit().isZero());
                    return job;
                });
    }

    @Test
    void expiredCredentials() throws Exception {
        play(
                either(Behavior::credentialsCheckedOnlyAtStart),
                (kvs, stream) -> {
                    push(stream, 2);
                    Job<Fragment> job = begin(source(kvs));
                    job.results.awaitCommitted(2);
                    kvs.expireCredentials("AKIDEXAMPLE");
                    push(stream, 1);
                    kvs.log()
                            .await(
                                    seen ->
                                            seen.calls("GetMedia", null).stream()
                                                    .anyMatch(call -> call.errorType() != null),
                                    "a call is refused",
                                    TIME);
                    kvs.renewCredentials("AKIDEXAMPLE");
                    return readsFrom(0, job, stream);
                });
    }

    // ---- where reading begins -----------------------------------------------------------------

    @Test
    void nowStart() throws Exception {
        play(
                each(NowStart.values(), Behavior::nowStart),
                (kvs, stream) -> {
                    pushApart(kvs, stream, 2);
                    Job<Fragment> job = begin(source(kvs, StartingPosition.now()));
                    kvs.log().awaitSessions("stream", 1, TIME);
                    return readsFrom(2, job, stream);
                });
    }

    @Test
    void timestampMatch() throws Exception {
        play(
                each(TimestampMatch.values(), Behavior::timestampMatch),
                (kvs, stream) -> {
                    Instant third =
                            Instant.ofEpochMilli(
                                    pushApart(kvs, stream, 4).get(2).serverTimestampMillis());
                    readsFrom(
                                    2,
                                    begin(source(kvs, StartingPosition.atServerTimestamp(third))),
                                    stream)
                            .cancel();
                    Instant between = third.minusMillis(1);
                    readsFrom(
                                    2,
                                    begin(source(kvs, StartingPosition.atServerTimestamp(between))),
                                    stream)
                            .cancel();
                    Instant produced =
                            Instant.ofEpochMilli(stream.pushed().get(1).producerTimestampMillis());
                    return readsFrom(
                            1,
                            begin(source(kvs, StartingPosition.atProducerTimestamp(produced))),
                            stream);
                });
    }

    @Test
    void futureTimestamp() throws Exception {
        play(
                each(FutureTimestamp.values(), Behavior::futureTimestamp),
                (kvs, stream) -> {
                    push(stream, 1);
                    Instant later = kvs.clock().now().plusSeconds(60);
                    Job<Fragment> job =
                            begin(source(kvs, StartingPosition.atServerTimestamp(later)));
                    if (kvs.behavior().futureTimestamp() == FutureTimestamp.INVALID_ARGUMENT) {
                        assertThat(job.awaitFailure()).contains("StartTimestamp is in the future");
                        return job;
                    }
                    kvs.log().awaitCalls("GetMedia", "stream", 1, TIME);
                    push(stream, 1);
                    kvs.clock().shift(Duration.ofMinutes(2));
                    return readsFrom(2, job, stream);
                });
    }

    @Test
    void continuationToken() throws Exception {
        play(
                either(Behavior::continuationTokenInclusive),
                (kvs, stream) -> {
                    push(stream, 2);
                    Job<Fragment> job = begin(source(kvs));
                    kvs.log().awaitEndedSessions("stream", 1, TIME);
                    readsFrom(0, job, stream);
                    assertThat(kvs.log().sessions("stream"))
                            .extracting(ServedMedia::startSelector)
                            .isNotEmpty()
                            .noneMatch(selector -> selector.contains("TOKEN"));
                    return job;
                });
    }

    // ---- positions that are not there -----------------------------------------------------------

    @Test
    void expiredPosition() throws Exception {
        play(
                and(
                        each(ExpiredPosition.values(), Behavior::expiredPosition),
                        ErrorDocument.values(),
                        Behavior::errorDocument),
                (kvs, stream) -> {
                    List<StoredFragment> pushed = push(stream, 5);
                    stream.expireBefore(pushed.get(2).number());
                    return readsFrom(
                            2,
                            begin(
                                    source(
                                            kvs,
                                            StartingPosition.afterFragment(
                                                    pushed.get(1).number()))),
                            stream);
                });
    }

    @Test
    void notFoundCode() throws Exception {
        play(
                each(new String[] {"FRAGMENT_NOT_FOUND", "?"}, Behavior::notFoundCode),
                (kvs, stream) -> {
                    List<StoredFragment> pushed = push(stream, 3);
                    stream.expireBefore(pushed.get(1).number());
                    String gone = pushed.get(0).number();
                    return readsFrom(
                            1, begin(source(kvs, StartingPosition.afterFragment(gone))), stream);
                });
    }

    @Test
    void unknownPosition() throws Exception {
        play(
                each(UnknownPosition.values(), Behavior::unknownPosition),
                (kvs, stream) -> {
                    List<StoredFragment> pushed = push(stream, 4);
                    String never =
                            new BigInteger(pushed.get(2).number())
                                    .subtract(BigInteger.ONE)
                                    .toString();
                    Job<Fragment> job = begin(source(kvs, StartingPosition.afterFragment(never)));
                    if (kvs.behavior().unknownPosition() == UnknownPosition.NEXT_INGESTED) {
                        // Nothing tells that the service left out what was there.
                        kvs.log().awaitSessions("stream", 1, TIME);
                        return readsFrom(4, job, stream);
                    }
                    return readsFrom(2, job, stream);
                });
    }

    @Test
    void futurePosition() throws Exception {
        play(
                each(UnknownPosition.values(), Behavior::futurePosition),
                (kvs, stream) -> {
                    List<StoredFragment> pushed = push(stream, 2);
                    // Between the newest fragment and the next one.
                    String next =
                            new BigInteger(pushed.get(1).number()).add(BigInteger.ONE).toString();
                    Job<Fragment> job = begin(source(kvs, StartingPosition.afterFragment(next)));
                    kvs.log().awaitSessions("stream", 1, TIME);
                    return readsFrom(2, job, stream);
                });
    }

    @Test
    void overtakenReader() throws Exception {
        play(
                each(ExpiredPosition.values(), Behavior::overtakenReader),
                (kvs, stream) -> {
                    kvs.limits().fragmentsPerSecond(1);
                    List<StoredFragment> pushed = push(stream, 4);
                    Job<Fragment> job =
                            begin(
                                    source(kvs)
                                            .set(
                                                    KvsSourceOptions.EXPIRED_POSITION,
                                                    ExpiredPositionPolicy.EARLIEST));
                    job.results.awaitSeen(1);
                    stream.expireBefore(pushed.get(2).number());
                    List<StoredFragment> expected = new ArrayList<>(pushed);
                    // It left before anyone could read it.
                    expected.remove(1);
                    assertExactly(job.results.awaitCommitted(3), expected);
                    return job;
                });
    }

    // ---- tags and streams ---------------------------------------------------------------------

    @Test
    void millisBehindNow() throws Exception {
        play(
                each(MillisBehindNow.values(), Behavior::millisBehindNow),
                (kvs, stream) -> {
                    push(stream, 3);
                    Job<Fragment> job =
                            begin(source(kvs).setStoppingPosition(StoppingPosition.now()));
                    assertExactly(job.awaitFinished(), stream.pushed());
                    return job;
                });
    }

    @Test
    void leadingTags() throws Exception {
        play(
                either(Behavior::leadingTagsRepeated),
                (kvs, stream) -> {
                    produce(stream, 3);
                    return readsFrom(0, begin(source(kvs)), stream);
                });
    }

    /** A call of PutMedia with a tag before its first fragment. */
    private static void produce(EmbeddedStream stream, int fragments) throws Exception {
        List<byte[]> media = new ArrayList<>();
        for (int i = 0; i < fragments; i++) {
            MediaFragment fragment =
                    MediaFragment.ofSize(3_000, i).toBuilder().tagBefore("call", "1").build();
            if (i == 0) {
                media.add(fragment.header());
            }
            media.add(fragment.clusterStart(1_700_000_000_000L + i * 1_000));
            media.add(fragment.block(fragment.frames().get(0)));
        }
        HttpResponse<String> answer =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(
                                                URI.create(stream.mediaEndpoint() + "/putMedia"))
                                        .header("x-amzn-stream-name", stream.name())
                                        .header("x-amzn-fragment-timecode-type", "ABSOLUTE")
                                        .header(
                                                "Authorization",
                                                "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1"
                                                        + "/kinesisvideo/aws4_request,"
                                                        + " SignedHeaders=host, Signature=0")
                                        .POST(HttpRequest.BodyPublishers.ofByteArrays(media))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(stream.pushed()).hasSize(fragments);
    }

    @Test
    void tagPages() throws Exception {
        play(
                each(new Integer[] {1, 50}, Behavior::listTagsPageSize),
                (kvs, stream) -> {
                    stream.tag("floor", "1");
                    stream.tag("queue", "sales");
                    stream.tag("wanted", "yes");
                    push(stream, 2);
                    KvsSourceBuilder<Fragment> source =
                            KvsTestBase.<Fragment>source(kvs, List.of())
                                    .setStreamTags(Map.of("wanted", "yes"))
                                    .setDeserializationSchema(KvsDeserializationSchema.fragments());
                    return readsFrom(0, begin(source), stream);
                });
    }

    @Test
    void statusChange() throws Exception {
        Duration[] times = {Duration.ZERO, Duration.ofSeconds(30)};
        play(
                each(times, Behavior::statusChangeTime),
                (kvs, stream) -> {
                    stream.retention(Duration.ofHours(2));
                    Job<Fragment> job = begin(source(kvs));
                    kvs.log().awaitCalls("DescribeStream", "stream", 1, TIME);
                    kvs.clock().shift(Duration.ofSeconds(30));
                    push(stream, 2);
                    return readsFrom(0, job, stream);
                });
    }

    // ---- the archive --------------------------------------------------------------------------

    private static <T> Map<String, Behavior> archive(
            T[] values, BiFunction<ArchiveBehavior, T, ArchiveBehavior> change) {
        return each(
                values,
                (behavior, value) -> behavior.archive(archive -> change.apply(archive, value)));
    }

    /** All of the stream is history, which the job reads before the live media. */
    private Job<Fragment> readsHistory(
            EmbeddedKvs kvs,
            EmbeddedStream stream,
            UnaryOperator<KvsSourceBuilder<Fragment>> change)
            throws Exception {
        kvs.clock().shift(Duration.ofMinutes(5));
        Job<Fragment> job =
                readsFrom(
                        0,
                        begin(
                                change.apply(
                                        source(kvs)
                                                .set(
                                                        KvsSourceOptions.HISTORY,
                                                        HistoryMode.ARCHIVE))),
                        stream);
        assertThat(kvs.log().sessions("GetMediaForFragmentList", "stream")).isNotEmpty();
        return job;
    }

    private Story history(int fragments) {
        return (kvs, stream) -> {
            pushApart(kvs, stream, fragments);
            return readsHistory(kvs, stream, source -> source);
        };
    }

    @Test
    void listingOrder() throws Exception {
        play(archive(ListingOrder.values(), ArchiveBehavior::listingOrder), history(20));
    }

    @Test
    void listingPages() throws Exception {
        play(archive(new Integer[] {1, 7}, ArchiveBehavior::listingPageSize), history(15));
    }

    @Test
    void listingOfEarlyTimes() throws Exception {
        play(
                archive(new Boolean[] {false, true}, ArchiveBehavior::earlyStartListsNothing),
                history(10));
    }

    @Test
    void archiveLags() throws Exception {
        Duration[] lags = {Duration.ZERO, Duration.ofSeconds(1)};
        Map<String, Behavior> ways = archive(lags, ArchiveBehavior::listingLag);
        ways =
                and(
                        ways,
                        lags,
                        (behavior, lag) -> behavior.archive(archive -> archive.readableLag(lag)));
        play(
                ways,
                (kvs, stream) -> {
                    pushApart(kvs, stream, 10);
                    kvs.clock().shift(Duration.ofMinutes(5));
                    // The end of the history is as new as the lag.
                    push(stream, 2);
                    return readsFrom(
                            0,
                            begin(source(kvs).set(KvsSourceOptions.HISTORY, HistoryMode.ARCHIVE)),
                            stream);
                });
    }

    @Test
    void bodyOrder() throws Exception {
        play(
                and(
                        archive(BodyOrder.values(), ArchiveBehavior::bodyOrder),
                        BodyShape.values(),
                        (behavior, shape) -> behavior.archive(archive -> archive.bodyShape(shape))),
                (kvs, stream) -> {
                    pushApart(kvs, stream, 15);
                    kvs.clock().shift(Duration.ofMinutes(5));
                    Job<Fragment> job =
                            begin(source(kvs).set(KvsSourceOptions.HISTORY, HistoryMode.ARCHIVE));
                    assertThat(job.results.awaitCommitted(15))
                            .extracting(fragment -> fragment.number().toString())
                            .containsExactlyElementsOf(
                                    stream.pushed().stream().map(StoredFragment::number).toList());
                    assertThat(kvs.log().sessions("GetMediaForFragmentList", "stream"))
                            .isNotEmpty();
                    return job;
                });
    }

    @Test
    void archiveTags() throws Exception {
        play(
                archive(ArchiveTags.values(), ArchiveBehavior::tags),
                (kvs, stream) -> {
                    pushApart(kvs, stream, 10);
                    kvs.clock().shift(Duration.ofMinutes(5));
                    Job<Fragment> job =
                            begin(source(kvs).set(KvsSourceOptions.HISTORY, HistoryMode.ARCHIVE));
                    assertThat(job.results.awaitCommitted(10))
                            .extracting(Fragment::serverTimestampMillis)
                            .containsExactlyElementsOf(
                                    stream.pushed().stream()
                                            .map(StoredFragment::serverTimestampMillis)
                                            .toList());
                    assertThat(kvs.log().sessions("GetMediaForFragmentList", "stream"))
                            .isNotEmpty();
                    return job;
                });
    }

    @Test
    void archiveErrors() throws Exception {
        Map<String, Behavior> ways =
                archive(new Boolean[] {false, true}, ArchiveBehavior::errorEndsBody);
        ways = and(ways, ErrorDocument.values(), Behavior::errorDocument);
        play(
                ways,
                (kvs, stream) -> {
                    pushApart(kvs, stream, 10);
                    stream.lose(stream.pushed().get(4).number(), 2);
                    return readsHistory(kvs, stream, source -> source);
                });
    }

    @Test
    void longLists() throws Exception {
        play(
                archive(new Boolean[] {false, true}, ArchiveBehavior::refusesListsBeyondQuota),
                (kvs, stream) -> {
                    kvs.limits().fragmentMediaPerSecond(100);
                    return history(120).play(kvs, stream);
                });
    }
}
