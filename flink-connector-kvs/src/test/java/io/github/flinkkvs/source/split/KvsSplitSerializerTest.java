/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.split;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

public class KvsSplitSerializerTest {

    private static final String ARN = "arn:aws:kinesisvideo:eu-west-1:1:stream/c/2";

    /** ARN; start: EARLIEST; stop: SERVER_TIMESTAMP 10; position: 7 at 8; caught up at 9. */
    private static final String GOLDEN =
            "002b61726e3a6177733a6b696e65736973766964656f3a65752d776573742d313a313a73747265616d"
                    + "2f632f32"
                    + "01000000"
                    + "0201000000000000000a0000"
                    + "0001370000000000000008"
                    + "010000000000000009";

    private final KvsSplitSerializer serializer = new KvsSplitSerializer();

    @Provide
    public static Arbitrary<KvsSplit> splits() {
        Arbitrary<Long> times = Arbitraries.longs();
        return Combinators.combine(
                        Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(256),
                        starts(),
                        stops(),
                        Combinators.combine(numbers(), times)
                                .as(FragmentPosition::new)
                                .injectNull(0.3),
                        times.injectNull(0.3),
                        Combinators.combine(numbers(), Arbitraries.integers())
                                .as(OpenFragment::new)
                                .injectNull(0.5))
                .as(
                        (name, start, stop, position, caughtUp, open) ->
                                new KvsSplit(
                                                StreamArn.parse(
                                                        ARN.replace("/c/", "/" + name + "/")),
                                                start,
                                                stop,
                                                position,
                                                caughtUp)
                                        .within(open));
    }

    @Provide
    public static Arbitrary<StartingPosition> starts() {
        Arbitrary<Long> times = Arbitraries.longs();
        return Arbitraries.oneOf(
                Arbitraries.of(StartingPosition.now(), StartingPosition.earliest()),
                times.map(StartingPosition.now()::resolved),
                times.map(Instant::ofEpochMilli).map(StartingPosition::atServerTimestamp),
                times.map(Instant::ofEpochMilli).map(StartingPosition::atProducerTimestamp),
                numbers().map(FragmentNumber::toString).map(StartingPosition::afterFragment),
                numbers().map(FragmentNumber::toString).map(StartingPosition::atFragment));
    }

    @Provide
    public static Arbitrary<StoppingPosition> stops() {
        Arbitrary<Long> times = Arbitraries.longs();
        return Arbitraries.oneOf(
                Arbitraries.of(StoppingPosition.never(), StoppingPosition.now()),
                times.map(Instant::ofEpochMilli).map(StoppingPosition::atServerTimestamp),
                times.map(Instant::ofEpochMilli).map(StoppingPosition::atProducerTimestamp),
                numbers().map(FragmentNumber::toString).map(StoppingPosition::atFragment));
    }

    private static Arbitrary<FragmentNumber> numbers() {
        return Arbitraries.strings()
                .numeric()
                .ofMinLength(1)
                .ofMaxLength(128)
                .map(FragmentNumber::of);
    }

    @Property(tries = 300, seed = "22")
    void readsWhatItWrote(@ForAll("splits") KvsSplit split) throws Exception {
        byte[] bytes = serializer.serialize(split);
        KvsSplit read = serializer.deserialize(serializer.getVersion(), bytes);
        assertThat(read).isEqualTo(split).hasSameHashCodeAs(split);
        assertThat(serializer.serialize(read)).isEqualTo(bytes);
    }

    @Test
    void readsVersion1ForEver() throws Exception {
        KvsSplit split =
                new KvsSplit(
                        StreamArn.parse(ARN),
                        StartingPosition.earliest(),
                        StoppingPosition.of(StoppingPosition.Kind.SERVER_TIMESTAMP, 10L, null),
                        new FragmentPosition(FragmentNumber.of("7"), 8),
                        9L);
        assertThat(serializer.deserialize(1, bytes(GOLDEN))).isEqualTo(split);
        // Version 2 appends the fragment of which frames were emitted; here there is none.
        assertThat(hex(serializer.serialize(split))).isEqualTo(GOLDEN + "0000");
        assertThat(serializer.deserialize(2, bytes(GOLDEN + "0000"))).isEqualTo(split);
        assertThat(serializer.getVersion()).isEqualTo(2);
    }

    @Test
    void readsVersion2ForEver() throws Exception {
        KvsSplit split =
                new KvsSplit(
                                StreamArn.parse(ARN),
                                StartingPosition.earliest(),
                                StoppingPosition.of(
                                        StoppingPosition.Kind.SERVER_TIMESTAMP, 10L, null),
                                new FragmentPosition(FragmentNumber.of("7"), 8),
                                9L)
                        .within(new OpenFragment(FragmentNumber.of("12"), 258));
        String golden = GOLDEN + "0002" + "3132" + "00000102";
        assertThat(hex(serializer.serialize(split))).isEqualTo(golden);
        assertThat(serializer.deserialize(2, bytes(golden))).isEqualTo(split);
    }

    /** After fragment 77, to fragment 88, nothing read. */
    @Test
    void readsVersion1WithNumbersForEver() throws Exception {
        String golden =
                GOLDEN.substring(0, 90) + "0400" + "00023737" + "0400" + "00023838" + "000000";
        KvsSplit split =
                KvsSplit.unread(
                        StreamArn.parse(ARN),
                        StartingPosition.afterFragment("77"),
                        StoppingPosition.atFragment("88"));
        assertThat(hex(serializer.serialize(split))).isEqualTo(golden + "0000");
        assertThat(serializer.deserialize(1, bytes(golden))).isEqualTo(split);
    }

