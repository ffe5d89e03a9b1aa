/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swresample;
import org.bytedeco.ffmpeg.swresample.SwrContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.ShortPointer;

import javax.annotation.Nullable;

import java.util.Arrays;

/**
 * Decodes whatever FFmpeg has a decoder for. Rate and channels are those of the first frame that
 * can be decoded; if they change later, what follows is resampled and mixed to be the same. Memory
 * is FFmpeg's own, freed by {@link #close} and by nothing else.
 */
final class FFmpegAudioDecoder implements AudioDecoder {

    /** In a channel; codecs have at most 65,536. */
    private static final int MAX_FRAME_SAMPLES = 1 << 17;

    private static final int MAX_CHANNELS = 255;

    /** Samples at the begin are left out here, and not twice. */
    private static final int SKIP_MANUAL = avcodec.AV_CODEC_FLAG2_SKIP_MANUAL;

    private final AudioCoding coding;

    @Nullable private AVCodecContext context;
    @Nullable private AVPacket packet;
    @Nullable private AVFrame frame;
    @Nullable private AVFrame linear;

    /** Has the layout of channels that all samples get. */
    @Nullable private AVFrame layout;

    @Nullable private SwrContext converter;

    private int samplesPerSecond;
    private int channels;

    /** How many samples of a channel are still to be left out. */
    private long skip;

    /**
     * @throws IllegalArgumentException if there is no decoder, or CodecPrivate is damaged
     * @throws MediaException if native libraries are missing
     */
    FFmpegAudioDecoder(AudioCoding coding) {
        this.coding = coding;
        FFmpegLibrary.load();
        AVCodec codec = avcodec.avcodec_find_decoder_by_name(coding.decoder());
        if (codec == null) {
            throw new IllegalArgumentException("There is no decoder for " + coding);
        }
        try {
            open(codec);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void open(AVCodec codec) {
        context = FFmpegLibrary.present(avcodec.avcodec_alloc_context3(codec));
        packet = FFmpegLibrary.present(avcodec.av_packet_alloc());
        frame = FFmpegLibrary.present(avutil.av_frame_alloc());
        linear = FFmpegLibrary.present(avutil.av_frame_alloc());
        layout = FFmpegLibrary.present(avutil.av_frame_alloc());
        converter = FFmpegLibrary.present(swresample.swr_alloc());
        context.sample_rate(coding.samplesPerSecond());
        avutil.av_channel_layout_default(context.ch_layout(), coding.channels());
        context.max_samples(MAX_FRAME_SAMPLES);
        context.flags2(context.flags2() | SKIP_MANUAL);
        byte[] header = coding.codecPrivate();
        if (header != null && header.length > 0) {
            int padded = Math.addExact(header.length, avcodec.AV_INPUT_BUFFER_PADDING_SIZE);
            BytePointer extradata =
                    new BytePointer(FFmpegLibrary.present(avutil.av_mallocz(padded)));
            extradata.capacity(padded).put(header, 0, header.length);
            // Freed with the context.
            context.extradata(extradata);
            context.extradata_size(header.length);
        }
        if (avcodec.avcodec_open2(context, codec, (AVDictionary) null) < 0) {
            throw new IllegalArgumentException(
                    "The CodecPrivate of a track of "
                            + coding
                            + " is damaged, or of another coding");
        }
    }

    @Override
    public boolean decode(byte[] data, int offset, int length, Samples out) {
        if (length == 0) {
            return false;
        }
        if (avcodec.av_new_packet(packet, length) < 0) {
            throw new OutOfMemoryError("No native memory for a frame of " + length + " bytes");
        }
        packet.data().capacity(length).put(data, offset, length);
        int sent = avcodec.avcodec_send_packet(context, packet);
        avcodec.av_packet_unref(packet);
        return sent >= 0 && receive(out);
    }

    @Override
    public void finish(Samples out) {
        if (avcodec.avcodec_send_packet(context, null) >= 0
                && receive(out)
                && swresample.swr_is_initialized(converter) != 0) {
            drain(out);
        }
    }

    private boolean receive(Samples out) {
        int received;
        while ((received = avcodec.avcodec_receive_frame(context, frame)) >= 0) {
            boolean taken = convert(out);
            avutil.av_frame_unref(frame);
            if (!taken) {
                avcodec.avcodec_flush_buffers(context);
                return false;
            }
        }
        return received == avutil.AVERROR_EAGAIN() || received == avutil.AVERROR_EOF();
    }

    /** Hands out the decoded frame; false if it cannot be. */
    private boolean convert(Samples out) {
        int ownChannels = frame.ch_layout().nb_channels();
        if (frame.sample_rate() <= 0 || ownChannels <= 0 || ownChannels > MAX_CHANNELS) {
            return false;
        }
        if (samplesPerSecond == 0) {
            samplesPerSecond = frame.sample_rate();
            channels = ownChannels;
            skip = coding.codecDelaySamples(samplesPerSecond);
            avutil.av_channel_layout_copy(layout.ch_layout(), frame.ch_layout());
        }
        int result = linearize(frame);
        if (result == avutil.AVERROR_INPUT_CHANGED) {
            if (!drain(out)) {
                return false;
            }
            swresample.swr_close(converter);
            result = linearize(frame);
        }
        return result >= 0 && hand(out);
    }

    /** What the converter holds back. */
    private boolean drain(Samples out) {
        return linearize(null) < 0 || hand(out);
    }

    private int linearize(@Nullable AVFrame from) {
        avutil.av_frame_unref(linear);
        linear.format(avutil.AV_SAMPLE_FMT_S16);
        linear.sample_rate(samplesPerSecond);
        avutil.av_channel_layout_copy(linear.ch_layout(), layout.ch_layout());
        return swresample.swr_convert_frame(converter, linear, from);
    }

    private boolean hand(Samples out) {
        int skipped = (int) Math.min(skip, linear.nb_samples());
        skip -= skipped;
        int length = (linear.nb_samples() - skipped) * channels;
        if (length <= 0) {
            return true;
        }
        short[] samples = new short[length];
        new ShortPointer(linear.data(0))
                .capacity((long) linear.nb_samples() * channels)
                .position((long) skipped * channels)
                .get(samples);
        return out.take(samples);
    }

    @Override
    public int samplesPerSecond() {
        return samplesPerSecond;
    }

    @Override
    public int channels() {
        return channels;
    }

    @Override
    public void close() {
        for (AVFrame each : Arrays.asList(frame, linear, layout)) {
            if (each != null) {
                avutil.av_frame_free(each);
            }
        }
        frame = null;
        linear = null;
        layout = null;
        if (converter != null) {
            swresample.swr_free(converter);
            converter = null;
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
