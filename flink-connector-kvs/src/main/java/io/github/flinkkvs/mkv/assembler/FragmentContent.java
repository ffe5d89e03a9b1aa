/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.FragmentBuilder;
import io.github.flinkkvs.mkv.parser.EbmlCursor;
import io.github.flinkkvs.mkv.parser.MetadataBuffer;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;

/**
 * The content of the arriving fragment: collects Info, Tracks and Tags, counts frames, and passes
 * blocks on to the {@link FrameAssembler}, if there is one. Not thread-safe.
 */
final class FragmentContent {

    /** What an element is to the open fragment. */
    enum Meaning {
        PART,
        /** The fragment ends with it. */
        END,
        /** It is the beginning of the next fragment. */
        NEXT
    }

    /** The service allows 3 tracks with 1 MiB of CodecPrivate each, and 10 tags of 384 bytes. */
    private static final int MAX_METADATA_BYTES = 4 << 20;

    private final MkvParser parser;
    private final FragmentBuilder builder;
    @Nullable private final FrameAssembler frames;
    private final FragmentEnd fragmentEnd;
    private final MetadataBuffer metadata = new MetadataBuffer();
    private final BlockPrefix block = new BlockPrefix();
    private long fragmentOffset;

    /** Whether the last element that was added belongs to the next fragment. */
    private boolean nextFound;

    private boolean inTagsBetween;

    /**
     * @param parser tells which element each event is about
     * @param frames null if frames are not wanted
     */
    FragmentContent(
            MkvParser parser,
            FragmentBuilder builder,
            @Nullable FrameAssembler frames,
            FragmentEnd fragmentEnd) {
        this.parser = parser;
        this.builder = builder;
        this.frames = frames;
        this.fragmentEnd = fragmentEnd;
    }

    /** A document begins at the current element, and with it a fragment. */
    void beginDocument() {
        fragmentOffset = parser.offset();
        builder.clear();
        clear();
    }

    /**
     * A fragment begins at the current element, which {@link Meaning#NEXT} was said of. It has Info
     * and Tracks of the document.
     *
     * @return what that element is to this fragment
     */
    Meaning beginNext() throws MkvException {
        fragmentOffset = parser.offset();
        builder.clear();
        clearFrames();
        metadata.keepHeadAndLast();
        nextFound = false;
        EbmlCursor elements = metadata.elements();
        while (elements.next()) {
            builder.onMetadata(elements.id(), elements.children(), parser.offset());
        }
        return builder.isOver() ? Meaning.END : Meaning.PART;
    }

    /** The fragment is over; the builder keeps what was read of it. */
    void end() {
        clearFrames();
        if (fragmentEnd == FragmentEnd.TRAILING_TAGS) {
            metadata.clear();
        }
    }

    private void clear() {
        metadata.clear();
        nextFound = false;
        clearFrames();
    }

    private void clearFrames() {
        if (frames != null) {
            frames.clear();
        }
    }

    /** A copy of its Info, Tracks and Tags, as {@link MetadataBuffer} has them. */
    byte[] metadata() {
        return nextFound ? metadata.withoutLast() : metadata.toArray();
    }

    /** A copy of what fragments of the document share, as {@link MetadataBuffer} has it. */
    byte[] infoAndTracks() {
        return metadata.head();
    }

    int heldBytes() {
        return metadata.length() + (frames == null ? 0 : frames.heldBytes());
    }

    /** Takes what the parser found. */
    Meaning onEvent(MkvParser.Event event, ByteBuffer in) throws MkvException {
        switch (parser.id()) {
            case MkvElements.SIMPLE_BLOCK:
                onBlockSlice(in);
                if (frames != null) {
                    frames.onSimpleBlock(parser, in, block.header());
                }
                return Meaning.PART;
            case MkvElements.BLOCK:
                onBlockSlice(in);
                return Meaning.PART;
            case MkvElements.BLOCK_GROUP:
                onBlockGroup(event, in);
                return Meaning.PART;
            case MkvElements.TIMESTAMP:
                if (frames != null) {
                    frames.onTimestamp(parser, in);
                }
                return Meaning.PART;
            case MkvElements.CLUSTER:
                if (event == MkvParser.Event.START) {
                    onCluster();
                }
                return Meaning.PART;
            case MkvElements.INFO:
            case MkvElements.TRACKS:
            case MkvElements.TAGS:
                return onMetadata(in);
            default:
                return Meaning.PART;
        }
    }

