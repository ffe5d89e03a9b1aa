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
import io.github.flinkkvs.media.ffmpeg.FFmpegDecoder.Outcome;
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.bytedeco.ffmpeg.avutil.AVFrame;

import javax.annotation.Nullable;

import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Decodes the frames of one track and says of each what became of it: decoded, damaged, or skipped
 * since what it needs was not there. What it knows beside FFmpeg's memory is a {@link VideoState}.
 *
 * <p>Not thread-safe. Memory is native: close it.
 */
final class TrackDecoder implements AutoCloseable {

    /** More than any codec holds back; a frame that waits longer has no picture. */
    private static final int MAX_PENDING = 64;

    /**
     * Is told of each visible frame once, of those that are decoded in the order they are shown.
     */
    interface Output {
        /**
         * @param picture valid until this returns; some of what it declares may be changed
         * @param declared by the frame's track; null if that declares nothing
         */
        void decoded(PendingFrame frame, AVFrame picture, @Nullable Track.Video declared);

        /**
         * A frame is damaged, or it needs one that is.
         *
         * @param timestampMillis when it would have been shown
         */
        void damaged(long timestampMillis, String what);

        /** A frame needs others that were not there. */
        void skipped();
    }

    private final PictureOptions options;
    private final VideoState state;

    /** Whether it skips frames until one with which decoding can begin. */
    private boolean waiting;

    @Nullable private FFmpegVideoDecoder decoder;

    /** What the track of the decoder declares. */
    @Nullable private Track.Video video;

    /**
     * The decoder before, until the next one has made a picture. Each fragment has a decoder of its
     * own, and would wait for fresh memory from the system if that of the last one were not there.
     */
    @Nullable private FFmpegVideoDecoder retired;

    /**
     * How many pixels were decoded since the fragment began; since the restart, if one was within
     * it. No part of the state: it decides only about fragments that are beyond any use.
     */
    private long pixelsOfFragment;

    /**
     * @param waiting whether frames are skipped until one with which decoding can begin
     */
    TrackDecoder(PictureOptions options, VideoState state, boolean waiting) {
        this.options = options;
        this.state = state;
        this.waiting = waiting;
    }

    VideoState state() {
        return state;
    }

    /**
     * Decodes the next frame of the track.
     *
     * @param place its place among the track's frames in its fragment
     * @param reordering how many frames a frame may have to wait for its turn to be shown
     * @param chosen whether its picture is wanted; comes back as {@link PendingFrame#chosen}
     * @throws MediaException if native libraries are missing
     */
    void decode(FrameRecord record, int place, int reordering, boolean chosen, Output out) {
        orAbandon(() -> decodeNext(record, place, reordering, chosen, out));
    }

    private void decodeNext(
            FrameRecord record, int place, int reordering, boolean chosen, Output out) {
        if (place == 0) {
            pixelsOfFragment = 0;
        }
        boolean inTime = pixelsOfFragment < options.maxPixelsPerFragment();
        if (place >= options.maxFramesPerFragment() || !inTime) {
            out.damaged(
                    PendingFrame.shownAtMillis(record),
                    record
                            + " is beyond the limit of "
                            + (inTime
                                    ? options.maxFramesPerFragment()
                                    : options.maxPixelsPerFragment() + " pixels of a fragment"));
            return;
        }
        // Producers that do not mark key frames begin fragments with one all the same.
        boolean canStart = record.frame().isKeyFrame() || place == 0 || state.carried != null;
        if (!open(record, reordering, canStart, out)) {
            return;
        }
        long sequence = state.sequence++;
        DecoderStart start = state.carried;
        if (start == null && canStart) {
            start = new DecoderStart(sequence, state.sentBytes, decoder.reordering());
        }
        if (state.start == null) {
            state.start = start;
        }
        state.sentBytes += record.frame().sizeBytes();
        VideoCodec.Packet packet;
        try {
            packet = decoder.packet(record.frame().data());
        } catch (MkvException | MediaException e) {
            state.carried = null;
            state.damagedAt(sequence);
            out.damaged(PendingFrame.shownAtMillis(record), record + ": " + e.getMessage());
            return;
        }
        if (packet.content == VideoCodec.Content.NO_PICTURE) {
            // What it is good for, it is for the next one: as if it were a part of it.
            state.carried = start;
            state.ordinal--;
        } else {
            boolean leading = state.leads(PendingFrame.shownAtMillis(record));
            boolean visible =
                    packet.content == VideoCodec.Content.SHOWN && !record.frame().isInvisible();
            state.carried = null;
            state.pending.put(sequence, new PendingFrame(record, visible, chosen, leading, start));
        }
        decoder.send(sequence, packet);
        receive(out);
        pixelsOfFragment += decoder.pixels();
        lose(state.pending.headMap(state.sequence - MAX_PENDING - decoder.delay()), out);
    }

    /**
     * A frame that was decoded before, again: the pictures that it brought then do not come again.
     * To be called with all frames that are kept, in their order, before anything else.
     *
     * @param sequence that which it had
     */
    void replay(FrameRecord record, long sequence, Output out) {
        orAbandon(() -> decodeAgain(record, sequence, out));
    }

    private void decodeAgain(FrameRecord record, long sequence, Output out) {
        if (decoder == null) {
            decoder = newDecoder(record.track(), state.start.reordering);
        }
        try {
            decoder.send(sequence, decoder.packet(record.frame().data()));
        } catch (MkvException | MediaException e) {
            // That it is damaged is known.
            return;
        }
        receive(out);
    }

