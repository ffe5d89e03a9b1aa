/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Copies a body into an array for each of its fragments, which all have the same size. Knows that
 * size beforehand and reads nothing. Used by one thread at a time.
 */
final class FragmentArrays implements Consumer<ByteBuffer> {

    private final int size;
    private final IntConsumer received;
    private byte[] fragment;
    private int length;

    /** The last complete fragment, so that no array can be optimized away. */
    @SuppressWarnings("unused")
    private volatile byte[] last;

    /**
     * @param received accepts the size of each buffer
     */
    FragmentArrays(int size, IntConsumer received) {
        this.size = size;
        this.received = received;
    }

    @Override
    public void accept(ByteBuffer bytes) {
        int count = bytes.remaining();
        while (bytes.hasRemaining()) {
            if (length == 0) {
                fragment = new byte[size];
            }
            int copied = Math.min(bytes.remaining(), size - length);
            bytes.get(fragment, length, copied);
            length += copied;
            if (length == size) {
                last = fragment;
                length = 0;
            }
        }
        received.accept(count);
    }
}
