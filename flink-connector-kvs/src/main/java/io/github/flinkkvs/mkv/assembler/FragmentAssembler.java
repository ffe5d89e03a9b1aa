/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentBuilder;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Assembles fragments from the bytes of a GetMedia body, which arrive in pieces of any size.
 *
 * <p>A fragment is handed out as soon as its own last byte is there: the end of the Tags element
 * that holds AWS_KINESISVIDEO_CONTINUATION_TOKEN. Incomplete fragments are never handed out: if the
 * body ends within a fragment, or an exception is thrown, its bytes are dropped.
 *
 * <p>The assembler works in one of three modes. With media, fragments carry all of their bytes.
 * Without media, only Info, Tracks and Tags are kept, and frames are counted. With frames ({@link
 * #ofFrames}), each frame is handed out as soon as its block is complete, and the fragment follows
 * without media.
 *
 * <p>Not thread-safe. After an exception the assembler cannot be used any further.
 */
@PublicEvolving
public final class FragmentAssembler {

    private final boolean keepMedia;
    private final int maxBytes;
    private final FragmentEnd fragmentEnd;
    private final MkvParser parser = new MkvParser();
    private final FragmentBuilder builder;

    /** Null without frames. */
    @Nullable private final FrameAssembler frames;

    private final FragmentContent content;

    /**
     * With media, the bytes of the open document. Between documents, the bytes of a header that the
     * parser has not reported yet.
     */
    private final ByteChunks document = new ByteChunks();

    private final PieceTimes times = new PieceTimes();

    /** Whether a fragment began and has not ended. */
    private boolean open;

    private long documentOffset;
    private long documentNanos;

    /**
     * An assembler for the body of GetMedia, with {@link FragmentEnd#TRAILING_TAGS}.
     *
     * @param streamName see {@link Fragment#streamName()}
     * @param streamArn see {@link Fragment#streamArn()}; may be null
     * @param keepMedia whether fragments carry their bytes
     * @param maxBytes the limit of a fragment's size in bytes, with or without media
     */
    public FragmentAssembler(
            String streamName, @Nullable String streamArn, boolean keepMedia, int maxBytes) {
        this(streamName, streamArn, keepMedia, maxBytes, FragmentEnd.TRAILING_TAGS);
    }

    /**
     * An assembler that hands out frames, and fragments without media, from the body of GetMedia.
     *
     * @param streamName see {@link Fragment#streamName()}
     * @param streamArn see {@link Fragment#streamArn()}; may be null
     * @param filter selects the frames
     * @param maxBytes the limit of a fragment's size in bytes
     */
    public static FragmentAssembler ofFrames(
            String streamName, @Nullable String streamArn, FrameFilter filter, int maxBytes) {
        return ofFrames(streamName, streamArn, filter, maxBytes, FragmentEnd.TRAILING_TAGS);
    }

    /**
     * An assembler that hands out frames, and fragments without media.
     *
     * @param streamName see {@link Fragment#streamName()}
     * @param streamArn see {@link Fragment#streamArn()}; may be null
     * @param filter selects the frames
     * @param maxBytes the limit of a fragment's size in bytes
     * @param fragmentEnd how the assembler knows that a fragment is complete
     */
    public static FragmentAssembler ofFrames(
            String streamName,
            @Nullable String streamArn,
            FrameFilter filter,
            int maxBytes,
            FragmentEnd fragmentEnd) {
        return new FragmentAssembler(streamName, streamArn, false, filter, maxBytes, fragmentEnd);
    }

    /**
     * An assembler with or without media.
     *
     * @param streamName see {@link Fragment#streamName()}
     * @param streamArn see {@link Fragment#streamArn()}; may be null
     * @param keepMedia whether fragments carry their bytes
     * @param maxBytes the limit of a fragment's size in bytes, with or without media
     * @param fragmentEnd how the assembler knows that a fragment is complete
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
        this.builder = new FragmentBuilder(streamName, streamArn);
        this.content = new FragmentContent(parser, builder, frames);
        this.fragmentEnd = fragmentEnd;
        this.keepMedia = keepMedia;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes the next bytes, all of them. The assembler keeps bytes of an unfinished fragment by
     * reference, so the content of the buffer must not change afterwards.
     *
     * <p>The time of arrival is unknown: from then on, {@link Fragment#arrival()} and {@link
     * FrameRecord#arrival()} are null.
     *
     * @param handler is called within this method, in the order of the bytes
     * @throws MkvException if the bytes are not a fragment, or if a fragment exceeds a limit
     */
    public void feed(ByteBuffer in, FragmentHandler handler) throws MkvException {
        times.beginUntimed();
        take(in, handler);
    }

    /**
     * As {@link #feed(ByteBuffer, FragmentHandler)}, with the time at which the bytes arrived.
     *
     * @param epochMillis from {@link System#currentTimeMillis()}
     * @param nanoTime from {@link System#nanoTime()}
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
                if (open && fragmentEnd == FragmentEnd.NEXT_FRAGMENT) {
                    unkept = closeInterrupted(in, unkept, handler);
                }
                openDocument();
            }
            if (open) {
                // Check at each event: the first problem found must not depend on the pieces.
                checkSize();
            }
            if (header) {
                continue;
            }
            if (open) {
                if (content.onEvent(event, in)) {
                    unkept = closeDocument(in, unkept, handler);
                }
            } else if (event != MkvParser.Event.END) {
                // Elements after a fragment's own end, or after the service's error, are skipped.
                // Not at an END: the parser may have consumed the header of the next document.
                document.clear();
                unkept = in.position();
            }
        }
    }

    /**
     * Hands out the open fragment as complete. In archived media nothing follows the last fragment,
     * so the caller must know that the body is complete. Does nothing between fragments.
     *
     * @throws MkvException if the bytes end within an element, or if the fragment has no number or
     *     timestamps
     */
    public void completeLast(FragmentHandler handler) throws MkvException {
        if (!open) {
            return;
        }
        if (!parser.isBetweenElements()) {
            throw brokenOff("ends within an element", documentOffset);
        }
        builder.checkComplete(documentOffset);
        int size = (int) (parser.position() - documentOffset);
        emit(keepMedia ? withMedia(document.drain()) : withoutMedia(size), handler);
    }

    /** Whether a fragment began and has not ended. */
    public boolean isInFragment() {
        return open;
    }

    /** The number of the open fragment; null before its leading Tags, and between fragments. */
    @Nullable
    public FragmentNumber openFragmentNumber() {
        return open ? builder.number() : null;
    }

    /**
     * The server timestamp of the open fragment in epoch millis; 0 before its leading Tags, and
     * between fragments.
     */
    public long openServerTimestampMillis() {
        return open ? builder.serverTimestampMillis() : 0;
    }

    /**
     * The producer timestamp of the open fragment in millis; 0 before its leading Tags, and between
     * fragments.
     */
    public long openProducerTimestampMillis() {
        return open ? builder.producerTimestampMillis() : 0;
    }

    /** How many bytes of the open fragment were read; 0 between fragments. */
    public long openFragmentBytes() {
        return open ? parser.position() - documentOffset : 0;
    }

    /**
     * How many bytes the assembler holds: Info, Tracks and Tags of the open fragment, and, with
     * media, all of its bytes, or, with frames, its open block and its head. Between fragments, at
     * most the header of an element.
     */
    public int heldBytes() {
        return document.length() + content.heldBytes();
    }

    /**
     * Where the open fragment begins, or the next one if none is open: an offset in bytes from the
     * first byte that was ever fed.
     */
    public long fragmentOffset() {
        return open ? documentOffset : parser.position() - parser.unreportedBytes();
    }

    private void openDocument() throws MkvException {
        if (open) {
            throw brokenOff("was broken off by the next one", parser.offset());
        }
        open = true;
        documentOffset = parser.offset();
        documentNanos = times.beginningOf(documentOffset);
        content.begin(documentOffset);
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
            content.end();
            handler.onServiceError(error);
            return end;
        }
        builder.checkComplete(parser.offset());
        int size = (int) (parser.position() - documentOffset);
        emit(keepMedia ? withMedia(document.drain(in, unkept, end)) : withoutMedia(size), handler);
        return end;
    }

    /**
     * Completes the open document at the beginning of the next one, of which the parser already
     * consumed some bytes.
     */
    private int closeInterrupted(ByteBuffer in, int unkept, FragmentHandler handler)
            throws MkvException {
        int end = in.position();
        builder.checkComplete(documentOffset);
        int size = (int) (parser.offset() - documentOffset);
        byte[] both = document.drain(in, unkept, end);
        Fragment fragment;
        if (keepMedia) {
            fragment = withMedia(Arrays.copyOf(both, size));
            document.append(ByteBuffer.wrap(both), size, both.length);
        } else {
            fragment = withoutMedia(size);
        }
        emit(fragment, handler);
        return end;
    }

    private Fragment withMedia(byte[] bytes) {
        return builder.withMedia(bytes, times.since(documentNanos));
    }

    private Fragment withoutMedia(int size) {
        return builder.withoutMedia(size, content.metadata(), times.since(documentNanos));
    }

    private void emit(Fragment fragment, FragmentHandler handler) {
        // Only now: after an exception, callers ask which fragment was open.
        open = false;
        content.end();
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
        // A header that is not reported yet may be the beginning of the next document.
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
        // A header that is not reported yet may belong to the next document.
        if (bytes > maxBytes && bytes - parser.unreportedBytes() > maxBytes) {
            throw content.tooLarge("has more than " + maxBytes + " bytes");
        }
    }

    private MkvException brokenOff(String how, long offset) {
        return new MkvException(
                MkvException.Kind.BROKEN_OFF, content.name() + " " + how, MkvElements.EBML, offset);
    }
}