    /** From fragment 77 on, to fragment 88, nothing read. */
    @Test
    void readsAStartAtAFragmentForEver() throws Exception {
        String golden =
                GOLDEN.substring(0, 90) + "0500" + "00023737" + "0400" + "00023838" + "0000000000";
        KvsSplit split =
                KvsSplit.unread(
                        StreamArn.parse(ARN),
                        StartingPosition.atFragment("77"),
                        StoppingPosition.atFragment("88"));
        assertThat(hex(serializer.serialize(split))).isEqualTo(golden);
        assertThat(serializer.deserialize(2, bytes(golden))).isEqualTo(split);
        assertThat(new KvsSplitState(split).toSplit()).isEqualTo(split);
    }

    @Test
    void refusesWhatItDoesNotKnow() throws Exception {
        byte[] bytes =
                serializer.serialize(
                        KvsSplit.unread(
                                StreamArn.parse(ARN),
                                StartingPosition.now(),
                                StoppingPosition.never()));
        assertThatThrownBy(() -> serializer.deserialize(3, bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 3")
                .hasMessageContaining("up to 2");
        assertThatThrownBy(() -> serializer.deserialize(2, Arrays.copyOf(bytes, bytes.length + 3)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("3 bytes too many")
                .hasMessageContaining(ARN);
    }

    /** A form that ends too early, at any byte, gives an IOException that says so. */
    @Property(tries = 30)
    void refusesWhatWasCutOff(@ForAll("splits") KvsSplit split) throws Exception {
        byte[] bytes = serializer.serialize(split);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> serializer.deserialize(2, cut))
                    .isInstanceOf(IOException.class)
                    .hasMessage("Damaged state of a Kinesis video stream: it ends too early");
        }
    }

    @Test
    void refusesWhatWasDamaged() {
        String arn = GOLDEN.substring(0, 90);
        assertDamaged("000161" + "01000000" + "000000" + "0000", "Not the ARN");
        assertDamaged(arn + "06000000" + "000000" + "000000", "no starting position of kind 6");
        assertDamaged(arn + "FF000000" + "000000" + "000000", "no starting position of kind -1");
        assertDamaged(arn + "01000000" + "05000000" + "000000", "no stopping position of kind 5");
        assertDamaged(arn + "02000000" + "00000000" + "000000", "SERVER_TIMESTAMP without its");
        assertDamaged(arn + "04000000" + "00000000" + "000000", "AFTER_FRAGMENT without its");
        assertDamaged(arn + "05000000" + "00000000" + "000000", "AT_FRAGMENT without its");
        assertDamaged(arn + "01000000" + "03000000" + "000000", "PRODUCER_TIMESTAMP without its");
        assertDamaged(arn + "01000000" + "04000000" + "000000", "FRAGMENT without its");
        assertDamaged(arn + "01000000" + "00000000" + "000178" + "00", "Not a fragment number");
    }

    private void assertDamaged(String hex, String message) {
        assertThatThrownBy(() -> serializer.deserialize(1, bytes(hex)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Damaged state of a Kinesis video stream: ")
                .hasMessageContaining(message);
    }

    @Test
    void theOrderOfTheKindsIsPartOfTheForm() {
        assertThat(StartingPosition.Kind.values())
                .extracting(Enum::name)
                .containsExactly(
                        "NOW",
                        "EARLIEST",
                        "SERVER_TIMESTAMP",
                        "PRODUCER_TIMESTAMP",
                        "AFTER_FRAGMENT",
                        "AT_FRAGMENT");
        assertThat(StoppingPosition.Kind.values())
                .extracting(Enum::name)
                .containsExactly(
                        "NEVER", "NOW", "SERVER_TIMESTAMP", "PRODUCER_TIMESTAMP", "FRAGMENT");
    }

    @Test
    void whoComesLaterGoesOnWithinTheOpenFragment() {
        OpenFragment open = new OpenFragment(FragmentNumber.of("12"), 3);
        KvsSplit split =
                KvsSplit.unread(
                                StreamArn.parse(ARN),
                                StartingPosition.earliest(),
                                StoppingPosition.never())
                        .within(open);
        assertThat(split.delayed().open()).isEqualTo(open);
        assertThat(new KvsSplitState(split).toSplit().open()).isEqualTo(open);
    }

    @Test
    void aCheckpointTurnsNowIntoATime() {
        KvsSplit split =
                KvsSplit.unread(
                        StreamArn.parse(ARN),
                        StartingPosition.now().resolved(5),
                        StoppingPosition.never());
        assertThat(split.start().kind()).isEqualTo(StartingPosition.Kind.NOW);
        StartingPosition kept = new KvsSplitState(split).toSplit().start();
        assertThat(kept.kind()).isEqualTo(StartingPosition.Kind.SERVER_TIMESTAMP);
        assertThat(kept.timestampMillis()).isEqualTo(5);
        assertThat(split.splitId()).isEqualTo("arn:aws:kinesisvideo:eu-west-1:1:stream/c/2");
    }

    public static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder();
        for (byte b : bytes) {
            hex.append(String.format("%02x", b));
        }
        return hex.toString();
    }

    public static byte[] bytes(String hex) {
        byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }
}
