/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** A TrackEntry: the content of one track of a fragment, and how it is coded. Immutable. */
@PublicEvolving
public final class Track implements Serializable {

    private static final long serialVersionUID = 1L;

    /** TrackType. */
    public enum Type {
        VIDEO,
        AUDIO,
        SUBTITLE,
        METADATA,
        /** Any other code, or none. */
        OTHER;

        static Type ofCode(long code) {
            // A code has one byte. A larger number must not be cut down to a valid code.
            switch (code == (byte) code ? (int) code : 0) {
                case 1:
                    return VIDEO;
                case 2:
                    return AUDIO;
                case 17:
                    return SUBTITLE;
                case 33:
                    return METADATA;
                default:
                    return OTHER;
            }
        }
    }

    /** The Video element. Sizes are in pixels; 0 if absent. */
    public static final class Video implements Serializable {
        private static final long serialVersionUID = 1L;

        private final int pixelWidth;
        private final int pixelHeight;
        private final int displayWidth;
        private final int displayHeight;
        private final int rotation;
        private final boolean mirrored;

        Video(
                int pixelWidth,
                int pixelHeight,
                int displayWidth,
                int displayHeight,
                int rotation,
                boolean mirrored) {
            this.pixelWidth = pixelWidth;
            this.pixelHeight = pixelHeight;
            this.displayWidth = displayWidth;
            this.displayHeight = displayHeight;
            this.rotation = rotation;
            this.mirrored = mirrored;
        }

        public int pixelWidth() {
            return pixelWidth;
        }

        public int pixelHeight() {
            return pixelHeight;
        }

        /** DisplayWidth; the pixel width if absent. */
        public int displayWidth() {
            return displayWidth;
        }

        /** DisplayHeight; the pixel height if absent. */
        public int displayHeight() {
            return displayHeight;
        }

        /**
         * The width of a pixel divided by its height: 1 for square pixels, if the fragment does not
         * declare it, or if it is beyond 10 to 1.
         */
        public double pixelAspect() {
            double aspect =
                    (double) displayWidth * pixelHeight / ((double) displayHeight * pixelWidth);
            return aspect >= 0.1 && aspect <= 10 ? aspect : 1;
        }

        /**
         * The counterclockwise rotation, in degrees, that shows a picture upright: 0, 90, 180 or
         * 270. It is the ProjectionPoseRoll of a plane picture, to the nearest degree; 0 for any
         * other angle.
         */
        public int rotation() {
            return rotation;
        }

        /**
         * Whether a picture must be mirrored left to right, before it is rotated, to show it: the
         * ProjectionPoseYaw of a plane picture is 180 degrees.
         */
        public boolean isMirrored() {
            return mirrored;
        }

        /**
         * The width at which a picture is shown, rotated, and with pixels made square without
         * losing any; 0 if unknown.
         */
        public int shownWidth() {
            return rotation % 180 == 0 ? squareWidth() : squareHeight();
        }

        /** The height at which a picture is shown; see {@link #shownWidth}. */
        public int shownHeight() {
            return rotation % 180 == 0 ? squareHeight() : squareWidth();
        }

        private int squareWidth() {
            return rounded(pixelWidth * Math.max(pixelAspect(), 1));
        }

        private int squareHeight() {
            return rounded(pixelHeight / Math.min(pixelAspect(), 1));
        }

        private static int rounded(double length) {
            return (int) Math.min(Math.round(length), Integer.MAX_VALUE);
        }

        @Override
        public boolean equals(Object object) {
            if (!(object instanceof Video)) {
                return false;
            }
            Video other = (Video) object;
            return pixelWidth == other.pixelWidth
                    && pixelHeight == other.pixelHeight
                    && displayWidth == other.displayWidth
                    && displayHeight == other.displayHeight
                    && rotation == other.rotation
                    && mirrored == other.mirrored;
        }

        @Override
        public int hashCode() {
            return Objects.hash(
                    pixelWidth, pixelHeight, displayWidth, displayHeight, rotation, mirrored);
        }

        @Override
        public String toString() {
            return pixelWidth + "x" + pixelHeight;
        }
    }

    /** The Audio element. */
    public static final class Audio implements Serializable {
        private static final long serialVersionUID = 1L;

        private final double samplingFrequency;
        private final int channels;
        private final int bitDepth;

        Audio(double samplingFrequency, int channels, int bitDepth) {
            this.samplingFrequency = samplingFrequency;
            this.channels = channels;
            this.bitDepth = bitDepth;
        }

        /** In Hz; Matroska's default is 8000. */
        public double samplingFrequency() {
            return samplingFrequency;
        }

        /** Matroska's default is 1. */
        public int channels() {
            return channels;
        }

