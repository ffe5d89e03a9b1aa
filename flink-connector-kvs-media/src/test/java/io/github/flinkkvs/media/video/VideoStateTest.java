/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.DamagedForm;
import io.github.flinkkvs.mkv.FragmentNumber;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The serialized form of decoders in state, byte for byte: it stays readable for ever. */
class VideoStateTest {

    private static final String BEGINNING =
            " 0000000000000000 0000000000000000 00 00000000 00 00000000 00 00000000";

    private static final String GOING_ON =
            " 0000000000000009 0000000000000384"
                    + " 01 0000000000000004 0000000000000190 02"
                    + " 00000001 0000000000000003"
                    + " 01 0001 37 00000005"
                    + " 01 0000000000000011"
                    + " 00000002"
                    + " 0000000000000007 0003 63616d 0001 37 0000000000000001 00000006"
                    + " 00000000000003e8 03"
                    + " 0000000000000008 0003 63616d 0001 37 0000000000000001 00000007"
                    + " 0000000000000410 05 0000000000000008 0000000000000320 02";

    private static final String VERSION_2 =
            "02 0000000000000009 0000000000000384"
                    + " 01 0000000000000004 0000000000000190 02"
                    + " 00000001 0000000000000003"
                    + " 01 0001 37 00000005"
                    + " 01 0000000000000011"
                    + " 00000003"
                    + " 0000000000000007 0003 63616d 0001 37 0000000000000001 00000006"
                    + " 00000000000003e8 03"
                    + " 0000000000000008 0003 63616d 0001 37 0000000000000001 00000007"
                    + " 0000000000000410 05 0000000000000008 0000000000000320 02"
                    + " 0000000000000009 0003 63616d 0001 37 0000000000000001 00000008"
                    + " 00000000000003d4 0b"
                    + " 01 0000000000000009 0000000000000384 01"
                    + " 01 00000000000003de";

    private static VideoState goingOn() {
        VideoState state = new VideoState();
        state.sequence = 9;
        state.sentBytes = 900;
        state.start = new DecoderStart(4, 400, 2);
        state.damagedAt(3);
        state.fragment = FragmentNumber.of("7");
        state.ordinal = 5;
        state.period = 17L;
        FragmentNumber seven = FragmentNumber.of("7");
        state.pending.put(7L, new PendingFrame("cam", seven, 1, 6, 1000, true, true, false, null));
        state.pending.put(
                8L,
                new PendingFrame(
                        "cam", seven, 1, 7, 1040, true, false, false, new DecoderStart(8, 800, 2)));
        return state;
    }

    /** The same state with the fields of version 2. */
    private static VideoState beginning() {
        VideoState state = goingOn();
        state.carried = new DecoderStart(9, 900, 1);
        state.beginMillis = 990L;
        state.pending.put(
                9L,
                new PendingFrame("cam", FragmentNumber.of("7"), 1, 8, 980, true, true, true, null));
        return state;
    }

    /** Otherwise the state would grow with each group of frames. */
    @Test
    void damageIsNotKeptForKeyFramesThatFailed() {
        VideoState state = new VideoState();
        FragmentNumber number = FragmentNumber.of("7");
        for (long keyFrame = 10; keyFrame < 10_000; keyFrame += 10) {
            state.damagedAt(keyFrame - 1);
            DecoderStart start = new DecoderStart(keyFrame, 100, 0);
            state.pending.put(
                    keyFrame, new PendingFrame("cam", number, 1, 0, 0, true, true, false, start));
            state.damagedAt(keyFrame + 1);
            assertThat(state.damaged).contains(keyFrame + 1);
            state.pending.remove(keyFrame);
            state.damagedAt(keyFrame);
        }
        assertThat(state.damaged).containsExactly(9L);
    }

    @Test
    void isWrittenInVersion2() throws IOException {
        assertThat(new VideoState().toBytes()).isEqualTo(bytes("02" + BEGINNING + " 00 00"));
        assertThat(goingOn().toBytes()).isEqualTo(bytes("02" + GOING_ON + " 00 00"));
        assertThat(beginning().toBytes()).isEqualTo(bytes(VERSION_2));
    }

