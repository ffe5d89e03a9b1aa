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

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The part of a fragment that was read so far. Takes its elements one by one, decodes Info, Tracks
 * and Tags, and counts frames. Not thread-safe.
 */
@Internal
public final class FragmentBuilder {

    /**
     * The limit of frames, because empty frames take next to nothing in the document. The service
     * allows fragments of 20 s: this is a frame every 20 microseconds.
     */
    private static final int MAX_FRAMES = 1 << 20;

    /** How many elements of a fragment are compared with those of the previous one. */
    private static final int MAX_REPEATED = 16;

    private final String streamName;
    @Nullable private final String streamArn;

    private final MetadataDecoder decoder = new MetadataDecoder();
    private final ServiceFacts service = new ServiceFacts();
    private final List<Tag> tags = new ArrayList<>();
    private final List<Track> tracks = new ArrayList<>();
    private long timestampScaleNanos;
    private final FrameCounts frameCounts = new FrameCounts();

    /** The elements of the previous fragment, by place; null where one cannot be reused. */
    private final MetadataElement[] lastElements = new MetadataElement[MAX_REPEATED];

    private int elements;
    private int frames;
    private boolean mediaSeen;

    /** Whether everything that {@link FragmentHead} has was read before the media. */
    private boolean headSeen;

    public FragmentBuilder(String streamName, @Nullable String streamArn) {
        this.streamName = streamName;
        this.streamArn = streamArn;
        clear();
    }

    public void clear() {
        decoder.clear();
        service.clear();
        tags.clear();
        tracks.clear();
        timestampScaleNanos = MkvElements.DEFAULT_TIMESTAMP_SCALE_NANOS;
        frameCounts.clear();
        elements = 0;
        frames = 0;
        mediaSeen = false;
        headSeen = false;
    }

    /** A Cluster begins. */
    public void onMedia() {
        if (!mediaSeen) {
            headSeen = service.areComplete();
        }
        mediaSeen = true;
    }

    /** Counts the frames of a block. */
    public void onBlock(BlockHeader block) throws MkvException {
        onFrames(block.trackNumber(), block.frameCount(), block.elementId(), block.offset());
    }

    void onFrames(long trackNumber, int count, int elementId, long offset) throws MkvException {
        if (count < 0 || count > MAX_FRAMES - frames) {
            throw MkvException.malformed("More than " + MAX_FRAMES + " frames", elementId, offset);
        }
        frames += count;
        frameCounts.add(trackNumber, count);
        if (frameCounts.tracks() > MetadataDecoder.MAX_TRACKS) {
            throw MkvException.malformed(
                    "Frames of more than " + MetadataDecoder.MAX_TRACKS + " tracks",
                    elementId,
                    offset);
        }
    }

    /**
     * Whether a complete Tags element has the number of another fragment than the one that is being
     * read. The element is not taken.
     */
    public boolean isOfAnother(EbmlCursor tags) throws MkvException {
        String number = MetadataDecoder.findTag(tags, ServiceTags.NUMBERS);
        return number != null
                && FragmentNumber.isFragmentNumber(number)
                && !FragmentNumber.of(number).equals(service.number);
    }

    /**
     * Whether a complete Tags element has a fragment number, or an error in place of a fragment.
     */
    public static boolean beginsFragment(EbmlCursor tags) throws MkvException {
        return MetadataDecoder.findTag(tags, ServiceTags.NUMBERS_AND_ERRORS) != null;
    }

    /** Whether a complete Tags element has an error of the service. */
    public static boolean isError(EbmlCursor tags) throws MkvException {
        return MetadataDecoder.findTag(tags, ServiceTags.ERRORS) != null;
    }

    /** Takes a complete Info, Tracks or Tags element. */
    public void onMetadata(int id, EbmlCursor children, long offset) throws MkvException {
        int index = elements++;
        MetadataElement last = index < MAX_REPEATED ? lastElements[index] : null;
        if (last != null
                && last.isSame(id, mediaSeen, children)
                && decoder.addSimpleTags(last.simpleTags)) {
            tags.addAll(last.tags);
            addTracks(last.tracks, id, offset);
            timestampScaleNanos =
                    id == MkvElements.INFO ? last.timestampScaleNanos : timestampScaleNanos;
            return;
        }
        int knownTags = tags.size();
        int knownSimpleTags = decoder.simpleTags();
        List<Track> entries =
                id == MkvElements.TRACKS ? MetadataDecoder.readTracks(children) : List.of();
        addTracks(entries, id, offset);
        boolean repeats = readMetadata(id, children, offset);
        if (index < MAX_REPEATED) {
            lastElements[index] =
                    repeats && children.length() <= MetadataElement.MAX_LENGTH
                            ? new MetadataElement(
                                    id,
                                    mediaSeen,
                                    children.all(),
                                    List.copyOf(tags.subList(knownTags, tags.size())),
                                    decoder.simpleTags() - knownSimpleTags,
                                    List.copyOf(entries),
                                    timestampScaleNanos)
                            : null;
        }
    }

