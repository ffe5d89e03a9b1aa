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
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Arrays;

/** Decodes AAC with FFmpeg, from raw frames with an AudioSpecificConfig or from ADTS. */
final class AacDecoder implements AudioDecoder {

    private static final Logger LOG = LoggerFactory.getLogger(AacDecoder.class);

    private final AVCodecContext context;
    private final AVPacket packet;
    private final AVFrame frame;
    private int samplesPerSecond;
    private int channels;
    private boolean failed;

    AacDecoder(AudioCoding coding) {
        samplesPerSecond = coding.samplesPerSecond();
        channels = coding.channels();
        FFmpegLibrary.load();
        AVCodec codec = avcodec.avcodec_find_decoder(avcodec.AV_CODEC_ID_AAC);
        context = avcodec.avcodec_alloc_context3(codec);
        packet = avcodec.av_packet_alloc();
        frame = avutil.av_frame_alloc();
        context.sample_rate(samplesPerSecond);
        avutil.av_channel_layout_default(context.ch_layout(), channels);
        if (coding.codecPrivate() != null) {
            setExtraData(coding.codecPrivate());
        }
        if (avcodec.avcodec_open2(context, codec, (AVDictionary) null) < 0) {
            close();
            throw new IllegalArgumentException(
                    "The CodecPrivate of an AAC track is no AudioSpecificConfig");
        }
    }

    private void setExtraData(byte[] config) {
        long size = config.length + (long) avcodec.AV_INPUT_BUFFER_PADDING_SIZE;
        // Freed with the context.
        BytePointer extra = new BytePointer(avutil.av_mallocz(size)).capacity(size);
        extra.put(config, 0, config.length);
        context.extradata(extra);
        context.extradata_size(config.length);
    }

    @Override
    public short[] decode(byte[] data, int offset, int length) {
        if (length == 0 || avcodec.av_new_packet(packet, length) < 0) {
            return new short[0];
        }
        packet.data().capacity(length).put(data, offset, length);
        int sent = avcodec.avcodec_send_packet(context, packet);
        avcodec.av_packet_unref(packet);
        short[] samples = {};
        if (sent >= 0) {
            while (avcodec.avcodec_receive_frame(context, frame) >= 0) {
                samples = append(samples);
            }
        } else if (!failed) {
            failed = true;
            LOG.warn("A frame of AAC cannot be decoded; silence stands for it and others like it");
        }
        return samples;
    }

    private short[] append(short[] before) {
        int count = frame.nb_samples();
        if (before.length == 0) {
            samplesPerSecond = frame.sample_rate();
            channels = frame.ch_layout().nb_channels();
        }
        int have = Math.min(channels, frame.ch_layout().nb_channels());
        short[] samples = Arrays.copyOf(before, before.length + count * channels);
        float[] plane = new float[count];
        for (int channel = 0; channel < have; channel++) {
            // FFmpeg's decoder gives each channel as a plane of floats.
            new FloatPointer((Pointer) frame.data(channel)).capacity(count).get(plane);
            for (int i = 0; i < count; i++) {
                float value = Math.round(plane[i] * -(float) Short.MIN_VALUE);
                samples[before.length + i * channels + channel] =
                        (short) Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, value));
            }
        }
        return samples;
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
        avutil.av_frame_free(frame);
        avcodec.av_packet_free(packet);
        avcodec.avcodec_free_context(context);
    }
}
