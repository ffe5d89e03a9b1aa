/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.peers;

import io.github.flinkkvs.benchmarks.parser.media.Body;

import org.ebml.BinaryElement;
import org.ebml.ProtoType;
import org.ebml.io.DataSource;
import org.ebml.matroska.MatroskaDocTypes;

import java.nio.ByteBuffer;

/** A document as input for jebml. */
public final class JebmlSource implements DataSource {

    /** Colour and its children, which the recordings have and on which jebml fails. */
    private static final int[] UNKNOWN_IDS = {
        0x55B0, 0x55B1, 0x55B7, 0x55B8, 0x55B9, 0x55BA, 0x55BB
    };

    static {
        // Using this class fills jebml's table of elements, which its reader does not do.
        MatroskaDocTypes.Void.getName();
        for (int id : UNKNOWN_IDS) {
            new ProtoType<>(
                    BinaryElement.class,
                    Integer.toHexString(id),
                    new byte[] {(byte) (id >> 8), (byte) id},
                    4);
        }
    }

    private final ByteBuffer bytes;

    /** The document between two offsets of a body. */
    public static JebmlSource of(Body body, int start, int end) {
        return new JebmlSource(ByteBuffer.wrap(body.bytes(), start, end - start));
    }

    private JebmlSource(ByteBuffer bytes) {
        this.bytes = bytes.slice();
    }

    @Override
    public byte readByte() {
        return bytes.hasRemaining() ? bytes.get() : 0;
    }

    @Override
    public int read(ByteBuffer target) {
        int count = Math.min(target.remaining(), bytes.remaining());
        target.put(target.position(), bytes, bytes.position(), count);
        target.position(target.position() + count);
        bytes.position(bytes.position() + count);
        return count;
    }

    @Override
    public long skip(long count) {
        int skipped = (int) Math.min(count, bytes.remaining());
        bytes.position(bytes.position() + skipped);
        return skipped;
    }

    @Override
    public long length() {
        return bytes.limit();
    }

    @Override
    public long getFilePointer() {
        return bytes.position();
    }

    @Override
    public boolean isSeekable() {
        return true;
    }

    @Override
    public long seek(long position) {
        bytes.position((int) Math.min(position, bytes.limit()));
        return bytes.position();
    }
}
