/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.Wav;
import io.github.flinkkvs.media.audio.codec.AudioDecoder;

import java.util.Arrays;

/**
 * The samples of one track over time: one after the other as they were sent, with silence only
 * where their timestamps leave a gap.
 */
final class TrackAudio {

    /** Timestamps are in millis and jitter; a shorter gap does not count. */
    static final int JITTER_MILLIS = 100;

    /** No memory holds this much silence, and products of longer times overflow. */
    private static final long MAX_SPAN_MILLIS = Integer.MAX_VALUE;

    /** How many more bytes the samples may take; media determines their number. Not thread-safe. */
    static final class Room {
        private final long bytes;
        private long left;

        Room(long bytes) {
            this.bytes = bytes;
            this.left = bytes;
        }

        private boolean take(long samples) {
            long more = samples * Wav.BYTES_PER_SAMPLE;
            boolean fits = more <= left;
            left -= fits ? more : 0;
            return fits;
        }

        /** How many bytes are taken. */
        long taken() {
            return bytes - left;
        }
    }

    private final long originMillis;
    private final Room room;
    private short[] samples = {};
    private int length;
    private int samplesPerSecond;
    private int channels;
    private boolean full;

    /**
     * @param originMillis the time of the first sample, before which there is silence
     * @param room may be shared by several tracks; at most 1 GiB
     */
    TrackAudio(long originMillis, Room room) {
        this.originMillis = originMillis;
        this.room = room;
    }

    /**
     * Adds the decoded samples of a frame.
     *
     * @return false if there is no room for it and the silence before it; then nothing was added
     */
    boolean add(long millis, short[] frame, AudioDecoder decoder) {
        boolean first = samplesPerSecond == 0;
        if (first) {
            samplesPerSecond = decoder.samplesPerSecond();
            channels = decoder.channels();
        }
        long ahead = millis <= originMillis ? 0 : millis - originMillis;
        if (ahead < 0 || ahead > MAX_SPAN_MILLIS) {
            full = true;
            return false;
        }
        long gap = ahead * samplesPerSecond / 1000 - length / channels;
        long silence =
                gap > (first ? 0 : (long) JITTER_MILLIS * samplesPerSecond / 1000)
                        ? gap * channels
                        : 0;
        if (!room.take(silence + frame.length)) {
            full = true;
            return false;
        }
        length += (int) silence;
        reserve(frame.length);
        System.arraycopy(frame, 0, samples, length, frame.length);
        length += frame.length;
        return true;
    }

    private void reserve(int more) {
        int needed = length + more;
        if (needed > samples.length) {
            long doubled = Math.min(2L * samples.length, Integer.MAX_VALUE / 2);
            samples = Arrays.copyOf(samples, (int) Math.max(doubled, needed));
        }
    }

    /** Whether there was no room for something. */
    boolean isFull() {
        return full;
    }

    boolean isEmpty() {
        return length == 0;
    }

    int samplesPerSecond() {
        return samplesPerSecond;
    }

    /** In each channel. */
    int length() {
        return length / Math.max(1, channels);
    }

    /** The samples of each channel. */
    short[][] channels() {
        short[][] split = new short[channels][length()];
        for (int i = 0; i < length; i++) {
            split[i % channels][i / channels] = samples[i];
        }
        return split;
    }

    /** The mean of its channels, with silence at its end up to a length. */
    short[] mono(int newLength) {
        short[] mono = new short[newLength];
        for (int i = 0; i < length(); i++) {
            int sum = 0;
            for (int k = 0; k < channels; k++) {
                sum += samples[i * channels + k];
            }
            mono[i] = (short) (sum / channels);
        }
        return mono;
    }
}
