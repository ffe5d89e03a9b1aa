/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;
import io.github.flinkkvs.mkv.Track;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * FFmpeg's decoder of one video track. Memory is FFmpeg's own, freed by {@link #close} and by
 * nothing else.
 */
final class NativeDecoder implements AutoCloseable {

    private final String codecId;
    @Nullable private final byte[] codecPrivate;
    private final VideoCodec codec;
    private final PictureOptions options;

    /** The last that fitted: all frames of a fragment have the same. */
    @Nullable private Track fitting;

    @Nullable private AVCodecContext context;
    @Nullable private AVPacket packet;
    @Nullable private AVFrame frame;

    /**
     * @param codecPrivate not copied, not to be changed any more
     * @param reordering how many frames a frame may have to wait for its turn to be shown
     * @throws MediaException if there is no decoder for it, or CodecPrivate is damaged
     */
    NativeDecoder(
            String codecId, @Nullable byte[] codecPrivate, PictureOptions options, int reordering) {
        this.codecId = codecId;
        this.codecPrivate = codecPrivate;
        this.codec = VideoCodec.of(codecId, codecPrivate);
        this.options = options;
        FFmpegLibrary.load();
        AVCodec implementation = avcodec.avcodec_find_decoder(codec.id());
        if (implementation == null) {
            throw new MediaException("There is no decoder for video of the codec " + codec);
        }
        try {
            open(implementation, reordering);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void open(AVCodec implementation, int reordering) {
        context = FFmpegLibrary.present(avcodec.avcodec_alloc_context3(implementation));
        packet = FFmpegLibrary.present(avcodec.av_packet_alloc());
        frame = FFmpegLibrary.present(avutil.av_frame_alloc());
        context.thread_count(options.threads());
        context.max_pixels(options.maxPixels());
        context.has_b_frames(reordering);
        byte[] header = codec.header();
        if (header.length > 0) {
            int padded = header.length + avcodec.AV_INPUT_BUFFER_PADDING_SIZE;
            BytePointer extradata =
                    new BytePointer(FFmpegLibrary.present(avutil.av_mallocz(padded)));
            extradata.capacity(padded).put(header, 0, header.length);
            context.extradata(extradata);
            context.extradata_size(header.length);
        }
        if (avcodec.avcodec_open2(context, implementation, (PointerPointer<?>) null) < 0) {
            throw new MediaException("CodecPrivate of the codec " + codec + " is damaged");
        }
    }

    /** Whether it can go on with frames of this track. */
    boolean fits(Track track) {
        if (track == fitting) {
            return true;
        }
        boolean fits = fits(track.codecId(), track.codecPrivate());
        if (fits) {
            fitting = track;
        }
        return fits;
    }

    /** Whether it can go on with frames that are coded like this. */
    boolean fits(String otherId, @Nullable byte[] otherPrivate) {
        return codecId.equals(otherId) && Arrays.equals(codecPrivate, otherPrivate);
    }

    /** How many frames a frame may have to wait for its turn to be shown, as far as it knows. */
    int reordering() {
        return context.has_b_frames();
    }

    /** How its frames are coded. */
    VideoCodec codec() {
        return codec;
    }

    /**
     * Gives it a frame; whatever is decoded must have been received before.
     *
     * @return false if the frame is damaged, or has no picture
     */
    boolean send(long sequence, VideoCodec.Packet frame) {
        FFmpegLibrary.freeUnreachable();
        ByteBuffer data = frame.data.duplicate();
        int size = data.remaining();
        if (avcodec.av_new_packet(packet, size) < 0) {
            throw new OutOfMemoryError("No native memory for a frame of " + size + " bytes");
        }
        packet.data().capacity(size).asByteBuffer().put(data);
        packet.pts(sequence);
        packet.dts(sequence);
        int result = avcodec.avcodec_send_packet(context, packet);
        avcodec.av_packet_unref(packet);
        return result >= 0;
    }

    /** Lets it hand out what it holds back. */
    void drain() {
        avcodec.avcodec_send_packet(context, null);
    }

    /** Takes the next decoded frame, in the order of presentation; false if there is none now. */
    boolean receive() {
        return avcodec.avcodec_receive_frame(context, frame) >= 0;
    }

    /** The sequence of the received frame, as it was sent. */
    long sequence() {
        return frame.pts();
    }

    /** Whether parts of the received frame were missing and made up. */
    boolean isDamaged() {
        return frame.decode_error_flags() != 0
                || (frame.flags() & AVFrame.AV_FRAME_FLAG_CORRUPT) != 0;
    }

    /** Whether the received frame needs none before it, by what is coded, not by what is said. */
    boolean isKeyFrame() {
        return (frame.flags() & AVFrame.AV_FRAME_FLAG_KEY) != 0
                && frame.pict_type() == avutil.AV_PICTURE_TYPE_I;
    }

    /** The received frame, until the next is received. */
    AVFrame frame() {
        return frame;
    }

    @Override
    public void close() {
        if (frame != null) {
            avutil.av_frame_free(frame);
            frame = null;
        }
        if (packet != null) {
            avcodec.av_packet_free(packet);
            packet = null;
        }
        if (context != null) {
            avcodec.avcodec_free_context(context);
            context = null;
        }
    }
}
