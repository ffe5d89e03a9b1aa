/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.Quoted;
import io.github.flinkkvs.media.audio.TrackCodings;
import io.github.flinkkvs.media.audio.codec.AudioCoding;
import io.github.flinkkvs.media.ffmpeg.Mp4Writer;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.bitstream.NalStream;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/** A track of an MP4 file: what it is called there, and in which form it has its frames. */
final class Mp4Track {

    /** What MP4 calls a second of video. */
    private static final int VIDEO_TICKS = 90_000;

    /** Besides H.264 and H.265. */
    private static final String AV1 = "V_AV1";

    /** By the name of the decoder. */
    private static final Map<String, String> AUDIO =
            Map.of(
                    "aac", "aac",
                    "mp3float", "mp3",
                    "ac3", "ac3",
                    "eac3", "eac3",
                    "opus", "opus",
                    "flac", "flac");

    /** How FLAC begins in Matroska, before the description that MP4 has. */
    private static final byte[] FLAC = {'f', 'L', 'a', 'C', 0, 0, 0, 34};

    private static final byte[] START_CODE = {0, 0, 0, 1};

    private final Mp4Writer file;
    private final int index;
    private final int samplesPerSecond;

    /** Null for codecs other than H.264 and H.265. */
    @Nullable private final NalStream nals;

    private SampleTimes times;
    private int next;

    private Mp4Track(Mp4Writer file, int index, int samplesPerSecond, @Nullable NalStream nals) {
        this.file = file;
        this.index = index;
        this.samplesPerSecond = samplesPerSecond;
        this.nals = nals;
    }

    /**
     * Adds a track to a file.
     *
     * @param fragment has frames of the track
     * @param frame the first of them
     * @throws ClipException of the kind {@code NOT_FOR_MP4}
     */
    static Mp4Track add(Mp4Writer file, Fragment fragment, Track track, Frame frame) {
        switch (track.type()) {
            case VIDEO:
                return addVideo(file, fragment, track, frame);
            case AUDIO:
                return addAudio(file, fragment, track, frame);
            default:
                throw refused(track, "it is neither video nor audio");
        }
    }

    private static Mp4Track addVideo(Mp4Writer file, Fragment fragment, Track track, Frame frame) {
        String codec = "av1";
        byte[] header = track.codecPrivate() == null ? new byte[0] : track.codecPrivate();
        NalStream nals = null;
        if (NalStream.isDeclaredBy(track)) {
            codec = track.codecId().endsWith("AVC") ? "h264" : "hevc";
            try {
                nals = NalStream.of(track);
                header = nals.parameterSetsAnnexB();
                if (header.length == 0) {
                    header = beforePicture(nals, frame);
                }
            } catch (MkvException e) {
                throw refused(track, "its CodecPrivate is damaged");
            }
            if (header.length == 0) {
                throw refused(track, "it has no parameter sets");
            }
        } else if (!track.codecId().equals(AV1)) {
            throw refused(track, "clips as MP4 have H.264, H.265 or AV1 video");
        }
        Track.Video video = track.video();
        int[] size = size(fragment, track);
        int[] aspect = aspect(video);
        int index =
                file.addVideo(
                        codec,
                        header,
                        size[0],
                        size[1],
                        aspect[0],
                        aspect[1],
                        video == null ? 0 : video.rotation(),
                        VIDEO_TICKS);
        return new Mp4Track(file, index, 0, nals);
    }

    /** The parameter sets in a frame, in Annex B. */
    private static byte[] beforePicture(NalStream nals, Frame frame) throws MkvException {
        ByteArrayOutputStream sets = new ByteArrayOutputStream();
        for (ByteBuffer unit : nals.units(frame.data())) {
            if (nals.isOfPicture(unit)) {
                break;
            }
            byte[] bytes = new byte[unit.remaining()];
            unit.duplicate().get(bytes);
            sets.writeBytes(START_CODE);
            sets.writeBytes(bytes);
        }
        return sets.toByteArray();
    }

