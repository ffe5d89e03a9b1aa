/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.StateBytes;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A frame with which decoding can begin, and the decoder's state just before it. */
final class DecoderStart {
    final long sequence;

    /** The size of all frames before it, in bytes. */
    final long sentBytes;

    /** How many frames the decoder held back to put them into the order of presentation. */
    final int reordering;

    DecoderStart(long sequence, long sentBytes, int reordering) {
        this.sequence = sequence;
        this.sentBytes = sentBytes;
        this.reordering = reordering;
    }

    void write(DataOutputStream out) throws IOException {
        out.writeLong(sequence);
        out.writeLong(sentBytes);
        out.writeByte(reordering);
    }

    static DecoderStart read(DataInputStream in, long maxSequence) throws IOException {
        DecoderStart start = new DecoderStart(in.readLong(), in.readLong(), in.readByte());
        StateBytes.check(
                start.sequence >= 0 && start.sequence <= maxSequence, "start " + start.sequence);
        StateBytes.check(start.sentBytes >= 0, "bytes before a start: " + start.sentBytes);
        int most = TrackFrames.MAX_REORDERING;
        StateBytes.check(start.reordering >= 0 && start.reordering <= most, "a reordering");
        return start;
    }
}
