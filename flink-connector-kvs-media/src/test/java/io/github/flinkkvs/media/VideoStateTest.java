/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.FragmentNumber;

import org.junit.jupiter.api.Test;

import java.io.IOException;

import static io.github.flinkkvs.media.AudioSerializationTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The form in which decoders lie in state, byte for byte: it stays readable for ever. */
class VideoStateTest {

    private static final String BEGINNING =
            "01 0000000000000000 0000000000000000 00 00000000 00 00000000 00 00000000";

    private static final String GOING_ON =
            "01 0000000000000009 0000000000000384"
                    + " 01 0000000000000004 0000000000000190 02"
                    + " 00000001 0000000000000003"
                    + " 01 0001 37 00000005"
                    + " 01 0000000000000011"
                    + " 00000002"
                    + " 0000000000000007 0003 63616d 0001 37 0000000000000001 00000006"
                    + " 00000000000003e8 03"
                    + " 0000000000000008 0003 63616d 0001 37 0000000000000001 00000007"
                    + " 0000000000000410 05 0000000000000008 0000000000000320 02";

    private static VideoState goingOn() {
        VideoState state = new VideoState();
        state.sequence = 9;
        state.sentBytes = 900;
        state.start = new VideoState.Start(4, 400, 2);
        state.damagedAt(3);
        state.fragment = FragmentNumber.of("7");
        state.ordinal = 5;
        state.period = 17L;
        FragmentNumber seven = FragmentNumber.of("7");
        state.pending.put(7L, new VideoState.Pending("cam", seven, 1, 6, 1000, true, true, null));
        state.pending.put(
                8L,
                new VideoState.Pending(
                        "cam", seven, 1, 7, 1040, true, false, new VideoState.Start(8, 800, 2)));
        return state;
    }

    @Test
    void isWrittenInVersion1() throws IOException {
        assertThat(new VideoState().toBytes()).isEqualTo(bytes(BEGINNING));
        assertThat(goingOn().toBytes()).isEqualTo(bytes(GOING_ON));
    }

    @Test
    void version1StaysReadable() throws IOException {
        for (String golden : new String[] {BEGINNING, GOING_ON}) {
            assertThat(VideoState.fromBytes(bytes(golden)).toBytes()).isEqualTo(bytes(golden));
        }
        VideoState read = VideoState.fromBytes(bytes(GOING_ON));
        assertThat(read.firstKept()).isEqualTo(4);
        assertThat(read.keptBytes()).isEqualTo(500);
        assertThat(read.pending.get(7L).chosen).isTrue();
        assertThat(read.pending.get(8L).start.sequence).isEqualTo(8);
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
        // Behind 3 already.
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
        assertThatThrownBy(() -> VideoState.fromBytes(new byte[] {2}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("The state of a decoder in version 2");
    }
}
