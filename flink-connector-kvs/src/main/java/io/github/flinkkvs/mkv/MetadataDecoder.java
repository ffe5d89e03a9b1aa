/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.EbmlCursor;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.Projection;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Decodes the Info, Tracks and Tags elements of one fragment after another, each completely in
 * memory. Not thread-safe.
 */
final class MetadataDecoder {

    /** The limit of tracks. The service allows 3. */
    static final int MAX_TRACKS = 64;

    /**
     * The limit of SimpleTags of a fragment, nested ones included. An empty one takes 3 bytes in
     * the document and many more in memory. The service allows 10.
     */
    private static final int MAX_SIMPLE_TAGS = 4096;

    /** The limit of nested SimpleTags: deeper nesting could exhaust the stack. */
    private static final int MAX_TAG_DEPTH = 16;

    /**
     * The limit of DefaultDuration and CodecDelay, a year: above it, frame times would overflow.
     */
    private static final long MAX_DEFAULT_DURATION_NANOS = 365L * 24 * 3600 * 1_000_000_000;

    /** The limit of the service, also for a CodecPrivate after unpacking. */
    private static final int MAX_CODEC_PRIVATE_BYTES = 1 << 20;

    private int simpleTags;

    /** Another fragment begins. */
    void clear() {
        simpleTags = 0;
    }

    /** How many SimpleTags of the fragment were decoded, nested ones included. */
    int simpleTags() {
        return simpleTags;
    }

    /**
     * Counts SimpleTags that need not be decoded again.
     *
     * @return false, without counting, if they exceed the limit
     */
    boolean addSimpleTags(int count) {
        if (simpleTags + count > MAX_SIMPLE_TAGS) {
            return false;
        }
        simpleTags += count;
        return true;
    }

    /** Adds the SimpleTags of all Tag elements. */
    void readTags(EbmlCursor tags, Tag.Place place, List<Tag> into) throws MkvException {
        while (tags.next()) {
            if (tags.id() == MkvElements.TAG) {
                EbmlCursor tag = tags.children();
                while (tag.next()) {
                    if (tag.id() == MkvElements.SIMPLE_TAG) {
                        into.add(readSimpleTag(tag, place, 1));
                    }
                }
            }
        }
    }

    /**
     * The text of the last SimpleTag with one of these names; null if there is none. Nested ones do
     * not count.
     */
    @Nullable
    static String findTag(EbmlCursor tags, Set<String> names) throws MkvException {
        String found = null;
        while (tags.next()) {
            EbmlCursor tag = tags.children();
            while (tags.id() == MkvElements.TAG && tag.next()) {
                if (tag.id() == MkvElements.SIMPLE_TAG) {
                    String text = textIfNamed(names, tag.children());
                    found = text == null ? found : text;
                }
            }
        }
        return found;
    }

    @Nullable
    private static String textIfNamed(Set<String> names, EbmlCursor simpleTag) throws MkvException {
        boolean named = false;
        String text = null;
        while (simpleTag.next()) {
            if (simpleTag.id() == MkvElements.TAG_NAME) {
                String name = ServiceTags.find(simpleTag);
                named = name != null && names.contains(name);
            } else if (simpleTag.id() == MkvElements.TAG_STRING) {
                text = simpleTag.string();
            }
        }
        return named ? text : null;
    }

    private Tag readSimpleTag(EbmlCursor simpleTag, Tag.Place place, int depth)
            throws MkvException {
        if (++simpleTags > MAX_SIMPLE_TAGS) {
            throw simpleTag.malformed("More than " + MAX_SIMPLE_TAGS + " SimpleTags");
        }
        if (depth > MAX_TAG_DEPTH) {
            throw simpleTag.malformed("SimpleTags nested more than " + MAX_TAG_DEPTH + " deep");
        }
        String name = "";
        String text = null;
        byte[] binary = null;
        String language = Tag.UNDETERMINED;
        boolean bcp47 = false;
        List<Tag> children = List.of();
        EbmlCursor child = simpleTag.children();
        while (child.next()) {
            switch (child.id()) {
                case MkvElements.TAG_NAME:
                    // One string for all tags of this name.
                    String known = ServiceTags.find(child);
                    name = known == null ? child.string() : known;
                    break;
                case MkvElements.TAG_STRING:
                    text = child.string();
                    break;
                case MkvElements.TAG_BINARY:
                    binary = child.binary();
                    break;
                case MkvElements.TAG_LANGUAGE_BCP47:
                    language = child.string();
                    bcp47 = true;
                    break;
                case MkvElements.TAG_LANGUAGE:
                    language = bcp47 ? language : child.string();
                    break;
                case MkvElements.SIMPLE_TAG:
                    if (children.isEmpty()) {
                        children = new ArrayList<>();
                    }
                    children.add(readSimpleTag(child, place, depth + 1));
                    break;
                default:
                    break;
            }
        }
        return new Tag(name, text, binary, language, List.copyOf(children), place);
    }

