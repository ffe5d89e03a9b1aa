/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import java.util.Arrays;

/**
 * The samples of one track on the line of time: one after the other as they were sent, with silence
 * only where their timestamps leave a gap.
 */
final class TrackAudio {

    /** Timestamps are millis and jitter; a shorter gap is none. */
    static final int JITTER_MILLIS = 100;

    private final long originMillis;
    private short[] samples = new short[1 << 14];
    private int length;
    private int samplesPerSecond;
    private int channels;

    /**
     * @param originMillis the time of the first sample, before which there is silence
     */
    TrackAudio(long originMillis) {
        this.originMillis = originMillis;
    }

    /** Adds what a decoder made of a frame. */
    void add(long millis, short[] frame, AudioDecoder decoder) {
        if (frame.length == 0) {
            return;
        }
        boolean first = samplesPerSecond == 0;
        if (first) {
            samplesPerSecond = decoder.samplesPerSecond();
            channels = decoder.channels();
        }
        long gap = (millis - originMillis) * samplesPerSecond / 1000 - length / channels;
        if (gap > (first ? 0 : (long) JITTER_MILLIS * samplesPerSecond / 1000)) {
            reserve(gap * channels);
            length += (int) gap * channels;
        }
        reserve(frame.length);
        System.arraycopy(frame, 0, samples, length, frame.length);
        length += frame.length;
    }

    private void reserve(long more) {
        if (length + more > samples.length) {
            long doubled = Math.min(Integer.MAX_VALUE - 8L, 2L * samples.length);
            samples = Arrays.copyOf(samples, Math.toIntExact(Math.max(doubled, length + more)));
        }
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

    /** Each channel by itself. */
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
