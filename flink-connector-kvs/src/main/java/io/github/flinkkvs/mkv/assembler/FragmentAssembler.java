/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Arrival;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentBuilder;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.MetadataBuffer;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.parser.BlockHeader;
import io.github.flinkkvs.mkv.parser.Bytes;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Puts fragments together from the bytes of a GetMedia body, in pieces of any size.
 *
 * <p>A fragment is handed out as soon as its own last byte is there: the end of the Tags element
 * that holds AWS_KINESISVIDEO_CONTINUATION_TOKEN. Nothing is made of a fragment that was broken
 * off: the end of a body, or an exception, leaves it behind.
 *
 * <p>Without media only the Info, Tracks and Tags of a fragment are kept; its frames are counted as
 * they pass, or, if they are asked for, handed out as soon as each one's block is whole.
 *
 * <p>Not thread-safe. After an exception the assembler is of no further use.
 */
public final class FragmentAssembler {

    /** What tells that a fragment is complete. */
    public enum FragmentEnd {
        /**
         * The service's trailing Tags, as in GetMedia: the fragment's own last bytes. A document
         * that the next one interrupts was broken off.
         */
        TRAILING_TAGS,
        /**
         * The beginning of the next document, as in archived media, which has no trailing Tags. The
         * last fragment of a body needs a proof of its own: see {@link #completeLast}.
         */
        NEXT_DOCUMENT
    }

    /** The service allows 3 tracks with 1 MiB of CodecPrivate each, and 10 tags of 384 bytes. */
    private static final int MAX_METADATA_BYTES = 4 << 20;

    private final boolean keepMedia;
    private final int maxBytes;
    private final FragmentEnd fragmentEnd;
    private final MkvParser parser = new MkvParser();
    private final FragmentBuilder builder;

    /** Null if frames are not asked for. */
    @Nullable private final FrameAssembler frames;

    /** All bytes of the open document; between documents, those of a header not yet reported. */
    private final ByteChunks document = new ByteChunks();

    /** Info, Tracks and Tags of the open document. */
    private final MetadataBuffer metadata = new MetadataBuffer();

    private final byte[] blockPrefix = new byte[BlockHeader.MAX_LENGTH];
    private int blockPrefixLength;

    private boolean open;
    private long documentOffset;

    private final PieceTimes times = new PieceTimes();
    private long documentNanos;

    /** An assembler for GetMedia: {@link FragmentEnd#TRAILING_TAGS}. */
    public FragmentAssembler(
            String streamName, @Nullable String streamArn, boolean keepMedia, int maxBytes) {
        this(streamName, streamArn, keepMedia, maxBytes, FragmentEnd.TRAILING_TAGS);
    }

    /**
     * An assembler of the frames in the bytes of GetMedia, and of fragments without media.
     *
     * @param filter the frames that are wanted
     */
    public static FragmentAssembler ofFrames(
            String streamName, @Nullable String streamArn, FrameFilter filter, int maxBytes) {
        return new FragmentAssembler(
                streamName, streamArn, false, filter, maxBytes, FragmentEnd.TRAILING_TAGS);
    }

    /**
     * @param streamName for the fragments' {@link Fragment#streamName()}
     * @param streamArn for the fragments' {@link Fragment#streamArn()}; may be null
     * @param keepMedia whether fragments carry their bytes
     * @param maxBytes a fragment of more bytes is refused as too large, whether they are kept or
     *     not
     * @param fragmentEnd what tells that a fragment is complete
     */
    public FragmentAssembler(
            String streamName,
            @Nullable String streamArn,
            boolean keepMedia,
            int maxBytes,
            FragmentEnd fragmentEnd) {
        this(streamName, streamArn, keepMedia, null, maxBytes, fragmentEnd);
    }