    /**
     * Takes what the parser found after a fragment's own end.
     *
     * @return {@link Meaning#NEXT} if a fragment begins with it
     */
    Meaning onEventBetween(ByteBuffer in) throws MkvException {
        switch (parser.id()) {
            case MkvElements.INFO:
            case MkvElements.TRACKS:
                if (fragmentEnd == FragmentEnd.NEXT_FRAGMENT) {
                    collect(in);
                }
                return Meaning.PART;
            case MkvElements.TAGS:
                collect(in);
                inTagsBetween = !parser.isLastSlice();
                return inTagsBetween ? Meaning.PART : onTagsBetween();
            default:
                return Meaning.PART;
        }
    }

    private Meaning onTagsBetween() throws MkvException {
        nextFound =
                fragmentEnd == FragmentEnd.NEXT_FRAGMENT
                        ? FragmentBuilder.beginsFragment(lastElement())
                        : FragmentBuilder.isError(lastElement());
        if (nextFound) {
            return Meaning.NEXT;
        }
        metadata.removeLast();
        return Meaning.PART;
    }

    /** Whether Tags after a fragment's own end are arriving. */
    boolean isInTagsBetween() {
        return inTagsBetween;
    }

    private void onCluster() throws MkvException {
        if (frames != null && !frames.isInFragment()) {
            frames.begin(builder.head(metadata.toArray(), parser.offset()));
        }
        builder.onMedia();
        metadata.markMedia();
        checkMetadataLength(metadata.length());
    }

    private void onBlockSlice(ByteBuffer in) throws MkvException {
        block.onSlice(parser, in);
        if (parser.isLastSlice()) {
            builder.onBlock(block.header());
        }
    }

    private void onBlockGroup(MkvParser.Event event, ByteBuffer in) throws MkvException {
        if (frames == null) {
            return;
        }
        if (event == MkvParser.Event.START) {
            frames.beginGroup(parser, in);
        } else {
            frames.endGroup(in);
        }
    }

    private Meaning onMetadata(ByteBuffer in) throws MkvException {
        collect(in);
        if (!parser.isLastSlice()) {
            return Meaning.PART;
        }
        nextFound = mayBeNext() && builder.isOfAnother(lastElement());
        if (nextFound) {
            return Meaning.NEXT;
        }
        builder.onMetadata(parser.id(), lastElement(), parser.offset());
        return builder.isOver() ? Meaning.END : Meaning.PART;
    }

    /** Whether the current element, as long as it is not complete, may begin the next fragment. */
    boolean mayBeNext() {
        return parser.id() == MkvElements.TAGS
                && fragmentEnd == FragmentEnd.NEXT_FRAGMENT
                && builder.number() != null;
    }

    private void collect(ByteBuffer in) throws MkvException {
        if (parser.isFirstSlice()) {
            metadata.begin(parser.id(), parser.size());
        }
        checkMetadataLength(metadata.length() + parser.sliceLength());
        metadata.append(in, in.position() - parser.sliceLength(), in.position());
    }

    private EbmlCursor lastElement() {
        return metadata.lastElement(parser.dataOffset());
    }

    private void checkMetadataLength(int length) throws MkvException {
        if (length > MAX_METADATA_BYTES) {
            throw tooLarge("has more than " + MAX_METADATA_BYTES + " bytes of Tracks and Tags");
        }
    }

    /**
     * The error for a fragment that exceeds a limit.
     *
     * @param what follows the name of the fragment in the message
     */
    MkvException tooLarge(String what) {
        return new MkvException(
                MkvException.Kind.TOO_LARGE, name() + " " + what, MkvElements.EBML, fragmentOffset);
    }

    /** A name of the fragment for the beginning of messages. */
    String name() {
        return builder.number() == null ? "A fragment" : "Fragment " + builder.number();
    }
}
