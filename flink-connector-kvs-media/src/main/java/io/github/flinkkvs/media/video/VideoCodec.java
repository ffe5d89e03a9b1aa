/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.mkv.bitstream.NalStream;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.bytedeco.ffmpeg.global.avcodec;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * How a video track is coded, as FFmpeg wants to know it. H.264 and H.265 are given to it in Annex
 * B, in whatever form they come. Immutable.
 */
final class VideoCodec {

    /** Says that CodecPrivate is a BITMAPINFOHEADER, as in AVI files, whose FourCC is the codec. */
    private static final String VFW = "V_MS/VFW/FOURCC";

    private static final int BITMAPINFOHEADER_BYTES = 40;
    private static final int FOURCC_AT = 16;

    private static final Map<String, Integer> BY_CODEC_ID =
            Map.of(
                    "V_MPEG4/ISO/AVC", avcodec.AV_CODEC_ID_H264,
                    "V_MPEG/ISO/AVC", avcodec.AV_CODEC_ID_H264,
                    "V_MPEGH/ISO/HEVC", avcodec.AV_CODEC_ID_HEVC,
                    "V_MPEG/ISO/HEVC", avcodec.AV_CODEC_ID_HEVC,
                    "V_MJPEG", avcodec.AV_CODEC_ID_MJPEG,
                    "V_AV1", avcodec.AV_CODEC_ID_AV1,
                    "V_VP8", avcodec.AV_CODEC_ID_VP8,
                    "V_VP9", avcodec.AV_CODEC_ID_VP9,
                    "V_MPEG4/ISO/ASP", avcodec.AV_CODEC_ID_MPEG4);

    /** In upper case; producers write them in any. */
    private static final Map<String, Integer> BY_FOURCC =
            Map.ofEntries(
                    Map.entry("H264", avcodec.AV_CODEC_ID_H264),
                    Map.entry("X264", avcodec.AV_CODEC_ID_H264),
                    Map.entry("AVC1", avcodec.AV_CODEC_ID_H264),
                    Map.entry("DAVC", avcodec.AV_CODEC_ID_H264),
                    Map.entry("H265", avcodec.AV_CODEC_ID_HEVC),
                    Map.entry("X265", avcodec.AV_CODEC_ID_HEVC),
                    Map.entry("HEVC", avcodec.AV_CODEC_ID_HEVC),
                    Map.entry("HVC1", avcodec.AV_CODEC_ID_HEVC),
                    Map.entry("HEV1", avcodec.AV_CODEC_ID_HEVC),
                    Map.entry("MJPG", avcodec.AV_CODEC_ID_MJPEG),
                    Map.entry("JPEG", avcodec.AV_CODEC_ID_MJPEG),
                    Map.entry("AV01", avcodec.AV_CODEC_ID_AV1),
                    Map.entry("VP80", avcodec.AV_CODEC_ID_VP8),
                    Map.entry("VP90", avcodec.AV_CODEC_ID_VP9),
                    Map.entry("MP4V", avcodec.AV_CODEC_ID_MPEG4),
                    Map.entry("FMP4", avcodec.AV_CODEC_ID_MPEG4),
                    Map.entry("XVID", avcodec.AV_CODEC_ID_MPEG4),
                    Map.entry("DIVX", avcodec.AV_CODEC_ID_MPEG4),
                    Map.entry("DX50", avcodec.AV_CODEC_ID_MPEG4));

    private static final byte[] H264_DELIMITER = {0, 0, 0, 1, 9, (byte) 0xF0};
    private static final byte[] H265_DELIMITER = {0, 0, 0, 1, 70, 1, 80};

    /** What comes of a frame. */
    enum Content {
        /** A picture. */
        SHOWN,
        /** A picture that others are made of, and that is not shown itself. */
        HIDDEN,
        /** None: parameter sets, say, for the frames that follow. */
        NO_PICTURE
    }

    /** A frame as FFmpeg wants it. */
    static final class Packet {
        final ByteBuffer data;
        final Content content;

        private Packet(ByteBuffer data, Content content) {
            this.data = data;
            this.content = content;
        }
    }

    /** Quoted, with what is wrong with it. */
    private final String name;

    private final int id;
    private final byte[] header;

    /** Null for codecs other than H.264 and H.265. */
    @Nullable private final NalStream nals;

    private VideoCodec(String name, int id, byte[] header, @Nullable NalStream nals) {
        this.name = name;
        this.id = id;
        this.header = header;
        this.nals = nals;
    }

