/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.media.DeclaredFilm;
import io.github.flinkkvs.media.Ffprobe;
import io.github.flinkkvs.media.Fragments;
import io.github.flinkkvs.media.RecordedAudio;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.bitstream.NalStream;
import io.github.flinkkvs.testing.PhoneCall;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import static io.github.flinkkvs.media.DeclaredFilm.projection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Files of clips play: the ffprobe program finds all frames in them, at their times. */
class ClipFileITCase {

    private static final Path FILMS =
            Path.of("..", "flink-connector-kvs-it", "src", "test", "resources", "films");

    @TempDir Path folder;

    private static Clip clip(List<Fragment> fragments, Clip.Format format) {
        Fragment last = fragments.get(fragments.size() - 1);
        ClipRequest request =
                ClipRequest.of(
                                "camera",
                                Instant.ofEpochMilli(fragments.get(0).producerTimestampMillis()),
                                Instant.ofEpochMilli(last.producerTimestampMillis()))
                        .withFormat(format);
        Clip clip = ClipFile.of(request, "camera", "arn", fragments, false, 1 << 20);
        assertThat(clip).isNotNull();
        assertThat(clip.fragments()).hasSameSizeAs(fragments);
        return clip;
    }

    private Path file(Clip clip) throws Exception {
        return Files.write(folder.resolve(clip.fileName()), clip.array());
    }

    private static int frames(List<Fragment> fragments, long track) {
        return fragments.stream()
                .mapToInt(fragment -> fragment.frameCounts().getOrDefault(track, 0))
                .sum();
    }

    /** The boxes of an MP4 file, in their order. */
    private static List<String> boxes(byte[] mp4) {
        List<String> boxes = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(mp4);
        for (int at = 0; at < mp4.length; at += in.getInt(at)) {
            boxes.add(new String(mp4, at + 4, 4, StandardCharsets.US_ASCII));
        }
        return boxes;
    }

    // ---- cameras -------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Clip.Format.class)
    void aCamera(Clip.Format format) throws Exception {
        List<Fragment> fragments = Fragments.ofCamera(MediaClip.h264(), 4);

        Clip clip = clip(fragments, format);

        assertThat(clip.isComplete()).isTrue();
        Path file = file(clip);
        assertThat(Ffprobe.decodedFrames(file)).isEqualTo(100);
        assertThat(Ffprobe.packetTimes(file, "v:0")).hasSize(100).startsWith(0L, 40L, 80L);
        assertThat(Ffprobe.duration(file)).isEqualTo(4, within(0.001));
        assertThat(clip.duration()).hasMillis(4_000);
        assertThat(Ffprobe.streams(file, "codec_name")).containsExactly("h264");
    }

    @Test
    void anMp4HasItsIndexAtTheBeginning() throws Exception {
        Clip clip = clip(Fragments.ofCamera(MediaClip.h264(), 2), Clip.Format.MP4);
        assertThat(boxes(clip.array())).containsSubsequence("ftyp", "moov", "mdat");
    }

    @ParameterizedTest
    @EnumSource(Clip.Format.class)
    void pictureAndSound(Clip.Format format) throws Exception {
        List<Fragment> fragments = Fragments.ofCamera(MediaClip.h264WithAac(), 5);

        Path file = file(clip(fragments, format));

        assertThat(Ffprobe.streams(file, "codec_name")).containsExactly("h264", "aac");
        assertThat(Ffprobe.decodedFrames(file, "v:0")).isEqualTo(frames(fragments, 1));
        assertThat(Ffprobe.decodedFrames(file, "a:0")).isEqualTo(frames(fragments, 2));
        for (String stream : List.of("v:0", "a:0")) {
            assertThat(Ffprobe.packetTimes(file, stream)).isSorted().doesNotHaveDuplicates();
        }
    }

    /** A frame of AAC has 1,024 samples, whatever rounding made of its time. */
    @Test
    void soundInAnMp4HasExactTimes() throws Exception {
        Path file = file(clip(Fragments.ofCamera(MediaClip.h264WithAac(), 2), Clip.Format.MP4));
        List<String> times =
                Ffprobe.run(file, "-select_streams", "a:0", "-show_entries", "packet=pts").stream()
                        .map(line -> line.replace(",", ""))
                        .collect(Collectors.toList());
        for (int i = 1; i < times.size(); i++) {
            assertThat(Long.parseLong(times.get(i)) - Long.parseLong(times.get(i - 1)))
                    .isEqualTo(1_024);
        }
    }

    // ---- codecs --------------------------------------------------------------------------------

