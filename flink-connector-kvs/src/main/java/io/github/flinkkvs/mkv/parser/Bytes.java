/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import org.apache.flink.annotation.Internal;

import java.nio.ByteBuffer;

/** Copies bytes out of buffers. */
@Internal
public final class Bytes {

    /** Copies bytes from an index of a buffer; the buffer's position does not change. */
    public static void copy(ByteBuffer source, int from, byte[] target, int at, int count) {
        if (source.hasArray()) {
            System.arraycopy(source.array(), source.arrayOffset() + from, target, at, count);
        } else {
            source.duplicate().position(from).get(target, at, count);
        }
    }

    private Bytes() {}
}
