/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.media.clip.Clip;
import io.github.flinkkvs.media.clip.ClipException.Kind;
import io.github.flinkkvs.media.clip.ClipFetcher;
import io.github.flinkkvs.media.clip.ClipOptions;
import io.github.flinkkvs.media.clip.ClipRequest;
import io.github.flinkkvs.media.clip.ClipRequestTypeInfo;
import io.github.flinkkvs.media.clip.ClipSettings;
import io.github.flinkkvs.media.clip.FetchClip;
import io.github.flinkkvs.media.clip.FetchClipBuilder;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.parser.MkvParser;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.archive.ArchiveTags;
import io.github.flinkkvs.testing.behavior.archive.BodyOrder;
import io.github.flinkkvs.testing.behavior.archive.BodyShape;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.util.retryable.AsyncRetryStrategies;
import org.apache.flink.streaming.util.retryable.RetryPredicates;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Jobs that fetch clips for events. */
class ClipsITCase extends KvsTestBase {

    private static final int FRAGMENTS = 20;
    private static final int FRAMES = 25;
    private static final int SIMPLE_BLOCK = 0xA3;

    private EmbeddedStream front;
    private EmbeddedStream back;

    @BeforeEach
    void film() {
        front = camera("front");
        back = camera("back");
        kvs.clock().shift(Duration.ofMinutes(5));
    }

    /** Fragments of a second. */
    private EmbeddedStream camera(String name) {
        EmbeddedStream stream = kvs.createStream(name);
        Camera.builder(stream).fragments(FRAGMENTS).unlimitedSpeed().start().awaitDone(TIME);
        return stream;
    }

    /** From the middle of a fragment to the middle of another. */
    private static ClipRequest request(EmbeddedStream stream, int first, int last) {
        return ClipRequest.of(stream.name(), middle(stream, first), middle(stream, last));
    }

    private static Instant middle(EmbeddedStream stream, int fragment) {
        return Instant.ofEpochMilli(stream.pushed().get(fragment).producerTimestampMillis() + 500);
    }

    private static List<FragmentNumber> numbers(EmbeddedStream stream, int first, int last) {
        return stream.pushed().subList(first, last + 1).stream()
                .map(fragment -> FragmentNumber.of(fragment.number()))
                .collect(Collectors.toList());
    }

    private FetchClipBuilder<ClipRequest, Clip> fetch() {
        return FetchClip.of((ClipRequest request) -> request)
                .setRegion(kvs.region())
                .setEndpoint(kvs.endpoint().toString())
                .set(AwsOptions.ACCESS_KEY_ID, "AKIDEXAMPLE")
                .set(AwsOptions.SECRET_KEY, SECRET);
    }

    private <T> SingleOutputStreamOperator<T> stream(
            StreamExecutionEnvironment env,
            FetchClip<ClipRequest, T> fetch,
            List<ClipRequest> requests) {
        return AsyncDataStream.unorderedWait(
                        env.fromData(requests, ClipRequestTypeInfo.INSTANCE).rebalance(),
                        fetch,
                        1,
                        TimeUnit.MINUTES,
                        20)
                .uid("clips");
    }

    private <T> Job<T> start(FetchClip<ClipRequest, T> fetch, List<ClipRequest> requests)
            throws Exception {
        StreamExecutionEnvironment env = environment(new Configuration(), 0);
        env.setParallelism(2);
        return start(env, stream(env, fetch, requests));
    }

    private List<Clip> clips(ClipRequest... requests) throws Exception {
        List<Clip> clips =
                new ArrayList<>(start(fetch().build(), List.of(requests)).awaitFinished());
        clips.sort(
                Comparator.comparing(Clip::streamName)
                        .thenComparing(clip -> clip.request().fromMillis()));
        return clips;
    }

    private Clip clip(ClipRequest request) throws Exception {
        return clips(request).get(0);
    }