    /** In the order of presentation; in some of these it is not that of decoding. */
    @ParameterizedTest
    @CsvSource({
        "h264.mkv, h264, 8",
        "h264-b.mkv, h264, 8",
        "h264-open-gop.mkv, h264, 32",
        "h265-open-gop.mkv, hevc, 32",
        "av1.mkv, av1, 8"
    })
    void anMp4ShowsWhatTheFilmShows(String film, String codec, int framesEach) throws Exception {
        MediaFragment[] parts =
                MediaClip.of(FILMS.resolve(film))
                        .fragments(1_000_000, framesEach)
                        .toArray(MediaFragment[]::new);

        List<Fragment> fragments = Fragments.of(parts);
        Path mkv = file(clip(fragments, Clip.Format.MKV));
        Path mp4 = file(clip(fragments, Clip.Format.MP4));

        assertThat(Ffprobe.streams(mp4, "codec_name")).containsExactly(codec);
        List<Long> shown = Ffprobe.packetTimes(mkv, "v:0");
        assertThat(shown).hasSize(frames(fragments, 1));
        assertThat(Ffprobe.packetTimes(mp4, "v:0")).isEqualTo(shown);
        assertThat(Ffprobe.decodedFrames(mp4)).isEqualTo(Ffprobe.decodedFrames(mkv));
        assertThat(Ffprobe.duration(mp4)).isEqualTo(1.28, within(0.001));
        assertThat(Ffprobe.duration(mkv)).isEqualTo(1.28, within(0.001));
        assertThat(Ffprobe.streams(mp4, "width")).containsExactly("96");
    }

    /** Some producers send Annex B, with a CodecPrivate in either form, or none. */
    @ParameterizedTest
    @CsvSource({
        "h264-b.mkv, V_MPEG4/ISO/AVC, true",
        "h264-b.mkv, V_MPEG4/ISO/AVC, false",
        "h265-open-gop.mkv, V_MPEGH/ISO/HEVC, true",
        "h265-open-gop.mkv, V_MPEGH/ISO/HEVC, false"
    })
    void annexB(String film, String codecId, boolean config) throws Exception {
        MediaFragment whole = MediaClip.of(FILMS.resolve(film)).fragments(1_000_000, 32).get(0);
        Track track = Fragments.of(whole).get(0).tracks().get(0);
        NalStream nals = NalStream.of(track);
        byte[] sets = nals.parameterSetsAnnexB();
        MediaFragment.Builder annexB =
                MediaFragment.builder()
                        .producerTimestampMillis(1_000_000)
                        .track(MediaTrack.video(1, "v", codecId, config ? sets : null, 96, 64));
        for (MediaFrame frame : whole.frames()) {
            byte[] units = nals.toAnnexB(ByteBuffer.wrap(frame.data()));
            byte[] data = config || !frame.keyFrame() ? units : DeclaredFilm.concat(sets, units);
            annexB.frame(MediaFrame.of(1, frame.offsetMillis(), frame.keyFrame(), data));
        }

        Path mp4 = file(clip(Fragments.of(annexB.build()), Clip.Format.MP4));

        assertThat(Ffprobe.decodedFrames(mp4)).isEqualTo(32);
    }

