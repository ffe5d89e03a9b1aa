/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.file.MergedFiles;
import io.github.flinkkvs.media.file.RecordFiles;
import io.github.flinkkvs.media.video.DecodeFragments;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.parser.MkvParser;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The results from the media of two cameras, in jobs whose task fails once. */
class MediaITCase extends KvsTestBase {

    private static final int FRAGMENTS = 6;
    private static final int FRAMES = 25;
    private static final int SIMPLE_BLOCK = 0xA3;

    private EmbeddedStream front;
    private EmbeddedStream back;

    @BeforeEach
    void push() {
        front = camera("front");
        back = camera("back");
    }

    private EmbeddedStream camera(String name) {
        EmbeddedStream stream = kvs.createStream(name);
        Camera.builder(stream).fragments(FRAGMENTS).unlimitedSpeed().start().awaitDone(TIME);
        return stream;
    }

    private DataStream<Fragment> fragments(StreamExecutionEnvironment env) {
        env.setParallelism(2);
        return env.fromSource(
                        source(front, back).setStoppingPosition(StoppingPosition.now()).build(),
                        WatermarkStrategy.noWatermarks(),
                        "cameras")
                .map(new FailOnce<>(FRAGMENTS))
                .returns(FragmentTypeInfo.INSTANCE);
    }

    private List<java.nio.file.Path> results(EmbeddedStream stream) throws Exception {
        try (Stream<java.nio.file.Path> files = Files.walk(folder.resolve(stream.name()))) {
            return files.filter(Files::isRegularFile)
                    // Files that the failed attempt began are not results.
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    private Path out() {
        return Path.fromLocalFile(folder.toFile());
    }

    @Test
    void aFileForEachFragment() throws Exception {
        StreamExecutionEnvironment env = environment(new Configuration(), 1);
        RecordFiles<Fragment> files =
                new RecordFiles<>(
                        out(),
                        fragment -> fragment.streamName() + "/" + fragment.number() + ".mkv",
                        Fragment::writeTo);
        fragments(env).sinkTo(files.sink());
        env.execute();
        for (EmbeddedStream stream : List.of(front, back)) {
            assertThat(results(stream)).hasSize(FRAGMENTS);
            for (StoredFragment fragment : stream.pushed()) {
                java.nio.file.Path file =
                        folder.resolve(stream.name()).resolve(fragment.number() + ".mkv");
                assertThat(fragment.matches(ByteBuffer.wrap(Files.readAllBytes(file)))).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void mergedFilesHaveEachFrameOnce(boolean pauses) throws Exception {
        StreamExecutionEnvironment env = environment(new Configuration(), 1);
        fragments(env)
                .sinkTo(pauses ? MergedFiles.sink(out()) : MergedFiles.sinkWithoutPauses(out()));
        env.execute();
        for (EmbeddedStream stream : List.of(front, back)) {
            int frames = 0;
            for (java.nio.file.Path file : results(stream)) {
                assertThat(file.getFileName().toString()).endsWith(".mkv");
                frames += blocks(Files.readAllBytes(file));
            }
            assertThat(frames).isEqualTo(FRAGMENTS * FRAMES);
        }
    }

    private static int blocks(byte[] file) throws Exception {
        MkvParser parser = new MkvParser();
        ByteBuffer in = ByteBuffer.wrap(file);
        int count = 0;
        for (MkvParser.Event event = parser.next(in);
                event != MkvParser.Event.NEED_INPUT;
                event = parser.next(in)) {
            if (event == MkvParser.Event.DATA && parser.id() == SIMPLE_BLOCK) {
                count++;
            }
        }
        return count;
    }

    @Test
    void eachPictureOnce() throws Exception {
        StreamExecutionEnvironment env = environment(new Configuration(), 1);
        List<String> pictures = new ArrayList<>();
        try (CloseableIterator<Picture> decoded =
                fragments(env)
                        .flatMap(new DecodeFragments(PictureOptions.defaults().every(5)))
                        .executeAndCollect()) {
            decoded.forEachRemaining(
                    picture -> pictures.add(picture.fragmentNumber() + "." + picture.frameIndex()));
        }
        List<String> expected = new ArrayList<>();
        for (EmbeddedStream stream : List.of(front, back)) {
            for (StoredFragment fragment : stream.pushed()) {
                for (int index = 0; index < FRAMES; index += 5) {
                    expected.add(fragment.number() + "." + index);
                }
            }
        }
        assertThat(pictures).containsExactlyInAnyOrderElementsOf(expected);
    }
}