    private static int blocks(Clip mkv) throws Exception {
        MkvParser parser = new MkvParser();
        int blocks = 0;
        MkvParser.Event event;
        ByteBuffer in = mkv.bytes();
        while ((event = parser.next(in)) != MkvParser.Event.NEED_INPUT) {
            if (event == MkvParser.Event.DATA && parser.id() == SIMPLE_BLOCK) {
                blocks += parser.isFirstSlice() ? 1 : 0;
            }
        }
        return blocks;
    }

    // ---- clips ---------------------------------------------------------------------------------

    @Test
    void clipsOfTwoCameras() throws Exception {
        List<Clip> clips =
                clips(
                        request(front, 2, 5),
                        request(front, 10, 19).withFormat(Clip.Format.MP4),
                        request(back, 0, 0),
                        ClipRequest.of(back.arn(), middle(back, 7), middle(back, 8)));
        assertThat(clips).allMatch(Clip::isComplete);
        assertThat(clips)
                .extracting(Clip::fragments)
                .containsExactly(
                        numbers(back, 0, 0),
                        numbers(back, 7, 8),
                        numbers(front, 2, 5),
                        numbers(front, 10, 19));
        assertThat(blocks(clips.get(1))).isEqualTo(2 * FRAMES);
        assertThat(blocks(clips.get(2))).isEqualTo(4 * FRAMES);
        assertThat(clips.get(2).beginMillis())
                .isEqualTo(front.pushed().get(2).producerTimestampMillis());
        assertThat(clips.get(2).duration()).hasSeconds(4);
        assertThat(clips.get(3).streamArn()).isEqualTo(front.arn());
        byte[] mp4 = clips.get(3).array();
        assertThat(new String(mp4, 4, 4, StandardCharsets.US_ASCII)).isEqualTo("ftyp");
    }

    /** Everything in it comes from the archive, byte for byte. */
    @Test
    void theMediaIsThatOfTheProducer() throws Exception {
        byte[] file = clip(request(front, 3, 4)).array();
        for (StoredFragment fragment : front.pushed().subList(3, 5)) {
            byte[] document = fragment.bytes();
            MkvParser parser = new MkvParser();
            ByteBuffer in = ByteBuffer.wrap(document);
            MkvParser.Event event;
            while ((event = parser.next(in)) != MkvParser.Event.NEED_INPUT) {
                if (event == MkvParser.Event.DATA && parser.id() == SIMPLE_BLOCK) {
                    int from = (int) parser.offset();
                    assertThat(indexOf(file, document, from, in.position())).isPositive();
                }
            }
        }
    }

    private static int indexOf(byte[] file, byte[] document, int from, int to) {
        String all = new String(file, StandardCharsets.ISO_8859_1);
        return all.indexOf(new String(document, from, to - from, StandardCharsets.ISO_8859_1));
    }

    @Test
    void resultsOfEventAndClip() throws Exception {
        FetchClip<ClipRequest, String> fetch =
                fetch().setResult(
                                Types.STRING,
                                (event, clip) -> event.stream() + " " + clip.fragments().size())
                        .build();
        List<ClipRequest> events = List.of(request(front, 0, 2), request(back, 0, 9));
        assertThat(start(fetch, events).awaitFinished())
                .containsExactlyInAnyOrder("front 3", "back 10");
    }

    /** An alarm's clip: from before it to after it. */
    @Test
    void aRangeThatHasNotEnded() throws Exception {
        EmbeddedStream live = kvs.createStream("live");
        Camera camera =
                Camera.builder(live).fragmentDuration(Duration.ofMillis(400)).speed(1).start();
        kvs.log().awaitPushed(live.name(), 3, TIME);
        Instant now = Instant.ofEpochMilli(kvs.clock().millis());
        Clip clip = clip(ClipRequest.of(live.name(), now.minusMillis(300), now.plusMillis(1_000)));
        camera.close();
        assertThat(clip.isComplete()).isTrue();
        assertThat(clip.endMillis()).isGreaterThanOrEqualTo(now.plusMillis(1_000).toEpochMilli());
    }