    @Test
    void version1StaysReadable() throws IOException {
        for (String golden : new String[] {BEGINNING, GOING_ON}) {
            assertThat(VideoState.fromBytes(bytes("01" + golden)).toBytes())
                    .isEqualTo(bytes("02" + golden + " 00 00"));
        }
        VideoState read = VideoState.fromBytes(bytes("01" + GOING_ON));
        assertThat(read.firstKept()).isEqualTo(4);
        assertThat(read.keptBytes()).isEqualTo(500);
        assertThat(read.pending.get(7L).chosen).isTrue();
        assertThat(read.pending.get(7L).leading).isFalse();
        assertThat(read.pending.get(8L).start.sequence).isEqualTo(8);
        assertThat(read.carried).isNull();
        assertThat(read.beginMillis).isNull();
    }

    @Test
    void version2StaysReadable() throws IOException {
        VideoState read = VideoState.fromBytes(bytes(VERSION_2));
        assertThat(read.toBytes()).isEqualTo(bytes(VERSION_2));
        assertThat(read.pending.get(9L).leading).isTrue();
        assertThat(read.carried.sequence).isEqualTo(9);
        assertThat(read.beginMillis).isEqualTo(990);
    }

    @Test
    void withoutAStartNothingIsKept() {
        VideoState state = goingOn();
        state.start = null;
        assertThat(state.firstKept()).isEqualTo(9);
        assertThat(state.keptBytes()).isZero();
    }

    @Test
    void damageLastsUntilAKeyFrame() {
        VideoState state = goingOn();
        // Already after 3.
        state.damagedAt(6);
        assertThat(state.damaged).containsExactly(3L);
        // A key frame that is not shown yet is between them.
        state.damagedAt(9);
        assertThat(state.damaged).containsExactly(3L, 9L);
        assertThat(state.isBehindDamage(3)).isFalse();
        assertThat(state.isBehindDamage(4)).isTrue();
        state.damaged.headSet(8L).clear();
        assertThat(state.isBehindDamage(9)).isFalse();
        assertThat(state.isBehindDamage(10)).isTrue();
    }

    @Test
    void aNewerVersionIsRefused() {
        assertThatThrownBy(() -> VideoState.fromBytes(new byte[] {3}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("The state of a decoder in version 3");
    }

    /** What passed silently would lose or double pictures, or crash FFmpeg. */
    @Test
    void damagedStateIsRefused() {
        byte[] whole = bytes(VERSION_2);
        for (int length = 0; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length));
        }
        assertRefused(Arrays.copyOf(whole, whole.length + 1));
        String start = "01 0000000000000004 0000000000000190 02";
        for (String wrong :
                new String[] {
                    "01 000000000000000a 0000000000000190 02",
                    "01 ffffffffffffffff 0000000000000190 02",
                    "01 0000000000000004 ffffffffffffffff 02",
                    "01 0000000000000004 0000000000000190 11",
                    "01 0000000000000004 0000000000000190 ff"
                }) {
            assertRefused(bytes(VERSION_2.replaceFirst(start, wrong)));
        }
        // Counts, the number of the fragment, flags, a frame that was not sent.
        assertRefused(bytes(VERSION_2.replace("00000001 0000000000000003", "ffffffff")));
        assertRefused(bytes(VERSION_2.replace("0000000000000003", "0000000000000013")));
        assertRefused(bytes(VERSION_2.replace("0001 37 00000005", "0001 2d 00000005")));
        assertRefused(bytes(VERSION_2.replace("00000005", "fffffffb")));
        assertRefused(bytes(VERSION_2.replace("00000000000003d4 0b", "00000000000003d4 1b")));
    }

    @Test
    void damagedFormsAreRefused() throws IOException {
        DamagedForm.assertRefused(bytes(VERSION_2), VideoState::fromBytes);
        DamagedForm.assertRefused(bytes("01" + GOING_ON), VideoState::fromBytes);
    }

    private static void assertRefused(byte[] state) {
        assertThatThrownBy(() -> VideoState.fromBytes(state))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("The state of a decoder is damaged: ")
                .hasMessageContaining("another checkpoint or savepoint");
    }

    private static byte[] bytes(String hex) {
        String digits = hex.replace(" ", "");
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }
}
