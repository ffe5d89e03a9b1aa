/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Each frame arrives once, in the order of its stream, while its fragment still arrives. */
class FramesITCase extends KvsTestBase {

    private static final int FRAMES = 10;

    private KvsSourceBuilder<FrameRecord> frames(FrameFilter filter, EmbeddedStream... streams) {
        return KvsTestBase.<FrameRecord>source(
                        kvs,
                        Arrays.stream(streams)
                                .map(EmbeddedStream::name)
                                .collect(Collectors.toList()))
                .setDeserializationSchema(KvsDeserializationSchema.frames(filter));
    }

    private KvsSourceBuilder<FrameRecord> frames(EmbeddedStream... streams) {
        return frames(FrameFilter.all(), streams);
    }

    /** Ten frames of a fragment, of which every fifth is a key frame. */
    private static MediaFragment media(int seed) {
        MediaFragment.Builder builder =
                MediaFragment.builder().track(MediaTrack.video(1, "eye", "V_TEST", null, 64, 48));
        Random random = new Random(seed);
        for (int i = 0; i < FRAMES; i++) {
            byte[] data = new byte[200 + random.nextInt(2_000)];
            random.nextBytes(data);
            builder.frame(MediaFrame.of(1, i * 100, i % 5 == 0, data));
        }
        return builder.build();
    }

    private static void pushFragments(EmbeddedStream stream, int count) {
        for (int i = 0; i < count; i++) {
            stream.push(media(stream.name().hashCode() + stream.pushed().size()));
        }
    }

    /** All frames of complete fragments, or those with the given indices. */
    private static List<String> all(EmbeddedStream stream, int... indices) {
        List<String> all = new ArrayList<>();
        for (StoredFragment fragment : stream.pushed()) {
            for (int i = 0; i < FRAMES; i++) {
                int index = i;
                if (indices.length == 0 || Arrays.stream(indices).anyMatch(k -> k == index)) {
                    all.add(fragment.number() + "." + i);
                }
            }
        }
        return all;
    }

    private static List<String> namesOf(EmbeddedStream stream, List<FrameRecord> frames) {
        return frames.stream()
                .filter(frame -> frame.fragment().streamName().equals(stream.name()))
                .map(frame -> frame.fragment().number() + "." + frame.frame().index())
                .collect(Collectors.toList());
    }

    private static void assertAllFrames(List<FrameRecord> frames, EmbeddedStream... streams) {
        for (EmbeddedStream stream : streams) {
            assertThat(namesOf(stream, frames)).containsExactlyElementsOf(all(stream));
        }
    }

