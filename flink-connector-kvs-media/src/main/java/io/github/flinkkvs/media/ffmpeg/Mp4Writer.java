/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.ffmpeg;

import io.github.flinkkvs.media.MediaException;

import org.apache.flink.annotation.Internal;

import org.bytedeco.ffmpeg.avcodec.AVCodecDescriptor;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes coded frames into an MP4 file in memory, with the index before the frames, so that a
 * player can begin before it has all of the file. Nothing is decoded or encoded.
 *
 * <p>Not thread-safe. Memory is FFmpeg's own, about as much as the file has; only {@link #close}
 * frees it.
 */
@Internal
public final class Mp4Writer implements AutoCloseable {

    /** The index has at most this many bytes for a frame: times, size, place and flags. */
    private static final int INDEX_BYTES_PER_FRAME = 48;

    /** And at most this many for a track, and for the file, besides CodecPrivate. */
    private static final int INDEX_BYTES_PER_TRACK = 4_096;

    /** With another tag than FFmpeg's, since Apple's players only know this one. */
    private static final int HVC1 = 'h' | 'v' << 8 | 'c' << 16 | '1' << 24;

    private static final int ERROR_TEXT_BYTES = 128;

    @Nullable private AVFormatContext file;
    @Nullable private AVIOContext out;
    @Nullable private AVPacket packet;

    private final List<AVStream> tracks = new ArrayList<>();
    private long headerBytes;

