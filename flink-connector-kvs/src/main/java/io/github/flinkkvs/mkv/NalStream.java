/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The NAL units of a track of H.264 or H.265, in the form that a decoder wants: Annex B, with a
 * start code before each unit, or length-prefixed, with its size before each.
 *
 * <p>The service delivers what the producer sent, so CodecPrivate and each frame may be in either
 * form, whatever CodecID says: it is told from the bytes. What makes sense as lengths from its
 * first byte to its last is taken as such, for a length may look like a start code.
 *
 * <p>Immutable and thread-safe.
 */
public final class NalStream {

    private static final String H264 = "V_MPEG4/ISO/AVC";
    private static final String H265 = "V_MPEGH/ISO/HEVC";

    /** What decoders and muxers use where nothing says otherwise. */
    private static final int USUAL_LENGTH_SIZE = 4;

    private final int lengthSize;
    private final List<ByteBuffer> parameterSets;

    private NalStream(int lengthSize, List<ByteBuffer> parameterSets) {
        this.lengthSize = lengthSize;
        this.parameterSets = Collections.unmodifiableList(parameterSets);
    }

    /** Whether a track declares H.264 or H.265. */
    public static boolean isDeclaredBy(Track track) {
        return track.codecId().equals(H264) || track.codecId().equals(H265);
    }

    /**
     * Reads the CodecPrivate of a track: a configuration record (avcC, hvcC), Annex B, or nothing.
     *
     * @throws MkvException if it is none of them
     * @throws IllegalArgumentException if the track {@linkplain #isDeclaredBy declares} another
     *     codec
     */
    public static NalStream of(Track track) throws MkvException {
        if (!isDeclaredBy(track)) {
            throw new IllegalArgumentException("Neither H.264 nor H.265: " + track);
        }
        byte[] bytes = track.codecPrivate();
        if (bytes == null || bytes.length == 0) {
            return new NalStream(USUAL_LENGTH_SIZE, List.of());
        }
        ByteBuffer record = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        if (firstStartCode(record) >= 0) {
            return new NalStream(USUAL_LENGTH_SIZE, split(record));
        }
        return track.codecId().equals(H264) ? ofAvcRecord(record) : ofHevcRecord(record);
    }

    /**
     * All frames of one track in Annex B, one after the other, behind the parameter sets of its
     * CodecPrivate.
     *
     * @throws MkvException as {@link #of}, {@link #toAnnexB} and {@link Fragment#frames()}
     * @throws IllegalStateException if the fragment was read for its tags only
     */
    public static byte[] annexB(Fragment fragment, Track track) throws MkvException {
        NalStream stream = of(track);
        List<ByteBuffer> units = new ArrayList<>(stream.parameterSets);
        for (Frame frame : fragment.frames()) {
            if (frame.trackNumber() == track.number()) {
                units.addAll(stream.units(frame.data()));
            }
        }
        return withStartCodes(units);
    }

    /**
     * VPS, SPS and PPS, in the order of CodecPrivate; empty if it has none, and then they are in
     * the frames. Read-only.
     */
    public List<ByteBuffer> parameterSets() {
        List<ByteBuffer> copies = new ArrayList<>(parameterSets.size());
        for (ByteBuffer unit : parameterSets) {
            copies.add(unit.duplicate());
        }
        return Collections.unmodifiableList(copies);
    }

    /** The {@link #parameterSets()} in Annex B: what a decoder needs before a key frame. */
    public byte[] parameterSetsAnnexB() {
        return withStartCodes(parameterSets);
    }

    /**
     * The units of a frame: read-only views, without start codes and lengths.
     *
     * @param data of {@link Frame#data()}; its position stays
     * @throws MkvException if it is in neither form; the offset is that of the first unit whose
     *     length does not fit, within the frame
     */
    public List<ByteBuffer> units(ByteBuffer data) throws MkvException {
        ByteBuffer frame = data.slice().asReadOnlyBuffer();
        List<ByteBuffer> units = new ArrayList<>();
        int at = 0;
        while (at < frame.limit()) {
            long length = at + lengthSize < frame.limit() ? length(frame, at) : 0;
            if (length == 0 || length > frame.limit() - at - lengthSize) {
                if (firstStartCode(frame) >= 0) {
                    return split(frame);
                }
                throw MkvException.malformed(
                        "NAL units whose lengths do not fit their frame",
                        MkvElements.SIMPLE_BLOCK,
                        at);
            }
            units.add(view(frame, at + lengthSize, (int) length));
            at += lengthSize + (int) length;
        }
        return units;
    }

    /**
     * A frame in Annex B, with start codes of four bytes.
     *
     * @param data of {@link Frame#data()}; its position stays
     * @throws MkvException as {@link #units}
     */
    public byte[] toAnnexB(ByteBuffer data) throws MkvException {
        return withStartCodes(units(data));
    }