        /** Bits per sample; 0 if absent. */
        public int bitDepth() {
            return bitDepth;
        }

        @Override
        public boolean equals(Object object) {
            if (!(object instanceof Audio)) {
                return false;
            }
            Audio other = (Audio) object;
            return Double.compare(samplingFrequency, other.samplingFrequency) == 0
                    && channels == other.channels
                    && bitDepth == other.bitDepth;
        }

        @Override
        public int hashCode() {
            return Objects.hash(samplingFrequency, channels, bitDepth);
        }

        @Override
        public String toString() {
            return samplingFrequency + " Hz, " + channels + " channel(s)";
        }
    }

    private final long number;
    private final long uid;
    private final Type type;
    @Nullable private final String name;
    private final String codecId;
    @Nullable private final byte[] codecPrivate;
    private final long defaultDurationNanos;
    private final long codecDelayNanos;
    @Nullable private final Video video;
    @Nullable private final Audio audio;

    /** Null if neither frames nor CodecPrivate are packed. */
    @Nullable private final ContentEncodings encodings;

    Track(
            long number,
            long uid,
            Type type,
            @Nullable String name,
            String codecId,
            @Nullable byte[] codecPrivate,
            long defaultDurationNanos,
            long codecDelayNanos,
            @Nullable Video video,
            @Nullable Audio audio,
            @Nullable ContentEncodings encodings) {
        this.number = number;
        this.uid = uid;
        this.type = type;
        this.name = name;
        this.codecId = codecId;
        this.codecPrivate = codecPrivate;
        this.defaultDurationNanos = defaultDurationNanos;
        this.codecDelayNanos = codecDelayNanos;
        this.video = video;
        this.audio = audio;
        this.encodings = encodings;
    }

    /**
     * TrackNumber, which frames refer to. Producers number their tracks as they like, so identify a
     * track by name or type.
     */
    public long number() {
        return number;
    }

    /** TrackUID, an unsigned number; 0 if absent. */
    public long uid() {
        return uid;
    }

    /** TrackType. */
    public Type type() {
        return type;
    }

    /** Name; null if absent. */
    @Nullable
    public String name() {
        return name;
    }

    /** CodecID such as {@code V_MPEG4/ISO/AVC}: what the producer declares, which may be wrong. */
    public String codecId() {
        return codecId;
    }

    /**
     * CodecPrivate, unpacked; a copy. Null if it is absent, encrypted, or packed in an unsupported
     * way.
     */
    @Nullable
    public byte[] codecPrivate() {
        return codecPrivate == null ? null : codecPrivate.clone();
    }

    /** DefaultDuration: the duration of a frame in nanoseconds; 0 if absent. */
    public long defaultDurationNanos() {
        return defaultDurationNanos;
    }

    /**
     * CodecDelay in nanoseconds; 0 if absent. The content of a frame is presented this much earlier
     * than the frame's time.
     */
    public long codecDelayNanos() {
        return codecDelayNanos;
    }

    /** Settings of a video track; null for others. */
    @Nullable
    public Video video() {
        return video;
    }

    /** Settings of an audio track; null for others. */
    @Nullable
    public Audio audio() {
        return audio;
    }

    /** How many bytes of heap the track takes. */
    int retainedBytes() {
        return 104
                + (video == null ? 0 : 40)
                + (audio == null ? 0 : 40)
                + Footprint.ofString(name)
                + Footprint.ofString(codecId)
                + Footprint.ofArray(codecPrivate)
                + (encodings == null ? 0 : encodings.retainedBytes());
    }

    /** How many bytes of heap an immutable list of tracks takes. */
    static int retainedBytes(List<Track> tracks) {
        int bytes = Footprint.ofList(tracks);
        for (int i = 0; i < tracks.size(); i++) {
            bytes += tracks.get(i).retainedBytes();
        }
        return bytes;
    }

    @Nullable
    ContentEncodings encodings() {
        return encodings;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Track)) {
            return false;
        }
        Track other = (Track) object;
        return number == other.number
                && uid == other.uid
                && type == other.type
                && Objects.equals(name, other.name)
                && codecId.equals(other.codecId)
                && Arrays.equals(codecPrivate, other.codecPrivate)
                && defaultDurationNanos == other.defaultDurationNanos
                && codecDelayNanos == other.codecDelayNanos
                && Objects.equals(video, other.video)
                && Objects.equals(audio, other.audio)
                && Objects.equals(encodings, other.encodings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                number, uid, type, name, codecId, Arrays.hashCode(codecPrivate), video, audio);
    }

    @Override
    public String toString() {
        return "track " + number + " (" + type + ", " + codecId + ")";
    }
}
