/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.bytedeco.ffmpeg.global.avcodec;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** How a video track is coded, as FFmpeg wants to know it. Immutable. */
final class VideoCodec {

    /** Says that CodecPrivate is a BITMAPINFOHEADER, as in AVI files, whose FourCC is the codec. */
    private static final String VFW = "V_MS/VFW/FOURCC";

    private static final int BITMAPINFOHEADER_BYTES = 40;
    private static final int FOURCC_AT = 16;

    private static final Map<String, Integer> BY_CODEC_ID =
            Map.of(
                    "V_MPEG4/ISO/AVC", avcodec.AV_CODEC_ID_H264,
                    "V_MPEGH/ISO/HEVC", avcodec.AV_CODEC_ID_HEVC,
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

    private final String name;
    private final int id;
    private final byte[] header;

    private VideoCodec(String name, int id, byte[] header) {
        this.name = name;
        this.id = id;
        this.header = header;
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
        return new VideoCodec(name, id, header);
    }

    /** Its AV_CODEC_ID. */
    int id() {
        return id;
    }

    /** What the decoder needs before any frame; may be empty. Not to be changed. */
    byte[] header() {
        return header;
    }

    @Override
    public String toString() {
        return "'" + name + "'";
    }
}