    /**
     * @throws MediaException if native libraries are missing
     */
    public Mp4Writer() {
        FFmpegLibrary.loadWithFiles();
        try {
            packet = FFmpegLibrary.present(avcodec.av_packet_alloc());
            AVFormatContext newFile = new AVFormatContext(null);
            check(
                    avformat.avformat_alloc_output_context2(newFile, null, "mp4", (String) null),
                    "cannot be written");
            file = newFile;
            AVIOContext newOut = new AVIOContext(null);
            check(avformat.avio_open_dyn_buf(newOut), "cannot be written");
            out = newOut;
            file.pb(out);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Adds a video track.
     *
     * @param codec its name in FFmpeg
     * @param header CodecPrivate, or for H.264 and H.265 the parameter sets in Annex B; frames are
     *     then in Annex B, too
     * @param width in pixels, like the height
     * @param aspectWidth width of a pixel, in relation to {@code aspectHeight}
     * @param rotation counterclockwise, in degrees: how to turn pictures to show them upright
     * @param ticksPerSecond the unit of the track's times
     * @return the track's index
     */
    public int addVideo(
            String codec,
            byte[] header,
            int width,
            int height,
            int aspectWidth,
            int aspectHeight,
            int rotation,
            int ticksPerSecond) {
        AVCodecParameters coding = add(codec, avutil.AVMEDIA_TYPE_VIDEO, header, ticksPerSecond);
        coding.width(width).height(height);
        coding.sample_aspect_ratio().num(aspectWidth).den(aspectHeight);
        AVStream track = tracks.get(tracks.size() - 1);
        track.sample_aspect_ratio().num(aspectWidth).den(aspectHeight);
        if (coding.codec_id() == avcodec.AV_CODEC_ID_HEVC) {
            coding.codec_tag(HVC1);
        }
        if (rotation != 0) {
            rotate(coding, rotation);
        }
        return tracks.size() - 1;
    }

    private static void rotate(AVCodecParameters coding, int degrees) {
        int[] turn = new int[9];
        avutil.av_display_rotation_set(turn, -degrees);
        AVPacketSideData list = new AVPacketSideData(null);
        int[] count = {0};
        AVPacketSideData matrix =
                FFmpegLibrary.present(
                        avcodec.av_packet_side_data_new(
                                list,
                                count,
                                avcodec.AV_PKT_DATA_DISPLAYMATRIX,
                                (long) turn.length * Integer.BYTES,
                                0));
        new IntPointer(matrix.data()).put(turn, 0, turn.length);
        // The track frees it.
        coding.coded_side_data(list);
        coding.nb_coded_side_data(count[0]);
    }

    /**
     * Adds an audio track. Its times are in samples.
     *
     * @param codec its name in FFmpeg
     * @param header CodecPrivate; empty if the coding has none, as AAC in ADTS
     * @return the track's index
     */
    public int addAudio(String codec, byte[] header, int samplesPerSecond, int channels) {
        AVCodecParameters coding = add(codec, avutil.AVMEDIA_TYPE_AUDIO, header, samplesPerSecond);
        coding.sample_rate(samplesPerSecond);
        avutil.av_channel_layout_default(coding.ch_layout(), channels);
        if (coding.codec_id() == avcodec.AV_CODEC_ID_AAC) {
            coding.frame_size(1_024);
        }
        return tracks.size() - 1;
    }

    private AVCodecParameters add(String codec, int type, byte[] header, int ticksPerSecond) {
        AVCodecDescriptor known = avcodec.avcodec_descriptor_get_by_name(codec);
        if (known == null) {
            throw new MediaException("FFmpeg does not know the codec " + codec);
        }
        AVStream track = FFmpegLibrary.present(avformat.avformat_new_stream(file, null));
        track.time_base().num(1).den(ticksPerSecond);
        AVCodecParameters coding = track.codecpar();
        coding.codec_type(type).codec_id(known.id());
        if (header.length > 0) {
            int padded = Math.addExact(header.length, avcodec.AV_INPUT_BUFFER_PADDING_SIZE);
            BytePointer extradata =
                    new BytePointer(FFmpegLibrary.present(avutil.av_mallocz(padded)));
            extradata.capacity(padded).put(header, 0, header.length);
            // The track frees it.
            coding.extradata(extradata).extradata_size(header.length);
        }
        headerBytes += header.length;
        tracks.add(track);
        return coding;
    }

    /**
     * How many samples a frame of an audio track has in each channel; 0 if that depends on more
     * than its size.
     */
    public int samples(int track, int frameBytes) {
        return Math.max(
                0, avcodec.av_get_audio_frame_duration2(tracks.get(track).codecpar(), frameBytes));
    }

    /** How many bytes the index has at most. */
    public static long indexBytes(long tracks, long frames) {
        return INDEX_BYTES_PER_TRACK * (tracks + 1) + INDEX_BYTES_PER_FRAME * frames;
    }

    /**
     * Begins the file, once all tracks were added.
     *
     * @param frames how many frames will be written at most
     * @throws MediaException if FFmpeg refuses the tracks
     */
    public void begin(long frames) {
        AVDictionary options = new AVDictionary(null);
        try {
            long index = indexBytes(tracks.size(), frames) + 2 * headerBytes;
            FFmpegLibrary.allocated(avutil.av_dict_set_int(options, "moov_size", index, 0));
            check(avformat.avformat_write_header(file, options), "cannot hold the tracks");
        } finally {
            avutil.av_dict_free(options);
        }
    }

    /**
     * Writes a frame. Those of a track come in the order in which they are decoded.
     *
     * @param pts when it is shown, in ticks of the track
     * @param dts when it is decoded: after the frame before it, and not after {@code pts}
     * @param duration in ticks
     * @throws MediaException if FFmpeg refuses it
     */
    public void write(
            int track, ByteBuffer data, long pts, long dts, long duration, boolean keyFrame) {
        int size = data.remaining();
        FFmpegLibrary.allocated(avcodec.av_new_packet(packet, size));
        try {
            packet.data().capacity(size).asByteBuffer().put(data.duplicate());
            packet.stream_index(track);
            packet.pts(pts).dts(dts).duration(duration);
            packet.flags(keyFrame ? avcodec.AV_PKT_FLAG_KEY : 0);
            check(avformat.av_write_frame(file, packet), "cannot hold a frame of track " + track);
        } finally {
            avcodec.av_packet_unref(packet);
        }
    }

    /**
     * Ends the file.
     *
     * @return its bytes
     * @throws MediaException if FFmpeg cannot end it
     */
    public byte[] finish() {
        check(avformat.av_write_trailer(file), "cannot be ended");
        BytePointer bytes = new BytePointer();
        int size = avformat.avio_close_dyn_buf(out, bytes);
        out = null;
        file.pb(null);
        try {
            byte[] copy = new byte[size];
            FFmpegLibrary.present(bytes.isNull() ? null : bytes).capacity(size).get(copy);
            return copy;
        } finally {
            avutil.av_free(bytes);
        }
    }

    private static void check(int result, String what) {
        if (FFmpegLibrary.allocated(result) < 0) {
            byte[] text = new byte[ERROR_TEXT_BYTES];
            avutil.av_strerror(result, text, text.length);
            throw new MediaException(
                    "MP4 "
                            + what
                            + ": "
                            + new String(text, StandardCharsets.US_ASCII).replaceFirst("\0.*", ""));
        }
    }

    @Override
    public void close() {
        if (out != null) {
            BytePointer bytes = new BytePointer();
            avformat.avio_close_dyn_buf(out, bytes);
            avutil.av_free(bytes);
            out = null;
        }
        if (file != null) {
            avformat.avformat_free_context(file);
            file = null;
        }
        if (packet != null) {
            avcodec.av_packet_free(packet);
            packet = null;
        }
    }
}
