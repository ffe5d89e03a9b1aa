/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.ffmpeg.FFmpegDecoder;
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * FFmpeg's decoder of one video track. It says of each frame what became of it, with any number of
 * threads: FFmpeg's threads decode several frames at a time, and its errors are those of the oldest
 * of them.
 */
final class FFmpegVideoDecoder extends FFmpegDecoder {

    /** In place of the sequence of what has no picture, and therefore cannot lack it. */
    private static final long NO_PICTURE = -1;

    private final String codecId;
    @Nullable private final byte[] codecPrivate;
    private final VideoCodec codec;

    /** How many frames it gets before it says what became of the first. */
    private final int delay;

    /** Sequences of what it got and has not said everything of, the oldest first. */
    private final Deque<Long> inWork = new ArrayDeque<>();

    /** The last that fitted: all frames of a fragment have the same. */
    @Nullable private Track fitting;

    /**
     * @param codecPrivate not copied, not to be changed any more
     * @param reordering how many frames a frame may have to wait for its turn to be shown
     * @throws MediaException if there is no decoder for it, or CodecPrivate is damaged
     */
    FFmpegVideoDecoder(
            String codecId, @Nullable byte[] codecPrivate, PictureOptions options, int reordering) {
        this.codecId = codecId;
        this.codecPrivate = codecPrivate;
        this.codec = VideoCodec.of(codecId, codecPrivate);
        FFmpegLibrary.load();
        AVCodec implementation = avcodec.avcodec_find_decoder(codec.id());
        if (implementation == null) {
            throw new MediaException("There is no decoder for video of the codec " + codec);
        }
        try {
            allocate(implementation, codec.header());
            AVCodecContext context = context();
            context.max_pixels(options.maxPixels());
            context.has_b_frames(reordering);
            setThreads(options.threads());
            if (!open(implementation)) {
                throw new MediaException("CodecPrivate of the codec " + codec + " is damaged");
            }
            boolean byFrames = (context.active_thread_type() & AVCodecContext.FF_THREAD_FRAME) != 0;
            delay = byFrames ? context.thread_count() - 1 : 0;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Threads that share a frame do not report that a part of it is damaged. Threads that have a
     * frame each do, in the order of frames. With H.264 that is a race if frames are reordered: the
     * thread of a later frame may copy the error flags of a frame before its own thread sets them.
     */
    private void setThreads(int threads) {
        context().thread_type(AVCodecContext.FF_THREAD_FRAME);
        context().thread_count(codec.canBeDecodedByThreads() ? threads : 1);
    }

    /** Whether it can go on with frames of this track. */
    boolean fits(Track track) {
        if (track == fitting) {
            return true;
        }
        boolean fits =
                codecId.equals(track.codecId())
                        && Arrays.equals(codecPrivate, track.codecPrivate());
        if (fits) {
            fitting = track;
        }
        return fits;
    }

    /** How many frames a frame may have to wait for its turn to be shown, as far as it knows. */
    int reordering() {
        return context().has_b_frames();
    }

    /** How many pixels a frame has, as it is coded; 0 if that is not known yet. */
    long pixels() {
        return Math.max(
                (long) context().width() * context().height(),
                (long) context().coded_width() * context().coded_height());
    }

    /** How its frames are coded. */
    VideoCodec codec() {
        return codec;
    }

    /**
     * A frame of the track in the form that {@link #send} takes.
     *
     * @throws MkvException if it is damaged
     * @throws MediaException if it is larger than the options allow
     */
    VideoCodec.Packet packet(ByteBuffer frame) throws MkvException {
        return codec.packet(frame, context().max_pixels());
    }

    /** How many frames it gets before it says what became of the first. */
    int delay() {
        return delay;
    }

    /** Gives it a frame; {@link #next} must have answered NOTHING before. */
    void send(long sequence, VideoCodec.Packet frame) {
        FFmpegLibrary.freeUnreachable();
        boolean hasPicture = frame.content != VideoCodec.Content.NO_PICTURE;
        if (!hasPicture && !frame.data.hasRemaining()) {
            // FFmpeg would refuse it before a thread gets it.
            return;
        }
        inWork.addLast(hasPicture ? sequence : NO_PICTURE);
        send(frame.data, sequence);
    }

    /**
     * Makes it hand out what it holds back: a step, to be followed by {@link #next} until that
     * answers NOTHING.
     *
     * @return whether another step is needed
     */
    boolean drain() {
        // At its end FFmpeg does not tell which frame an error is of.
        boolean threadsHaveFrames = inWork.stream().anyMatch(sequence -> sequence != NO_PICTURE);
        if (threadsHaveFrames) {
            send(NO_PICTURE, codec.delimiter());
        } else {
            sendEnd();
        }
        return threadsHaveFrames;
    }

    /**
     * The next picture, in the order of presentation, with {@link #sequence} and {@link #frame}; or
     * that a frame cannot be decoded, {@link #failed} says which.
     */
    Outcome next() {
        Outcome outcome = receive();
        while (outcome == Outcome.FAILED && failed() == NO_PICTURE) {
            outcome = receive();
        }
        if (outcome == Outcome.NOTHING && inWork.size() > delay) {
            inWork.removeFirst();
        }
        return outcome;
    }

    /** The sequence of the received frame, as it was sent. */
    long sequence() {
        return frame().pts();
    }

    /** The sequence of the frame that cannot be decoded, as it was sent. */
    long failed() {
        return inWork.isEmpty() ? NO_PICTURE : inWork.getFirst();
    }

    /** Whether parts of the received frame were missing and made up. */
    boolean isDamaged() {
        return frame().decode_error_flags() != 0
                || (frame().flags() & AVFrame.AV_FRAME_FLAG_CORRUPT) != 0;
    }

    /** Whether the received frame needs none before it, by what is coded, not by what is said. */
    boolean isKeyFrame() {
        return (frame().flags() & AVFrame.AV_FRAME_FLAG_KEY) != 0
                && frame().pict_type() == avutil.AV_PICTURE_TYPE_I;
    }
}
