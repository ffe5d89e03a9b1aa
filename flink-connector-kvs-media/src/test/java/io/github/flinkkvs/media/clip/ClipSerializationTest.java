/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.media.DamagedForm;
import io.github.flinkkvs.media.HexBytes;
import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is in savepoints stays readable. */
class ClipSerializationTest {

    private static final ClipRequest REQUEST =
            ClipRequest.of(
                            "gate",
                            Instant.parse("2026-01-31T08:00:00.250Z"),
                            Instant.parse("2026-01-31T08:00:15Z"))
                    .withFormat(Clip.Format.MP4)
                    .withClock(ClipRequest.Clock.SERVER);

    private static final Clip CLIP =
            new Clip(
                    REQUEST,
                    "gate",
                    "arn:x",
                    1_769_846_399_000L,
                    1_769_846_416_000L,
                    List.of(FragmentNumber.of("1"), FragmentNumber.of("23")),
                    true,
                    new byte[] {5, 6, 7});

    private static final String GOLDEN_REQUEST =
            "01 0004 67617465 0000019c1310e4fa 0000019c13111e98 0006 534552564552 0003 4d5034";

    private static final String GOLDEN_CLIP =
            "01 "
                    + GOLDEN_REQUEST
                    + " 0004 67617465 0005 61726e3a78 0000019c1310e018 0000019c13112280"
                    + " 00000002 0001 31 0002 3233 01 00000003 050607";

    private static <T> byte[] bytes(TypeSerializer<T> serializer, T value) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(value, out);
        return out.getCopyOfBuffer();
    }

    private static <T> T read(TypeSerializer<T> serializer, byte[] bytes) throws IOException {
        return serializer.deserialize(new DataInputDeserializer(bytes));
    }

    @Test
    void goldenBytes() throws Exception {
        byte[] request = HexBytes.bytes(GOLDEN_REQUEST);
        byte[] clip = HexBytes.bytes(GOLDEN_CLIP);
        assertThat(bytes(ClipRequestSerializer.INSTANCE, REQUEST)).isEqualTo(request);
        assertThat(read(ClipRequestSerializer.INSTANCE, request)).isEqualTo(REQUEST);
        assertThat(bytes(ClipSerializer.INSTANCE, CLIP)).isEqualTo(clip);
        assertThat(read(ClipSerializer.INSTANCE, clip)).isEqualTo(CLIP);
    }

    @Test
    void damagedFormsAreRefused() throws Exception {
        DamagedForm.assertRefused(
                HexBytes.bytes(GOLDEN_REQUEST), form -> read(ClipRequestSerializer.INSTANCE, form));
        DamagedForm.assertRefused(
                HexBytes.bytes(GOLDEN_CLIP), form -> read(ClipSerializer.INSTANCE, form));
        byte[] sepia = HexBytes.bytes(GOLDEN_REQUEST.replace("4d5034", "4d5035"));
        assertThatThrownBy(() -> read(ClipRequestSerializer.INSTANCE, sepia))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("A serialized record is damaged: No enum constant")
                .hasMessageEndingWith(
                        "MP5. If it comes from a checkpoint, restore the job from another one.");
    }

    @Test
    void ofALaterVersion() {
        assertThatThrownBy(() -> read(ClipSerializer.INSTANCE, new byte[] {2}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in version 2");
        assertThatThrownBy(() -> read(ClipRequestSerializer.INSTANCE, new byte[] {2}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in version 2");
    }

    @Test
    void flinkFindsTheTypes() {
        assertThat(TypeInformation.of(Clip.class)).isSameAs(ClipTypeInfo.INSTANCE);
        assertThat(TypeInformation.of(ClipRequest.class)).isSameAs(ClipRequestTypeInfo.INSTANCE);
        assertThat(ClipSerializer.INSTANCE.copy(CLIP)).isSameAs(CLIP);
    }

    @Test
    void aClipIsAFile() throws Exception {
        assertThat(CLIP.fileName()).isEqualTo("20260131T080000.250Z-20260131T080015.000Z.mp4");
        assertThat(CLIP.duration()).hasSeconds(17);
        assertThat(CLIP.bytes().isReadOnly()).isTrue();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CLIP.writeTo(out);
        assertThat(out.toByteArray()).containsExactly(5, 6, 7);
        assertThat(CLIP)
                .hasToString(
                        "clip of stream gate from 2026-01-31T08:00:00.250Z to 2026-01-31T08:00:15Z"
                                + " by the service's clock, MP4 of 3 bytes, 2 fragments");
    }

    @Test
    void requestsThatCannotBe() {
        Instant now = Instant.parse("2026-01-31T08:00:00Z");
        assertThatThrownBy(() -> ClipRequest.of("front door", now, now))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'front door' is not the name of a stream");
        assertThatThrownBy(() -> ClipRequest.of("arn:aws:s3:::bucket", now, now))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Not the ARN of a Kinesis video stream");
        assertThatThrownBy(() -> ClipRequest.of("gate", now, now.minusMillis(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("its end is before its beginning");
        // Calculations with it would overflow.
        assertThatThrownBy(() -> ClipRequest.of("gate", now, Instant.ofEpochMilli(Long.MAX_VALUE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("No clip is from", "the year 9999");
        assertThatThrownBy(() -> ClipRequest.of("gate", Instant.ofEpochMilli(Long.MIN_VALUE), now))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("No clip is from", "the year 9999");
        assertThatThrownBy(() -> ClipRequest.of("gate", now, Instant.MAX))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("No clip");
    }
}
