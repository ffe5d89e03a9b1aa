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

/**
 * The NAL units of a track of H.264 or H.265, in the form that a decoder needs: Annex B, with a
 * start code before each unit, or length-prefixed, with its size before each unit.
 *
 * <p>The service delivers what the producer sent. CodecPrivate and each frame may be in either
 * form, whatever CodecID says, so the form is detected from the bytes. A length may look like a
 * start code. Therefore, bytes that are valid lengths from the first to the last count as
 * length-prefixed. If they are valid in both forms, the form whose first unit can begin a frame
 * wins, and if both can or neither can, the form of CodecPrivate.
 *
 * <p>Immutable and thread-safe.
 */
@PublicEvolving
public final class NalStream {

    private final NalCodec codec;
    private final CodecConfiguration configuration;

    private NalStream(NalCodec codec, CodecConfiguration configuration) {
        this.codec = codec;
        this.configuration = configuration;
    }

    /** Whether a track declares H.264 or H.265. */
    public static boolean isDeclaredBy(Track track) {
        return isDeclaredBy(track.codecId());
    }

    /** Whether a CodecID is one of H.264 or H.265. */
    public static boolean isDeclaredBy(String codecId) {
        return NalCodec.find(codecId) != null;
    }

    /**
     * Reads the CodecPrivate of a track: a configuration record (avcC or hvcC), Annex B, or
     * nothing.
     *
     * @throws MkvException if CodecPrivate is none of these
     * @throws IllegalArgumentException if the track {@linkplain #isDeclaredBy declares} another
     *     codec
     */
    public static NalStream of(Track track) throws MkvException {
        return of(track.codecId(), track.codecPrivate());
    }

    /**
     * As {@link #of(Track)}, without a track.
     *
     * @param codecPrivate not copied, so not to be changed any more; null if there is none
     */
    public static NalStream of(String codecId, @Nullable byte[] codecPrivate) throws MkvException {
        NalCodec codec = NalCodec.find(codecId);
        if (codec == null) {
            throw new IllegalArgumentException("Neither H.264 nor H.265: " + codecId);
        }
        return new NalStream(codec, CodecConfiguration.read(codec, codecPrivate));
    }

    /**
     * All frames of one track in Annex B, after the parameter sets of its CodecPrivate.
     *
     * @throws MkvException as {@link #of}, {@link #toAnnexB} and {@link Fragment#frames()}
     * @throws IllegalStateException if the fragment was read without media
     */
    public static byte[] annexB(Fragment fragment, Track track) throws MkvException {
        NalStream stream = of(track);
        List<ByteBuffer> units = new ArrayList<>(stream.configuration.parameterSets());
        for (Frame frame : fragment.frames()) {
            if (frame.trackNumber() == track.number()) {
                units.addAll(stream.units(frame.data()));
                checkCount(units);
            }
        }
        return AnnexB.join(units);
    }

    /**
     * VPS, SPS and PPS in the order of CodecPrivate; read-only. Empty if CodecPrivate has none:
     * then they are in the frames.
     */
    public List<ByteBuffer> parameterSets() {
        List<ByteBuffer> copies = new ArrayList<>(configuration.parameterSets().size());
        for (ByteBuffer unit : configuration.parameterSets()) {
            copies.add(unit.duplicate());
        }
        return Collections.unmodifiableList(copies);
    }

    /** The {@link #parameterSets()} in Annex B: what a decoder needs before a key frame. */
    public byte[] parameterSetsAnnexB() {
        return AnnexB.join(configuration.parameterSets());
    }

    /**
     * The units of a frame: read-only views, without start codes and lengths.
     *
     * @param data from {@link Frame#data()}; its position does not change
     * @throws MkvException if the frame has more than 262,144 units, or is in neither form; the
     *     offset is that of the first unit whose length does not fit, within the frame
     */
    public List<ByteBuffer> units(ByteBuffer data) throws MkvException {
        ByteBuffer frame = data.slice().asReadOnlyBuffer();
        List<ByteBuffer> units = new ArrayList<>();
        int misfit = addByLength(frame, units);
        int startCode = AnnexB.firstStartCode(frame);
        if (startCode >= 0 && (misfit >= 0 || isRatherAnnexB(frame, startCode, units.get(0)))) {
            List<ByteBuffer> split = AnnexB.split(frame);
            checkCount(split);
            return split;
        }
        checkCount(units);
        if (misfit >= 0) {
            throw MkvException.malformed(
                    "NAL units whose lengths do not fit their frame",
                    MkvElements.SIMPLE_BLOCK,
                    misfit);
        }
        return units;
    }

    private static void checkCount(List<ByteBuffer> units) throws MkvException {
        if (units.size() > AnnexB.MAX_UNITS) {
            throw MkvException.malformed(
                    "More than " + AnnexB.MAX_UNITS + " NAL units", MkvElements.SIMPLE_BLOCK, 0);
        }
    }

    /**
     * The position of the first unit whose length does not fit, or that is beyond the limit; -1 if
     * all lengths fit.
     */
    private int addByLength(ByteBuffer frame, List<ByteBuffer> units) {
        int lengthSize = configuration.lengthSize();
        int at = 0;
        while (at < frame.limit()) {
            long length = at + lengthSize < frame.limit() ? length(frame, at) : 0;
            if (length == 0 || length > frame.limit() - at - lengthSize) {
                return at;
            }
            units.add(AnnexB.view(frame, at + lengthSize, (int) length));
            if (units.size() > AnnexB.MAX_UNITS) {
                return at;
            }
            at += lengthSize + (int) length;
        }
        return -1;
    }

    private long length(ByteBuffer frame, int at) {
        long length = 0;
        for (int i = 0; i < configuration.lengthSize(); i++) {
            length = length << 8 | frame.get(at + i) & 0xFF;
        }
        return length;
    }

    private boolean isRatherAnnexB(ByteBuffer frame, int startCode, ByteBuffer firstByLength) {
        int from = startCode + 3;
        int annexB = codec.evidence(AnnexB.view(frame, from, frame.limit() - from));
        int lengths = codec.evidence(firstByLength);
        return annexB == lengths ? configuration.isAnnexB() : annexB > lengths;
    }

    /**
     * Whether a unit is part of a picture, as slices are. Parameter sets, SEI and delimiters are
     * not. A frame without such a unit has no picture.
     *
     * @param unit from {@link #units}; its position does not change
     */
    public boolean isOfPicture(ByteBuffer unit) {
        return codec.isPicture(codec.type(unit));
    }

    /**
     * A frame in Annex B, with start codes of four bytes.
     *
     * @param data from {@link Frame#data()}; its position does not change
     * @throws MkvException as {@link #units}
     */
    public byte[] toAnnexB(ByteBuffer data) throws MkvException {
        return AnnexB.join(units(data));
    }

    /**
     * A frame with a length before each unit. A length takes as many bytes as the track's
     * configuration record says, or four.
     *
     * @param data from {@link Frame#data()}; its position does not change
     * @throws MkvException as {@link #units}, and if a unit is too long for its length to be
     *     written
     */
    public byte[] toLengthPrefixed(ByteBuffer data) throws MkvException {
        int lengthSize = configuration.lengthSize();
        List<ByteBuffer> units = units(data);
        ByteBuffer out = ByteBuffer.allocate(AnnexB.size(units, lengthSize));
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
}
