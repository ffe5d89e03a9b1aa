/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.Fragments;
import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.TestFragments;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.bitstream.NalStream;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Video that is unusual and healthy: nothing in it counts as damage. */
class HealthyVideoITCase {

    private static final PictureOptions STRICT = PictureOptions.defaults().failOnDamage();

    private static final String AVC = "V_MPEG4/ISO/AVC";

    private static final long START = 1_750_000_000_000L;

    private static final int GROUP = 8;
    private static final int FRAMES = 32;

    /** A fragment for each key frame. */
    private static List<MediaFragment> film(String name) {
        Path films = Path.of("..", "flink-connector-kvs-it", "src", "test", "resources", "films");
        MediaClip clip = MediaClip.of(films.resolve(name));
        List<MediaFrame> frames = clip.fragments(START, FRAMES * 2).get(0).frames();
        List<MediaFragment> single = clip.fragments(START, 1);
        List<MediaFragment> fragments = new ArrayList<>();
        for (int i = 0; i < frames.size(); ) {
            MediaFragment.Builder fragment = single.get(i).toBuilder();
            int begin = frames.get(i).offsetMillis();
            for (i++; i < frames.size() && !frames.get(i).keyFrame(); i++) {
                MediaFrame frame = frames.get(i);
                fragment.frame(MediaFrame.of(1, frame.offsetMillis() - begin, false, frame.data()));
            }
            fragments.add(fragment.build());
        }
        return fragments;
    }

    private static List<Fragment> fragments(List<MediaFragment> film) throws Exception {
        return Fragments.of(film.toArray(new MediaFragment[0]));
    }

    private static Fragment fragment(String codecId, byte[] codecPrivate, List<MediaFrame> frames)
            throws Exception {
        MediaTrack track = MediaTrack.video(1, "eye", codecId, codecPrivate, 96, 64);
        return Fragments.of(MediaFragment.builder().track(track).frames(frames).build()).get(0);
    }