    @Test
    void annexBWithAConfigurationRecord() throws Exception {
        NalStream nals =
                NalStream.of(
                        Fragments.of(DeclaredFilm.of("h264.mkv", 8).declaring(96, 64, 0))
                                .get(0)
                                .tracks()
                                .get(0));
        DeclaredFilm film =
                DeclaredFilm.of("h264.mkv", 8)
                        .withFrames(
                                frame -> {
                                    try {
                                        return nals.toAnnexB(ByteBuffer.wrap(frame));
                                    } catch (Exception e) {
                                        throw new AssertionError(e);
                                    }
                                });
        Path mp4 = file(clip(Fragments.of(film.declaring(96, 64, 0)), Clip.Format.MP4));
        assertThat(Ffprobe.decodedFrames(mp4)).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({"mp3, mp3", "ac3, ac3", "eac3, eac3", "opus, opus", "flac, flac"})
    void audioInAnMp4(String name, String codec) throws Exception {
        List<Fragment> fragments = Fragments.of(RecordedAudio.mkv(name + ".mkv").build());

        Path mp4 = file(clip(fragments, Clip.Format.MP4));

        assertThat(Ffprobe.streams(mp4, "codec_name")).containsExactly(codec);
        assertThat(Ffprobe.decodedFrames(mp4, "a:0"))
                .isEqualTo(Ffprobe.decodedFrames(file(clip(fragments, Clip.Format.MKV)), "a:0"));
        assertThat(Ffprobe.duration(mp4)).isEqualTo(1, within(0.15));
    }

    @Test
    void adtsInAnMp4() throws Exception {
        MediaFragment.Builder adts =
                MediaFragment.builder()
                        .producerTimestampMillis(1_000_000)
                        .track(MediaTrack.audio(1, "sound", "A_AAC", null, 0, 0));
        int frames = 0;
        for (byte[] frame : RecordedAudio.adts("mono.aac")) {
            adts.frame(MediaFrame.of(1, 64 * frames++, true, frame));
        }

        Path mp4 = file(clip(Fragments.of(adts.build()), Clip.Format.MP4));

        assertThat(Ffprobe.streams(mp4, "codec_name")).containsExactly("aac");
        assertThat(Ffprobe.decodedFrames(mp4, "a:0")).isEqualTo(frames);
    }

    @ParameterizedTest
    @ValueSource(strings = {"vorbis.mkv", "pcm-s24.mkv", "dts.mkv"})
    void audioThatIsNotForMp4(String name) throws Exception {
        List<Fragment> fragments = Fragments.of(RecordedAudio.mkv(name).build());

        assertThatThrownBy(() -> clip(fragments, Clip.Format.MP4))
                .isInstanceOfSatisfying(
                        ClipException.class,
                        e -> assertThat(e.kind()).isEqualTo(ClipException.Kind.NOT_FOR_MP4))
                .hasMessageContainingAll("track 1", "CodecID 'A_", "Ask for MKV");
        assertThat(Ffprobe.decodedFrames(file(clip(fragments, Clip.Format.MKV)), "a:0"))
                .isPositive();
    }

    @Test
    void g711() throws Exception {
        byte[] wave = {7, 0, 1, 0, 64, 31, 0, 0, 64, 31, 0, 0, 1, 0, 8, 0, 0, 0};
        List<Fragment> fragments =
                Fragments.of(
                        MediaFragment.builder()
                                .producerTimestampMillis(1_000_000)
                                .track(MediaTrack.audio(1, "sound", "A_MS/ACM", wave, 8_000, 1))
                                .frame(MediaFrame.of(1, 0, true, new byte[800]))
                                .build());

        assertThatThrownBy(() -> clip(fragments, Clip.Format.MP4))
                .hasMessageContaining("track 1 (CodecID 'A_MS/ACM'): MU_LAW, 8000 Hz")
                .hasMessageEndingWith(
                        "; clips as MP4 have AAC, MP3, AC-3, E-AC-3, Opus or FLAC sound. Ask for"
                                + " MKV, which holds every codec");
        Path mkv = file(clip(fragments, Clip.Format.MKV));
        assertThat(Ffprobe.streams(mkv, "codec_name")).containsExactly("pcm_mulaw");
    }

    @ParameterizedTest
    @CsvSource({"vp8-hidden.mkv, V_VP8", "vp9.mkv, V_VP9"})
    void videoThatIsNotForMp4(String film, String codec) throws Exception {
        MediaFragment[] parts =
                MediaClip.of(FILMS.resolve(film))
                        .fragments(1_000_000, 100)
                        .toArray(MediaFragment[]::new);
        List<Fragment> fragments = Fragments.of(parts);
        assertThatThrownBy(() -> clip(fragments, Clip.Format.MP4))
                .hasMessage(
                        "MP4 cannot hold track 1 (CodecID '"
                                + codec
                                + "'): clips as MP4 have H.264, H.265 or AV1 video. Ask for MKV,"
                                + " which holds every codec");
        Path mkv = file(clip(fragments, Clip.Format.MKV));
        assertThat(Ffprobe.packetTimes(mkv, "v:0")).hasSize(frames(fragments, 1));
    }

    /** They declare AAC and are linear samples. */
    @Test
    void aCallOfAmazonConnect() throws Exception {
        short[] customer = new short[20_000];
        short[] agent = new short[20_000];
        Arrays.fill(customer, (short) 12_345);
        Arrays.fill(agent, (short) -321);
        List<Fragment> fragments =
                Fragments.of(
                        PhoneCall.builder("call")
                                .fromCustomer(customer)
                                .toCustomer(agent)
                                .startMillis(1_000_000)
                                .build()
                                .fragments()
                                .toArray(new MediaFragment[0]));

        Path mkv = file(clip(fragments, Clip.Format.MKV));

        assertThat(Ffprobe.streams(mkv, "codec_name")).containsExactly("pcm_s16le", "pcm_s16le");
        assertThat(Ffprobe.streams(mkv, "sample_rate")).containsExactly("8000", "8000");
        assertThat(Ffprobe.duration(mkv)).isEqualTo(2.5, within(0.05));
        assertThat(Ffprobe.run(mkv, "-show_entries", "stream_tags=title").toString())
                .contains("AUDIO_FROM_CUSTOMER", "AUDIO_TO_CUSTOMER");
        for (String stream : List.of("a:0", "a:1")) {
            assertThat(samples(mkv, stream)).isEqualTo(20_000);
        }
        assertThatThrownBy(() -> clip(fragments, Clip.Format.MP4))
                .hasMessageContaining("(CodecID 'A_AAC'): PCM_LITTLE_ENDIAN, 8000 Hz");
    }

    private static long samples(Path file, String stream) throws Exception {
        String entry = "frame=nb_samples";
        return Ffprobe.run(file, "-select_streams", stream, "-show_entries", entry).stream()
                .mapToLong(line -> Long.parseLong(line.replace(",", "")))
                .sum();
    }

    // ---- what the track says -------------------------------------------------------------------

    @Test
    void rotationAndShapeOfPixels() throws Exception {
        DeclaredFilm film = DeclaredFilm.of("h264.mkv", 8);
        MediaFragment turned = film.declaring(96, 64, 0, projection(0, 0, 0, 90));

        Path mp4 = file(clip(Fragments.of(turned), Clip.Format.MP4));
        Path mkv = file(clip(Fragments.of(turned), Clip.Format.MKV));

        String entry = "stream_side_data=rotation";
        assertThat(Ffprobe.run(mp4, "-show_entries", entry))
                .isEqualTo(Ffprobe.run(mkv, "-show_entries", entry))
                .isNotEmpty();

        MediaFragment wide =
                film.declaring(
                        96,
                        64,
                        0,
                        DeclaredFilm.element(0x54B0, DeclaredFilm.number(192)),
                        DeclaredFilm.element(0x54BA, DeclaredFilm.number(64)));
        assertThat(
                        Ffprobe.streams(
                                file(clip(Fragments.of(wide), Clip.Format.MP4)),
                                "sample_aspect_ratio"))
                .containsExactly("2:1");
    }

    @Test
    void aTrackThatDeclaresNoSize() throws Exception {
        MediaFragment film = DeclaredFilm.of("h264.mkv", 8).declaring(0, 0, 0);
        Path mp4 = file(clip(Fragments.of(film), Clip.Format.MP4));
        assertThat(Ffprobe.streams(mp4, "width")).containsExactly("96");
        assertThat(Ffprobe.decodedFrames(mp4)).isEqualTo(8);
    }

    // ---- damage --------------------------------------------------------------------------------

    @Test
    void damagedFramesAreLeftOutOfAnMp4() throws Exception {
        int[] at = new int[1];
        DeclaredFilm film =
                DeclaredFilm.of("h264.mkv", 8)
                        .withFrames(frame -> ++at[0] == 4 ? new byte[] {1, 2, 3} : frame);

        Clip clip = clip(Fragments.of(film.declaring(96, 64, 0)), Clip.Format.MP4);

        assertThat(clip.isComplete()).isFalse();
        assertThat(Ffprobe.packetTimes(file(clip), "v:0")).hasSize(7);
    }

    @Test
    void aDamagedCodecPrivate() throws Exception {
        MediaFragment fragment =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "v", "V_MPEG4/ISO/AVC", new byte[] {1}, 96, 64))
                        .frame(MediaFrame.of(1, 0, true, new byte[] {0, 0, 0, 1, 9}))
                        .build();
        assertThatThrownBy(() -> clip(Fragments.of(fragment), Clip.Format.MP4))
                .isInstanceOf(ClipException.class)
                .hasMessageContaining("CodecPrivate is damaged");
    }

    /** Whatever can be read as fragments can be a clip, or none: it does not fail a job. */
    @Test
    void damagedMedia() {
        byte[] media = DamagedMedia.film();
        Random random = new Random(12);
        int clips = 0;
        for (int i = 0; i < 2_000; i++) {
            List<Fragment> fragments = DamagedMedia.damage(media, random);
            if (DamagedMedia.clip(fragments, Clip.Format.MP4) != null) {
                clips++;
            }
        }
        assertThat(clips).isGreaterThan(200);
    }

    @Test
    void anIndexThatIsTooLarge() throws Exception {
        List<Fragment> fragments = Fragments.ofCamera(MediaClip.h264(), 1);
        ClipRequest request =
                ClipRequest.of(
                                "camera",
                                Instant.ofEpochMilli(fragments.get(0).producerTimestampMillis()),
                                Instant.parse("9999-01-01T00:00:00Z"))
                        .withFormat(Clip.Format.MP4);
        assertThatThrownBy(() -> ClipFile.of(request, "camera", "arn", fragments, false, 100))
                .isInstanceOfSatisfying(
                        ClipException.class,
                        e -> assertThat(e.kind()).isEqualTo(ClipException.Kind.TOO_LARGE));
    }

    // ---- memory --------------------------------------------------------------------------------

    /** An abandoned file leaves no native memory behind either: the writer is closed. */
    @Test
    void manyFiles() throws Exception {
        List<Fragment> fragments = Fragments.ofCamera(MediaClip.h264(), 2);
        Clip first = clip(fragments, Clip.Format.MP4);
        for (Clip again : Collections.nCopies(20, clip(fragments, Clip.Format.MP4))) {
            assertThat(again).isEqualTo(first);
        }
    }
}