    /** Brings the pictures that are held back; what comes next is a new beginning. */
    void flush(Output out) {
        orAbandon(() -> drain(out));
    }

    private void drain(Output out) {
        boolean hasMore = decoder != null;
        while (hasMore) {
            hasMore = decoder.drain();
            receive(out);
        }
        lose(state.pending, out);
        discard();
    }

    /** Whether there is a decoder for the frame. */
    private boolean open(FrameRecord record, int reordering, boolean canStart, Output out) {
        boolean fits =
                decoder != null
                        && decoder.fits(record.track())
                        && Objects.equals(video, record.track().video());
        if (decoder != null && !fits) {
            flush(out);
        }
        if (decoder == null && waiting && !canStart) {
            out.skipped();
            return false;
        }
        if (decoder == null) {
            FFmpegLibrary.load();
            try {
                decoder = newDecoder(record.track(), reordering);
                state.begin(PendingFrame.shownAtMillis(record));
            } catch (MediaException e) {
                out.damaged(PendingFrame.shownAtMillis(record), record + ": " + e.getMessage());
                return false;
            }
        }
        return true;
    }

    private FFmpegVideoDecoder newDecoder(Track track, int reordering) {
        video = track.video();
        return new FFmpegVideoDecoder(track.codecId(), track.codecPrivate(), options, reordering);
    }

    private void receive(Output out) {
        for (Outcome next = decoder.next(); next != Outcome.NOTHING; next = decoder.next()) {
            if (next == Outcome.FRAME) {
                received(decoder.sequence(), out);
            } else {
                failed(decoder.failed(), out);
            }
        }
    }

    private void failed(long sequence, Output out) {
        PendingFrame frame = state.pending.remove(sequence);
        if (frame == null) {
            // It is known, or the frame has its picture all the same.
            return;
        }
        if (frame.leading) {
            out.skipped();
        } else {
            state.damagedAt(sequence);
            out.damaged(
                    frame.timestampMillis,
                    frame + " of the codec " + decoder.codec() + " cannot be decoded");
        }
    }

    private void received(long sequence, Output out) {
        closeRetired();
        PendingFrame frame = state.pending.remove(sequence);
        if (frame == null) {
            return;
        }
        if (frame.leading && (decoder.isDamaged() || state.isBehindDamage(sequence))) {
            out.skipped();
        } else if (decoder.isDamaged()) {
            state.damagedAt(sequence);
            out.damaged(frame.timestampMillis, frame + " is damaged");
        } else if (frame.start == null && state.isBehindDamage(sequence)) {
            // What is made up for damage depends on all that the decoder has seen: it would not be
            // the same after a restore.
            out.damaged(frame.timestampMillis, frame + " may need a frame that is damaged");
        } else {
            out.decoded(frame, decoder.frame(), video);
            if (frame.start != null) {
                state.damaged.headSet(sequence).clear();
                if (decoder.isKeyFrame()) {
                    shown(frame, out);
                }
            }
        }
    }

    /** Nothing before a key frame that is shown is needed any more. */
    private void shown(PendingFrame keyFrame, Output out) {
        Map<Long, PendingFrame> before = state.pending.headMap(keyFrame.start.sequence);
        lose(
                before,
                frame -> !frame.visible || frame.timestampMillis < keyFrame.timestampMillis,
                out);
        // Without a start, or with a later one, the frames since this key frame are not kept.
        boolean areKept = state.start != null && state.start.sequence <= keyFrame.start.sequence;
        if (before.isEmpty() && areKept) {
            state.start = keyFrame.start;
        }
    }

    /** Gives up frames whose pictures will not come. */
    private static void lose(Map<Long, PendingFrame> frames, Output out) {
        lose(frames, frame -> true, out);
    }

    private static void lose(
            Map<Long, PendingFrame> frames, Predicate<PendingFrame> which, Output out) {
        Iterator<PendingFrame> all = frames.values().iterator();
        while (all.hasNext()) {
            PendingFrame lost = all.next();
            if (which.test(lost)) {
                all.remove();
                if (lost.leading) {
                    out.skipped();
                } else if (lost.visible) {
                    out.damaged(lost.timestampMillis, lost + " gave no picture");
                }
            }
        }
    }

    /** What comes next is a fragment, which has nothing to do with what came. */
    void beginFragment() {
        state.forgetFragment();
        discard();
        waiting = false;
    }

    /**
     * An exception, also of the output, leaves the decoder in the middle of its work. What comes
     * next then gets another one, beginning with a frame with which decoding can begin.
     */
    private void orAbandon(Runnable work) {
        boolean isDone = false;
        try {
            work.run();
            isDone = true;
        } finally {
            if (!isDone) {
                discard();
                waiting = true;
            }
        }
    }

    /** What comes next gets another decoder: what it makes of it must not depend on this. */
    void discard() {
        state.forgetFrames();
        if (decoder != null) {
            closeRetired();
            retired = decoder;
            decoder = null;
        }
    }

    private void closeRetired() {
        if (retired != null) {
            retired.close();
            retired = null;
        }
    }

    /** Frees its memory; pictures that are held back are lost. */
    @Override
    public void close() {
        discard();
        closeRetired();
    }
}