    @Test
    void leaveBeforeTheirFragmentEnds() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        Job<FrameRecord> job = job(frames(stream)).start();
        FragmentUpload upload = stream.begin(media(1));
        List<Long> sent = new ArrayList<>(List.of(System.currentTimeMillis()));
        for (int i = 1; i <= FRAMES; i++) {
            upload.next();
            job.results.awaitCommitted(i);
            sent.add(System.currentTimeMillis());
        }
        assertThat(metric(job, "KinesisVideo.fragments")).isZero();
        upload.complete();
        pushFragments(stream, 1);
        List<FrameRecord> frames = job.results.awaitCommitted(2 * FRAMES);
        assertAllFrames(frames, stream);
        List<MediaFrame> truth = media(1).frames();
        for (int i = 0; i < FRAMES; i++) {
            FrameRecord frame = frames.get(i);
            assertThat(frame.arrival().timestampMillis()).isBetween(sent.get(i), sent.get(i + 1));
            assertThat(frame.frame().data().compareTo(ByteBuffer.wrap(truth.get(i).data())))
                    .isZero();
            assertThat(frame.track().type()).isEqualTo(Track.Type.VIDEO);
            assertThat(frame.frame().timestampMillis())
                    .isEqualTo(frame.fragment().producerTimestampMillis() + 100 * i);
        }
    }

    @Test
    void connectionsCutWithinFragments() throws Exception {
        EmbeddedStream front = kvs.createStream("front");
        EmbeddedStream back = kvs.createStream("back");
        Random random = new Random(3);
        for (EmbeddedStream stream : List.of(front, back)) {
            for (Cut cut : Cut.values()) {
                for (int i = 0; i < 3; i++) {
                    stream.faults()
                            .nextConnection(Fault.cutAfter(1_000 + random.nextInt(15_000), cut));
                }
            }
            pushFragments(stream, 6);
        }
        Job<FrameRecord> job = job(frames(front, back)).parallelism(2).start();
        assertAllFrames(job.results.awaitCommitted(12 * FRAMES), front, back);
        assertThat(metric(job, "KinesisVideo.duplicateFrames")).isPositive();
        assertThat(metric(job, "KinesisVideo.incompleteFragments")).isZero();
    }

    @Test
    void taskFailuresWithinAFragment() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        Job<FrameRecord> job =
                job(frames(stream)).map(new FailOnce<>(4, 12, 13, 27)).restarts(10).start();
        for (int fragment = 0; fragment < 3; fragment++) {
            FragmentUpload upload = stream.begin(media(fragment));
            for (int i = 1; i <= FRAMES; i++) {
                upload.next();
                job.results.awaitCommitted(fragment * FRAMES + i);
            }
            upload.complete();
        }
        assertAllFrames(job.results.committed(), stream);
        assertThat(job.results.attempts()).isEqualTo(5);
    }

    @Test
    void savepointsWithinAFragmentAndOtherParallelism() throws Exception {
        EmbeddedStream front = kvs.createStream("front");
        EmbeddedStream back = kvs.createStream("back");
        FragmentUpload inFront = front.begin(media(1));
        FragmentUpload inBack = back.begin(media(2));
        for (int i = 0; i < 4; i++) {
            inFront.next();
        }
        inBack.next();
        Job<FrameRecord> job = job(frames(front, back)).parallelism(1).start();
        job.results.awaitCommitted(5);
        String savepoint = job.stopWithSavepoint();
        inFront.complete();
        inBack.next();
        pushFragments(front, 1);
        Job<FrameRecord> restored = job(frames(front, back)).parallelism(2).from(savepoint).start();
        restored.results.awaitCommitted(5 + 6 + 1 + FRAMES);
        savepoint = restored.stopWithSavepoint();
        inBack.complete();
        Job<FrameRecord> last = job(frames(front, back)).parallelism(1).from(savepoint).start();
        assertAllFrames(last.results.awaitCommitted(3 * FRAMES), front, back);
    }

    @Test
    void theRestOfAFragmentIsGone() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        FragmentUpload upload = stream.begin(media(1));
        for (int i = 0; i < 3; i++) {
            upload.next();
        }
        Job<FrameRecord> job = job(frames(stream)).start();
        job.results.awaitCommitted(3);
        String savepoint = job.stopWithSavepoint();
        upload.complete();
        pushFragments(stream, 1);
        stream.expireBefore(stream.pushed().get(1).number());
        Job<FrameRecord> restored = job(frames(stream)).from(savepoint).start();
        List<String> frames = namesOf(stream, restored.results.awaitCommitted(3 + FRAMES));
        assertThat(frames.subList(0, 3)).isEqualTo(all(stream).subList(0, 3));
        assertThat(frames.subList(3, 3 + FRAMES))
                .isEqualTo(all(stream).subList(FRAMES, 2 * FRAMES));
        assertThat(metric(restored, "KinesisVideo.incompleteFragments")).isEqualTo(1);
    }

    @Test
    void filtersAndStops() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        pushFragments(stream, 3);
        Job<FrameRecord> keyFrames =
                job(frames(FrameFilter.all().keyFrames(), stream)
                                .setStoppingPosition(StoppingPosition.now()))
                        .start();
        assertThat(namesOf(stream, keyFrames.awaitFinished())).isEqualTo(all(stream, 0, 5));
        Job<FrameRecord> everyFourth =
                job(frames(FrameFilter.all().everyNth(4), stream)
                                .setStoppingPosition(
                                        StoppingPosition.atFragment(
                                                stream.pushed().get(2).number())))
                        .start();
        assertThat(namesOf(stream, everyFourth.awaitFinished())).isEqualTo(all(stream, 0, 4, 8));
    }
}