    /**
     * @throws MediaException if it is none that is known here, or CodecPrivate is damaged
     */
    static VideoCodec of(String codecId, @Nullable byte[] codecPrivate) {
        byte[] header = codecPrivate == null ? new byte[0] : codecPrivate;
        return codecId.equals(VFW)
                ? ofBitmapInfo(header)
                : known(codecId, BY_CODEC_ID.get(codecId), header);
    }

    private static VideoCodec ofBitmapInfo(byte[] info) {
        ByteBuffer in = ByteBuffer.wrap(info).order(ByteOrder.LITTLE_ENDIAN);
        int size = info.length < BITMAPINFOHEADER_BYTES ? -1 : in.getInt(0);
        if (size < BITMAPINFOHEADER_BYTES) {
            throw new MediaException(
                    "CodecPrivate of the codec '" + VFW + "' is no BITMAPINFOHEADER");
        }
        String fourCc =
                new String(info, FOURCC_AT, 4, StandardCharsets.US_ASCII).replaceAll("[^ -~]", "?");
        // Many count what follows the header as a part of it.
        return known(
                VFW + "/" + fourCc,
                BY_FOURCC.get(fourCc.toUpperCase(Locale.ROOT)),
                Arrays.copyOfRange(info, BITMAPINFOHEADER_BYTES, info.length));
    }

    private static VideoCodec known(String name, Integer id, byte[] header) {
        if (id == null) {
            throw new MediaException("There is no decoder for video of the codec '" + name + "'");
        }
        if (id == avcodec.AV_CODEC_ID_H264) {
            return ofNals(name, id, "V_MPEG4/ISO/AVC", header);
        }
        if (id == avcodec.AV_CODEC_ID_HEVC) {
            return ofNals(name, id, "V_MPEGH/ISO/HEVC", header);
        }
        return new VideoCodec("'" + name + "'", id, header, null);
    }

    private static VideoCodec ofNals(String name, int id, String codecId, byte[] header) {
        try {
            NalStream nals = NalStream.of(codecId, header);
            return new VideoCodec("'" + name + "'", id, nals.parameterSetsAnnexB(), nals);
        } catch (MkvException e) {
            // Frames may bring all that is needed themselves.
            String damage = "'" + name + "' with a damaged CodecPrivate (" + e.getMessage() + ")";
            return new VideoCodec(damage, id, new byte[0], frames(codecId));
        }
    }

    private static NalStream frames(String codecId) {
        try {
            return NalStream.of(codecId, null);
        } catch (MkvException e) {
            throw new IllegalStateException("Nothing cannot be damaged", e);
        }
    }

    /** Its AV_CODEC_ID. */
    int id() {
        return id;
    }

    /** What the decoder needs before any frame; may be empty. Not to be changed. */
    byte[] header() {
        return header;
    }

    /** Whether FFmpeg tells of each frame that it is damaged when it decodes several at a time. */
    boolean canBeDecodedByThreads() {
        return nals != null;
    }

    /**
     * A packet that changes nothing: the delimiter of an access unit.
     *
     * @throws IllegalStateException if the codec has none
     */
    Packet delimiter() {
        switch (id) {
            case avcodec.AV_CODEC_ID_H264:
                return new Packet(ByteBuffer.wrap(H264_DELIMITER), Content.NO_PICTURE);
            case avcodec.AV_CODEC_ID_HEVC:
                return new Packet(ByteBuffer.wrap(H265_DELIMITER), Content.NO_PICTURE);
            default:
                throw new IllegalStateException("There are no delimiters in " + name);
        }
    }

    /**
     * @param maxPixels the limit for codecs whose decoder does not know it
     * @throws MkvException if it is damaged
     * @throws MediaException if it is larger than the limit
     */
    Packet packet(ByteBuffer frame, long maxPixels) throws MkvException {
        if (id == avcodec.AV_CODEC_ID_AV1) {
            Av1.checkPixels(frame, maxPixels);
        }
        if (nals != null) {
            boolean shown = false;
            for (ByteBuffer unit : nals.units(frame)) {
                shown |= nals.isOfPicture(unit);
            }
            return new Packet(
                    ByteBuffer.wrap(nals.toAnnexB(frame)),
                    shown ? Content.SHOWN : Content.NO_PICTURE);
        }
        return new Packet(frame, isHidden(frame) ? Content.HIDDEN : Content.SHOWN);
    }

    private boolean isHidden(ByteBuffer frame) {
        switch (id) {
            case avcodec.AV_CODEC_ID_VP8:
                return frame.hasRemaining() && (frame.get(frame.position()) & 0x10) == 0;
            case avcodec.AV_CODEC_ID_VP9:
                return Vp9.isHidden(frame);
            default:
                return false;
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
