/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.junit.jupiter.api.Test;

import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import static org.assertj.core.api.Assertions.assertThat;

class WavTest {

    private static final short[] LEFT = {0, 1, -1, Short.MAX_VALUE, Short.MIN_VALUE};
    private static final short[] RIGHT = {5, 4, 3, 2, 1};

    @Test
    void isByteForByteWhatTheJdkWrites() throws Exception {
        assertThat(Wav.of(8000, LEFT)).isEqualTo(writtenByTheJdk(8000, LEFT));
        assertThat(Wav.of(48000, LEFT, RIGHT)).isEqualTo(writtenByTheJdk(48000, LEFT, RIGHT));
        assertThat(Wav.of(8000, new short[0])).isEqualTo(writtenByTheJdk(8000, new short[0]));
    }

    @Test
    void isReadByTheJdk() throws Exception {
        try (AudioInputStream in =
                AudioSystem.getAudioInputStream(
                        new ByteArrayInputStream(Wav.of(16000, LEFT, RIGHT)))) {
            assertThat(in.getFormat().getChannels()).isEqualTo(2);
            assertThat(in.getFormat().getSampleRate()).isEqualTo(16000);
            assertThat(in.getFormat().getSampleSizeInBits()).isEqualTo(16);
            assertThat(in.getFrameLength()).isEqualTo(LEFT.length);
            assertThat(in.readAllBytes()).isEqualTo(interleaved(LEFT, RIGHT));
        }
    }

    private static byte[] writtenByTheJdk(int rate, short[]... channels) throws Exception {
        AudioFormat format = new AudioFormat(rate, 16, channels.length, true, false);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AudioSystem.write(
                new AudioInputStream(
                        new ByteArrayInputStream(interleaved(channels)),
                        format,
                        channels[0].length),
                javax.sound.sampled.AudioFileFormat.Type.WAVE,
                out);
        return out.toByteArray();
    }

    private static byte[] interleaved(short[]... channels) {
        ByteBuffer bytes =
                ByteBuffer.allocate(2 * channels.length * channels[0].length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < channels[0].length; i++) {
            for (short[] channel : channels) {
                bytes.putShort(channel[i]);
            }
        }
        return bytes.array();
    }
}
