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

/** The ids of the elements that the connector reads, with their names in RFC 9559 (Matroska). */
@Internal
public final class MkvElements {

    public static final int EBML = 0x1A45DFA3;
    public static final int VOID = 0xEC;
    public static final int CRC_32 = 0xBF;
    public static final int SEGMENT = 0x18538067;

    public static final int SEEK_HEAD = 0x114D9B74;
    public static final int INFO = 0x1549A966;
    public static final int TRACKS = 0x1654AE6B;
    public static final int CLUSTER = 0x1F43B675;
    public static final int CUES = 0x1C53BB6B;
    public static final int CHAPTERS = 0x1043A770;
    public static final int ATTACHMENTS = 0x1941A469;
    public static final int TAGS = 0x1254C367;

    public static final int TIMESTAMP_SCALE = 0x2AD7B1;

    /** The TimestampScale of a fragment that declares none: a millisecond. */
    public static final long DEFAULT_TIMESTAMP_SCALE_NANOS = 1_000_000;

    public static final int TIMESTAMP = 0xE7;
    public static final int SIMPLE_BLOCK = 0xA3;
    public static final int BLOCK_GROUP = 0xA0;
    public static final int BLOCK = 0xA1;
    public static final int BLOCK_DURATION = 0x9B;
    public static final int REFERENCE_BLOCK = 0xFB;

    public static final int TRACK_ENTRY = 0xAE;
    public static final int TRACK_NUMBER = 0xD7;
    public static final int TRACK_UID = 0x73C5;
    public static final int TRACK_TYPE = 0x83;
    public static final int DEFAULT_DURATION = 0x23E383;
    public static final int NAME = 0x536E;
    public static final int CODEC_ID = 0x86;
    public static final int CODEC_PRIVATE = 0x63A2;
    public static final int CODEC_DELAY = 0x56AA;
    public static final int VIDEO = 0xE0;
    public static final int PIXEL_WIDTH = 0xB0;
    public static final int PIXEL_HEIGHT = 0xBA;
    public static final int DISPLAY_WIDTH = 0x54B0;
    public static final int DISPLAY_HEIGHT = 0x54BA;
    public static final int PROJECTION = 0x7670;
    public static final int PROJECTION_TYPE = 0x7671;
    public static final int PROJECTION_POSE_YAW = 0x7673;
    public static final int PROJECTION_POSE_PITCH = 0x7674;
    public static final int PROJECTION_POSE_ROLL = 0x7675;
    public static final int AUDIO = 0xE1;
    public static final int SAMPLING_FREQUENCY = 0xB5;
    public static final int CHANNELS = 0x9F;
    public static final int BIT_DEPTH = 0x6264;

    public static final int CONTENT_ENCODINGS = 0x6D80;
    public static final int CONTENT_ENCODING = 0x6240;
    public static final int CONTENT_ENCODING_ORDER = 0x5031;
    public static final int CONTENT_ENCODING_SCOPE = 0x5032;
    public static final int CONTENT_ENCODING_TYPE = 0x5033;
    public static final int CONTENT_COMPRESSION = 0x5034;
    public static final int CONTENT_COMP_ALGO = 0x4254;
    public static final int CONTENT_COMP_SETTINGS = 0x4255;
    public static final int CONTENT_ENCRYPTION = 0x5035;
    public static final int CONTENT_ENC_ALGO = 0x47E1;

    public static final int TAG = 0x7373;
    public static final int SIMPLE_TAG = 0x67C8;
    public static final int TAG_NAME = 0x45A3;
    public static final int TAG_STRING = 0x4487;
    public static final int TAG_BINARY = 0x4485;
    public static final int TAG_LANGUAGE = 0x447A;
    public static final int TAG_LANGUAGE_BCP47 = 0x447B;

    /** Whether {@link MkvParser} enters an element; every other one is a leaf for it. */
    public static boolean isEntered(int id) {
        return id == SEGMENT || id == CLUSTER || id == BLOCK_GROUP;
    }

    /** Whether the size of an element may be unknown. */
    public static boolean mayBeUnknownSized(int id) {
        return id == SEGMENT || id == CLUSTER;
    }

    /** Whether an element is at the top level of a document. */
    public static boolean isTopLevel(int id) {
        return id == EBML || id == SEGMENT;
    }

    /** Whether an element is allowed only as a direct child of the Segment. */
    public static boolean isSegmentChild(int id) {
        if (id >>> 28 != 1) {
            // All of them have ids of four bytes. Blocks, the most frequent elements, do not.
            return false;
        }
        switch (id) {
            case SEEK_HEAD:
            case INFO:
            case TRACKS:
            case CLUSTER:
            case CUES:
            case CHAPTERS:
            case ATTACHMENTS:
            case TAGS:
                return true;
            default:
                return false;
        }
    }

    /**
     * Whether an element cannot be inside an open element of unknown size, and so ends it.
     *
     * @param id the id of the open element
     */
    public static boolean endsUnknownSized(int id, int followingId) {
        return isTopLevel(followingId) || id == CLUSTER && isSegmentChild(followingId);
    }

    /** Whether an element has frames and is allowed only as a direct child of a Cluster. */
    public static boolean isClusterChild(int id) {
        return id == SIMPLE_BLOCK || id == BLOCK_GROUP;
    }

    /** A name for messages: the name in the specification, or the id in hex. */
    public static String name(int id) {
        if (id == 0) {
            return "element id";
        }
        MkvSchema.Element known = MkvSchema.find(id);
        return known == null ? String.format("element 0x%X", id) : known.name();
    }

    private MkvElements() {}
}
