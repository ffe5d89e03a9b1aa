/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.bitstream;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.Map;

/** The codecs whose frames consist of NAL units, with the meaning of the unit headers. */
enum NalCodec {
    H264 {
        @Override
        int type(ByteBuffer unit) {
            return unit.get(0) & 0x1F;
        }

        @Override
        boolean isPicture(int type) {
            return type >= 1 && type <= 5;
        }

        @Override
        int evidence(int type, ByteBuffer unit) {
            boolean isReferred = (unit.get(0) & 0x60) != 0;
            boolean isFirstSlice = unit.get(1) < 0;
            switch (type) {
                case 1:
                case 2:
                    return isFirstSlice ? 2 : 0;
                case 5:
                    return isReferred && isFirstSlice ? 2 : 0;
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
    },
    H265 {
        @Override
        int type(ByteBuffer unit) {
            return unit.get(0) >> 1 & 0x3F;
        }

        @Override
        boolean isPicture(int type) {
            return type < 32;
        }

        @Override
        int evidence(int type, ByteBuffer unit) {
            int second = unit.get(1);
            boolean isOfBaseLayer = (unit.get(0) & 1) == 0 && second >= 1 && second <= 7;
            if (!isOfBaseLayer) {
                return 0;
            }
            boolean isFirstSlice = isPicture(type) && unit.get(2) < 0;
            return isFirstSlice ? 2 : type >= 32 && type <= 35 || type == 39 ? 1 : 0;
        }
    };

    /** Two registered CodecIDs, and two as AWS's own documentation spells them. */
    private static final Map<String, NalCodec> BY_ID =
            Map.of(
                    "V_MPEG4/ISO/AVC", H264,
                    "V_MPEG/ISO/AVC", H264,
                    "V_MPEGH/ISO/HEVC", H265,
                    "V_MPEG/ISO/HEVC", H265);

    /** The codec with a CodecID; null for other codecs. */
    @Nullable
    static NalCodec find(String codecId) {
        return BY_ID.get(codecId);
    }

    /** The type of a unit, from its header. */
    abstract int type(ByteBuffer unit);

    /** Whether units of a type are parts of a picture. */
    abstract boolean isPicture(int type);

    /**
     * How much a unit looks like the first one of a frame: 0, not at all; 1, its header fits; 2, it
     * is the first slice of a picture.
     */
    int evidence(ByteBuffer unit) {
        return unit.limit() < 3 || unit.get(0) < 0 ? 0 : evidence(type(unit), unit);
    }

    abstract int evidence(int type, ByteBuffer unit);
}
