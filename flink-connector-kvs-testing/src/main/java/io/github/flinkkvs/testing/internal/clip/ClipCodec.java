/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.clip;

import javax.annotation.Nullable;

/** The codecs that clips can have, and the form of their frames. */
enum ClipCodec {
    AVC(true, "avc1", "avcC"),
    HEVC(true, "hvc1", "hvcC"),
    AAC(false, "mp4a", "esds"),
    A_LAW(false, "alaw", ""),
    U_LAW(false, "ulaw", "");

    private static final int WAVE_A_LAW = 6;
    private static final int WAVE_U_LAW = 7;
    private static final int AVC_HEAD = 7;
    private static final int HEVC_HEAD = 23;
    private static final int MAX_AAC = 64;

    final boolean video;

    /** The type of its sample entry. */
    final String entry;

    /** The type of the box that holds its codec private data; empty if there is none. */
    final String configuration;

    ClipCodec(boolean video, String entry, String configuration) {
        this.video = video;
        this.entry = entry;
        this.configuration = configuration;
    }

    /**
     * The codec of a track.
     *
     * @throws ClipException if clips cannot have it, or its private data are missing or invalid
     */
    static ClipCodec of(String codecId, @Nullable byte[] codecPrivate) throws ClipException {
        switch (codecId) {
            case "V_MPEG4/ISO/AVC":
            case "V_MPEG/ISO/AVC":
                return check(AVC, codecPrivate, AVC_HEAD);
            case "V_MPEGH/ISO/HEVC":
                return check(HEVC, codecPrivate, HEVC_HEAD);
            case "A_AAC":
                return check(AAC, codecPrivate, 2);
            case "A_MS/ACM":
                return wave(codecPrivate);
            default:
                throw ClipException.unsupported(
                        "The codec ID of a track is not one that clips can have");
        }
    }

    private static ClipCodec check(ClipCodec codec, @Nullable byte[] data, int least)
            throws ClipException {
        if (data == null || data.length == 0) {
            throw ClipException.missingCodecPrivate(
                    "No codec private data was found in at least one of tracks of the video"
                            + " stream.");
        }
        // The configuration records of video begin with their version; that of sound is short.
        if (data.length < least
                || codec.video && data[0] != 1
                || codec == AAC && data.length > MAX_AAC) {
            throw invalid();
        }
        return codec;
    }

    private static ClipCodec wave(@Nullable byte[] data) throws ClipException {
        check(A_LAW, data, 2);
        switch (data[0] & 0xFF | (data[1] & 0xFF) << 8) {
            case WAVE_A_LAW:
                return A_LAW;
            case WAVE_U_LAW:
                return U_LAW;
            default:
                throw ClipException.unsupported("The audio is neither A-law nor u-law");
        }
    }

    private static ClipException invalid() {
        return ClipException.invalidCodecPrivate(
                "The codec private data in at least one of the tracks of the video stream is not"
                        + " valid for this operation.");
    }

    /**
     * @throws ClipException if a frame is not a sequence of NAL units with their lengths
     */
    void checkFrame(byte[] codecPrivate, byte[] data, int offset, int length) throws ClipException {
        if (!video) {
            return;
        }
        int lengthBytes = (codecPrivate[this == AVC ? 4 : 21] & 3) + 1;
        int at = offset;
        int end = offset + length;
        while (at < end) {
            long unit = 0;
            for (int i = 0; i < lengthBytes && at + i < end; i++) {
                unit = unit << 8 | data[at + i] & 0xFF;
            }
            if (at + lengthBytes > end || unit == 0 || unit > end - at - lengthBytes) {
                throw ClipException.invalidFrame(
                        "One or more frames in the requested clip could not be parsed based on the"
                                + " specified codec.");
            }
            at += lengthBytes + (int) unit;
        }
    }
}