    // ---- without a clip ------------------------------------------------------------------------

    @Test
    void failuresAsResults() throws Exception {
        EmbeddedStream unkept = kvs.createStream("unkept");
        unkept.retention(Duration.ZERO);
        EmbeddedStream old = camera("old");
        ClipRequest expired = request(old, 0, 1).withClock(ClipRequest.Clock.SERVER);
        Instant day = Instant.ofEpochMilli(kvs.clock().millis() - 100_000_000);
        FetchClip<ClipRequest, String> fetch =
                fetch().set(ClipOptions.MAX_BYTES, new MemorySize(30_000))
                        .setResult(Types.STRING, (event, clip) -> event.stream() + " CLIP")
                        .setFailure((event, failure) -> event.stream() + " " + failure.kind())
                        .build();
        assertThat(
                        start(
                                        fetch,
                                        List.of(
                                                request(front, 0, 0),
                                                request(back, 0, 19),
                                                ClipRequest.of("nobody", day, day),
                                                ClipRequest.of("unkept", day, day),
                                                ClipRequest.of("old", day, day)
                                                        .withClock(expired.clock()),
                                                ClipRequest.of(
                                                        "front",
                                                        middle(front, 19).plusSeconds(60),
                                                        middle(front, 19).plusSeconds(70))))
                                .awaitFinished())
                .containsExactlyInAnyOrder(
                        "front CLIP",
                        "back " + Kind.TOO_LARGE,
                        "nobody " + Kind.STREAM_NOT_FOUND,
                        "unkept " + Kind.NOT_ARCHIVED,
                        "old " + Kind.EXPIRED,
                        "front " + Kind.NO_MEDIA);
    }

    @Test
    void byDefaultAFailureFailsTheJob() throws Exception {
        Job<Clip> job =
                start(
                        fetch().build(),
                        List.of(
                                ClipRequest.of(
                                        "front",
                                        middle(front, 19).plusSeconds(60),
                                        middle(front, 19).plusSeconds(70))));
        assertThat(job.awaitFailure())
                .contains("There is no clip of stream front from ", "no media of that time");
    }

    @Test
    void noResult() throws Exception {
        FetchClip<ClipRequest, Clip> fetch = fetch().setFailure((event, failure) -> null).build();
        Instant now = Instant.ofEpochMilli(kvs.clock().millis());
        List<ClipRequest> requests =
                List.of(ClipRequest.of("nobody", now, now), request(front, 1, 1));
        assertThat(start(fetch, requests).awaitFinished()).hasSize(1);
    }

    // ---- a service that is difficult -----------------------------------------------------------

    @Test
    void errorsThatPass() throws Exception {
        front.faults()
                .nextCall("DescribeStream", Fault.throttle())
                .nextCall("GetDataEndpoint", Fault.internalFailure())
                .nextCall("ListFragments", Fault.throttle(), Fault.invalidEndpoint())
                .nextCall("GetMediaForFragmentList", Fault.connectionLimit());
        Clip clip = clip(request(front, 2, 6));
        assertThat(clip.fragments()).isEqualTo(numbers(front, 2, 6));
        assertThat(clip.isComplete()).isTrue();
    }

    @Test
    void connectionsThatBreak() throws Exception {
        String media = "GetMediaForFragmentList";
        front.faults().nextCall(media, Fault.cutAfter(10_000, Cut.ABRUPT));
        front.faults().nextCall(media, Fault.cutAfter(9_000, Cut.CLEAN));
        front.faults().nextCall(media, Fault.stallAfter(100));
        FetchClip<ClipRequest, Clip> fetch =
                fetch().set(ClipOptions.SILENCE_TIMEOUT, Duration.ofMillis(500)).build();
        List<Clip> clips = start(fetch, List.of(request(front, 2, 9))).awaitFinished();
        assertThat(clips).hasSize(1);
        assertThat(clips.get(0).fragments()).isEqualTo(numbers(front, 2, 9));
        assertThat(clips.get(0).isComplete()).isTrue();
    }

