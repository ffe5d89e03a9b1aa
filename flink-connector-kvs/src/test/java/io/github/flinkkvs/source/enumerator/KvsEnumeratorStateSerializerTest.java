/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitSerializerTest;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class KvsEnumeratorStateSerializerTest {

    private static final KvsEnumeratorState STATE =
            new KvsEnumeratorState(
                    List.of("b", "a"),
                    List.of("d", "c"),
                    List.of(
                            KvsSplit.unread(
                                    StreamArn.parse("arn:aws:kinesisvideo:eu-west-1:1:stream/c/2"),
                                    StartingPosition.earliest(),
                                    StoppingPosition.never())),
                    "e");

    /** What the second version kept of it: whether there was a scan, but not for what. */
    private static final KvsEnumeratorState STATE_OF_VERSION_2 =
            new KvsEnumeratorState(
                    STATE.given(),
                    STATE.over(),
                    STATE.unassigned(),
                    KvsEnumeratorState.UNKNOWN_SELECTION);

    /** What the first version kept of it: ids that were given out, and splits that were not. */
    private static final KvsEnumeratorState STATE_OF_VERSION_1 =
            new KvsEnumeratorState(STATE.given(), List.of(), STATE.unassigned(), null);

    private final KvsEnumeratorStateSerializer serializer = new KvsEnumeratorStateSerializer();

    @Provide
    static Arbitrary<KvsEnumeratorState> states() {
        return Combinators.combine(
                        Arbitraries.strings().ofMaxLength(60).set().ofMaxSize(20),
                        Arbitraries.strings().ofMaxLength(60).set().ofMaxSize(20),
                        KvsSplitSerializerTest.splits().list().ofMaxSize(8),
                        Arbitraries.strings().ofMaxLength(60).injectNull(0.3))
                .as(KvsEnumeratorState::new);
    }

    @Property(tries = 200, seed = "21")
    void readsWhatItWrote(@ForAll("states") KvsEnumeratorState state) throws Exception {
        byte[] bytes = serializer.serialize(state);
        KvsEnumeratorState read = serializer.deserialize(serializer.getVersion(), bytes);
        assertThat(read).isEqualTo(state).hasSameHashCodeAs(state);
        assertThat(serializer.serialize(read)).isEqualTo(bytes);
    }

    /** The nested split has the first or the second version of its own form. */
    @Test
    void readsVersion1ForEver() throws Exception {
        assertThat(serializer.deserialize(1, KvsSplitSerializerTest.bytes(golden1(1, 56, ""))))
                .isEqualTo(STATE_OF_VERSION_1);
        assertThat(serializer.deserialize(1, KvsSplitSerializerTest.bytes(golden1(2, 58, "0000"))))
                .isEqualTo(STATE_OF_VERSION_1);
    }

    @Test
    void readsVersion2ForEver() throws Exception {
        String golden = goldenIds() + "01" + goldenSplit(2, 58, "0000");
        assertThat(serializer.deserialize(2, KvsSplitSerializerTest.bytes(golden)))
                .isEqualTo(STATE_OF_VERSION_2);
        assertThat(STATE_OF_VERSION_2.isScanned("any")).isTrue();
        assertThat(
                        serializer
                                .deserialize(
                                        2,
                                        KvsSplitSerializerTest.bytes(
                                                goldenIds() + "00" + goldenSplit(2, 58, "0000")))
                                .scanned())
                .isNull();
    }

    @Test
    void readsVersion3ForEver() throws Exception {
        String golden = goldenIds() + "00000001" + "0065" + goldenSplit(2, 58, "0000");
        assertThat(KvsSplitSerializerTest.hex(serializer.serialize(STATE))).isEqualTo(golden);
        assertThat(serializer.deserialize(3, KvsSplitSerializerTest.bytes(golden)))
                .isEqualTo(STATE);
        assertThat(STATE.isScanned("e")).isTrue();
        assertThat(STATE.isScanned("f")).isFalse();
        assertThat(
                        serializer
                                .deserialize(
                                        3,
                                        KvsSplitSerializerTest.bytes(
                                                goldenIds()
                                                        + "ffffffff"
                                                        + goldenSplit(2, 58, "0000")))
                                .scanned())
                .isNull();
    }

    private static String goldenIds() {
        return "00000002" + "000161" + "000162" + "00000002" + "000163" + "000164";
    }

    private static String golden1(int splitVersion, int splitLength, String splitEnd) {
        return "00000002" + "000161" + "000162" + goldenSplit(splitVersion, splitLength, splitEnd);
    }

    private static String goldenSplit(int splitVersion, int splitLength, String splitEnd) {
        return ""
                + String.format("%08x", splitVersion)
                + "00000001"
                + String.format("%08x", splitLength)
                + "002b61726e3a6177733a6b696e65736973766964656f3a65752d776573742d313a313a73747265616d"
                + "2f632f32"
                + "01000000"
                + "00000000"
                + "000000"
                + splitEnd;
    }

    @Property(tries = 30)
    void refusesWhatWasCutOff(@ForAll("states") KvsEnumeratorState state) throws Exception {
        byte[] bytes = serializer.serialize(state);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> serializer.deserialize(3, cut))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Damaged state of the enumerator: ");
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() throws Exception {
        byte[] bytes = serializer.serialize(STATE);
        assertThatThrownBy(() -> serializer.deserialize(4, bytes))
                .hasMessageContaining("version 4")
                .hasMessageContaining("up to 3");
        assertThatThrownBy(() -> serializer.deserialize(3, Arrays.copyOf(bytes, bytes.length + 1)))
                .hasMessageContaining("1 bytes too many");
        // The length of the nested split: negative, and too large.
        for (String length : new String[] {"FFFFFFFF", "7FFFFFFF", "0000003B"}) {
            String hex =
                    KvsSplitSerializerTest.hex(bytes)
                            .replace("0000003a", length)
                            .replace("0000003A", length);
            assertThatThrownBy(() -> serializer.deserialize(3, KvsSplitSerializerTest.bytes(hex)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("bytes where 58 are left");
        }
        // So has the text.
        for (int length : new int[] {-2, Integer.MAX_VALUE, 37}) {
            byte[] wrong = ByteBuffer.wrap(bytes.clone()).putInt(20, length).array();
            assertThatThrownBy(() -> serializer.deserialize(3, wrong))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a text of " + length + " characters where 72 bytes");
        }
        // Nested splits have a version of their own.
        bytes[29] = 9;
        assertThatThrownBy(() -> serializer.deserialize(3, bytes))
                .hasMessageContaining("Kinesis video stream in version");
    }
}