    /** Width and height; a track that does not declare them has its first picture decoded. */
    private static int[] size(Fragment fragment, Track track) {
        Track.Video video = track.video();
        if (video != null && video.pixelWidth() > 0 && video.pixelHeight() > 0) {
            return new int[] {video.pixelWidth(), video.pixelHeight()};
        }
        PictureOptions options = PictureOptions.defaults().format(Picture.Format.GRAY8);
        try (VideoDecoder decoder = new VideoDecoder(options)) {
            Picture picture = decoder.picture(fragment, 0);
            if (picture == null) {
                throw refused(track, "the size of its pictures is unknown");
            }
            return new int[] {picture.width(), picture.height()};
        }
    }

    /** The shape of a pixel: its width and its height, in relation to each other. */
    private static int[] aspect(@Nullable Track.Video video) {
        if (video == null || video.pixelAspect() == 1) {
            return new int[] {1, 1};
        }
        long width = (long) video.displayWidth() * video.pixelHeight();
        long height = (long) video.displayHeight() * video.pixelWidth();
        while (Math.max(width, height) > 0xFFFF) {
            width = Math.max(1, width / 2);
            height = Math.max(1, height / 2);
        }
        return new int[] {(int) width, (int) height};
    }

    private static Mp4Track addAudio(Mp4Writer file, Fragment fragment, Track track, Frame frame) {
        AudioCoding coding;
        try {
            coding = TrackCodings.of(fragment, track, frame);
        } catch (IllegalArgumentException e) {
            throw refused(track, "its coding is unknown");
        }
        String codec =
                coding.kind() == AudioCoding.Kind.FFMPEG ? AUDIO.get(coding.decoder()) : null;
        if (codec == null) {
            throw refused(
                    track,
                    coding + "; clips as MP4 have AAC, MP3, AC-3, E-AC-3, Opus or FLAC sound");
        }
        byte[] header = coding.codecPrivate() == null ? new byte[0] : coding.codecPrivate();
        if (codec.equals("flac")
                && header.length > FLAC.length
                && Arrays.equals(header, 0, 4, FLAC, 0, 4)) {
            header = Arrays.copyOfRange(header, FLAC.length, FLAC.length + FLAC[7]);
        }
        int index = file.addAudio(codec, header, coding.samplesPerSecond(), coding.channels());
        return new Mp4Track(file, index, coding.samplesPerSecond(), null);
    }

    private static ClipException refused(Track track, String why) {
        return new ClipException(
                ClipException.Kind.NOT_FOR_MP4,
                "MP4 cannot hold track "
                        + track.number()
                        + " (CodecID "
                        + Quoted.of(track.codecId())
                        + "): "
                        + why
                        + ". Ask for MKV, which holds every codec");
    }

    /**
     * Sets the times of its frames.
     *
     * @param nanos when each frame is shown
     * @param bytes the size of each frame
     */
    void setTimes(long[] nanos, int[] bytes) {
        if (samplesPerSecond == 0) {
            times = SampleTimes.ofVideo(nanos, VIDEO_TICKS);
            return;
        }
        int[] samples = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            samples[i] = file.samples(index, bytes[i]);
        }
        times = SampleTimes.ofAudio(nanos, samples, samplesPerSecond);
    }

    /**
     * Writes its next frame.
     *
     * @return false if the frame is damaged and was left out
     */
    boolean write(Frame frame) {
        int place = next++;
        ByteBuffer data = frame.data();
        if (nals != null) {
            try {
                data = ByteBuffer.wrap(nals.toAnnexB(data));
            } catch (MkvException e) {
                return false;
            }
        }
        if (!data.hasRemaining()) {
            return false;
        }
        file.write(
                index,
                data,
                times.shown(place),
                times.decoded(place),
                times.duration(place),
                samplesPerSecond > 0 || frame.isKeyFrame());
        return true;
    }
}
