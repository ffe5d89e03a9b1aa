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
import io.github.flinkkvs.media.video.DecodeFrames;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.mkv.FrameRecord;

import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** How many decoders are open, and how many frames are kept for them. */
class DecoderLimitsITCase extends DecodeFramesTestBase {

    // ---- many of them -------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void openDecodersAreLimited(int limit) throws Exception {
        Map<String, List<FrameRecord>> films = new HashMap<>();
        films.put("front", film("front", "h264-b.mkv", GROUP));
        films.put("back", film("back", "h265-open-gop.mkv", GROUP));
        films.put("side", film("side", "h264.mkv", GROUP));
        try (DecodeFramesHarness harness =
                new DecodeFramesHarness(
                        DecodeFrames.builder(ALL).maxOpenDecoders(limit), "hashmap", null)) {
            for (int i = 0; i < FRAMES; i++) {
                for (List<FrameRecord> film : films.values()) {
                    harness.process(film.subList(i, i + 1));
                }
                for (String stream : films.keySet()) {
                    assertThat(harness.keptFrames(stream)).isBetween(1, GROUP + 5);
                }
            }
            harness.endOfInput();
            for (String stream : films.keySet()) {
                assertThat(
                                harness.emitted().stream()
                                        .filter(picture -> picture.streamName().equals(stream)))
                        .containsExactlyElementsOf(undisturbed(films.get(stream), ALL));
            }
            if (limit == films.size()) {
                assertThat(harness.count("replays")).isZero();
            } else {
                assertThat(harness.count("replays"))
                        .isGreaterThanOrEqualTo(films.size() * (FRAMES - 1));
            }
            assertThat(harness.count("decodedFrames")).isEqualTo(films.size() * FRAMES);
            assertThat(harness.count("skippedFrames")).isZero();
        }
    }

    @Test
    void decodersAreClosed() throws Exception {
        List<List<FrameRecord>> films =
                List.of(film("front", "h264-b.mkv", GROUP), film("back", "h264.mkv", GROUP));
        DecodeFrames.Builder function =
                DecodeFrames.builder(ALL.size(2, 2).every(GROUP)).maxOpenDecoders(1);
        long before = 0;
        for (int round = 0; round < 100; round++) {
            if (round == 20) {
                before = Pointer.physicalBytes();
            }
            // Decoders are closed for another one, at the end of the input, and with the function.
            try (DecodeFramesHarness harness = new DecodeFramesHarness(function, "hashmap", null)) {
                for (int i = 0; i < FRAMES; i++) {
                    for (List<FrameRecord> film : films) {
                        harness.process(film.subList(i, i + 1));
                    }
                }
                harness.endOfInput();
            }
            try (DecodeFramesHarness harness = new DecodeFramesHarness(function, "hashmap", null)) {
                harness.process(films.get(0).subList(0, 1));
            }
        }
        // If none of them were closed, it would be more than 2 GB; the heap grows too.
        assertThat(Pointer.physicalBytes() - before).isLessThan(512 << 20);
    }

    // ---- limits -------------------------------------------------------------------------------

    @Test
    void stateIsThatOfAGroup() throws Exception {
        List<FrameRecord> film = film("h264-open-gop.mkv");
        try (DecodeFramesHarness harness =
                new DecodeFramesHarness(DecodeFrames.builder(ALL), "hashmap", null)) {
            int most = 0;
            for (FrameRecord frame : film) {
                harness.process(List.of(frame));
                most = Math.max(most, harness.keptFrames("h264-open-gop.mkv"));
            }
            // One group, and the frames of the next one that arrive before its key frame is shown.
            assertThat(most).isBetween(GROUP, GROUP + 4);
            harness.endOfInput();
            assertThat(harness.stateEntries()).isZero();
            assertThat(harness.count("unkeptGroups")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void groupsThatAreTooLargeAreNotKept(boolean inFrames) throws Exception {
        List<FrameRecord> film = film("h264.mkv");
        int bytes = film.subList(0, 5).stream().mapToInt(f -> f.frame().sizeBytes()).sum();
        DecodeFrames.Builder function =
                inFrames
                        ? DecodeFrames.builder(ALL).maxKeptFrames(5)
                        : DecodeFrames.builder(ALL).maxKeptBytes(bytes);
        List<Picture> all = undisturbed(film, ALL);
        OperatorSubtaskState early;
        OperatorSubtaskState late;
        try (DecodeFramesHarness harness = new DecodeFramesHarness(function, "hashmap", null)) {
            harness.process(film.subList(0, 4));
            early = harness.snapshot();
            harness.process(film.subList(4, 6));
            late = harness.snapshot();
            assertThat(harness.count("unkeptGroups")).isEqualTo(1);
            assertThat(harness.keptFrames("h264.mkv")).isZero();
            harness.process(film.subList(6, FRAMES));
            harness.endOfInput();
            // Not keeping it does no harm by itself.
            assertThat(harness.emitted()).isEqualTo(all);
            assertThat(harness.count("skippedFrames")).isZero();
        }
        try (DecodeFramesHarness harness = new DecodeFramesHarness(function, "hashmap", early)) {
            harness.process(film.subList(4, FRAMES));
            harness.endOfInput();
            assertThat(harness.emitted()).isEqualTo(all.subList(4, FRAMES));
        }
        try (DecodeFramesHarness harness = new DecodeFramesHarness(function, "hashmap", late)) {
            harness.process(film.subList(6, FRAMES));
            harness.endOfInput();
            assertThat(harness.emitted()).isEqualTo(all.subList(GROUP, FRAMES));
            assertThat(harness.count("skippedFrames")).isEqualTo(GROUP - 6);
            assertThat(harness.count("replays")).isZero();
        }
    }

    @Test
    void picturesOfAnUnkeptGroupThatWereHeldBackAreCounted() throws Exception {
        List<FrameRecord> film = film("h264-b.mkv");
        DecodeFrames.Builder function = DecodeFrames.builder(ALL).maxKeptFrames(2);
        int before;
        OperatorSubtaskState state;
        try (DecodeFramesHarness harness = new DecodeFramesHarness(function, "hashmap", null)) {
            harness.process(film.subList(0, 5));
            before = harness.emitted().size();
            state = harness.snapshot();
        }
        try (DecodeFramesHarness harness = new DecodeFramesHarness(function, "hashmap", state)) {
            harness.process(film.subList(5, FRAMES));
            harness.endOfInput();
            assertThat(harness.count("skippedFrames")).isEqualTo(GROUP - before);
            assertThat(harness.emitted()).hasSize(FRAMES - GROUP);
        }
    }

    /** Its key frame may come out when the frames since then are no longer kept. */
    @ParameterizedTest
    @CsvSource({"1, 8", "1, 9", "3, 7", "3, 8", "3, 9"})
    void aJobIsRestoredBehindAnyFrameOfUnkeptGroups(int threads, int maxKeptFrames)
            throws Exception {
        List<FrameRecord> film = film("h264-b.mkv");
        PictureOptions options = ALL.threads(threads);
        DecodeFrames.Builder function = DecodeFrames.builder(options).maxKeptFrames(maxKeptFrames);
        List<Picture> all = undisturbed(film, options);
        for (int next = GROUP; next < 3 * GROUP; next++) {
            List<Picture> emitted;
            OperatorSubtaskState state;
            try (DecodeFramesHarness harness = new DecodeFramesHarness(function, "hashmap", null)) {
                harness.process(film.subList(0, next));
                emitted = harness.emitted();
                state = harness.snapshot();
            }
            try (DecodeFramesHarness harness =
                    new DecodeFramesHarness(function, "hashmap", state)) {
                harness.process(film.subList(next, FRAMES));
                harness.endOfInput();
                emitted.addAll(harness.emitted());
                assertThat(emitted).as("restored behind frame %s", next).isSubsetOf(all);
                assertThat(emitted).doesNotHaveDuplicates();
                assertThat(emitted.size() + harness.count("skippedFrames")).isEqualTo(FRAMES);
            }
        }
    }

    @Test
    void settingsAreChecked() {
        assertThatThrownBy(() -> DecodeFrames.builder(ALL).maxOpenDecoders(0))
                .hasMessage("The number of open decoders must be above 0");
        assertThatThrownBy(() -> DecodeFrames.builder(ALL).maxKeptFrames(0))
                .hasMessage("The number of kept frames must be above 0");
        assertThatThrownBy(() -> DecodeFrames.builder(ALL).maxKeptBytes(-1))
                .hasMessage("The number of kept bytes must be above 0");
    }
}
