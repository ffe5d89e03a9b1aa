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
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.apache.flink.configuration.MemorySize;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** History is read from the archive, then the same job goes on live. */
class ArchiveITCase extends KvsTestBase {

    /** Pushes fragments that are some seconds apart by the service's clock. */
    private List<StoredFragment> pushApart(EmbeddedStream stream, int count) {
        List<StoredFragment> pushed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pushed.addAll(push(stream, 1));
            kvs.clock().shift(Duration.ofSeconds(2));
        }
        return pushed;
    }

    private long calls(String operation, EmbeddedStream stream) {
        return kvs.log().calls().stream()
                .filter(call -> call.operation().equals(operation))
                .filter(call -> stream.name().equals(call.stream()))
                .count();
    }

    /** The service's clock was shifted, so one call had to tell that it is ahead of ours. */
    private void assertReadFromTheArchive(EmbeddedStream stream) {
        assertThat(calls("GetMedia", stream)).isLessThanOrEqualTo(1);
        assertThat(calls("GetMediaForFragmentList", stream)).isBetween(2L, 3L);
    }

    @ParameterizedTest
    @EnumSource(
            value = HistoryMode.class,
            names = {"AUTO", "ARCHIVE"})
    void readsHistoryAndGoesOnLive(HistoryMode history) throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        pushApart(stream, 250);
        Job<Fragment> job =
                job(source(stream).set(KvsSourceOptions.HISTORY, history))
                        .map(new FailOnce<>(40, 180))
                        .start();
        job.results.awaitCommitted(250);
        awaitSession(stream, 1);
        push(stream, 3);
        assertAll(job.results.awaitCommitted(253), stream);
        assertThat(calls("GetMediaForFragmentList", stream)).isPositive();
    }

    @Test
    void aRangeEndsWithoutGetMedia() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        List<StoredFragment> pushed = pushApart(stream, 120);
        kvs.clock().shift(Duration.ofMinutes(5));
        KvsSourceBuilder<Fragment> source =
                source(stream)
                        .setStartingPosition(StartingPosition.atFragment(pushed.get(10).number()))
                        .setStoppingPosition(
                                StoppingPosition.atServerTimestamp(
                                        Instant.ofEpochMilli(
                                                pushed.get(110).serverTimestampMillis())));
        assertExactly(job(source).restarts(0).start().awaitFinished(), pushed.subList(10, 111));
        assertReadFromTheArchive(stream);
    }

    @Test
    void aRangeEndsWithTheLastFragmentOfTheStream() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        List<StoredFragment> pushed = pushApart(stream, 20);
        kvs.clock().shift(Duration.ofMinutes(5));
        KvsSourceBuilder<Fragment> source =
                source(stream)
                        .setStoppingPosition(StoppingPosition.atFragment(pushed.get(19).number()));
        assertAll(job(source).restarts(0).start().awaitFinished(), stream);
        assertReadFromTheArchive(stream);
    }

    @Test
    void framesOfHistory() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        List<StoredFragment> pushed = pushApart(stream, 100);
        kvs.clock().shift(Duration.ofMinutes(5));
        KvsSourceBuilder<FrameRecord> frames =
                KvsTestBase.<FrameRecord>source(kvs, List.of("stream"))
                        .setDeserializationSchema(
                                KvsDeserializationSchema.frames(FrameFilter.all()));
        KvsSourceBuilder<FrameRecord> bounded =
                frames.setStoppingPosition(StoppingPosition.atFragment(pushed.get(99).number()));
        List<FrameRecord> read = job(bounded).map(new FailOnce<>(30)).start().awaitFinished();
        assertThat(read.stream().map(r -> r.fragment().number().toString()).distinct())
                .containsExactlyElementsOf(pushed.stream().map(StoredFragment::number).toList());
        assertThat(read)
                .extracting(r -> r.fragment().number() + "." + r.frame().index())
                .doesNotHaveDuplicates();
    }

    @Test
    void manyStreamsInLittleMemoryOverSavepoints() throws Exception {
        EmbeddedStream[] streams = new EmbeddedStream[4];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = kvs.createStream("stream-" + i);
            pushApart(streams[i], 60);
        }
        kvs.clock().shift(Duration.ofMinutes(5));
        KvsSourceBuilder<Fragment> source =
                source(streams).set(KvsSourceOptions.MEMORY_BUDGET, MemorySize.parse("20 kb"));
        Job<Fragment> job = job(source).parallelism(2).start();
        job.results.awaitCommitted(50);
        String savepoint = job.stopWithSavepoint();
        Job<Fragment> restored = job(source).parallelism(3).from(savepoint).start();
        restored.results.awaitCommitted(4 * 60);
        for (EmbeddedStream stream : streams) {
            push(stream, 2);
        }
        assertAll(restored.results.awaitCommitted(4 * 62), streams);
    }

    @Test
    void aRunningJobThatFallsBehindCatchesUpFromTheArchive() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 2);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(2);
        String savepoint = job.stopWithSavepoint();
        pushApart(stream, 100);
        Job<Fragment> restored = job(source(stream)).restarts(0).from(savepoint).start();
        assertAll(restored.results.awaitCommitted(102), stream);
        assertThat(metric(restored, "KinesisVideo.archivedFragments")).isBetween(80L, 101L);
        assertThat(metric(restored, "KinesisVideo.gaps")).isZero();
        assertThat(calls("GetMediaForFragmentList", stream)).isPositive();
    }

    @Test
    void cutsAndErrorsLoseNothing() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        pushApart(stream, 200);
        kvs.clock().shift(Duration.ofMinutes(5));
        stream.faults()
                .nextCall("ListFragments", Fault.throttle(), Fault.internalFailure())
                .nextCall("GetMediaForFragmentList", Fault.cutAfter(20_000, Cut.CLEAN))
                .nextCall("GetMediaForFragmentList", Fault.cutAfter(7_000, Cut.FIN))
                .nextCall("GetMediaForFragmentList", Fault.internalFailure());
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        assertAll(job.results.awaitCommitted(200), stream);
    }

    @Test
    void newestFirst() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        pushApart(stream, 60);
        kvs.clock().shift(Duration.ofMinutes(10));
        Job<Fragment> job =
                job(source(stream).set(KvsSourceOptions.MAX_LAG, Duration.ofMinutes(5)))
                        .restarts(0)
                        .start();
        awaitSession(stream, 1);
        kvs.clock().shift(Duration.ofSeconds(2));
        List<StoredFragment> fresh = push(stream, 3);
        assertExactly(job.results.awaitCommitted(3), fresh);
        assertThat(metric(job, "KinesisVideo.skipsToPresent")).isEqualTo(1);
    }
}
