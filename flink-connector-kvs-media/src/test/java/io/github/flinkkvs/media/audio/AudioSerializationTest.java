/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.CallAudioSerializer;
import io.github.flinkkvs.media.DamagedForm;
import io.github.flinkkvs.media.audio.codec.AudioCoding;

import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

import static io.github.flinkkvs.media.HexBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The serialized forms of calls in state, byte for byte: they stay readable for ever. */
class AudioSerializationTest {

    private static final String CALL_AUDIO_1 =
            "01 01 0001 63 0004 6c696e65 0001 74 00000002 0000019600000000 00001f40 00000001"
                    + " 00000003 010203";

    private static final String CHUNK_1 =
            "01 0001 74 04 00003e80 00000001 00000002 1408"
                    + " 00000002 0000000000000064 00000001 00000000000000a4 00000002"
                    + " 00000003 070809";

    private static final String PCM_CHUNK_1 =
            "01 0001 74 00 00001f40 00000001 ffffffff 00000001 0000000000000064 00000002"
                    + " 00000002 0708";

    private static final String CALL_1 =
            "01 0004 6c696e65 01 0001 63 01 0001 6d 00000003 00000001 000000000000007b 01"
                    + " 0000000000000064 00000000000000e4 00000001"
                    + " 0001 74 04 00003e80 00000001 00000002 1408 0000000000000800";

    private static final String CALL_AUDIO_2 =
            "02 01 00000001 63 00000001 00000001 6e 00000001 76 00000004 6c696e65 00000001 74"
                    + " 00000002 0000019600000000 0000019600000009 00001f40 00000001"
                    + " 00000003 010203";

    private static final String CODING_2 =
            "04 00003e80 00000001 00000002 1408 0003 616163 0000000000000000";

    private static final String CHUNK_2 =
            "02 00000001 74 00000002 3931 "
                    + CODING_2
                    + " 00000002 0000000000000064 00000001 00000000000000a4 00000002"
                    + " 00000003 070809";

    private static final String CALL_2 =
            "02 00000004 6c696e65 01 00000001 63 00000001 00000001 6e 00000001 76"
                    + " 01 00000001 6d 00000003 00000001 000000000000007b 01"
                    + " 0000000000000064 00000000000000e4 00000000000000a0 0000000000000007 00"
                    + " 00000001 00000001 74 "
                    + CODING_2
                    + " 0000000000000800"
                    + " 00000001 00000001 62 00000005";

    private static final String CALL_3 =
            "03 00000004 6c696e65 01 01 00000001 78 00000001 63 00000001 00000001 6e 00000001 76"
                    + " 01 00000001 6d 00000003 00000001 000000000000007b 01"
                    + " 0000000000000064 00000000000000e4 00000000000000a0 0000000000000007 00"
                    + " 00000001 00000001 74 "
                    + CODING_2
                    + " 0000000000000800"
                    + " 00000001 01 00000001 78 00000001 62 00000005";

    /** The version 3 form of a call that version 2 wrote. */
    private static final String CALL_3_OF_2 =
            CALL_3.replace("01 01 00000001 78 00000001 63", "01 00 00000001 63")
                    .replace("00000001 01 00000001 78 00000001 62", "00000001 00 00000001 62");

    private static CallAudio callAudio() {
        return new CallAudio(
                "c",
                Map.of("n", "v"),
                "line",
                "t",
                2,
                0x19600000000L,
                0x19600000009L,
                8000,
                1,
                new byte[] {1, 2, 3});
    }

    private static AudioChunk chunk() {
        return new AudioChunk(
                "t",
                "91",
                AudioCoding.aac(16000, 1, new byte[] {0x14, 0x08}),
                new long[] {100, 164},
                new int[] {1, 2},
                new byte[] {7, 8, 9});
    }

    private static CallState call() {
        CallState before = new CallState("line", CallId.of(List.of("x"), List.of("b")));
        before.part = 5;
        CallState call = before.next(CallId.of(List.of("x"), List.of("c")));
        call.tags().put("n", "v");
        call.mimeType = "m";
        call.part = 3;
        call.cameAt = 123;
        call.timer = true;
        call.begin(7);
        call.open.add(chunk());
        return call;
    }

    private static CallAudio read(String bytes) throws IOException {
        return CallAudioSerializer.INSTANCE.deserialize(new DataInputDeserializer(bytes(bytes)));
    }