    @Test
    void fragmentsThatAreLost() throws Exception {
        front.lose(front.pushed().get(3).number(), 2);
        back.lose(back.pushed().get(3).number());
        List<Clip> clips = clips(request(front, 2, 5), request(back, 2, 5));
        assertThat(clips.get(0).isComplete()).isFalse();
        assertThat(clips.get(0).fragments()).hasSize(3);
        assertThat(clips.get(1).isComplete()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"DOCUMENTS, REVERSED", "ONE_SEGMENT, SHUFFLED"})
    void anArchiveOfAnotherForm(BodyShape shape, BodyOrder order) throws Exception {
        front.lose(front.pushed().get(5).number(), 1);
        kvs.behavior(
                kvs.behavior()
                        .archive(
                                archive ->
                                        archive.bodyShape(shape)
                                                .bodyOrder(order)
                                                .listingPageSize(10)
                                                .tags(ArchiveTags.DOCUMENTED)));
        Clip clip = clip(request(front, 2, 15));
        assertThat(clip.fragments()).isEqualTo(numbers(front, 2, 15));
        assertThat(clip.isComplete()).isTrue();
        assertThat(blocks(clip)).isEqualTo(14 * FRAMES);
    }

    /** Listed, and not yet to be had. */
    @Test
    void lags() throws Exception {
        EmbeddedStream live = kvs.createStream("live");
        kvs.behavior(
                kvs.behavior()
                        .archive(
                                archive ->
                                        archive.listingLag(Duration.ofMillis(300))
                                                .readableLag(Duration.ofMillis(900))));
        Camera camera =
                Camera.builder(live).fragmentDuration(Duration.ofMillis(400)).speed(1).start();
        kvs.log().awaitPushed(live.name(), 2, TIME);
        Instant now = Instant.ofEpochMilli(kvs.clock().millis());
        Clip clip = clip(ClipRequest.of(live.name(), now, now.plusMillis(200)));
        camera.close();
        assertThat(clip.isComplete()).isTrue();
    }