    /** Tracks may occur again with the same content. They are not additional tracks. */
    private void addTracks(List<Track> entries, int elementId, long offset) throws MkvException {
        for (Track entry : entries) {
            if (!isDeclared(entry.number())) {
                if (tracks.size() == MetadataDecoder.MAX_TRACKS) {
                    throw MkvException.malformed(
                            "More than " + MetadataDecoder.MAX_TRACKS + " tracks",
                            elementId,
                            offset);
                }
                tracks.add(entry);
            }
        }
    }

    private boolean isDeclared(long trackNumber) {
        for (int i = 0; i < tracks.size(); i++) {
            if (tracks.get(i).number() == trackNumber) {
                return true;
            }
        }
        return false;
    }

    /** False if the element has tags of the service, which hold for this fragment only. */
    private boolean readMetadata(int id, EbmlCursor children, long offset) throws MkvException {
        switch (id) {
            case MkvElements.INFO:
                timestampScaleNanos = MetadataDecoder.readTimestampScale(children);
                return true;
            case MkvElements.TRACKS:
                return true;
            case MkvElements.TAGS:
                int known = tags.size();
                decoder.readTags(
                        children, mediaSeen ? Tag.Place.AFTER_MEDIA : Tag.Place.BEFORE_MEDIA, tags);
                boolean ofService = false;
                for (int i = known; i < tags.size(); i++) {
                    ofService |= ServiceTags.isServiceTag(tags.get(i).name());
                    service.onTag(tags.get(i), offset);
                }
                return !ofService;
            default:
                throw MkvException.malformed("Neither Info nor Tracks nor Tags", id, offset);
        }
    }

    /** Whether the service's trailing Tags or its error ended the fragment. */
    public boolean isOver() {
        return service.endTheFragment();
    }

    /** The fragment's number; null until its leading Tags were read. */
    @Nullable
    public FragmentNumber number() {
        return service.number;
    }

    /** The fragment's server timestamp in epoch millis; 0 until its leading Tags were read. */
    public long serverTimestampMillis() {
        return service.serverTimestampMillis;
    }

    /** The fragment's producer timestamp in millis; 0 until its leading Tags were read. */
    public long producerTimestampMillis() {
        return service.producerTimestampMillis;
    }

    /**
     * The fragment with its media.
     *
     * @param document all of its bytes, not copied
     */
    public Fragment withMedia(byte[] document, @Nullable Arrival arrival) {
        return new Fragment(
                metadata(), frameCounts.copy(), document.length, true, document, arrival);
    }

    /**
     * The fragment without its media.
     *
     * @param size the length of the whole fragment in bytes
     * @param metadata the content of its {@link MetadataBuffer}, not copied
     */
    public Fragment withoutMedia(int size, byte[] metadata, @Nullable Arrival arrival) {
        return new Fragment(metadata(), frameCounts.copy(), size, false, metadata, arrival);
    }

    /**
     * What was read so far, before the first frame.
     *
     * @param metadata the content of its {@link MetadataBuffer}, not copied
     * @throws MkvException as {@link #checkComplete}
     */
    public FragmentHead head(byte[] metadata, long offset) throws MkvException {
        checkComplete(offset);
        return new FragmentHead(metadata(), metadata);
    }

    private FragmentMetadata metadata() {
        return new FragmentMetadata(
                streamName, streamArn, service, tags, tracks, timestampScaleNanos);
    }

    /**
     * Checks that everything required of a fragment was read, and before its media.
     *
     * @param offset for the message
     * @throws MkvException if number, server timestamp or producer timestamp is missing or late
     */
    public void checkComplete(long offset) throws MkvException {
        if (!service.areComplete()) {
            throw MkvException.malformed(
                    "A fragment without its number, server timestamp or producer timestamp",
                    MkvElements.TAGS,
                    offset);
        }
        if (mediaSeen && !headSeen) {
            throw MkvException.malformed(
                    "A fragment with media before its number, server timestamp or producer"
                            + " timestamp",
                    MkvElements.TAGS,
                    offset);
        }
    }

    /** The error that the service reports in place of a fragment; null if there is none. */
    @Nullable
    public ServiceError error() {
        return service.error();
    }
}
