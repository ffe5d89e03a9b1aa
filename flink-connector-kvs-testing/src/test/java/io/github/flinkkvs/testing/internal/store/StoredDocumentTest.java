/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import io.github.flinkkvs.testing.faults.AfterBreak;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** What a fragment keeps of what a producer sends. */
class StoredDocumentTest {

    private static final byte[] HEADER = {1, 2, 3};

    private final byte[] media = random(100_000);

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static StoredDocument open(int number) {
        return StoredDocument.open(BigInteger.valueOf(number), 1000, 1000, HEADER);
    }

    private StoredDocument complete(int number) {
        StoredDocument fragment = open(number);
        fragment.append(media, 0, media.length);
        fragment.complete(2000, 3000);
        return fragment;
    }

    private byte[] expected() {
        byte[] expected = Arrays.copyOf(HEADER, HEADER.length + media.length);
        System.arraycopy(media, 0, expected, HEADER.length, media.length);
        return expected;
    }

    @Test
    void fragmentsHaveTheirMediaInCommon() {
        for (int number = 1; number <= 2; number++) {
            assertThat(complete(number).slice(HEADER.length, media.length).array()).isSameAs(media);
        }
    }

    @Test
    void changingOneLeavesTheOthers() {
        StoredDocument corrupt = complete(1);
        StoredDocument large = complete(2);
        StoredDocument broken = complete(3);
        StoredDocument other = complete(4);

        corrupt.corrupt(HEADER.length + 10, new byte[] {42, 43});
        large.enlarge(1000);
        broken.breakOff(50_000, AfterBreak.NEXT_FRAGMENT);

        byte[] changed = expected();
        changed[HEADER.length + 10] = 42;
        changed[HEADER.length + 11] = 43;
        assertThat(corrupt.archivedBytes()).isEqualTo(changed);
        assertThat(large.archivedBytes()).startsWith(expected()).hasSizeGreaterThan(101_000);
        assertThat(broken.archivedBytes()).isEqualTo(Arrays.copyOf(expected(), 50_000));
        assertThat(other.archivedBytes()).isEqualTo(expected());
    }

    @Test
    void aViewOutlivesWhatComesAfterIt() {
        StoredDocument fragment = open(1);
        fragment.append(media, 0, media.length);
        ByteBuf view = fragment.slice(1, 10_000);
        ByteBuf released = fragment.slice(0, 10);
        released.release();

        for (int i = 0; i < 1000; i++) {
            fragment.append(media, i, 1);
        }
        fragment.complete(2000, 3000);
        fragment.corrupt(0, new byte[] {9});

        assertThat(ByteBufUtil.getBytes(view)).isEqualTo(Arrays.copyOfRange(expected(), 1, 10_001));
    }

    @Test
    void smallPiecesBecomeOne() {
        StoredDocument fragment = open(1);
        for (int i = 0; i < media.length; i += 100) {
            fragment.append(media, i, 100);
        }
        assertThat(fragment.slice(0, Integer.MAX_VALUE).nioBufferCount()).isGreaterThan(100);

        fragment.complete(2000, 3000);

        assertThat(fragment.slice(0, Integer.MAX_VALUE).nioBufferCount()).isOne();
        assertThat(fragment.archivedBytes()).isEqualTo(expected());
    }

    @Test
    void slicesAreWhatArrivedWhateverThePieces() {
        Random random = new Random(5);
        for (int round = 0; round < 300; round++) {
            StoredDocument fragment = open(1);
            ByteArrayOutputStream arrived = new ByteArrayOutputStream();
            arrived.writeBytes(HEADER);
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            for (int piece = random.nextInt(30); piece > 0; piece--) {
                int offset = random.nextInt(1000);
                int length = random.nextInt(random.nextBoolean() ? 10 : 9000);
                fragment.append(media, offset, length);
                arrived.write(media, offset, length);
                ByteBuf slice = fragment.slice(read.size(), 1 + random.nextInt(20_000));
                if (slice != null) {
                    read.writeBytes(ByteBufUtil.getBytes(slice));
                }
            }
            fragment.complete(2000, 3000);
            ByteBuf rest = fragment.slice(read.size(), Integer.MAX_VALUE);
            read.writeBytes(rest == null ? new byte[0] : ByteBufUtil.getBytes(rest));

            assertThat(read.toByteArray()).isEqualTo(arrived.toByteArray());
            assertThat(fragment.archivedBytes()).isEqualTo(arrived.toByteArray());
            assertThat(ByteBufUtil.getBytes(fragment.archived())).isEqualTo(arrived.toByteArray());
            assertThat(fragment.matches(ByteBuffer.wrap(fragment.bytes()))).isTrue();
            byte[] other = fragment.bytes();
            other[random.nextInt(arrived.size())]++;
            assertThat(fragment.matches(ByteBuffer.wrap(other))).isFalse();
        }
    }
}
