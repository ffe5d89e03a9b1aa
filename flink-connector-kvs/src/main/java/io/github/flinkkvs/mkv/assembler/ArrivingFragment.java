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
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentContent.Meaning;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;

/**
 * The fragment that is arriving, or the place between two of them: its bytes, its content, and when
 * it began to arrive. Checks what is required of a complete fragment. Not thread-safe.
 */
final class ArrivingFragment {

    private final MkvParser parser;
    private final FragmentBuilder builder;
    private final FragmentContent content;
    private final FragmentBytes bytes;
    private final PieceTimes times;
    private final boolean keepMedia;
    private final int maxBytes;
    private final FragmentEnd fragmentEnd;

    /** When its first byte arrived. */
    private long beginningNanos;

    /** When the first byte of the last Tags element arrived. */
    private long tagsNanos;

    /**
     * @param parser tells which element each event is about
     * @param frames null if frames are not wanted
     */
    ArrivingFragment(
            MkvParser parser,
            FragmentBuilder builder,
            @Nullable FrameAssembler frames,
            PieceTimes times,
            boolean keepMedia,
            int maxBytes,
            FragmentEnd fragmentEnd) {
        this.parser = parser;
        this.builder = builder;
        this.content = new FragmentContent(parser, builder, frames, fragmentEnd);
        this.bytes = new FragmentBytes(parser, keepMedia);
        this.times = times;
        this.keepMedia = keepMedia;
        this.maxBytes = maxBytes;
        this.fragmentEnd = fragmentEnd;
    }

    /** The offset of its first byte. */
    long offset() {
        return bytes.offset();
    }

    /** How many bytes of it were read. */
    long length() {
        return bytes.lengthUpTo(parser.position());
    }

    int heldBytes() {
        return bytes.heldBytes() + content.heldBytes();
    }

    void beginPiece(ByteBuffer in) {
        bytes.begin(in);
    }

    /**
     * @param open whether the piece ends within the fragment
     */
    void endPiece(ByteBuffer in, boolean open) {
        bytes.end(in, open || content.isInTagsBetween());
    }

    // ---- beginnings and elements -----------------------------------------------------------

    /** It begins with its document, at the current element. */
    void beginDocument() {
        beginningNanos = times.beginningOf(parser.offset());
        bytes.beginDocument();
        content.beginDocument();
    }

    /**
     * It begins with the current Tags, in the Segment of another fragment. An error may also stand
     * alone, outside of any document.
     *
     * @return what these Tags are to it
     */
    Meaning beginInSegment() throws MkvException {
        beginningNanos = tagsNanos;
        bytes.beginInSegment(content.infoAndTracks());
        Meaning tags = content.beginNext();
        if (builder.error() != null) {
            return tags;
        }
        if (!bytes.hasHeader()) {
            throw MkvException.malformed(
                    content.name() + " is in a document without an EBML header",
                    parser.id(),
                    parser.offset());
        }
        if (!bytes.isHeaderShareable()) {
            throw content.tooLarge(
                    "is in a document whose EBML header has more than "
                            + FragmentBytes.MAX_SHARED_HEADER
                            + " bytes");
        }
        return tags;
    }

    /** Takes a slice of the document's EBML header. */
    void onHeader() throws MkvException {
        checkSize();
    }

    /** Takes what the parser found within the fragment. */
    Meaning onEvent(MkvParser.Event event, ByteBuffer in) throws MkvException {
        // Check at each event: the first problem found must not depend on the pieces.
        checkSize();
        onSegmentOrTags(event);
        return content.onEvent(event, in);
    }

    /**
     * Takes what the parser found between fragments, and drops it.
     *
     * @return {@link Meaning#NEXT} if the next fragment begins with it; then it is kept
     */
    Meaning onEventBetween(MkvParser.Event event, ByteBuffer in) throws MkvException {
        if (event == MkvParser.Event.END) {
            // The parser may have consumed the header of the next document.
            return Meaning.PART;
        }
        onSegmentOrTags(event);
        Meaning meaning = content.onEventBetween(in);
        if (meaning != Meaning.NEXT && !content.isInTagsBetween()) {
            bytes.skip(in);
        }
        return meaning;
    }

    private void onSegmentOrTags(MkvParser.Event event) {
        if (event == MkvParser.Event.START && parser.id() == MkvElements.SEGMENT) {
            bytes.onSegment();
        } else if (event == MkvParser.Event.DATA
                && parser.id() == MkvElements.TAGS
                && parser.isFirstSlice()) {
            tagsNanos = times.beginningOf(parser.offset());
        }
    }

    // ---- ends ------------------------------------------------------------------------------

    /** It ended before the current element, the header of the next document. */
    Fragment endBeforeDocument(ByteBuffer in) throws MkvException {
        if (fragmentEnd == FragmentEnd.TRAILING_TAGS) {
            throw brokenOff("was broken off by the next one", parser.offset());
        }
        checkEnd(parser.offset(), offset());
        return complete(keepMedia ? bytes.upToElement(in) : null, parser.offset());
    }

    /** It ended before the current element, Tags of the next fragment in its Segment. */
    Fragment endBeforeTags(ByteBuffer in) throws MkvException {
        checkEnd(parser.offset(), offset());
        bytes.keepHeader(in);
        return complete(keepMedia ? bytes.upToElementInSegment(in) : null, parser.offset());
    }

    /** It ended with the current element, the service's trailing Tags. */
    Fragment endWithTags(ByteBuffer in) throws MkvException {
        checkEnd(parser.position(), parser.offset());
        keepHeader(in);
        return complete(keepMedia ? bytes.upToElementEnd(in) : null, parser.position());
    }

    /** It ended with the current element, an error of the service. */
    ServiceError endWithError(ByteBuffer in) {
        keepHeader(in);
        bytes.skip(in);
        content.end();
        return builder.error();
    }

    /** It ended with the last piece. */
    Fragment endWithBody() throws MkvException {
        if (!parser.isBetweenElements()) {
            throw brokenOff("ends within an element", offset());
        }
        checkEnd(parser.position(), offset());
        return complete(keepMedia ? bytes.all() : null, parser.position());
    }

    private void keepHeader(ByteBuffer in) {
        if (fragmentEnd == FragmentEnd.NEXT_FRAGMENT) {
            bytes.keepHeader(in);
        }
    }

    /**
     * @param document all of its bytes; null without media
     * @param end where its last byte ends
     */
    private Fragment complete(@Nullable byte[] document, long end) {
        Fragment fragment =
                document != null
                        ? builder.withMedia(document, times.since(beginningNanos))
                        : builder.withoutMedia(
                                (int) bytes.lengthUpTo(end),
                                content.metadata(),
                                times.since(beginningNanos));
        content.end();
        return fragment;
    }

    // ---- checks ----------------------------------------------------------------------------

    private void checkEnd(long end, long offset) throws MkvException {
        builder.checkComplete(offset);
        checkLengthUpTo(end);
    }

    private void checkSize() throws MkvException {
        if (length() > maxBytes) {
            // What may belong to the next fragment does not count.
            checkLengthUpTo(
                    content.mayBeNext()
                            ? parser.offset()
                            : parser.position() - parser.unreportedBytes());
        }
    }

    private void checkLengthUpTo(long end) throws MkvException {
        if (bytes.lengthUpTo(end) > maxBytes) {
            throw content.tooLarge("has more than " + maxBytes + " bytes");
        }
    }

    private MkvException brokenOff(String how, long offset) {
        return new MkvException(
                MkvException.Kind.BROKEN_OFF, content.name() + " " + how, MkvElements.EBML, offset);
    }
}
