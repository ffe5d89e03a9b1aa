/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.bitstream;

import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the CodecPrivate of a track of H.264 or H.265 says: a configuration record (avcC or hvcC),
 * parameter sets in Annex B, or nothing. Immutable.
 */
final class CodecConfiguration {

    /** What decoders and muxers use if nothing says otherwise. */
    private static final int USUAL_LENGTH_SIZE = 4;

    private final boolean annexB;
    private final int lengthSize;
    private final List<ByteBuffer> parameterSets;

    private CodecConfiguration(boolean annexB, int lengthSize, List<ByteBuffer> parameterSets) {
        this.annexB = annexB;
        this.lengthSize = lengthSize;
        this.parameterSets = Collections.unmodifiableList(parameterSets);
    }

    /**
     * Reads a CodecPrivate.
     *
     * @param codecPrivate not copied; null if there is none
     * @throws MkvException if it is neither a configuration record nor Annex B
     */
    static CodecConfiguration read(NalCodec codec, @Nullable byte[] codecPrivate)
            throws MkvException {
        if (codecPrivate == null || codecPrivate.length == 0) {
            return new CodecConfiguration(false, USUAL_LENGTH_SIZE, List.of());
        }
        ByteBuffer bytes = ByteBuffer.wrap(codecPrivate).asReadOnlyBuffer();
        if (AnnexB.firstStartCode(bytes) >= 0) {
            return new CodecConfiguration(true, USUAL_LENGTH_SIZE, AnnexB.split(bytes));
        }
        return codec == NalCodec.H264 ? readAvc(bytes) : readHevc(bytes);
    }

    private static CodecConfiguration readAvc(ByteBuffer record) throws MkvException {
        require(record, 6);
        if (record.get(0) != 1) {
            throw notARecord();
        }
        int lengthSize = (record.get(4) & 3) + 1;
        List<ByteBuffer> sets = new ArrayList<>();
        record.position(6);
        addSets(record, record.get(5) & 0x1F, sets);
        require(record, 1);
        addSets(record, record.get() & 0xFF, sets);
        return new CodecConfiguration(false, lengthSize, sets);
    }

    private static CodecConfiguration readHevc(ByteBuffer record) throws MkvException {
        require(record, 23);
        // Before the standard was final, writers left the version at 0.
        if (record.get(0) > 1 || record.get(0) < 0) {
            throw notARecord();
        }
        int lengthSize = (record.get(21) & 3) + 1;
        List<ByteBuffer> sets = new ArrayList<>();
        record.position(23);
        for (int arrays = record.get(22) & 0xFF; arrays > 0; arrays--) {
            require(record, 3);
            record.get();
            addSets(record, record.getShort() & 0xFFFF, sets);
        }
        return new CodecConfiguration(false, lengthSize, sets);
    }

    private static void addSets(ByteBuffer record, int count, List<ByteBuffer> sets)
            throws MkvException {
        for (int i = 0; i < count; i++) {
            require(record, 2);
            int length = record.getShort() & 0xFFFF;
            require(record, Math.max(length, 1));
            if (length == 0) {
                throw malformed("A parameter set without bytes", record.position());
            }
            sets.add(AnnexB.view(record, record.position(), length));
            record.position(record.position() + length);
        }
    }

    private static void require(ByteBuffer record, int bytes) throws MkvException {
        if (record.remaining() < bytes) {
            throw malformed("A configuration record that is cut off", record.position());
        }
    }

    private static MkvException notARecord() {
        return malformed("Neither a configuration record nor Annex B", 0);
    }

    private static MkvException malformed(String message, int at) {
        return MkvException.malformed(message, MkvElements.CODEC_PRIVATE, at);
    }

    /** Whether CodecPrivate is Annex B. */
    boolean isAnnexB() {
        return annexB;
    }

    /** How many bytes the length before a unit takes: 1 to 4. */
    int lengthSize() {
        return lengthSize;
    }

    /** VPS, SPS and PPS in their order; the positions of the buffers must not be changed. */
    List<ByteBuffer> parameterSets() {
        return parameterSets;
    }
}