    /**
     * A frame with lengths before its units, as long as the track's configuration record tells, or
     * four bytes.
     *
     * @param data of {@link Frame#data()}; its position stays
     * @throws MkvException as {@link #units}, and if a unit is too long for its length to be
     *     written
     */
    public byte[] toLengthPrefixed(ByteBuffer data) throws MkvException {
        List<ByteBuffer> units = units(data);
        ByteBuffer out = ByteBuffer.allocate(size(units, lengthSize));
        for (ByteBuffer unit : units) {
            int length = unit.remaining();
            if (lengthSize < 4 && length >>> 8 * lengthSize != 0) {
                throw MkvException.malformed(
                        "A NAL unit of "
                                + length
                                + " bytes, too long for a length of "
                                + lengthSize
                                + " bytes",
                        MkvElements.SIMPLE_BLOCK,
                        out.position());
            }
            for (int i = lengthSize - 1; i >= 0; i--) {
                out.put((byte) (length >>> 8 * i));
            }
            out.put(unit.duplicate());
        }
        return out.array();
    }

    private long length(ByteBuffer frame, int at) {
        long length = 0;
        for (int i = 0; i < lengthSize; i++) {
            length = length << 8 | frame.get(at + i) & 0xFF;
        }
        return length;
    }

    // ---- configuration records -------------------------------------------------------------

    private static NalStream ofAvcRecord(ByteBuffer record) throws MkvException {
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
        return new NalStream(lengthSize, sets);
    }

    private static NalStream ofHevcRecord(ByteBuffer record) throws MkvException {
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
        return new NalStream(lengthSize, sets);
    }

    private static void addSets(ByteBuffer record, int count, List<ByteBuffer> sets)
            throws MkvException {
        for (int i = 0; i < count; i++) {
            require(record, 2);
            int length = record.getShort() & 0xFFFF;
            require(record, Math.max(length, 1));
            if (length == 0) {
                throw malformedRecord("A parameter set without bytes", record.position());
            }
            sets.add(view(record, record.position(), length));
            record.position(record.position() + length);
        }
    }

    private static void require(ByteBuffer record, int bytes) throws MkvException {
        if (record.remaining() < bytes) {
            throw malformedRecord("A configuration record that is cut off", record.position());
        }
    }

    private static MkvException notARecord() {
        return malformedRecord("Neither a configuration record nor Annex B", 0);
    }

    private static MkvException malformedRecord(String message, int at) {
        return MkvException.malformed(message, MkvElements.CODEC_PRIVATE, at);
    }

    // ---- Annex B ---------------------------------------------------------------------------

    /** Where the bytes 0, 0, 1 are, if there are only zeros before them; else -1. */
    private static int firstStartCode(ByteBuffer bytes) {
        int zeros = 0;
        while (zeros < bytes.limit() && bytes.get(zeros) == 0) {
            zeros++;
        }
        return zeros >= 2 && zeros < bytes.limit() && bytes.get(zeros) == 1 ? zeros - 2 : -1;
    }

    private static List<ByteBuffer> split(ByteBuffer bytes) {
        List<ByteBuffer> units = new ArrayList<>();
        int from = firstStartCode(bytes) + 3;
        while (from < bytes.limit()) {
            int next = nextStartCode(bytes, from);
            int to = next;
            // No unit ends with a zero: these belong to the start code, or fill up the frame.
            while (to > from && bytes.get(to - 1) == 0) {
                to--;
            }
            if (to > from) {
                units.add(view(bytes, from, to - from));
            }
            from = next + 3;
        }
        return units;
    }

    private static int nextStartCode(ByteBuffer bytes, int from) {
        for (int i = from; i + 2 < bytes.limit(); i++) {
            if (bytes.get(i + 2) == 1 && bytes.get(i + 1) == 0 && bytes.get(i) == 0) {
                return i;
            }
        }
        return bytes.limit();
    }

    private static byte[] withStartCodes(List<ByteBuffer> units) {
        ByteBuffer out = ByteBuffer.allocate(size(units, 4));
        for (ByteBuffer unit : units) {
            out.putInt(1).put(unit.duplicate());
        }
        return out.array();
    }

    private static int size(List<ByteBuffer> units, int prefix) {
        long size = 0;
        for (ByteBuffer unit : units) {
            size += prefix + unit.remaining();
        }
        return Math.toIntExact(size);
    }

    private static ByteBuffer view(ByteBuffer bytes, int from, int length) {
        ByteBuffer view = bytes.duplicate();
        view.limit(from + length).position(from);
        return view.slice();
    }
}