    /** The TrackEntries. */
    static List<Track> readTracks(EbmlCursor tracks) throws MkvException {
        List<Track> entries = new ArrayList<>();
        while (tracks.next()) {
            if (tracks.id() == MkvElements.TRACK_ENTRY) {
                if (entries.size() == MAX_TRACKS) {
                    throw tracks.malformed("More than " + entries.size() + " tracks");
                }
                entries.add(readTrack(tracks.children()));
            }
        }
        return entries;
    }

    private static Track readTrack(EbmlCursor entry) throws MkvException {
        long number = 0;
        long uid = 0;
        Track.Type type = Track.Type.OTHER;
        String name = null;
        String codecId = "";
        byte[] codecPrivate = null;
        long defaultDuration = 0;
        long codecDelay = 0;
        Track.Video video = null;
        Track.Audio audio = null;
        ContentEncodings encodings = null;
        while (entry.next()) {
            switch (entry.id()) {
                case MkvElements.TRACK_NUMBER:
                    number = entry.unsigned();
                    break;
                case MkvElements.TRACK_UID:
                    uid = entry.unsigned();
                    break;
                case MkvElements.TRACK_TYPE:
                    type = Track.Type.ofCode(entry.unsigned());
                    break;
                case MkvElements.NAME:
                    name = entry.string();
                    break;
                case MkvElements.CODEC_ID:
                    codecId = entry.string();
                    break;
                case MkvElements.CODEC_PRIVATE:
                    codecPrivate = entry.binary();
                    break;
                case MkvElements.DEFAULT_DURATION:
                    defaultDuration = entry.unsigned(MAX_DEFAULT_DURATION_NANOS);
                    break;
                case MkvElements.CODEC_DELAY:
                    codecDelay = entry.unsigned(MAX_DEFAULT_DURATION_NANOS);
                    break;
                case MkvElements.VIDEO:
                    video = readVideo(entry.children());
                    break;
                case MkvElements.AUDIO:
                    audio = readAudio(entry.children());
                    break;
                case MkvElements.CONTENT_ENCODINGS:
                    encodings = ContentEncodings.read(entry.children());
                    break;
                default:
                    break;
            }
        }
        if (codecPrivate != null && encodings != null) {
            codecPrivate = encodings.undoPrivate(codecPrivate, MAX_CODEC_PRIVATE_BYTES);
        }
        return new Track(
                number,
                uid,
                type,
                name,
                codecId,
                codecPrivate,
                defaultDuration,
                codecDelay,
                video,
                audio,
                encodings);
    }

    private static Track.Video readVideo(EbmlCursor video) throws MkvException {
        int pixelWidth = 0;
        int pixelHeight = 0;
        int displayWidth = 0;
        int displayHeight = 0;
        Projection projection = Projection.NONE;
        while (video.next()) {
            switch (video.id()) {
                case MkvElements.PIXEL_WIDTH:
                    pixelWidth = (int) video.unsigned(Integer.MAX_VALUE);
                    break;
                case MkvElements.PIXEL_HEIGHT:
                    pixelHeight = (int) video.unsigned(Integer.MAX_VALUE);
                    break;
                case MkvElements.DISPLAY_WIDTH:
                    displayWidth = (int) video.unsigned(Integer.MAX_VALUE);
                    break;
                case MkvElements.DISPLAY_HEIGHT:
                    displayHeight = (int) video.unsigned(Integer.MAX_VALUE);
                    break;
                case MkvElements.PROJECTION:
                    projection = Projection.read(video.children());
                    break;
                default:
                    break;
            }
        }
        return new Track.Video(
                pixelWidth,
                pixelHeight,
                displayWidth == 0 ? pixelWidth : displayWidth,
                displayHeight == 0 ? pixelHeight : displayHeight,
                projection.rotation(),
                projection.isMirrored());
    }

    private static Track.Audio readAudio(EbmlCursor audio) throws MkvException {
        double samplingFrequency = 8000;
        int channels = 1;
        int bitDepth = 0;
        while (audio.next()) {
            switch (audio.id()) {
                case MkvElements.SAMPLING_FREQUENCY:
                    samplingFrequency = audio.floating();
                    break;
                case MkvElements.CHANNELS:
                    channels = (int) audio.unsigned(Integer.MAX_VALUE);
                    break;
                case MkvElements.BIT_DEPTH:
                    bitDepth = (int) audio.unsigned(Integer.MAX_VALUE);
                    break;
                default:
                    break;
            }
        }
        return new Track.Audio(samplingFrequency, channels, bitDepth);
    }

    /** The TimestampScale of an Info element, in nanoseconds. */
    static long readTimestampScale(EbmlCursor info) throws MkvException {
        long scale = MkvElements.DEFAULT_TIMESTAMP_SCALE_NANOS;
        while (info.next()) {
            if (info.id() == MkvElements.TIMESTAMP_SCALE) {
                // The service accepts 100 ns to 1 s. Far above, frame times would overflow.
                scale = info.unsigned(1_000_000_000_000L);
                if (scale == 0) {
                    throw info.malformed("A TimestampScale of 0");
                }
            }
        }
        return scale;
    }
}
