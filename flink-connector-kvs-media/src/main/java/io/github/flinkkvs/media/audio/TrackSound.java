/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.audio.codec.AudioCoding;
import io.github.flinkkvs.media.audio.codec.AudioDecoder;

import javax.annotation.Nullable;

import java.util.Arrays;

/**
 * Decodes a track: its decoder, and the samples decoded since {@link #begin}. Not thread-safe. The
 * decoder may hold native memory: close it.
 *
 * <p>Some encoders put a delay before the first sample that they are given (CodecDelay, pre-skip of
 * Opus). Players skip it once in a file: FFmpeg when it opens the decoder of Opus, GStreamer where
 * the timestamp is less than the delay. A live stream is one long file, which is decoded in parts,
 * each with a new decoder: the first samples are the delay only where a recording begins.
 */
final class TrackSound implements AutoCloseable {

    private static final String UNDECODABLE = "a frame cannot be decoded";

    private static final String TOO_MUCH =
            "a frame has more samples than there may be, or is too far from the others in time";

    private final AudioCoding coding;

    /** Whether the first decoded samples are the encoder's delay. */
    private final boolean skipsDelay;

    @Nullable private final AudioDecoder decoder;
    @Nullable private final String undecodable;

    /** How many values are still to be skipped; below 0 until the decoder knows its rate. */
    private long skip = -1;

    @Nullable private AudioChunk last;
    @Nullable private TrackAudio audio;
    private long beginMillis;
    private boolean refused;
    private boolean finished;

    /**
     * @param skipsDelay whether the track's recording begins here, so that the first samples are
     *     the encoder's delay. In mid-stream they are sound.
     * @throws MediaException if native libraries are missing
     */
    TrackSound(AudioCoding coding, boolean skipsDelay) {
        this.coding = coding;
        this.skipsDelay = skipsDelay;
        AudioDecoder opened = null;
        String problem = null;
        try {
            opened = AudioDecoder.of(coding);
        } catch (IllegalArgumentException e) {
            problem = e.getMessage();
        }
        this.decoder = opened;
        this.undecodable = problem;
    }

    /**
     * Begins a file.
     *
     * @param frameMillis the time of the frame at its beginning
     */
    void begin(long frameMillis, TrackAudio.Room room) {
        boolean atDelay = skipsDelay && skip < 0;
        beginMillis = atDelay ? frameMillis : frameMillis - coding.codecDelayMillis();
        audio = new TrackAudio(beginMillis, room);
    }

    /** Whether {@link #begin} was called since the last {@link #end}. */
    boolean isBegun() {
        return audio != null;
    }

    /** The file is made. */
    void end() {
        audio = null;
    }

    /** Decodes the frames of the next chunk, each to its time. Counts frames that fail. */
    void add(AudioChunk chunk, String stream, AudioDamage damage) {
        last = chunk;
        if (decoder == null) {
            chunk.countAs(damage, chunk.frames(), stream, undecodable);
            return;
        }
        int undecoded = 0;
        int tooMuch = 0;
        for (int i = 0; i < chunk.frames(); i++) {
            long millis = chunk.millis(i) - coding.codecDelayMillis();
            refused = false;
            if (!chunk.decode(i, decoder, samples -> place(millis, samples))) {
                tooMuch += refused ? 1 : 0;
                undecoded += refused ? 0 : 1;
            }
        }
        chunk.countAs(damage, undecoded, stream, UNDECODABLE);
        chunk.countAs(damage, tooMuch, stream, TOO_MUCH);
    }

    /**
     * Adds the samples that the decoder held back. If there is no room, that counts as a damaged
     * frame.
     */
    void finish(String stream, AudioDamage damage) {
        if (decoder == null || audio == null || finished) {
            return;
        }
        finished = true;
        refused = false;
        decoder.finish(samples -> place(Long.MIN_VALUE, samples));
        if (refused) {
            last.countAs(damage, 1, stream, TOO_MUCH);
        }
    }

    private boolean place(long millis, short[] samples) {
        if (skip < 0) {
            int rate = decoder.samplesPerSecond();
            skip = skipsDelay ? coding.codecDelaySamples(rate) * decoder.channels() : 0;
        }
        int skipped = (int) Math.min(skip, samples.length);
        skip -= skipped;
        if (skipped == samples.length) {
            return true;
        }
        short[] heard =
                skipped == 0 ? samples : Arrays.copyOfRange(samples, skipped, samples.length);
        boolean placed = audio.add(millis, heard, decoder);
        refused |= !placed;
        return placed;
    }

    boolean isSilent() {
        return audio == null || audio.isEmpty();
    }

    /** Whether there was no room for something since {@link #begin}. */
    boolean isFull() {
        return audio != null && audio.isFull();
    }

    /** The samples; null before {@link #begin}. */
    @Nullable
    TrackAudio audio() {
        return audio;
    }

    /** When the first sample was recorded, by the producer's clock, in epoch millis. */
    long beginMillis() {
        return beginMillis;
    }

    @Override
    public void close() {
        if (decoder != null) {
            decoder.close();
        }
    }
}
