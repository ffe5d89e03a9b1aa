/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.apache.flink.annotation.Internal;

import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;

/** Reads the state of a function from the bytes that a checkpoint keeps, which may be damaged. */
@Internal
public final class StateBytes {

    /** Reads one form of a state. */
    @FunctionalInterface
    public interface Reader<T> {

        /**
         * @throws IOException if a newer connector wrote it
         * @throws IllegalArgumentException if it is damaged
         */
        T read(DataInputStream in) throws IOException;
    }

    private StateBytes() {}

    /**
     * Reads a state, to the last byte.
     *
     * @param what whose state it is, for messages, such as "a decoder"
     * @throws IOException if it is damaged; the message says what is wrong, and what to do
     */
    public static <T> T read(String what, byte[] bytes, Reader<T> reader) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        T state;
        try {
            state = reader.read(in);
            check(in.available() == 0, in.available() + " bytes too many");
        } catch (EOFException e) {
            throw damaged(what, "it ends after " + bytes.length + " bytes", e);
        } catch (UTFDataFormatException | IllegalArgumentException e) {
            throw damaged(what, e.getMessage(), e);
        }
        return state;
    }

    private static IOException damaged(String what, String why, Exception cause) {
        return new IOException(
                "The state of "
                        + what
                        + " is damaged: "
                        + why
                        + ". Restore the job from another checkpoint or savepoint.",
                cause);
    }

    /**
     * @throws IllegalArgumentException if the condition does not hold; {@link #read} says so
     */
    public static void check(boolean condition, String wrong) {
        if (!condition) {
            throw new IllegalArgumentException(wrong);
        }
    }

    /**
     * A number of things that follow.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public static int readCount(DataInput in) throws IOException {
        int count = in.readInt();
        check(count >= 0, "count " + count);
        return count;
    }
}
