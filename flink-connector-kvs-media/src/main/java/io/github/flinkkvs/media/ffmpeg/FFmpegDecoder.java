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
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;

/**
 * A decoder of FFmpeg: bytes of frames go in, decoded frames come out. After each {@link #send} and
 * after {@link #sendEnd} the caller has to {@link #receive} until there is {@link Outcome#NOTHING};
 * an error in between does not mean that nothing follows.
 */
@Internal
public abstract class FFmpegDecoder extends FFmpegCodec {

    /** A frame fails more often than this only if the decoder never stops failing. */
    private static final int MAX_FAILURES = 1_000;

    /** What a decoder answers. */
    public enum Outcome {
        /** A decoded frame, in {@link #frame()}. */
        FRAME,
        /** Something could not be decoded; more may follow. */
        FAILED,
        /** It has nothing more until the next bytes. */
        NOTHING
    }

    @Nullable private AVFrame frame;

    /** Whether FFmpeg already failed when it got the bytes. */
    private boolean failedAtOnce;

    /** Since the last bytes. */
    private int failures;

    /**
     * @param header CodecPrivate in the form that FFmpeg expects; may be empty
     */
    protected final void allocate(AVCodec codec, byte[] header) {
        allocate(codec);
        frame = FFmpegLibrary.present(avutil.av_frame_alloc());
        if (header.length == 0) {
            return;
        }
        int padded = Math.addExact(header.length, avcodec.AV_INPUT_BUFFER_PADDING_SIZE);
        BytePointer extradata = new BytePointer(FFmpegLibrary.present(avutil.av_mallocz(padded)));
        extradata.capacity(padded).put(header, 0, header.length);
        // The context frees it.
        context().extradata(extradata);
        context().extradata_size(header.length);
    }

    /**
     * Sends the bytes of a frame, which are copied. All output of the previous bytes must have been
     * received.
     *
     * @param time returned as the pts of the decoded frame
     */
    protected final void send(ByteBuffer data, long time) {
        int size = data.remaining();
        if (FFmpegLibrary.allocated(avcodec.av_new_packet(packet(), size)) < 0) {
            failedAtOnce = true;
            return;
        }
        packet().data().capacity(size).asByteBuffer().put(data.duplicate());
        packet().pts(time);
        packet().dts(time);
        sent(avcodec.avcodec_send_packet(context(), packet()));
        avcodec.av_packet_unref(packet());
    }

    /** Makes the decoder hand out the frames that it holds back. */
    protected final void sendEnd() {
        sent(avcodec.avcodec_send_packet(context(), null));
    }

    private void sent(int result) {
        failedAtOnce = result < 0 && result != avutil.AVERROR_EOF();
        failures = 0;
    }

    /** The next output for the bytes sent. */
    protected final Outcome receive() {
        if (failedAtOnce) {
            failedAtOnce = false;
            return Outcome.FAILED;
        }
        int result = avcodec.avcodec_receive_frame(context(), frame);
        if (result >= 0) {
            return Outcome.FRAME;
        }
        boolean isOver =
                result == avutil.AVERROR_EAGAIN()
                        || result == avutil.AVERROR_EOF()
                        || ++failures > MAX_FAILURES;
        return isOver ? Outcome.NOTHING : Outcome.FAILED;
    }

    /** The decoded frame, until the next one is received; null unless allocated. */
    @Nullable
    public final AVFrame frame() {
        return frame;
    }

    @Override
    public void close() {
        if (frame != null) {
            avutil.av_frame_free(frame);
            frame = null;
        }
        super.close();
    }
}
