/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaClip;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** The job as a process: what it prints, where, and its exit code. */
class FragmentDumpJobITCase {

    @TempDir Path folder;

    private RunExample.Result dump(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("dump"));
        all.addAll(List.of(arguments));
        return RunExample.run(folder, Map.of(), all);
    }

    @Test
    void showsTwoFragmentsOfTwoCameras() throws Exception {
        RunExample.Result result = dump();

        assertThat(result.err()).containsExactly("dump: 2 fragments");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .filteredOn(
                        line -> line.matches("(front-door|backyard), fragment \\d{47}, \\d+ bytes"))
                .hasSize(2);
        assertThat(result.out()).filteredOn("+ Segment (unknown size)"::equals).hasSize(2);
        assertThat(result.out())
                .filteredOn(line -> line.startsWith("| + SimpleBlock: track 1, "))
                .hasSize(50);
        assertThat(result.out()).filteredOn(String::isEmpty).hasSize(2);
        assertThat(result.out()).noneMatch(line -> line.contains("malformed"));
    }

    @Test
    void showsEveryElementOfARecording() throws Exception {
        Path file = folder.resolve("talk.mkv");
        StoredFragment recorded;
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("talk");
            Camera.builder(stream)
                    .clip(MediaClip.h264WithAac())
                    .fragments(1)
                    .tag("location", "entrance")
                    .unlimitedSpeed()
                    .start()
                    .awaitDone(Duration.ofSeconds(30));
            recorded = stream.pushed().get(0);
            stream.record(file);
        }

        RunExample.Result result = dump("--replay", file.toString());

        assertThat(result.err()).containsExactly("dump: 1 fragment");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .startsWith(
                        "talk, fragment " + recorded.number() + ", " + recorded.size() + " bytes",
                        "+ EBML",
                        "|+ EBMLVersion: 1")
                .containsSubsequence(
                        "+ Segment (unknown size)",
                        "|+ Tracks",
                        "|  + CodecID: V_MPEG4/ISO/AVC",
                        "|  + CodecID: A_AAC",
                        "|+ Tags",
                        "| + Tag",
                        "|  + SimpleTag",
                        "|   + TagName: location",
                        "|   + TagString: entrance",
                        "|   + TagName: AWS_KINESISVIDEO_FRAGMENT_NUMBER",
                        "|   + TagString: " + recorded.number(),
                        "|   + TagName: AWS_KINESISVIDEO_CONTINUATION_TOKEN",
                        "|   + TagString: " + recorded.number(),
                        "");
        assertThat(result.out())
                .anyMatch(line -> line.startsWith("| + SimpleBlock: track 2, "))
                .noneMatch(line -> line.contains("malformed"));
    }

    @Test
    void wrongOptions() throws Exception {
        RunExample.Result result = dump("--no-such-option");
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasSize(1);
        assertThat(result.err().get(0)).contains("examples/run.sh dump --help");
        assertThat(result.exitCode()).isEqualTo(ExampleMain.WRONG_OPTIONS);
    }
}
