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

    /** The service allows 3 tracks with 1 MiB of CodecPrivate each, and 10 tags of 384 bytes. */
    private static final int MAX_METADATA_BYTES = 4 << 20;

    private final MkvParser parser;
    private final FragmentBuilder builder;
    @Nullable private final FrameAssembler frames;
    private final MetadataBuffer metadata = new MetadataBuffer();
    private final BlockPrefix block = new BlockPrefix();
    private long fragmentOffset;

    /**
     * @param parser tells which element each event is about
     * @param frames null if frames are not wanted
     */
    FragmentContent(MkvParser parser, FragmentBuilder builder, @Nullable FrameAssembler frames) {
        this.parser = parser;
        this.builder = builder;
        this.frames = frames;
    }

    /**
     * A fragment begins.
     *
     * @param offset of its first byte, for messages
     */
    void begin(long offset) {
        fragmentOffset = offset;
        builder.clear();
        clearFrames();
    }

    /** The fragment is over; the builder keeps what was read of it. */
    void end() {
        metadata.clear();
        clearFrames();
    }

    private void clearFrames() {
        if (frames != null) {
            frames.clear();
        }
    }

    /** A copy of its Info, Tracks and Tags, as {@link MetadataBuffer} has them. */
    byte[] metadata() {
        return metadata.toArray();
    }

    int heldBytes() {
        return metadata.length() + (frames == null ? 0 : frames.heldBytes());
    }

    /** Takes what the parser found; true if that element ends the fragment. */
    boolean onEvent(MkvParser.Event event, ByteBuffer in) throws MkvException {
        switch (parser.id()) {
            case MkvElements.SIMPLE_BLOCK:
                onBlockSlice(in);
                if (frames != null) {
                    frames.onSimpleBlock(parser, in, block.header());
                }
                return false;
            case MkvElements.BLOCK:
                onBlockSlice(in);
                return false;
            case MkvElements.BLOCK_GROUP:
                onBlockGroup(event, in);
                return false;
            case MkvElements.TIMESTAMP:
                if (frames != null) {
                    frames.onTimestamp(parser, in);
                }
                return false;
            case MkvElements.CLUSTER:
                if (event == MkvParser.Event.START) {
                    onCluster();
                }
                return false;
            case MkvElements.INFO:
            case MkvElements.TRACKS:
            case MkvElements.TAGS:
                return onMetadata(in);
            default:
                return false;
        }
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

    private boolean onMetadata(ByteBuffer in) throws MkvException {
        if (parser.isFirstSlice()) {
            metadata.begin(parser.id(), parser.size());
        }
        checkMetadataLength(metadata.length() + parser.sliceLength());
        metadata.append(in, in.position() - parser.sliceLength(), in.position());
        if (!parser.isLastSlice()) {
            return false;
        }
        builder.onMetadata(parser.id(), metadata.lastElement(parser.dataOffset()), parser.offset());
        return builder.isOver();
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
