/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.apache.flink.api.common.typeinfo.TypeInfo;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

/**
 * The audio of a call, or of a part of one, as a WAV file: of one track, or of both sides in
 * stereo. Made by {@link CallAudioFunction}. Immutable and thread-safe.
 */
@TypeInfo(CallAudioTypeInfo.Factory.class)
public final class CallAudio {

    /** {@link #track()} where the customer is on the left and what the customer hears right. */
    public static final String STEREO = "stereo";

    @Nullable private final String contactId;
    private final String streamName;
    private final String track;
    private final int part;
    private final long firstTimestampMillis;
    private final int samplesPerSecond;
    private final int channels;
    private final byte[] wav;

    CallAudio(
            @Nullable String contactId,
            String streamName,
            String track,
            int part,
            long firstTimestampMillis,
            int samplesPerSecond,
            int channels,
            byte[] wav) {
        this.contactId = contactId;
        this.streamName = Objects.requireNonNull(streamName);
        this.track = Objects.requireNonNull(track);
        this.part = part;
        this.firstTimestampMillis = firstTimestampMillis;
        this.samplesPerSecond = samplesPerSecond;
        this.channels = channels;
        this.wav = wav;
    }

    /** The tag ContactId of the call; null if its fragments have none. */
    @Nullable
    public String contactId() {
        return contactId;
    }

    /** The name of the stream. */
    public String streamName() {
        return streamName;
    }

    /**
     * The name of the track, such as AUDIO_FROM_CUSTOMER, or {@link #STEREO}; of a track without a
     * name {@code track-} and its number.
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

    /** When its last sample ended, by the producer's clock, in epoch millis. */
    public long lastTimestampMillis() {
        return firstTimestampMillis + duration().toMillis();
    }

    /** How long it sounds. */
    public Duration duration() {
        long samples = (wav.length - Wav.HEADER_BYTES) / (Wav.BYTES_PER_SAMPLE * channels);
        return Duration.ofNanos(samples * 1_000_000_000L / samplesPerSecond);
    }

    /** In each channel. */
    public int samplesPerSecond() {
        return samplesPerSecond;
    }

    /** 2 in stereo. */
    public int channels() {
        return channels;
    }

    /** The file: linear PCM of 16 bits. Read-only, a view of its own at each call. */
    public ByteBuffer wav() {
        return ByteBuffer.wrap(wav).asReadOnlyBuffer();
    }

    /** The size of the file. */
    public int sizeBytes() {
        return wav.length;
    }

    /** Writes {@link #wav()}. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(wav);
    }

    /**
     * A name for the file, of contact id, track and, from the second one on, part. It is the same
     * whenever the call is read again, and safe whatever the producer sent: what is not a letter,
     * digit, dot, hyphen or underscore becomes an underscore.
     */
    public String fileName() {
        String name =
                (contactId == null ? "no-contact" : contactId)
                        + '-'
                        + track
                        + (part == 0 ? "" : "-" + (part + 1));
        return name.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^\\.", "_") + ".wav";
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
        return Objects.equals(contactId, other.contactId)
                && streamName.equals(other.streamName)
                && track.equals(other.track)
                && part == other.part
                && firstTimestampMillis == other.firstTimestampMillis
                && samplesPerSecond == other.samplesPerSecond
                && channels == other.channels
                && Arrays.equals(wav, other.wav);
    }

    @Override
    public int hashCode() {
        return Objects.hash(contactId, streamName, track, part, firstTimestampMillis, wav.length);
    }

    @Override
    public String toString() {
        return track
                + " of call "
                + contactId
                + " in stream "
                + streamName
                + ", part "
                + part
                + ", "
                + duration();
    }
}
