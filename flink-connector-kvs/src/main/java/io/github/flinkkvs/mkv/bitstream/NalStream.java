/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.bitstream;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The NAL units of a track of H.264 or H.265, in the form that a decoder wants: Annex B, with a
 * start code before each unit, or length-prefixed, with its size before each.
 *
 * <p>The service delivers what the producer sent, so CodecPrivate and each frame may be in either
 * form, whatever CodecID says: it is told from the bytes. A length may look like a start code, so
 * what makes sense as lengths from its first byte to its last is taken as such. If it makes sense
 * in both forms, it is in the one in which a frame can begin like that; if that does not tell
 * either, in the form of CodecPrivate.
 *
 * <p>Immutable and thread-safe.
 */
@PublicEvolving
public final class NalStream {

    /** As registered, and as AWS's own reference spells them. */
    private static final Map<String, Codec> CODECS =
            Map.of(
                    "V_MPEG4/ISO/AVC", Codec.H264,
                    "V_MPEG/ISO/AVC", Codec.H264,
                    "V_MPEGH/ISO/HEVC", Codec.H265,
                    "V_MPEG/ISO/HEVC", Codec.H265);

    /** What decoders and muxers use where nothing says otherwise. */
    private static final int USUAL_LENGTH_SIZE = 4;

    private enum Codec {
        H264,
        H265
    }

    private final Codec codec;
    private final boolean annexBIsUsual;
    private final int lengthSize;
    private final List<ByteBuffer> parameterSets;

    private NalStream(
            Codec codec, boolean annexBIsUsual, int lengthSize, List<ByteBuffer> parameterSets) {
        this.codec = codec;
        this.annexBIsUsual = annexBIsUsual;
        this.lengthSize = lengthSize;
        this.parameterSets = Collections.unmodifiableList(parameterSets);
    }

    /** Whether a track declares H.264 or H.265. */
    public static boolean isDeclaredBy(Track track) {
        return isDeclaredBy(track.codecId());
    }

    /** Whether it is a CodecID of H.264 or H.265. */
    public static boolean isDeclaredBy(String codecId) {
        return CODECS.containsKey(codecId);
    }

    /**
     * Reads the CodecPrivate of a track: a configuration record (avcC, hvcC), Annex B, or nothing.
     *
     * @throws MkvException if it is none of them
     * @throws IllegalArgumentException if the track {@linkplain #isDeclaredBy declares} another
     *     codec
     */
    public static NalStream of(Track track) throws MkvException {
        return of(track.codecId(), track.codecPrivate());
    }

    /**
     * As {@link #of(Track)}, where the track itself is not at hand.
     *
     * @param codecPrivate not copied, not to be changed any more; null if there is none
     */
    public static NalStream of(String codecId, @Nullable byte[] codecPrivate) throws MkvException {
        Codec codec = CODECS.get(codecId);
        if (codec == null) {
            throw new IllegalArgumentException("Neither H.264 nor H.265: " + codecId);
        }
        if (codecPrivate == null || codecPrivate.length == 0) {
            return new NalStream(codec, false, USUAL_LENGTH_SIZE, List.of());
        }
        ByteBuffer record = ByteBuffer.wrap(codecPrivate).asReadOnlyBuffer();
        if (firstStartCode(record) >= 0) {
            return new NalStream(codec, true, USUAL_LENGTH_SIZE, split(record));
        }
        return codec == Codec.H264 ? ofAvcRecord(record) : ofHevcRecord(record);
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
        int misfit = addByLength(frame, units);
        int startCode = firstStartCode(frame);
        if (startCode >= 0 && (misfit >= 0 || isRatherAnnexB(frame, startCode, units.get(0)))) {
            return split(frame);
        }
        if (misfit >= 0) {
            throw MkvException.malformed(
                    "NAL units whose lengths do not fit their frame",
                    MkvElements.SIMPLE_BLOCK,
                    misfit);
        }
        return units;
    }

    /** Where the first unit is whose length does not fit; -1 if all do. */
    private int addByLength(ByteBuffer frame, List<ByteBuffer> units) {
        int at = 0;
        while (at < frame.limit()) {
            long length = at + lengthSize < frame.limit() ? length(frame, at) : 0;
            if (length == 0 || length > frame.limit() - at - lengthSize) {
                return at;
            }
            units.add(view(frame, at + lengthSize, (int) length));
            at += lengthSize + (int) length;
        }
        return -1;
    }

    private boolean isRatherAnnexB(ByteBuffer frame, int startCode, ByteBuffer firstByLength) {
        int from = startCode + 3;
        int annexB = evidence(view(frame, from, frame.limit() - from));
        int lengths = evidence(firstByLength);
        return annexB == lengths ? annexBIsUsual : annexB > lengths;
    }

    /**
     * How much a unit looks like the first of a frame: 0, not at all; 1, by its header; 2, as it is
     * the first slice of a picture.
     */
    private int evidence(ByteBuffer unit) {
        if (unit.limit() < 3 || unit.get(0) < 0) {
            return 0;
        }
        int type = type(unit);
        int second = unit.get(1);
        if (codec == Codec.H265) {
            boolean isOfBaseLayer = (unit.get(0) & 1) == 0 && second >= 1 && second <= 7;
            if (!isOfBaseLayer) {
                return 0;
            }
            boolean isFirstSlice = isOfPicture(unit) && unit.get(2) < 0;
            return isFirstSlice ? 2 : type >= 32 && type <= 35 || type == 39 ? 1 : 0;
        }
        boolean isReferred = (unit.get(0) & 0x60) != 0;
        switch (type) {
            case 1:
            case 2:
                return second < 0 ? 2 : 0;
            case 5:
                return isReferred && second < 0 ? 2 : 0;
            case 7:
            case 8:
                return isReferred ? 1 : 0;
            case 6:
            case 9:
                return isReferred ? 0 : 1;
            default:
                return 0;
        }
    }

    private int type(ByteBuffer unit) {
        return codec == Codec.H265 ? unit.get(0) >> 1 & 0x3F : unit.get(0) & 0x1F;
    }

    /**
     * Whether a unit is a part of a picture, as slices are; parameter sets, SEI and delimiters are
     * not. A frame without such a unit has no picture.
     *
     * @param unit of {@link #units}; its position stays
     */
    public boolean isOfPicture(ByteBuffer unit) {
        int type = type(unit);
        return codec == Codec.H265 ? type < 32 : type >= 1 && type <= 5;
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
        return new NalStream(Codec.H264, false, lengthSize, sets);
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
        return new NalStream(Codec.H265, false, lengthSize, sets);
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
        int i = from;
        while (i + 2 < bytes.limit()) {
            int third = bytes.get(i + 2);
            if (third == 1 && bytes.get(i + 1) == 0 && bytes.get(i) == 0) {
                return i;
            }
            // No start code has any other byte; those three cannot be in one.
            i += third == 0 ? 1 : 3;
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
