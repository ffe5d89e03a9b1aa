/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.parser.MkvParser;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Recordings of 440 Hz, made by make.sh beside them. */
public final class RecordedAudio {

    private static final int EBML = 0x1A45DFA3;
    private static final int INFO = 0x1549A966;
    private static final int TRACKS = 0x1654AE6B;
    private static final int SIMPLE_BLOCK = 0xA3;
    private static final int BLOCK_GROUP = 0xA0;

    /** Track number, time and flags. */
    private static final int BLOCK_HEADER = 4;

    private RecordedAudio() {}

    public static byte[] bytes(String name) throws Exception {
        try (InputStream in = RecordedAudio.class.getResourceAsStream("audio/" + name)) {
            return in.readAllBytes();
        }
    }

    /** A Matroska file as a fragment. */
    public static MediaFragment.Builder mkv(String name) throws Exception {
        byte[] file = bytes(name);
        byte[] ebml = {};
        byte[] info = {};
        byte[] tracks = {};
        List<MediaFrame> frames = new ArrayList<>();
        MkvParser parser = new MkvParser();
        ByteBuffer in = ByteBuffer.wrap(file);
        MkvParser.Event event;
        while ((event = parser.next(in)) != MkvParser.Event.NEED_INPUT) {
            int from = (int) parser.offset();
            int dataFrom = (int) parser.dataOffset();
            byte[] element = Arrays.copyOfRange(file, from, in.position());
            byte[] data = Arrays.copyOfRange(file, dataFrom, Math.max(dataFrom, in.position()));
            if (parser.id() == EBML) {
                ebml = element;
            } else if (parser.id() == INFO && event == MkvParser.Event.DATA) {
                info = element;
            } else if (parser.id() == TRACKS && event == MkvParser.Event.DATA) {
                tracks = element;
            } else if (parser.id() == SIMPLE_BLOCK && event == MkvParser.Event.DATA) {
                frames.add(frame(data));
            } else if (parser.id() == BLOCK_GROUP && event == MkvParser.Event.END) {
                frames.add(frame(block(data)));
            }
        }
        return MediaFragment.builder().header(ebml, info, tracks).frames(frames);
    }

    /** The Block at the beginning of a BlockGroup written by FFmpeg. */
    private static byte[] block(byte[] group) {
        int length = group[1] & 0xFF;
        int sizeBytes = Integer.numberOfLeadingZeros(length) - 23;
        int size = length & 0xFF >> sizeBytes;
        for (int i = 1; i < sizeBytes; i++) {
            size = size << 8 | group[1 + i] & 0xFF;
        }
        return Arrays.copyOfRange(group, 1 + sizeBytes, 1 + sizeBytes + size);
    }

    private static MediaFrame frame(byte[] block) {
        int millis = (block[1] << 8) + (block[2] & 0xFF);
        return MediaFrame.of(
                block[0] & 0x7F,
                millis,
                true,
                Arrays.copyOfRange(block, BLOCK_HEADER, block.length));
    }

    /** The frames of an ADTS file. */
    public static List<byte[]> adts(String name) throws Exception {
        byte[] file = bytes(name);
        List<byte[]> frames = new ArrayList<>();
        for (int at = 0; at < file.length; ) {
            int length =
                    (file[at + 3] & 3) << 11
                            | (file[at + 4] & 0xFF) << 3
                            | (file[at + 5] & 0xFF) >> 5;
            frames.add(Arrays.copyOfRange(file, at, at + length));
            at += length;
        }
        return frames;
    }
}
