/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.ffmpeg.FFmpegDecoder;
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swresample;
import org.bytedeco.ffmpeg.swresample.SwrContext;
import org.bytedeco.javacpp.ShortPointer;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Decodes whatever FFmpeg has a decoder for. Rate and channels are those of the first decodable
 * frame; if they change later, the samples are resampled and mixed to match. Memory is FFmpeg's
 * own; only {@link #close} frees it.
 */
final class FFmpegAudioDecoder extends FFmpegDecoder implements AudioDecoder {

    /** In a channel; codecs have at most 65,536. */
    private static final int MAX_FRAME_SAMPLES = 1 << 17;

    private static final int MAX_CHANNELS = 255;

    /**
     * How many times higher or lower a rate may become within a track. From 7,350 to 96,000 Hz, the
     * lowest and the highest of AAC, is 13 times. Each time, a resampler computes a filter as long
     * as this factor: FLAC, from 1 to 655,350 Hz, would take a second for a frame of 20 bytes.
     */
    private static final int MAX_RESAMPLING = 16;

    /**
     * How often rate or channels may change. Microphones are changed rarely, but a producer may
     * change them with each frame, and each change takes some milliseconds.
     */
    private static final int MAX_CHANGES = 100;

    /** The caller knows where to skip an encoder's delay; FFmpeg does not. */
    private static final int SKIP_MANUAL = avcodec.AV_CODEC_FLAG2_SKIP_MANUAL;

    private final AudioCoding coding;

    @Nullable private AVFrame linear;

    /** Has the layout of channels that all samples get. */
    @Nullable private AVFrame layout;

    @Nullable private SwrContext converter;

    private int samplesPerSecond;
    private int channels;
    private int changes;

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
            configure(codec);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void configure(AVCodec codec) {
        byte[] header = coding.codecPrivate();
        allocate(codec, header == null ? new byte[0] : header);
        linear = FFmpegLibrary.present(avutil.av_frame_alloc());
        layout = FFmpegLibrary.present(avutil.av_frame_alloc());
        converter = FFmpegLibrary.present(swresample.swr_alloc());
        AVCodecContext context = context();
        context.sample_rate(coding.samplesPerSecond());
        avutil.av_channel_layout_default(context.ch_layout(), coding.channels());
        context.max_samples(MAX_FRAME_SAMPLES);
        context.flags2(context.flags2() | SKIP_MANUAL);
        if (!open(codec)) {
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
        send(ByteBuffer.wrap(data, offset, length), avutil.AV_NOPTS_VALUE);
        return receive(out);
    }

    @Override
    public void finish(Samples out) {
        sendEnd();
        if (receive(out) && swresample.swr_is_initialized(converter) != 0) {
            drain(out);
        }
    }

    /** Hands out all decoded samples; false if some were damaged, or not taken. */
    private boolean receive(Samples out) {
        boolean whole = true;
        for (Outcome next = receive(); next != Outcome.NOTHING; next = receive()) {
            if (next == Outcome.FAILED) {
                whole = false;
                continue;
            }
            boolean taken = convert(out);
            avutil.av_frame_unref(frame());
            if (!taken) {
                avcodec.avcodec_flush_buffers(context());
                return false;
            }
        }
        return whole;
    }

    /** Hands out the decoded frame; false if that fails. */
    private boolean convert(Samples out) {
        AVFrame frame = frame();
        int ownChannels = frame.ch_layout().nb_channels();
        if (frame.sample_rate() <= 0 || ownChannels <= 0 || ownChannels > MAX_CHANNELS) {
            return false;
        }
        if (samplesPerSecond == 0) {
            samplesPerSecond = frame.sample_rate();
            channels = ownChannels;
            avutil.av_channel_layout_copy(layout.ch_layout(), frame.ch_layout());
        }
        if (Math.max(frame.sample_rate(), samplesPerSecond) / MAX_RESAMPLING
                > Math.min(frame.sample_rate(), samplesPerSecond)) {
            return false;
        }
        int result = linearize(frame);
        if (result == avutil.AVERROR_INPUT_CHANGED) {
            if (changes == MAX_CHANGES || !drain(out)) {
                return false;
            }
            changes++;
            swresample.swr_close(converter);
            result = linearize(frame);
        }
        return result >= 0 && hand(out);
    }

    /** Hands out the samples that the converter held back. */
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
        int length = linear.nb_samples() * channels;
        if (length <= 0) {
            return true;
        }
        short[] samples = new short[length];
        new ShortPointer(linear.data(0)).capacity(length).get(samples);
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
        for (AVFrame each : Arrays.asList(linear, layout)) {
            if (each != null) {
                avutil.av_frame_free(each);
            }
        }
        linear = null;
        layout = null;
        if (converter != null) {
            swresample.swr_free(converter);
            converter = null;
        }
        super.close();
    }
}
