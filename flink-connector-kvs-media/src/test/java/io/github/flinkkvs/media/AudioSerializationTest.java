/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.media.AudioCoding.Kind;

import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import org.junit.jupiter.api.Test;

import java.io.IOException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The forms in which calls lie in state, byte for byte: they stay readable for ever. */
class AudioSerializationTest {

    private static final String CALL_AUDIO_1 =
            "01 01 0001 63 0004 6c696e65 0001 74 00000002 0000019600000000 00001f40 00000001"
                    + " 00000003 010203";

    private static final String CHUNK_1 =
            "01 0001 74 04 00003e80 00000001 00000002 1408"
                    + " 00000002 0000000000000064 00000001 00000000000000a4 00000002"
                    + " 00000003 070809";

    private static final String CALL_1 =
            "01 0004 6c696e65 01 0001 63 01 0001 6d 00000003 00000001 000000000000007b 01"
                    + " 0000000000000064 00000000000000e4 00000001"
                    + " 0001 74 04 00003e80 00000001 00000002 1408 0000000000000800";

    private static CallAudio callAudio() {
        return new CallAudio("c", "line", "t", 2, 0x19600000000L, 8000, 1, new byte[] {1, 2, 3});
    }

    private static AudioChunk chunk() {
        return new AudioChunk(
                "t",
                new AudioCoding(Kind.AAC, 16000, 1, new byte[] {0x14, 0x08}),
                new long[] {100, 164},
                new int[] {1, 2},
                new byte[] {7, 8, 9});
    }

    private static CallState call() {
        CallState call = new CallState("line", "c");
        call.mimeType = "m";
        call.part = 3;
        call.cameAt = 123;
        call.timer = true;
        call.add(chunk());
        return call;
    }

    @Test
    void callAudioIsWrittenInVersion1() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        CallAudioSerializer.INSTANCE.serialize(callAudio(), out);
        assertThat(out.getCopyOfBuffer()).isEqualTo(bytes(CALL_AUDIO_1));
        assertThat(
                        CallAudioSerializer.INSTANCE.deserialize(
                                new DataInputDeserializer(bytes(CALL_AUDIO_1))))
                .isEqualTo(callAudio());
    }

    @Test
    void aChunkIsWrittenInVersion1() throws IOException {
        assertThat(chunk().toBytes()).isEqualTo(bytes(CHUNK_1));
        assertThat(AudioChunk.fromBytes(bytes(CHUNK_1)).toBytes()).isEqualTo(bytes(CHUNK_1));
    }

    @Test
    void aCallIsWrittenInVersion1() throws IOException {
        assertThat(call().toBytes()).isEqualTo(bytes(CALL_1));
        assertThat(CallState.fromBytes(bytes(CALL_1)).toBytes()).isEqualTo(bytes(CALL_1));
    }

    @Test
    void aNewerVersionIsRefused() {
        assertThatThrownBy(
                        () ->
                                CallAudioSerializer.INSTANCE.deserialize(
                                        new DataInputDeserializer(new byte[] {2})))
                .hasMessageContaining("version 2");
        assertThatThrownBy(() -> AudioChunk.fromBytes(new byte[] {2}))
                .hasMessageContaining("version 2");
        assertThatThrownBy(() -> CallState.fromBytes(new byte[] {2}))
                .hasMessageContaining("version 2");
    }

    static byte[] bytes(String hex) {
        String digits = hex.replace(" ", "");
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }
}