    /** Four subtasks fetch clips of one stream, whose quotas they share. */
    @Test
    void manyClipsOfOneStream() throws Exception {
        kvs.close();
        kvs = EmbeddedKvs.builder().limits(Limits.service()).start();
        film();
        List<ClipRequest> requests = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            requests.add(request(front, i, i + 4));
        }
        StreamExecutionEnvironment env = environment(new Configuration(), 0);
        env.setParallelism(4);
        Job<Clip> job = start(env, stream(env, fetch().build(), requests));
        List<Clip> clips = job.awaitFinished();
        assertThat(clips).hasSize(12).allMatch(Clip::isComplete);
    }

    /** A call's stream, for example: it was created a moment before its first fragment. */
    @ParameterizedTest
    @EnumSource(ClipRequest.Clock.class)
    void aStreamWhoseArchiveListsNothingForAnEarlyBeginning(ClipRequest.Clock clock)
            throws Exception {
        kvs.behavior(kvs.behavior().archive(archive -> archive.earlyStartListsNothing(true)));
        EmbeddedStream call = camera("call");
        StoredFragment first = call.pushed().get(0);
        long time =
                clock == ClipRequest.Clock.SERVER
                        ? first.serverTimestampMillis()
                        : first.producerTimestampMillis();
        kvs.clock().shift(Duration.ofMinutes(5));
        Clip clip =
                clip(
                        ClipRequest.of(
                                        call.name(),
                                        Instant.ofEpochMilli(time),
                                        Instant.ofEpochMilli(time + 1_500))
                                .withClock(clock));
        assertThat(clip.fragments()).startsWith(FragmentNumber.of(first.number()));
    }

    /** Flink gives up what it retries through another future than the one of the attempt. */
    @Test
    void aTimeoutOfAnOperatorThatRetriesIsAFailureLikeAnyOther() throws Exception {
        front.faults().everyCall("ListFragments", Fault.silence());
        FetchClip<ClipRequest, String> fetch =
                fetch().setResult(Types.STRING, (event, clip) -> "CLIP")
                        .setFailure((event, failure) -> event.stream() + " " + failure.kind())
                        .build();
        StreamExecutionEnvironment env = environment(new Configuration(), 0);
        Job<String> job =
                start(
                        env,
                        AsyncDataStream.unorderedWaitWithRetry(
                                env.fromData(
                                        List.of(request(front, 1, 2)),
                                        ClipRequestTypeInfo.INSTANCE),
                                fetch,
                                500,
                                TimeUnit.MILLISECONDS,
                                20,
                                new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<String>(
                                                3, 100)
                                        .ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE)
                                        .build()));
        assertThat(job.awaitFinished()).containsExactly("front " + Kind.TIMEOUT);
    }

    // ---- failures of tasks ---------------------------------------------------------------------

    /** As often as tasks restart: each leaves nothing behind. */
    @Test
    void fetchersThatAreOpenedAndClosed() throws Exception {
        Configuration config = new Configuration();
        config.set(AwsOptions.REGION, kvs.region());
        config.set(AwsOptions.ENDPOINT, kvs.endpoint().toString());
        config.set(AwsOptions.ACCESS_KEY_ID, "AKIDEXAMPLE");
        config.set(AwsOptions.SECRET_KEY, SECRET);
        for (int i = 0; i < 10; i++) {
            ClipFetcher fetcher =
                    ClipFetcher.open(
                            ClipSettings.of(config, 1), new UnregisteredMetricsGroup(), "again");
            Clip clip = fetcher.fetch(request(front, 1, 2)).get(TIME.toSeconds(), TimeUnit.SECONDS);
            assertThat(clip.isComplete()).isTrue();
            // One is under way when it is closed, and one is requested after that.
            CompletableFuture<Clip> closing = fetcher.fetch(request(front, 1, 12));
            fetcher.close();
            fetcher.close();
            assertThat(fetcher.fetch(request(front, 1, 2))).isNotDone();
            assertThat(closing).matches(each -> !each.isDone() || !each.isCompletedExceptionally());
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("again"));
        }
        kvs.log()
                .await(
                        log ->
                                log.sessions("GetMediaForFragmentList", "front").stream()
                                        .allMatch(session -> session.endReason() != null),
                        "the end of all connections",
                        TIME);
    }

    /** Neither its threads nor its connections survive a job. */
    @Test
    void aJobIsCancelledWhileItWaitsForClips() throws Exception {
        front.faults().everyCall("GetMediaForFragmentList", Fault.stallAfter(100));
        back.faults().everyCall("ListFragments", Fault.silence());
        Job<Clip> job = start(fetch().build(), List.of(request(front, 2, 9), request(back, 2, 9)));
        kvs.log()
                .await(
                        log ->
                                !log.sessions("GetMediaForFragmentList", "front").isEmpty()
                                        && !log.calls("ListFragments", "back").isEmpty(),
                        "clips under way",
                        TIME);
        job.cancel();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("kvs-clips-"));
        kvs.log()
                .await(
                        log ->
                                log.sessions("GetMediaForFragmentList", "front").stream()
                                        .allMatch(session -> session.endReason() != null),
                        "the end of the connection",
                        TIME);
    }

    @Test
    void aTaskFails() throws Exception {
        List<ClipRequest> requests = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            requests.add(request(front, i, i + 1));
            requests.add(request(back, i, i + 2));
        }
        StreamExecutionEnvironment env = environment(new Configuration(), 1);
        env.setParallelism(2);
        List<Clip> clips =
                start(
                                env,
                                stream(env, fetch().build(), requests)
                                        .map(new FailOnce<>(5))
                                        .returns(Clip.class))
                        .awaitFinished();
        assertThat(clips).extracting(Clip::request).containsExactlyInAnyOrderElementsOf(requests);
        assertThat(clips).allMatch(Clip::isComplete);
    }
}