    private FragmentAssembler(
            String streamName,
            @Nullable String streamArn,
            boolean keepMedia,
            @Nullable FrameFilter filter,
            int maxBytes,
            FragmentEnd fragmentEnd) {
        this.frames = filter == null ? null : new FrameAssembler(filter, times, maxBytes);
        this.fragmentEnd = fragmentEnd;
        this.builder = new FragmentBuilder(streamName, streamArn);
        this.keepMedia = keepMedia;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes the next bytes, all of them. Bytes of an unfinished fragment are kept by reference, so
     * the caller must not change the buffer's content any more.
     *
     * <p>When they arrived is not known: {@link Fragment#arrival()} and {@link
     * FrameRecord#arrival()} are null from then on.
     *
     * @param handler is called from within, in the order of the bytes
     * @throws MkvException if the bytes are not what the service sends
     */
    public void feed(ByteBuffer in, FragmentHandler handler) throws MkvException {
        times.beginUntimed();
        take(in, handler);
    }

    /**
     * As {@link #feed(ByteBuffer, FragmentHandler)}, with the time at which the bytes arrived.
     *
     * @param epochMillis by {@link System#currentTimeMillis()}
     * @param nanoTime by {@link System#nanoTime()}
     */
    public void feed(ByteBuffer in, long epochMillis, long nanoTime, FragmentHandler handler)
            throws MkvException {
        times.begin(parser.position(), epochMillis, nanoTime);
        take(in, handler);
        times.end(parser.position() - parser.unreportedBytes());
    }

    private void take(ByteBuffer in, FragmentHandler handler) throws MkvException {
        int unkept = in.position();
        if (frames != null) {
            frames.onInput(in, handler);
        }
        while (true) {
            MkvParser.Event event = parser.next(in);
            if (event == MkvParser.Event.NEED_INPUT) {
                keep(in, unkept);
                return;
            }
            boolean header = event == MkvParser.Event.DATA && parser.id() == MkvElements.EBML;
            if (header && parser.isFirstSlice()) {
                if (open && fragmentEnd == FragmentEnd.NEXT_DOCUMENT) {
                    unkept = closeInterrupted(in, unkept, handler);
                }
                openDocument();
            }
            if (open) {
                // At each event, so that it does not depend on the pieces what is found first.
                checkSize();
            }
            if (header) {
                continue;
            }
            if (!open) {
                // What follows a fragment's own end, or the service's error, belongs to no
                // fragment.
                // An END may come after the next document's header was consumed: keep that.
                if (event != MkvParser.Event.END) {
                    document.clear();
                    unkept = in.position();
                }
            } else if (event == MkvParser.Event.START && parser.id() == MkvElements.CLUSTER) {
                beginFrames();
                builder.onMedia();
                metadata.markMedia();
                checkMetadataLength(metadata.length());
            } else if (parser.id() == MkvElements.BLOCK_GROUP) {
                onBlockGroup(event, in);
            } else if (event == MkvParser.Event.DATA && onLeaf(in)) {
                unkept = closeDocument(in, unkept, handler);
            }
        }
    }

    /**
     * Takes the open fragment for complete: for archived media, whose last fragment ends with
     * nothing but the body, if the caller can prove that the body was whole. Without an open
     * fragment nothing happens.
     *
     * @throws MkvException if the bytes end within an element, or before the fragment's number
     */
    public void completeLast(FragmentHandler handler) throws MkvException {
        if (!open) {
            return;
        }
        if (!parser.isBetweenElements()) {
            throw new MkvException(
                    MkvException.Kind.BROKEN_OFF,
                    "The last fragment ends within an element",
                    MkvElements.EBML,
                    documentOffset);
        }
        builder.checkComplete(documentOffset);
        emit(parser.position() - documentOffset, keepMedia ? document.drain() : null, handler);
    }

    /** Whether part of a fragment was read whose end is still to come. */
    public boolean isInFragment() {
        return open;
    }

    /** The number of the fragment that is being read; null until its leading Tags were met. */
    @Nullable
    public FragmentNumber openFragmentNumber() {
        return open ? builder.number() : null;
    }

    /**
     * When the service received the fragment that is being read: epoch millis; 0 until its leading
     * Tags were met.
     */
    public long openServerTimestampMillis() {
        return open ? builder.serverTimestampMillis() : 0;
    }

    /**
     * When its producer began to record the fragment that is being read: epoch millis; 0 until its
     * leading Tags were met.
     */
    public long openProducerTimestampMillis() {
        return open ? builder.producerTimestampMillis() : 0;
    }

    /** How many bytes of the open fragment were read; 0 between fragments. */
    public long openFragmentBytes() {
        return open ? parser.position() - documentOffset : 0;
    }

    /**
     * How many bytes are held for the open fragment: those of its document if media is kept, or of
     * its open block and its head if frames are asked for, and those of its Info, Tracks and Tags.
     * Between fragments, at most a few of the next header.
     */
    public int heldBytes() {
        return document.length() + metadata.length() + (frames == null ? 0 : frames.heldBytes());
    }

    /** Where the open fragment, or the next one, begins: bytes from the first one ever fed. */
    public long fragmentOffset() {
        return open ? documentOffset : parser.position() - parser.unreportedBytes();
    }

    // ---- document --------------------------------------------------------------------------

    private void openDocument() throws MkvException {
        if (open) {
            throw new MkvException(
                    MkvException.Kind.BROKEN_OFF,
                    (builder.number() == null ? "A fragment" : "Fragment " + builder.number())
                            + " was broken off by the next one",
                    MkvElements.EBML,
                    parser.offset());
        }
        open = true;
        documentOffset = parser.offset();
        documentNanos = times.beginningOf(documentOffset);
        builder.clear();
        clearFrames();
        if (!keepMedia) {
            document.clear();
        }
    }

    private int closeDocument(ByteBuffer in, int unkept, FragmentHandler handler)
            throws MkvException {
        int end = in.position();
        ServiceError error = builder.error();
        if (error != null) {
            open = false;
            document.clear();
            metadata.clear();
            clearFrames();
            handler.onServiceError(error);
            return end;
        }
        builder.checkComplete(parser.offset());
        byte[] content = keepMedia ? document.drain(in, unkept, end) : null;
        emit(parser.position() - documentOffset, content, handler);
        return end;
    }

    /** Completes the open document where the next one begins, of which some bytes were consumed. */
    private int closeInterrupted(ByteBuffer in, int unkept, FragmentHandler handler)
            throws MkvException {
        int end = in.position();
        builder.checkComplete(documentOffset);
        int size = (int) (parser.offset() - documentOffset);
        byte[] both = document.drain(in, unkept, end);
        byte[] content = keepMedia ? Arrays.copyOf(both, size) : null;
        if (keepMedia) {
            document.append(ByteBuffer.wrap(both), size, both.length);
        }
        emit(size, content, handler);
        return end;
    }

    private void emit(long size, @Nullable byte[] document, FragmentHandler handler) {
        // Not before: whoever catches an exception asks which fragment it was.
        open = false;
        Arrival arrival = times.since(documentNanos);
        Fragment fragment =
                keepMedia
                        ? builder.withMedia(document, arrival)
                        : builder.withoutMedia((int) size, metadata.toArray(), arrival);
        metadata.clear();
        clearFrames();
        handler.onFragment(fragment);
    }

    private void keep(ByteBuffer in, int unkept) {
        int end = in.position();
        if (frames != null) {
            frames.keep(in);
        }
        if (open) {
            if (keepMedia) {
                document.append(in, unkept, end);
            }
            return;
        }
        // Between documents only a header not yet reported may turn out to be part of the next one.
        int header = parser.unreportedBytes();
        if (header <= end - unkept) {
            document.clear();
            document.append(in, end - header, end);
        } else {
            document.append(in, unkept, end);
        }
    }

    private void checkSize() throws MkvException {
        long bytes = parser.position() - documentOffset;
        // A header not yet reported may be that of the next document.
        if (bytes > maxBytes && bytes - parser.unreportedBytes() > maxBytes) {
            throw tooLarge("of more than " + maxBytes + " bytes");
        }
    }

    private MkvException tooLarge(String what) {
        return new MkvException(
                MkvException.Kind.TOO_LARGE,
                (builder.number() == null ? "A fragment " : "Fragment " + builder.number() + " ")
                        + what,
                MkvElements.EBML,
                documentOffset);
    }

    // ---- frames ----------------------------------------------------------------------------

    private void beginFrames() throws MkvException {
        if (frames != null && !frames.isInFragment()) {
            frames.begin(builder.head(metadata.toArray(), parser.offset()));
        }
    }

    private void clearFrames() {
        if (frames != null) {
            frames.clear();
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

    // ---- leaves ----------------------------------------------------------------------------

    /** Takes a slice of a leaf; true if it completes the document. */
    private boolean onLeaf(ByteBuffer in) throws MkvException {
        switch (parser.id()) {
            case MkvElements.SIMPLE_BLOCK:
                onBlock(in);
                if (frames != null) {
                    frames.onSimpleBlock(parser, in);
                }
                return false;
            case MkvElements.TIMESTAMP:
                if (frames != null) {
                    frames.onTimestamp(parser, in);
                }
                return false;
            case MkvElements.BLOCK:
                onBlock(in);
                return false;
            case MkvElements.INFO:
            case MkvElements.TRACKS:
            case MkvElements.TAGS:
                return onMetadata(in);
            default:
                return false;
        }
    }

    private void onBlock(ByteBuffer in) throws MkvException {
        int from = in.position() - parser.sliceLength();
        if (parser.isFirstSlice() && parser.isLastSlice() && in.hasArray()) {
            int start = in.arrayOffset();
            onBlockHeader(in.array(), start + from, start + in.position());
            return;
        }
        if (parser.isFirstSlice()) {
            blockPrefixLength = 0;
        }
        int count = Math.min(parser.sliceLength(), blockPrefix.length - blockPrefixLength);
        Bytes.copy(in, from, blockPrefix, blockPrefixLength, count);
        blockPrefixLength += count;
        if (parser.isLastSlice()) {
            onBlockHeader(blockPrefix, 0, blockPrefixLength);
        }
    }

    private void onBlockHeader(byte[] bytes, int from, int to) throws MkvException {
        builder.onBlock(BlockHeader.read(bytes, from, to, parser.id(), parser.offset()));
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

    private void checkMetadataLength(long length) throws MkvException {
        if (length > MAX_METADATA_BYTES) {
            throw tooLarge("with more than " + MAX_METADATA_BYTES + " bytes of Tracks and Tags");
        }
    }
}
