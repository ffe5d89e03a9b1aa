/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.BlockHeader;
import io.github.flinkkvs.mkv.parser.EbmlCursor;
import io.github.flinkkvs.mkv.parser.MetadataBuffer;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;

/** Reads the metadata of a fragment whose bytes are all in memory. Not thread-safe. */
final class DocumentReader {

    private final byte[] document;
    private final ByteBuffer in;
    private final MkvParser parser = new MkvParser();
    private final BlockHeader block = new BlockHeader();

    /**
     * @param document the bytes of the fragment
     */
    DocumentReader(byte[] document) {
        this.document = document;
        this.in = ByteBuffer.wrap(document);
    }

    /**
     * Reads Info, Tracks and Tags, and counts the frames.
     *
     * @throws MkvException if the bytes are not exactly one fragment
     */
    FragmentBuilder read(String streamName, @Nullable String streamArn) throws MkvException {
        FragmentBuilder builder = new FragmentBuilder(streamName, streamArn);
        MkvParser.Event event;
        while ((event = parser.next(in)) != MkvParser.Event.NEED_INPUT) {
            if (event == MkvParser.Event.END) {
                continue;
            }
            boolean headerIsFirst = (parser.id() == MkvElements.EBML) == (parser.offset() == 0);
            if (builder.isOver() || !headerIsFirst) {
                throw notOneFragment();
            }
            if (event == MkvParser.Event.START && parser.id() == MkvElements.CLUSTER) {
                builder.onMedia();
            } else if (event == MkvParser.Event.DATA && parser.isLastSlice()) {
                onLeaf(builder);
            }
        }
        if (document.length == 0 || builder.error() != null) {
            throw notOneFragment();
        }
        checkWhole(builder.isOver());
        builder.checkComplete(0);
        return builder;
    }

    private static MkvException notOneFragment() {
        return MkvException.malformed("Not one serialized fragment", MkvElements.EBML, 0);
    }

    private void onLeaf(FragmentBuilder builder) throws MkvException {
        int from = (int) parser.dataOffset();
        int to = from + parser.sliceLength();
        switch (parser.id()) {
            case MkvElements.SIMPLE_BLOCK:
            case MkvElements.BLOCK:
                block.read(document, from, to, parser.id(), parser.offset());
                builder.onBlock(block);
                break;
            case MkvElements.INFO:
            case MkvElements.TRACKS:
            case MkvElements.TAGS:
                builder.onMetadata(
                        parser.id(), new EbmlCursor(document, from, to, 0), parser.offset());
                break;
            default:
                break;
        }
    }

    private void checkWhole(boolean hasTrailingTags) throws MkvException {
        // Trailing Tags end a fragment, whatever size its Segment declares.
        boolean whole =
                hasTrailingTags ? parser.unreportedBytes() == 0 : parser.isBetweenElements();
        if (!whole) {
            throw new MkvException(
                    MkvException.Kind.BROKEN_OFF,
                    "The fragment ends within an element",
                    MkvElements.EBML,
                    0);
        }
    }

    /** The Info, Tracks and Tags before the first Cluster, as {@link MetadataBuffer} has them. */
    byte[] metadataBeforeMedia() throws MkvException {
        MetadataBuffer metadata = new MetadataBuffer();
        while (parser.next(in) != MkvParser.Event.NEED_INPUT) {
            switch (parser.id()) {
                case MkvElements.CLUSTER:
                    return metadata.toArray();
                case MkvElements.INFO:
                case MkvElements.TRACKS:
                case MkvElements.TAGS:
                    metadata.begin(parser.id(), parser.size());
                    metadata.append(in, (int) parser.dataOffset(), in.position());
                    break;
                default:
                    break;
            }
        }
        return metadata.toArray();
    }
}
