/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ebml;

/** Ids and number coding of EBML and Matroska, as far as the service's documents use them. */
public final class Ebml {
    public static final int EBML = 0x1A45DFA3;
    public static final int SEGMENT = 0x18538067;
    public static final int SEEK_HEAD = 0x114D9B74;
    public static final int INFO = 0x1549A966;
    public static final int TIMESTAMP_SCALE = 0x2AD7B1;
    public static final int TRACKS = 0x1654AE6B;
    public static final int TRACK_ENTRY = 0xAE;
    public static final int TRACK_NUMBER = 0xD7;
    public static final int TRACK_TYPE = 0x83;
    public static final int CLUSTER = 0x1F43B675;
    public static final int TIMESTAMP = 0xE7;
    public static final int SIMPLE_BLOCK = 0xA3;
    public static final int BLOCK_GROUP = 0xA0;
    public static final int BLOCK = 0xA1;
    public static final int CUES = 0x1C53BB6B;
    public static final int CHAPTERS = 0x1043A770;
    public static final int ATTACHMENTS = 0x1941A469;
    public static final int TAGS = 0x1254C367;
    public static final int TAG = 0x7373;
    public static final int SIMPLE_TAG = 0x67C8;
    public static final int TAG_NAME = 0x45A3;
    public static final int TAG_STRING = 0x4487;
    public static final int VOID = 0xEC;
    public static final int CRC_32 = 0xBF;
    public static final long UNKNOWN_SIZE = -1;

    private Ebml() {}

    public static int idLength(int id) {
        return (id & 0xFF000000) != 0 ? 4 : (id & 0xFF0000) != 0 ? 3 : (id & 0xFF00) != 0 ? 2 : 1;
    }

    /** Bytes of the shortest size field; all ones are reserved for "unknown". */
    public static int sizeLength(long size) {
        int length = 1;
        while (size >= (1L << (7 * length)) - 1) {
            length++;
        }
        return length;
    }
}
