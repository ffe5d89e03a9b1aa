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
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;

/** Reads the metadata of a fragment whose bytes are all in memory. */
final class DocumentReader {

    /**
     * Reads Info, Tracks and Tags, and counts the frames.
     *
     * @throws MkvException if the bytes are not exactly one fragment
     */
    static FragmentBuilder read(String streamName, @Nullable String streamArn, byte[] document)
            throws MkvException {
        FragmentBuilder builder = new FragmentBuilder(streamName, streamArn);
        MkvParser parser = new MkvParser();
        ByteBuffer in = ByteBuffer.wrap(document);
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
                onLeaf(parser, document, builder);
            }
        }
        if (document.length == 0 || builder.error() != null) {
            throw notOneFragment();
        }
        // The service's trailing Tags end a fragment, whatever size its Segment declares.
        boolean whole =
                builder.isOver() ? parser.unreportedBytes() == 0 : parser.isBetweenElements();
        if (!whole) {
            throw new MkvException(
                    MkvException.Kind.BROKEN_OFF,
                    "The fragment ends within an element",
                    MkvElements.EBML,
                    0);
        }
        builder.checkComplete(0);
        return builder;
    }

    private static void onLeaf(MkvParser parser, byte[] document, FragmentBuilder builder)
            throws MkvException {
        int from = (int) parser.dataOffset();
        int to = from + parser.sliceLength();
        switch (parser.id()) {
            case MkvElements.SIMPLE_BLOCK:
            case MkvElements.BLOCK:
                builder.onBlock(BlockHeader.read(document, from, to, parser.id(), parser.offset()));
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

    /** The Info, Tracks and Tags before the first Cluster, as {@link MetadataBuffer} has them. */
    static byte[] metadataBeforeMedia(byte[] document) throws MkvException {
        MetadataBuffer metadata = new MetadataBuffer();
        MkvParser parser = new MkvParser();
        ByteBuffer in = ByteBuffer.wrap(document);
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

    private static MkvException notOneFragment() {
        return FragmentSerialization.notOne("fragment");
    }

    private DocumentReader() {}
}
