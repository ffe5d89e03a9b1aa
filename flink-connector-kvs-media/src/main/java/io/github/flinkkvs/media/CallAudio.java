/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInfo;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The audio of a call, or of a part of one, as a WAV file: of one track, or of both sides in
 * stereo. Made by {@code CallAudioFunction}. Immutable and thread-safe.
 */
@PublicEvolving
@TypeInfo(CallAudioTypeInfo.Factory.class)
public final class CallAudio {

    /**
     * The {@link #track()} of a file with the customer on the left and what the customer hears on
     * the right.
     */
    public static final String STEREO = "stereo";

    /** The tag with which Amazon Connect identifies calls. */
    public static final String CONTACT_ID = "ContactId";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /** For a call and for a track each; file systems allow 255 for a whole name. */
    private static final int MAX_NAME_CHARS = 80;

    /** The ends of names that this class has changed. */
    private static final Pattern MADE_HERE = Pattern.compile("(_part\\d+|-[0-9a-f]{16})$");

    @Nullable private final String callId;
    private final Map<String, String> tags;
    private final String streamName;
    private final String track;
    private final int part;
    private final long firstTimestampMillis;
    private final long serverTimestampMillis;
    private final int samplesPerSecond;
    private final int channels;
    private final byte[] wav;

    @Internal
    public CallAudio(
            @Nullable String callId,
            Map<String, String> tags,
            String streamName,
            String track,
            int part,
            long firstTimestampMillis,
            long serverTimestampMillis,
            int samplesPerSecond,
            int channels,
            byte[] wav) {
        this.callId = callId;
        this.tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        this.streamName = Objects.requireNonNull(streamName);
        this.track = Objects.requireNonNull(track);
        this.part = part;
        this.firstTimestampMillis = firstTimestampMillis;
        this.serverTimestampMillis = serverTimestampMillis;
        this.samplesPerSecond = samplesPerSecond;
        this.channels = channels;
        this.wav = wav;
    }

    /**
     * The value of the tag that identifies the call, such as its ContactId. Values of several tags
     * have underscores between them, and {@code %5F} for an underscore, {@code %25} for a percent
     * sign within one. Null if the fragments of the call have none of these tags.
     */
    @Nullable
    public String callId() {
        return callId;
    }

    /**
     * The tags of the call up to this part, in the order in which they came, without those of the
     * service; of each name the last value. Unmodifiable.
     */
    public Map<String, String> tags() {
        return tags;
    }

    /** The tag ContactId of the call; null if its fragments have none. */
    @Nullable
    public String contactId() {
        return tags.get(CONTACT_ID);
    }

    /** The name of the stream. */
    public String streamName() {
        return streamName;
    }

    /**
     * The name of the track, such as AUDIO_FROM_CUSTOMER, or {@link #STEREO} for both sides of a
     * call. It is {@code track-NUMBER} for a track without a name, or with one of more than 256
     * characters; of several tracks with the same name, the later ones have their numbers appended.
     * Where both sides become one file, a track that the producer calls {@code stereo} is {@code
     * stereo-2}.
     */
    public String track() {
        return track;
    }

    /** Which part of the call it is, from 0; most calls have only one. */
    public int part() {
        return part;
    }

    /** When its first sample was recorded, by the producer's clock, in epoch millis. */
    public long firstTimestampMillis() {
        return firstTimestampMillis;
    }

    /**
     * When the service received the first fragment of the part, by the service's clock, in epoch
     * millis. It increases within a stream, whatever the producer's clock does.
     */
    public long serverTimestampMillis() {
        return serverTimestampMillis;
    }

    /** When its last sample ended, by the producer's clock, in epoch millis. */
    public long lastTimestampMillis() {
        return firstTimestampMillis + duration().toMillis();
    }

    /** The duration of the sound. */
    public Duration duration() {
        long samples = (wav.length - Wav.HEADER_BYTES) / (Wav.BYTES_PER_SAMPLE * channels);
        return Duration.ofNanos(samples * 1_000_000_000L / samplesPerSecond);
    }

    /** The sampling rate, in samples per second of each channel. */
    public int samplesPerSecond() {
        return samplesPerSecond;
    }

    /** The number of channels: 2 in stereo. */
    public int channels() {
        return channels;
    }

    /** The file: linear PCM of 16 bits. A new read-only view each time. */
    public ByteBuffer wav() {
        return ByteBuffer.wrap(wav).asReadOnlyBuffer();
    }

    /** The size of the file in bytes. */
    public int sizeBytes() {
        return wav.length;
    }

    /** Writes {@link #wav()}. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(wav);
    }

    /**
     * A name for the file: when the service received the part, in UTC, call, track and, from the
     * second one on, part. It is the same whenever the call is read again from its beginning. In a
     * stream names are unique, and sort by that time. They are safe whatever the producer sent:
     * what is not a letter, digit, dot, hyphen or underscore becomes an underscore, and a hash
     * keeps apart what would otherwise have the same name.
     */
    public String fileName() {
        // The service receives fragments one after the other: at any time there is one call, so
        // names only have to distinguish its tracks and parts.
        return TIME.format(Instant.ofEpochMilli(serverTimestampMillis)).replace("+", "")
                + '-'
                + (callId == null ? "" : safe(callId) + '-')
                + safe(track)
                + (part == 0 ? "" : "_part" + (part + 1))
                + ".wav";
    }

    private static String safe(String text) {
        String safe = text.replaceAll("[^A-Za-z0-9._-]", "_");
        if (safe.equals(text)
                && safe.length() <= MAX_NAME_CHARS
                && !MADE_HERE.matcher(text).find()) {
            return safe;
        }
        return safe.substring(0, Math.min(safe.length(), MAX_NAME_CHARS)) + '-' + hash(text);
    }

    /** 64 bits of SHA-256, in hexadecimal digits. */
    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return String.format(Locale.ROOT, "%016x", ByteBuffer.wrap(digest).getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java without SHA-256", e);
        }
    }

    /** For the serialized form. */
    byte[] bytes() {
        return wav;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof CallAudio)) {
            return false;
        }
        CallAudio other = (CallAudio) object;
        return Objects.equals(callId, other.callId)
                && tags.equals(other.tags)
                && streamName.equals(other.streamName)
                && track.equals(other.track)
                && part == other.part
                && firstTimestampMillis == other.firstTimestampMillis
                && serverTimestampMillis == other.serverTimestampMillis
                && samplesPerSecond == other.samplesPerSecond
                && channels == other.channels
                && Arrays.equals(wav, other.wav);
    }

    @Override
    public int hashCode() {
        return Objects.hash(callId, streamName, track, part, firstTimestampMillis, wav.length);
    }

    @Override
    public String toString() {
        return Quoted.of(track)
                + " of call "
                + Quoted.of(callId)
                + " in stream "
                + streamName
                + ", part "
                + part
                + ", "
                + duration();
    }
}