    @Test
    void callAudioIsWrittenInVersion2() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        CallAudioSerializer.INSTANCE.serialize(callAudio(), out);
        assertThat(out.getCopyOfBuffer()).isEqualTo(bytes(CALL_AUDIO_2));
        assertThat(read(CALL_AUDIO_2)).isEqualTo(callAudio());
    }

    @Test
    void callAudioIsReadInVersion1() throws IOException {
        CallAudio call = read(CALL_AUDIO_1);
        assertThat(call.callId()).isEqualTo("c");
        assertThat(call.contactId()).isEqualTo("c");
        assertThat(call.tags()).isEqualTo(Map.of("ContactId", "c"));
        assertThat(call.streamName()).isEqualTo("line");
        assertThat(call.track()).isEqualTo("t");
        assertThat(call.part()).isEqualTo(2);
        assertThat(call.firstTimestampMillis()).isEqualTo(0x19600000000L);
        assertThat(call.serverTimestampMillis()).isEqualTo(0x19600000000L);
        assertThat(call.samplesPerSecond()).isEqualTo(8000);
        assertThat(call.channels()).isEqualTo(1);
        assertThat(call.wav()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }

    @Test
    void aChunkIsWrittenInVersion2() throws IOException {
        assertThat(chunk().toBytes()).isEqualTo(bytes(CHUNK_2));
        assertThat(AudioChunk.fromBytes(bytes(CHUNK_2)).toBytes()).isEqualTo(bytes(CHUNK_2));
    }

    @Test
    void aChunkIsReadInVersion1() throws IOException {
        // Everything except the fragment, which version 1 did not contain.
        assertThat(AudioChunk.fromBytes(bytes(CHUNK_1)).toBytes())
                .isEqualTo(bytes(CHUNK_2.replace("00000002 3931", "00000000")));
        assertThat(AudioChunk.fromBytes(bytes(PCM_CHUNK_1)).coding())
                .isEqualTo(AudioCoding.CONNECT);
    }

    @Test
    void aCallIsWrittenInVersion3() throws IOException {
        assertThat(call().toBytes()).isEqualTo(bytes(CALL_3));
        assertThat(CallState.fromBytes(bytes(CALL_3)).toBytes()).isEqualTo(bytes(CALL_3));
    }

    @Test
    void aCallIsReadInVersion2() throws IOException {
        CallState call = CallState.fromBytes(bytes(CALL_2));
        assertThat(call.toBytes()).isEqualTo(bytes(CALL_3_OF_2));
        assertThat(CallState.fromBytes(bytes(CALL_3_OF_2)).toBytes()).isEqualTo(bytes(CALL_3_OF_2));
        // The tags that identified it are unknown: any tags with the same values match.
        assertThat(call.isOf(CallId.of(List.of("x"), List.of("c")))).isTrue();
        assertThat(call.isOf(CallId.of(List.of("x"), List.of("b")))).isFalse();
        assertThat(call.next(CallId.of(List.of("x"), List.of("b"))).part).isEqualTo(5);
    }

    /** Version 2 did not distinguish underscores within values from those between them. */
    @Test
    void aCallOfSeveralTagsIsReadInVersion2() throws IOException {
        String joined = "00000005 615f625f63";
        CallState call =
                CallState.fromBytes(
                        bytes(
                                CALL_2.replace("01 00000001 63", "01 " + joined)
                                        .replace("00000001 62", joined)));
        CallId id = CallId.of(List.of("x", "y"), List.of("a_b", "c"));
        assertThat(call.callId()).isEqualTo("a_b_c");
        assertThat(call.isOf(id)).isTrue();
        CallState next = call.next(CallId.of(List.of("x", "y"), List.of("d", "e")));
        assertThat(next.next(id).part).isEqualTo(3);
    }

    @Test
    void aCallIsReadInVersion1() throws IOException {
        CallState call = CallState.fromBytes(bytes(CALL_1));
        assertThat(call.callId()).isEqualTo("c");
        assertThat(call.tags()).isEqualTo(Map.of("ContactId", "c"));
        // The same in the newest form, except for what the oldest does not contain.
        assertThat(call.toBytes())
                .isEqualTo(
                        bytes(
                                CALL_3_OF_2
                                        .replace(
                                                "00000001 6e 00000001 76",
                                                "00000009 436f6e746163744964 00000001 63")
                                        .replace(
                                                "00000000000000a0 0000000000000007",
                                                "0000000000000000 0000000000000064")
                                        .replace("00000001 00 00000001 62 00000005", "00000000")));
    }

    /** Checkpoints may be damaged: a length that is wrong must not fill the memory. */
    @Test
    void damagedFormsAreRefused() throws IOException {
        for (String call : List.of(CALL_AUDIO_1, CALL_AUDIO_2)) {
            DamagedForm.assertRefused(
                    bytes(call),
                    form ->
                            CallAudioSerializer.INSTANCE.deserialize(
                                    new DataInputDeserializer(form)));
        }
        for (String chunk : List.of(CHUNK_1, CHUNK_2, PCM_CHUNK_1)) {
            DamagedForm.assertRefused(bytes(chunk), AudioChunk::fromBytes);
        }
        for (String call : List.of(CALL_1, CALL_2, CALL_3)) {
            DamagedForm.assertRefused(bytes(call), CallState::fromBytes);
        }
    }

    @Test
    void damagedStateSaysWhatIsWrong() {
        assertThatThrownBy(() -> AudioChunk.fromBytes(bytes(CHUNK_2.replace(" 04 ", " 09 "))))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "The state of a call is damaged: audio of kind 9. Restore the job from"
                                + " another checkpoint or savepoint.");
        // A frame that is longer than the data would end within that of another one.
        assertThatThrownBy(
                        () ->
                                AudioChunk.fromBytes(
                                        bytes(CHUNK_2.replace("64 00000001", "64 00000009"))))
                .hasMessageContaining("frames of 11 bytes in 3");
        assertThatThrownBy(() -> CallState.fromBytes(bytes(CALL_3 + "00")))
                .hasMessageContaining("1 bytes too many");
        assertThatThrownBy(
                        () ->
                                CallAudioSerializer.INSTANCE.deserialize(
                                        new DataInputDeserializer(
                                                bytes(
                                                        CALL_AUDIO_2.replace(
                                                                "00000003 010203", "ffffffff")))))
                .isInstanceOf(IOException.class)
                .hasMessage("Serialized data is damaged: it has a length of -1");
        // Its duration could not be computed.
        assertThatThrownBy(() -> read(CALL_AUDIO_2.replace("00001f40", "00000000")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sound of 0 Hz or channels");
    }

    @Test
    void aNewerVersionIsRefused() {
        assertThatThrownBy(
                        () ->
                                CallAudioSerializer.INSTANCE.deserialize(
                                        new DataInputDeserializer(new byte[] {3})))
                .hasMessageContaining("version 3");
        assertThatThrownBy(() -> AudioChunk.fromBytes(new byte[] {3}))
                .hasMessageContaining("version 3");
        assertThatThrownBy(() -> CallState.fromBytes(new byte[] {4}))
                .hasMessageContaining("version 4");
    }
}
