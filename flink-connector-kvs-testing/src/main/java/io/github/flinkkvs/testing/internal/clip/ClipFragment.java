/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.clip;

import io.github.flinkkvs.testing.internal.ebml.DocumentHead;
import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlElement;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The frames of a fragment, by the tracks of a clip. Immutable. */
final class ClipFragment {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int REFERENCE_BLOCK = 0xFB;
    private static final int TIME_AND_FLAGS = 3;
    private static final int KEY = 0x80;
    private static final int LACING = 0x06;

    /** A frame, as it lies in a document. Immutable. */
    static final class Frame {
        /** From the start of the fragment. */
        final long millis;

        final boolean key;
        final int offset;
        final int length;

        Frame(long millis, boolean key, int offset, int length) {
            this.millis = millis;
            this.key = key;
            this.offset = offset;
            this.length = length;
        }
    }

    final byte[] document;
    final List<ClipTrack> tracks;

    /** For each track, in the order in which they are decoded. */
    final List<List<Frame>> frames = new ArrayList<>();

    private final long scale;

    private ClipFragment(byte[] document) throws ClipException {
        this.document = document;
        DocumentHead head = DocumentHead.of(document, document.length);
        EbmlElement tracksElement = head == null ? null : find(head, Ebml.TRACKS);
        if (tracksElement == null) {
            throw damaged();
        }
        tracks = ClipTrack.of(document, tracksElement);
        scale = scale(find(head, Ebml.INFO));
        tracks.forEach(track -> frames.add(new ArrayList<>()));
        readCluster(head.end);
    }

    /**
     * @throws ClipException if its media cannot be in a clip
     */
    static ClipFragment of(byte[] document) throws ClipException {
        try {
            return new ClipFragment(document);
        } catch (IllegalArgumentException e) {
            throw damaged();
        }
    }

    private static ClipException damaged() {
        return ClipException.invalidFrame("A fragment of the requested clip is damaged.");
    }

    @Nullable
    private static EbmlElement find(DocumentHead head, int id) {
        for (EbmlElement element : head.elements) {
            if (element.id == id) {
                return element;
            }
        }
        return null;
    }

    private long scale(@Nullable EbmlElement info) {
        if (info != null) {
            for (EbmlElement element : ClipTrack.children(document, info)) {
                if (element.id == Ebml.TIMESTAMP_SCALE && element.size <= 8) {
                    return element.unsigned();
                }
            }
        }
        return NANOS_PER_MILLI;
    }

    private void readCluster(int start) throws ClipException {
        EbmlElement cluster = EbmlElement.at(document, start, document.length);
        if (cluster == null) {
            return;
        }
        if (cluster.end() > document.length) {
            throw damaged();
        }
        int limit = cluster.unknownSize() ? document.length : (int) cluster.end();
        int offset = cluster.payload;
        EbmlElement element;
        while ((element = EbmlElement.within(document, offset, limit)) != null
                && element.id != Ebml.TAGS
                && element.id != Ebml.CUES) {
            if (element.id == Ebml.SIMPLE_BLOCK) {
                block(element, null);
            } else if (element.id == Ebml.BLOCK_GROUP) {
                group(element);
            }
            offset = (int) element.end();
        }
    }

    private void group(EbmlElement group) throws ClipException {
        EbmlElement block = null;
        boolean key = true;
        for (EbmlElement element : ClipTrack.children(document, group)) {
            if (element.id == Ebml.BLOCK) {
                block = element;
            }
            key &= element.id != REFERENCE_BLOCK;
        }
        if (block != null) {
            block(block, key);
        }
    }

    /**
     * @param key null: the block says it itself
     */
    private void block(EbmlElement block, @Nullable Boolean key) throws ClipException {
        int numberLength =
                block.size == 0
                        ? 9
                        : Integer.numberOfLeadingZeros(document[block.payload] & 0xFF) - 23;
        if (numberLength > 8 || block.size < numberLength + TIME_AND_FLAGS) {
            throw damaged();
        }
        long number =
                EbmlElement.unsigned(document, block.payload, numberLength)
                        & ((1L << (7 * numberLength)) - 1);
        int at = block.payload + numberLength;
        short time = (short) EbmlElement.unsigned(document, at, 2);
        int flags = document[at + 2];
        int data = at + TIME_AND_FLAGS;
        int length = (int) block.end() - data;
        for (int i = 0; i < tracks.size(); i++) {
            ClipTrack track = tracks.get(i);
            if (track.number == number) {
                if ((flags & LACING) != 0) {
                    throw damaged();
                }
                track.codec.checkFrame(track.codecPrivate, document, data, length);
                boolean isKey = key == null ? (flags & KEY) != 0 : key;
                frames.get(i).add(new Frame(time * scale / NANOS_PER_MILLI, isKey, data, length));
            }
        }
    }
}
