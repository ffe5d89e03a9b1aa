/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior;

import javax.annotation.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** What a stream is created with. Immutable. */
public final class StreamSettings {
    /** The most tags of a stream. */
    public static final int MAX_TAGS = 50;

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,256}");

    private static final Pattern MEDIA_TYPE =
            Pattern.compile("[\\w.+-]+/[\\w.+-]+(,[\\w.+-]+/[\\w.+-]+)*");
    private static final int MAX_MEDIA_TYPE = 128;
    private static final Pattern DEVICE = Pattern.compile("[a-zA-Z0-9_.-]{1,128}");
    private static final Pattern TAG_TEXT = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");
    private static final int MAX_TAG_KEY = 128;
    private static final int MAX_TAG_VALUE = 256;
    private static final Duration DEFAULT_RETENTION = Duration.ofHours(24);

    private final String name;
    private final Duration retention;
    private final long retentionBytes;
    @Nullable private final String mediaType;
    private final String deviceName;
    private final Map<String, String> tags;
    private final long firstCounter;
    @Nullable private final Instant creationTime;
    private final boolean keepExpired;

    private StreamSettings(Builder builder) {
        name = builder.name;
        retention = builder.retention;
        retentionBytes = builder.retentionBytes;
        mediaType = builder.mediaType;
        deviceName = builder.deviceName;
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(builder.tags));
        firstCounter = builder.firstCounter;
        creationTime = builder.creationTime;
        keepExpired = builder.keepExpired;
    }

    /** Whether the service accepts this stream name. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    public String name() {
        return name;
    }

    public Duration retention() {
        return retention;
    }

    public long retentionBytes() {
        return retentionBytes;
    }

    /** Null if it has none. */
    @Nullable
    public String mediaType() {
        return mediaType;
    }

    public String deviceName() {
        return deviceName;
    }

    /** In the order in which they were added. */
    public Map<String, String> tags() {
        return tags;
    }

    public long firstCounter() {
        return firstCounter;
    }

    /** Null: the time when it is created. */
    @Nullable
    public Instant creationTime() {
        return creationTime;
    }

    public boolean keepExpired() {
        return keepExpired;
    }

    /** Settings of a stream with this name: 24 h of retention, video/h264, no tags. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** A builder that starts with these settings. */
    public Builder toBuilder() {
        Builder builder = named(name).retention(retention).retentionBytes(retentionBytes);
        builder.mediaType(mediaType).deviceName(deviceName).tags(tags).keepExpired(keepExpired);
        builder.firstCounter = firstCounter;
        builder.creationTime = creationTime;
        return builder;
    }

    /** Builds settings; not thread-safe. */
    public static final class Builder {
        private final String name;
        private Duration retention = DEFAULT_RETENTION;
        private long retentionBytes = Long.MAX_VALUE;
        @Nullable private String mediaType = "video/h264";
        private String deviceName = "Kinesis_Video_Device";
        private final Map<String, String> tags = new LinkedHashMap<>();
        private long firstCounter = 1;
        @Nullable private Instant creationTime;
        private boolean keepExpired = true;

        private Builder(String name) {
            this.name = Objects.requireNonNull(name);
        }

        /**
         * How long fragments are kept; zero means the buffer of a host, at most 5 minutes and 200
         * MB.
         */
        public Builder retention(Duration time) {
            retention = time;
            return this;
        }

        /**
         * How many bytes of fragments are kept, whatever their age; unbounded by default. For
         * endless cameras, with {@link #keepExpired keepExpired(false)}; the service has no such
         * bound.
         */
        public Builder retentionBytes(long bytes) {
            retentionBytes = bytes;
            return this;
        }

        public Builder mediaType(@Nullable String type) {
            mediaType = type;
            return this;
        }

        /** The device name of DescribeStream, which the service does not use. */
        public Builder deviceName(String device) {
            deviceName = Objects.requireNonNull(device);
            return this;
        }

        /** A tag of the stream, as ListTagsForStream returns it. */
        public Builder tag(String key, String value) {
            tags.put(key, value);
            return this;
        }

        public Builder tags(Map<String, String> more) {
            tags.putAll(more);
            return this;
        }

        /** Removes a tag, if there is one with this key. */
        public Builder withoutTag(String key) {
            tags.remove(key);
            return this;
        }

        /** The counter in the first fragment number; 1 by default. */
        public Builder firstCounter(long counter) {
            firstCounter = counter;
            return this;
        }

        /** The creation time, also the last part of the ARN; the service's time by default. */
        public Builder creationTime(Instant time) {
            creationTime = time;
            return this;
        }

        /**
         * False: fragments that leave retention are dropped entirely, even from {@link
         * io.github.flinkkvs.testing.EmbeddedStream#pushed()} and from the log. For endless
         * cameras.
         */
        public Builder keepExpired(boolean keep) {
            keepExpired = keep;
            return this;
        }

        /**
         * @throws IllegalArgumentException if the service would refuse such a stream
         */
        public StreamSettings build() {
            require(
                    isName(name),
                    "A stream is named by 1 to 256 letters, digits, '_', '.' and '-', not '%s'",
                    name);
            require(
                    mediaType == null
                            || mediaType.length() <= MAX_MEDIA_TYPE
                                    && MEDIA_TYPE.matcher(mediaType).matches(),
                    "A media type looks like 'video/h264,audio/aac', not '%s'",
                    mediaType);
            require(
                    DEVICE.matcher(deviceName).matches(),
                    "A device is named by 1 to 128 letters, digits, '_', '.' and '-', not '%s'",
                    deviceName);
            // More than the service's ten years: recordings may be older.
            require(!retention.isNegative(), "Retention must not be below 0, but is %s", retention);
            require(
                    retentionBytes > 0,
                    "Retention must be above 0 bytes, but is %s",
                    retentionBytes);
            require(
                    tags.size() <= MAX_TAGS,
                    "A stream has at most %s tags, not %s",
                    MAX_TAGS,
                    tags.size());
            tags.forEach(Builder::checkTag);
            return new StreamSettings(this);
        }

        private static void checkTag(String key, String value) {
            require(
                    !key.isEmpty() && fits(key, MAX_TAG_KEY),
                    "A tag's key has 1 to %s letters, digits, blanks and _.:/=+-@, not '%s'",
                    MAX_TAG_KEY,
                    key);
            require(
                    fits(value, MAX_TAG_VALUE),
                    "The value of tag %s has at most %s letters, digits, blanks and _.:/=+-@,"
                            + " not '%s'",
                    key,
                    MAX_TAG_VALUE,
                    value);
        }

        private static boolean fits(String text, int max) {
            return text.length() <= max && TAG_TEXT.matcher(text).matches();
        }

        private static void require(boolean fulfilled, String message, Object... arguments) {
            if (!fulfilled) {
                throw new IllegalArgumentException(String.format(message, arguments));
            }
        }
    }
}