    /** The pictures of one decoder for all frames. */
    private static List<Picture> stream(List<Fragment> fragments) throws Exception {
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(STRICT)) {
            for (Fragment fragment : fragments) {
                for (FrameRecord record : FrameRecord.of(fragment)) {
                    decoder.decode(record, pictures::add);
                }
            }
            decoder.flush(pictures::add);
        }
        return pictures;
    }

    private static void assertSamePixels(List<Picture> pictures, List<Picture> expected) {
        assertThat(pictures).hasSameSizeAs(expected);
        for (int i = 0; i < pictures.size(); i++) {
            assertThat(TestFragments.array(pictures.get(i)))
                    .as("picture %d", i)
                    .isEqualTo(TestFragments.array(expected.get(i)));
        }
    }

    // ---- open groups --------------------------------------------------------------------------

    /** Only frames that need the previous fragment are skipped. */
    @ParameterizedTest
    @CsvSource({"h264-open-gop.mkv, 1", "h265-open-gop.mkv, 3"})
    void fragmentsOfOpenGroups(String name, int needingTheOneBefore) throws Exception {
        List<Fragment> fragments = fragments(film(name));
        Map<Long, Picture> expected = new HashMap<>();
        stream(fragments).forEach(picture -> expected.put(picture.timestampMillis(), picture));
        assertThat(expected).hasSize(FRAMES);

        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(STRICT)) {
            for (Fragment fragment : fragments) {
                decoder.decode(fragment, pictures::add);
                assertThat(decoder.picture(fragment, 0)).isNotNull();
                assertThat(decoder.picture(fragment, 0).frameIndex()).isZero();
                assertThat(decoder.picture(fragment, fragment.frames().size())).isNull();
            }
            // The frames that are shown before the fragment's first frame.
            assertThat(decoder.skippedFrames()).isPositive();
        }
        int behindTheFirst = fragments.size() - 1;
        assertThat(behindTheFirst).isEqualTo(3);
        assertThat(pictures).hasSize(FRAMES - behindTheFirst * needingTheOneBefore);
        for (Picture picture : pictures) {
            assertThat(picture).isEqualTo(expected.get(picture.timestampMillis()));
        }
    }

    // ---- blocks without a picture -------------------------------------------------------------

    /** Parameter sets are in a separate block, the only one marked as a key frame. */
    @Test
    void aKeyBlockWithoutAPicture() throws Exception {
        List<Fragment> fragments = fragments(film("h264-b.mkv"));
        List<Fragment> split = new ArrayList<>();
        for (Fragment fragment : fragments) {
            Track track = fragment.tracks().get(0);
            NalStream nals = NalStream.of(track);
            List<MediaFrame> frames = new ArrayList<>();
            frames.add(
                    MediaFrame.of(1, 0, true, nals.toLengthPrefixed(ByteBuffer.wrap(sets(track)))));
            for (Frame frame : fragment.frames()) {
                frames.add(MediaFrame.of(1, millis(frame) + 1, false, payload(frame)));
            }
            split.add(fragment(AVC, track.codecPrivate(), frames));
        }
        assertSamePixels(stream(split), stream(fragments));
        try (VideoDecoder decoder = new VideoDecoder(STRICT);
                VideoDecoder keys = new VideoDecoder(STRICT.keyFramesOnly());
                VideoDecoder thirds = new VideoDecoder(STRICT.every(GROUP))) {
            for (int i = 0; i < split.size(); i++) {
                List<Picture> all = TestFragments.pictures(fragments.get(i), STRICT);
                List<Picture> pictures = new ArrayList<>();
                decoder.decode(split.get(i), pictures::add);
                assertSamePixels(pictures, all);
                List<Picture> first = all.subList(0, 1);
                assertSamePixels(List.of(decoder.picture(split.get(i), 0)), first);
                pictures.clear();
                keys.decode(split.get(i), pictures::add);
                assertSamePixels(pictures, first);
                pictures.clear();
                thirds.decode(split.get(i), pictures::add);
                assertSamePixels(pictures, first);
            }
            assertThat(decoder.skippedFrames()).isZero();
        }
    }

    private static byte[] sets(Track track) throws Exception {
        return NalStream.of(track).parameterSetsAnnexB();
    }

    private static int millis(Frame frame) {
        return (int) (frame.offsetNanos() / 1_000_000);
    }

    private static byte[] payload(Frame frame) {
        byte[] data = new byte[frame.sizeBytes()];
        frame.data().get(data);
        return data;
    }

    @Test
    void hiddenFramesOfVp8() throws Exception {
        assertHiddenFramesAreNoDamage(fragments(film("vp8-hidden.mkv")));
    }

    /** Hidden frames in separate blocks, as some producers send them, not at the end of others. */
    @Test
    void hiddenFramesOfVp9() throws Exception {
        List<Fragment> whole = fragments(film("vp9.mkv"));
        List<Fragment> split = new ArrayList<>();
        for (Fragment fragment : whole) {
            List<MediaFrame> frames = new ArrayList<>();
            for (Frame frame : fragment.frames()) {
                List<byte[]> parts = parts(payload(frame));
                for (byte[] part : parts) {
                    boolean key = frame.isKeyFrame() && part == parts.get(0);
                    frames.add(MediaFrame.of(1, millis(frame), key, part));
                }
            }
            split.add(fragment("V_VP9", null, frames));
        }
        assertSamePixels(stream(split), stream(whole));
        assertHiddenFramesAreNoDamage(split);
    }

    private static void assertHiddenFramesAreNoDamage(List<Fragment> fragments) throws Exception {
        int blocks = 0;
        for (Fragment fragment : fragments) {
            blocks += fragment.frames().size();
        }
        assertThat(blocks).isGreaterThan(FRAMES);
        assertThat(stream(fragments)).hasSize(FRAMES);
    }

    /** The frames of a VP9 superframe, by the index at its end. */
    private static List<byte[]> parts(byte[] block) {
        int marker = block[block.length - 1] & 0xFF;
        if (marker >> 5 != 6) {
            return List.of(block);
        }
        int sizeBytes = (marker >> 3 & 3) + 1;
        int count = (marker & 7) + 1;
        int index = block.length - 1 - count * sizeBytes;
        List<byte[]> parts = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < count; i++) {
            int size = 0;
            for (int b = 0; b < sizeBytes; b++) {
                size |= (block[index + i * sizeBytes + b] & 0xFF) << 8 * b;
            }
            parts.add(Arrays.copyOfRange(block, at, at + size));
            at += size;
        }
        return parts;
    }

    // ---- forms of NAL units -------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"RECORD", "ANNEX_B", "NONE"})
    void codecPrivateAndFramesInAnyForm(String form) throws Exception {
        for (String name : List.of("h264-b.mkv", "h265-open-gop.mkv")) {
            List<Fragment> fragments = fragments(film(name));
            Track track = fragments.get(0).tracks().get(0);
            List<Picture> expected = stream(fragments);
            byte[] codecPrivate =
                    form.equals("RECORD")
                            ? track.codecPrivate()
                            : form.equals("ANNEX_B") ? sets(track) : null;
            List<String> ids =
                    name.startsWith("h264")
                            ? List.of(AVC, "V_MPEG/ISO/AVC")
                            : List.of("V_MPEGH/ISO/HEVC", "V_MPEG/ISO/HEVC");
            for (int startCode : new int[] {0, 3, 4}) {
                String id = ids.get(startCode / 4);
                List<Fragment> other = new ArrayList<>();
                for (Fragment fragment : fragments) {
                    other.add(inForm(fragment, id, codecPrivate, startCode));
                }
                assertSamePixels(stream(other), expected);
                FrameRecord key = FrameRecord.of(other.get(1)).get(0);
                try (KeyFrameDecoder decoder = new KeyFrameDecoder(STRICT)) {
                    assertThat(decoder.decode(id, codecPrivate, key.frame().data())).isNotNull();
                }
            }
        }
    }

    /**
     * @param startCode how many bytes it has; 0 for lengths
     */
    private static Fragment inForm(
            Fragment fragment, String codecId, byte[] codecPrivate, int startCode)
            throws Exception {
        Track track = fragment.tracks().get(0);
        NalStream nals = NalStream.of(track);
        List<MediaFrame> frames = new ArrayList<>();
        for (Frame frame : fragment.frames()) {
            List<ByteBuffer> units = new ArrayList<>();
            if (codecPrivate == null && frame.isKeyFrame()) {
                units.addAll(nals.parameterSets());
            }
            units.addAll(nals.units(frame.data()));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (ByteBuffer unit : units) {
                byte[] bytes = new byte[unit.remaining()];
                unit.get(bytes);
                int prefix = startCode == 0 ? bytes.length : 1;
                byte[] before = ByteBuffer.allocate(4).putInt(prefix).array();
                out.write(before, startCode == 3 ? 1 : 0, startCode == 3 ? 3 : 4);
                out.write(bytes);
            }
            frames.add(MediaFrame.of(1, millis(frame), frame.isKeyFrame(), out.toByteArray()));
        }
        return fragment(codecId, codecPrivate, frames);
    }

    // ---- the order of fragments ---------------------------------------------------------------

    /**
     * The pictures of a fragment depend only on that fragment: not on earlier reordering, nor on
     * parameter sets or damage of others.
     */
    @Test
    void inAnyOrder() throws Exception {
        List<Fragment> pool = new ArrayList<>(fragments(film("h265-open-gop.mkv")));
        pool.addAll(fragments(film("h264-open-gop.mkv")));
        for (Fragment fragment : fragments(film("h264-b.mkv")).subList(0, 3)) {
            byte[] avcC = fragment.tracks().get(0).codecPrivate();
            pool.add(inForm(fragment, AVC, null, 4));
            pool.add(without(fragment, null, 0));
            hideVui(avcC);
            pool.add(without(fragment, avcC, 0));
            // Its pictures are shown in decoding order.
            pool.add(without(fragment, avcC, GROUP - 1));
        }
        List<List<Picture>> all = new ArrayList<>();
        List<Picture> firsts = new ArrayList<>();
        for (Fragment fragment : pool) {
            all.add(TestFragments.pictures(fragment, PictureOptions.defaults()));
            try (VideoDecoder fresh = new VideoDecoder(PictureOptions.defaults())) {
                firsts.add(fresh.picture(fragment, 0));
            }
        }
        assertThat(all.stream().mapToInt(List::size).distinct().count()).isGreaterThan(3);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < pool.size(); i++) {
            order.add(i);
        }
        for (int seed = 0; seed < 30; seed++) {
            Collections.shuffle(order, new Random(seed));
            try (VideoDecoder decoder = new VideoDecoder(PictureOptions.defaults())) {
                for (int i : order) {
                    List<Picture> pictures = new ArrayList<>();
                    decoder.decode(pool.get(i), pictures::add);
                    assertThat(pictures).as("seed %d", seed).isEqualTo(all.get(i));
                    assertThat(decoder.picture(pool.get(i), 0))
                            .as("seed %d", seed)
                            .isEqualTo(firsts.get(i));
                }
            }
        }
    }

    /** The same with another CodecPrivate, and without some of its last frames. */
    private static Fragment without(Fragment fragment, byte[] codecPrivate, int last)
            throws Exception {
        List<MediaFrame> frames = new ArrayList<>();
        List<Frame> all = fragment.frames();
        for (Frame frame : all.subList(0, all.size() - last)) {
            frames.add(MediaFrame.of(1, millis(frame), frame.isKeyFrame(), payload(frame)));
        }
        return fragment(AVC, codecPrivate, frames);
    }

    /** This holds for single frames, too: one without parameter sets does not borrow them. */
    @Test
    void keyFramesInAnyOrder() throws Exception {
        Fragment fragment = fragments(film("h264-b.mkv")).get(0);
        ByteBuffer bare = fragment.frames().get(0).data();
        ByteBuffer complete = inForm(fragment, AVC, null, 4).frames().get(0).data();
        try (KeyFrameDecoder decoder = new KeyFrameDecoder(PictureOptions.defaults())) {
            for (int i = 0; i < 3; i++) {
                assertThat(decoder.decode(AVC, null, complete)).isNotNull();
                assertThatThrownBy(() -> decoder.decode(AVC, null, bare))
                        .isInstanceOf(MediaException.class);
            }
        }
    }

    /** Clears vui_parameters_present_flag in the SPS of an avcC. */
    private static void hideVui(byte[] avcC) {
        // The SPS begins after 8 bytes, and its fields after 4 more.
        BitSet bits = new BitSet();
        for (int i = 0; i < 8 * avcC.length; i++) {
            bits.set(i, (avcC[i / 8] & 0x80 >> i % 8) != 0);
        }
        // Id, chroma format, bit depths; neither lossless nor with matrices; frame number, type and
        // size of order, references; gaps; width, height; whole frames, direct mode, uncropped.
        int at = numbers(bits, 8 * 12, 4) + 2;
        at = numbers(bits, at, 4) + 1;
        at = numbers(bits, at, 2) + 3;
        assertThat(bits.get(at)).isTrue();
        avcC[at / 8] &= (byte) ~(0x80 >> at % 8);
    }

    private static int numbers(BitSet bits, int from, int count) {
        int at = from;
        for (int i = 0; i < count; i++) {
            at = 2 * bits.nextSetBit(at) - at + 1;
        }
        return at;
    }
}
