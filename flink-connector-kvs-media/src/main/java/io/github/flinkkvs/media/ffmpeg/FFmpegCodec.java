/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.ffmpeg;

import org.apache.flink.annotation.Internal;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avcodec;

import javax.annotation.Nullable;

/**
 * A decoder or an encoder of FFmpeg: its context and the packet that goes into it or comes out of
 * it. Not thread-safe. Memory is FFmpeg's own; only {@link #close} frees it: the allocating code
 * also closes, even after an exception.
 */
@Internal
public abstract class FFmpegCodec implements AutoCloseable {

    @Nullable private AVCodecContext context;
    @Nullable private AVPacket packet;

    /** Allocates what {@link #open} needs; {@link #context} can be configured afterwards. */
    protected void allocate(AVCodec codec) {
        context = FFmpegLibrary.present(avcodec.avcodec_alloc_context3(codec));
        packet = FFmpegLibrary.present(avcodec.av_packet_alloc());
    }

    /** Opens the codec as its context says; false if FFmpeg refuses that. */
    protected final boolean open(AVCodec codec) {
        int result = avcodec.avcodec_open2(context, codec, (AVDictionary) null);
        return FFmpegLibrary.allocated(result) >= 0;
    }

    /** Null unless allocated. */
    @Nullable
    protected final AVCodecContext context() {
        return context;
    }

    /** Null unless allocated. */
    @Nullable
    protected final AVPacket packet() {
        return packet;
    }

    @Override
    public void close() {
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
