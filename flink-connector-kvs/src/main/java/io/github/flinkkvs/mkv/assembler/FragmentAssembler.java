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
import io.github.flinkkvs.mkv.assembler.FragmentContent.Meaning;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;

/**
 * Assembles fragments from the bytes of a GetMedia or GetMediaForFragmentList body, which arrive in
 * pieces of any size.
 *
 * <p>A fragment of GetMedia is handed out as soon as its own last byte is there: the end of the
 * Tags element that holds AWS_KINESISVIDEO_CONTINUATION_TOKEN. Archived media has no such tag:
 * there the next fragment completes a fragment ({@link FragmentEnd}). Incomplete fragments are
 * never handed out: if the body ends within a fragment, or an exception is thrown, its bytes are
 * dropped.
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

    private final MkvParser parser = new MkvParser();
    private final PieceTimes times = new PieceTimes();
    private final FragmentBuilder builder;

    /** Null without frames. */
    @Nullable private final FrameAssembler frames;

    private final ArrivingFragment fragment;

    /** Whether a fragment began and has not ended. */
    private boolean open;

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
        this.fragment =
                new ArrivingFragment(
                        parser, builder, frames, times, keepMedia, maxBytes, fragmentEnd);
    }

    /**
     * Takes the next bytes, all of them. The assembler keeps bytes of an unfinished fragment by
     * reference, so the content of the buffer must not change afterwards.
     *
     * <p>The time of arrival is unknown: from then on, {@link Fragment#arrival()} and {@link
     * io.github.flinkkvs.mkv.FrameRecord#arrival() FrameRecord.arrival()} are null.
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
        fragment.beginPiece(in);
        if (frames != null) {
            frames.onInput(in, handler);
        }
        MkvParser.Event event;
        while ((event = parser.next(in)) != MkvParser.Event.NEED_INPUT) {
            if (event == MkvParser.Event.DATA && parser.id() == MkvElements.EBML) {
                onHeader(in, handler);
            } else {
                onEvent(event, in, handler);
            }
        }
        if (frames != null) {
            frames.keep(in);
        }
        fragment.endPiece(in, open);
    }

    private void onHeader(ByteBuffer in, FragmentHandler handler) throws MkvException {
        if (parser.isFirstSlice()) {
            if (open) {
                handOut(fragment.endBeforeDocument(in), handler);
            }
            open = true;
            fragment.beginDocument();
        }
        fragment.onHeader();
    }

    private void onEvent(MkvParser.Event event, ByteBuffer in, FragmentHandler handler)
            throws MkvException {
        Meaning meaning = open ? fragment.onEvent(event, in) : fragment.onEventBetween(event, in);
        if (meaning == Meaning.NEXT) {
            if (open) {
                handOut(fragment.endBeforeTags(in), handler);
            }
            open = true;
            meaning = fragment.beginInSegment();
        }
        if (meaning == Meaning.END) {
            if (builder.error() == null) {
                handOut(fragment.endWithTags(in), handler);
            } else {
                open = false;
                handler.onServiceError(fragment.endWithError(in));
            }
        }
    }

    private void handOut(Fragment complete, FragmentHandler handler) {
        // Not before it is complete: after an exception, callers ask which fragment was open.
        open = false;
        handler.onFragment(complete);
    }

    /**
     * Hands out the open fragment as complete. In archived media nothing follows the last fragment,
     * so the caller must know that the body is complete. Does nothing between fragments.
     *
     * @throws MkvException if the bytes end within an element, or if the fragment has no number or
     *     timestamps
     */
    public void completeLast(FragmentHandler handler) throws MkvException {
        if (open) {
            handOut(fragment.endWithBody(), handler);
        }
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

    /**
     * How many bytes of the open fragment were read; 0 between fragments. The head of a document
     * with many fragments counts for each of them.
     */
    public long openFragmentBytes() {
        return open ? fragment.length() : 0;
    }

    /**
     * How many bytes the assembler holds: Info, Tracks and Tags of the open fragment, and, with
     * media, all of its bytes, or, with frames, its open block and its head. Between fragments, at
     * most the header of an element; within a document of archived media, also what its fragments
     * share, and Tags that are not complete.
     */
    public int heldBytes() {
        return fragment.heldBytes();
    }

    /**
     * Where the open fragment begins, or the next one if none is open: an offset in bytes from the
     * first byte that was ever fed.
     */
    public long fragmentOffset() {
        return open ? fragment.offset() : parser.position() - parser.unreportedBytes();
    }
}
