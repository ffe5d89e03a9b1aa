/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.document.MkvDocument;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

class SamplesTest {

    @ParameterizedTest
    @CsvSource({
        "output_get_media.mkv,5",
        "kinesis_video_renderer_example_output.mkv,8",
        "output-get-media-equal-timecode.mkv,1",
        "empty-mkv-with-tags.mkv,0"
    })
    void completeFragmentsOnly(String name, int count) throws Exception {
        byte[] bytes = Samples.read(name);
        Feed feed = Feed.of(bytes);
        assertThat(feed.fragments).hasSize(count);
        assertThat(feed.errors).isEmpty();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FragmentNumber previous = FragmentNumber.of("0");
        for (Fragment fragment : feed.fragments) {
            fragment.writeTo(out);
            assertThat(fragment.number()).isGreaterThan(previous);
            assertThat(fragment.continuationToken()).isEqualTo(fragment.number().toString());
            assertThat(fragment.number().serverTimestampHint())
                    .hasValue(fragment.serverTimestampMillis());
            previous = fragment.number();
        }
        // Contiguous, without gaps; only what was cut off is missing.
        long rest = feed.assembler.isInFragment() ? feed.assembler.openFragmentBytes() : 0;
        assertThat(out.size() + rest).isEqualTo(bytes.length);
        assertThat(out.toByteArray()).isEqualTo(Arrays.copyOf(bytes, out.size()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "output_get_media.mkv",
                "kinesis_video_renderer_example_output.mkv",
                "output-get-media-equal-timecode.mkv",
                "empty-mkv-with-tags.mkv"
            })
    void piecesOfAnyLengthGiveTheSame(String name) throws Exception {
        byte[] bytes = Samples.read(name);
        List<Fragment> whole = Feed.of(bytes).fragments;
        List<String> metadata = metadata(whole);
        List<String> events = Events.of(bytes);
        for (int length : new int[] {1, 7, 1021, 1024, 8191, 65_536}) {
            assertSame(bytes, () -> length, whole, metadata, events);
        }
        for (long seed = 0; seed < 5; seed++) {
            long drawn = seed;
            assertThat(Events.of(bytes, Feed.randomPieces(drawn))).isEqualTo(events);
            assertSame(bytes, Feed.randomPieces(drawn), whole, metadata, events);
        }
    }

    private static void assertSame(
            byte[] bytes,
            IntSupplier pieces,
            List<Fragment> whole,
            List<String> metadata,
            List<String> events)
            throws Exception {
        List<Fragment> fragments = new Feed(true).all(bytes, pieces).fragments;
        assertThat(fragments).isEqualTo(whole);
        assertThat(metadata(fragments)).isEqualTo(metadata);
        assertThat(metadata(new Feed(false).all(bytes, pieces).fragments)).isEqualTo(metadata);
        assertThat(Events.of(bytes, pieces)).isEqualTo(events);
    }

    private static List<String> metadata(List<Fragment> fragments) {
        return fragments.stream().map(Describe::metadata).collect(Collectors.toList());
    }

    @Test
    void whatAFragmentSays() throws Exception {
        Fragment fragment = Feed.of(Samples.read("output_get_media.mkv")).fragments.get(0);
        assertThat(fragment.number())
                .hasToString("91343852333181432392682062607743920146159169392");
        assertThat(fragment.serverTimestampMillis()).isEqualTo(1511852109126L);
        assertThat(fragment.producerTimestampMillis()).isEqualTo(1511852108513L);
        assertThat(fragment.millisBehindNow()).isEqualTo(15858L);
        assertThat(fragment.frameCounts()).isEqualTo(Map.of(1L, 60));
        Track track = fragment.tracks().get(0);
        assertThat(track.type()).isEqualTo(Track.Type.VIDEO);
        assertThat(track.codecId()).isEqualTo("V_MPEG4/ISO/AVC");
        assertThat(track.video()).isEqualTo(new Track.Video(640, 360, 640, 360, 0, false));
        assertThat(track.codecPrivate()).hasSize(54);
        List<Frame> frames = fragment.frames();
        assertThat(frames).hasSize(60);
        assertThat(frames.get(0).isKeyFrame()).isTrue();
        assertThat(frames.stream().filter(Frame::isKeyFrame)).hasSize(1);
        assertThat(fragment.userTags())
                .extracting(Tag::name)
                .contains("COMPATIBLE_BRANDS", "MAJOR_BRAND", "MINOR_VERSION", "DURATION");
        assertThat(fragment.userTags().stream().filter(tag -> tag.name().equals("ENCODER")))
                .hasSize(2);
    }

    @Test
    void whatWasCutOffIsStillOpen() throws Exception {
        Feed feed = Feed.of(Samples.read("output-get-media-equal-timecode.mkv"));
        assertThat(feed.fragments.get(0).frameCounts()).isEqualTo(Map.of(1L, 120));
        assertThat(feed.assembler.isInFragment()).isTrue();
        assertThat(feed.assembler.openFragmentNumber()).isNotNull();
        Feed empty = Feed.of(Samples.read("empty-mkv-with-tags.mkv"));
        assertThat(empty.assembler.isInFragment()).isTrue();
        assertThat(empty.assembler.openFragmentNumber()).isNotNull();
    }

    @Test
    void serializedFragmentsComeBack() throws Exception {
        for (Fragment fragment : Feed.of(Samples.read("output_get_media.mkv")).fragments) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            FragmentSerialization.write(fragment, new DataOutputStream(out));
            Fragment copy =
                    FragmentSerialization.readVersion2(
                            new DataInputStream(new ByteArrayInputStream(out.toByteArray())));
            assertThat(copy).isEqualTo(fragment);
            assertThat(Describe.metadata(copy)).isEqualTo(Describe.metadata(fragment));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "output_get_media.mkv",
                "kinesis_video_renderer_example_output.mkv",
                "output-get-media-equal-timecode.mkv"
            })
    void theTreeHasOnlyWhatTheSpecificationHas(String name) throws Exception {
        for (Fragment fragment : Feed.of(Samples.read(name)).fragments) {
            MkvDocument document = fragment.document();
            StringBuilder text = new StringBuilder();
            document.print(text);
            assertThat(text.toString()).doesNotContain("malformed").doesNotContain("+ 0x");
            int blocks = document.findAll("SimpleBlock").size() + document.findAll("Block").size();
            int frames = fragment.frameCounts().values().stream().mapToInt(n -> n).sum();
            assertThat(blocks).isPositive().isEqualTo(frames);
            assertThat(document.child("Segment/Tags/Tag/SimpleTag/TagName").stringValue())
                    .isEqualTo(fragment.tags().get(0).name());
        }
    }
}
