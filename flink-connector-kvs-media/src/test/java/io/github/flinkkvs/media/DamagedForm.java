/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Damages serialized forms in all places. */
public final class DamagedForm {

    /** What reading some bytes may allocate, whatever they say. */
    private static final long MAX_ALLOCATED_BYTES = 64 << 20;

    private static final int[] NUMBERS = {-1, -2, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 28};

    /** Reads a form. */
    @FunctionalInterface
    public interface Reader {
        Object read(byte[] form) throws IOException;
    }

    private DamagedForm() {}

    /**
     * Cut anywhere, the form is refused. With a wrong number anywhere, it is refused as well, or
     * read as something else, and costs little memory.
     */
    public static void assertRefused(byte[] form, Reader reader) throws IOException {
        assertThat(reader.read(form)).isNotNull();
        for (int length = 0; length < form.length; length++) {
            byte[] cut = Arrays.copyOf(form, length);
            assertThatThrownBy(() -> reader.read(cut))
                    .as("%s of %s bytes", length, form.length)
                    .isInstanceOf(IOException.class);
        }
        for (int at = 1; at + Integer.BYTES <= form.length; at++) {
            for (int number : NUMBERS) {
                byte[] wrong = form.clone();
                ByteBuffer.wrap(wrong).putInt(at, number);
                long before = allocated();
                try {
                    reader.read(wrong);
                } catch (IOException e) {
                    // An EOFException of Flink says nothing but that the data ends.
                } catch (RuntimeException | Error e) {
                    throw new AssertionError(number + " at byte " + at, e);
                }
                assertThat(allocated() - before)
                        .as("%s at byte %s", number, at)
                        .isLessThan(MAX_ALLOCATED_BYTES);
            }
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
