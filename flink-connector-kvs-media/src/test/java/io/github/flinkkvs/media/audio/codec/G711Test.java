/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

import org.junit.jupiter.api.Test;

import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import static org.assertj.core.api.Assertions.assertThat;

/** Every code, compared with the decoders of the JDK. */
class G711Test {

    @Test
    void aLaw() throws IOException {
        ByteBuffer expected = decodedByTheJdk(Encoding.ALAW);
        for (int code = 0; code < 256; code++) {
            assertThat(G711.fromALaw((byte) code)).as("%x", code).isEqualTo(expected.getShort());
        }
    }

    @Test
    void muLaw() throws IOException {
        ByteBuffer expected = decodedByTheJdk(Encoding.ULAW);
        for (int code = 0; code < 256; code++) {
            assertThat(G711.fromMuLaw((byte) code)).as("%x", code).isEqualTo(expected.getShort());
        }
    }

    private static ByteBuffer decodedByTheJdk(Encoding encoding) throws IOException {
        byte[] codes = new byte[256];
        for (int code = 0; code < 256; code++) {
            codes[code] = (byte) code;
        }
        AudioFormat coded = new AudioFormat(encoding, 8000, 8, 1, 1, 8000, false);
        AudioFormat linear = new AudioFormat(Encoding.PCM_SIGNED, 8000, 16, 1, 2, 8000, false);
        try (AudioInputStream samples =
                AudioSystem.getAudioInputStream(
                        linear,
                        new AudioInputStream(new ByteArrayInputStream(codes), coded, 256))) {
            return ByteBuffer.wrap(samples.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
