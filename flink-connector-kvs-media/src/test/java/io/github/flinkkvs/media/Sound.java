/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The content of a WAV file, as the JDK reads it. */
public final class Sound {

    public final int samplesPerSecond;
    public final short[][] channels;

    public Sound(byte[] wav) throws Exception {
        try (AudioInputStream in = AudioSystem.getAudioInputStream(new ByteArrayInputStream(wav))) {
            samplesPerSecond = (int) in.getFormat().getSampleRate();
            channels = new short[in.getFormat().getChannels()][(int) in.getFrameLength()];
            ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; bytes.hasRemaining(); i++) {
                channels[i % channels.length][i / channels.length] = bytes.getShort();
            }
        }
    }

    public static Sound of(CallAudio call) throws Exception {
        byte[] wav = new byte[call.sizeBytes()];
        call.wav().get(wav);
        return new Sound(wav);
    }

    public int samples() {
        return channels[0].length;
    }

    public double seconds() {
        return (double) samples() / samplesPerSecond;
    }

    /** How often per second the first channel crosses 0 upwards, between two offsets. */
    public double hertz(double fromSecond, double toSecond) {
        int from = (int) (fromSecond * samplesPerSecond);
        int to = (int) (toSecond * samplesPerSecond);
        int rises = 0;
        for (int i = from + 1; i < to; i++) {
            rises += channels[0][i - 1] < 0 && channels[0][i] >= 0 ? 1 : 0;
        }
        return rises / (toSecond - fromSecond);
    }

    /** How much of the first channel is a tone that begins with 0 and rises: from -1 to 1. */
    public double likenessToSine(double hertz) {
        double product = 0;
        double ownPower = 0;
        double sinePower = 0;
        for (int i = 0; i < samples(); i++) {
            double sine = Math.sin(2 * Math.PI * hertz * i / samplesPerSecond);
            product += sine * channels[0][i];
            sinePower += sine * sine;
            ownPower += (double) channels[0][i] * channels[0][i];
        }
        return product / Math.sqrt(ownPower * sinePower);
    }
}
