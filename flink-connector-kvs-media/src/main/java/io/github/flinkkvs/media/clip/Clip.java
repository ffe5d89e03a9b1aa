/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInfo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The archived media of a range of time as one playable file, with frames as the producer encoded
 * them. Made by {@code FetchClip}. Immutable and thread-safe.
 */
@PublicEvolving
@TypeInfo(ClipTypeInfo.Factory.class)
public final class Clip {

    /** What kind of file a clip is. */
    public enum Format {
        /** Matroska. Holds every codec. */
        MKV,
        /**
         * MP4, which browsers and phones play, with its index at the beginning. Holds H.264, H.265
         * and AV1, with AAC, MP3, AC-3, E-AC-3, Opus and FLAC.
         */
        MP4;

        String suffix() {
            return "." + name().toLowerCase(Locale.ROOT);
        }
    }

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final ClipRequest request;
    private final String streamArn;
    private final String streamName;
    private final long beginMillis;
    private final long endMillis;
    private final List<FragmentNumber> fragments;
    private final boolean complete;
    private final byte[] bytes;

    /**
     * @param bytes not copied, so not to be changed any more
     */
    @Internal
    public Clip(
            ClipRequest request,
            String streamName,
            String streamArn,
            long beginMillis,
            long endMillis,
            List<FragmentNumber> fragments,
            boolean complete,
            byte[] bytes) {
        this.request = Objects.requireNonNull(request);
        this.streamName = Objects.requireNonNull(streamName);
        this.streamArn = Objects.requireNonNull(streamArn);
        this.beginMillis = beginMillis;
        this.endMillis = endMillis;
        this.fragments = List.copyOf(fragments);
        this.complete = complete;
        this.bytes = Objects.requireNonNull(bytes);
    }

    /** What was asked for. */
    public ClipRequest request() {
        return request;
    }

    /** The name of the stream. */
    public String streamName() {
        return streamName;
    }

    /** The ARN of the stream, which ends with its creation time. */
    public String streamArn() {
        return streamArn;
    }

    /** What kind of file it is. */
    public Format format() {
        return request.format();
    }

    /**
     * When the first frame was recorded, in epoch millis. By the {@linkplain ClipRequest#clock()
     * clock} of the request, like the end: by the service's, when it arrived.
     */
    public long beginMillis() {
        return beginMillis;
    }

    /** When the last frame ended, in epoch millis. */
    public long endMillis() {
        return endMillis;
    }

    /** How much time it covers, with its pauses. */
    public Duration duration() {
        return Duration.ofMillis(endMillis - beginMillis);
    }

    /** The numbers of its fragments, in order; at least one. Unmodifiable. */
    public List<FragmentNumber> fragments() {
        return fragments;
    }

    /**
     * Whether it shows the whole range, without a pause of more than a second. It does not if the
     * producer did not send all that time, if the archive lost a fragment, or if the range cannot
     * be one file because the producer changed its tracks or its clock: then it shows the longest
     * part that can.
     */
    public boolean isComplete() {
        return complete;
    }

    /** The file. A new read-only view each time. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** The size of the file in bytes. */
    public int sizeBytes() {
        return bytes.length;
    }

    /** Writes {@link #bytes()}. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }

    /**
     * A name for the file, such as {@code 20260131T080000.000Z-20260131T080015.000Z.mkv}: the range
     * of the request, in UTC. It is the same whenever the clip is fetched again.
     */
    public String fileName() {
        return time(request.fromMillis())
                + '-'
                + time(request.toMillis())
                + request.format().suffix();
    }

    private static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis)).replace("+", "");
    }

    /** The file's own array, not to be changed. */
    @Internal
    public byte[] array() {
        return bytes;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Clip)) {
            return false;
        }
        Clip other = (Clip) object;
        return request.equals(other.request)
                && streamName.equals(other.streamName)
                && streamArn.equals(other.streamArn)
                && beginMillis == other.beginMillis
                && endMillis == other.endMillis
                && fragments.equals(other.fragments)
                && complete == other.complete
                && Arrays.equals(bytes, other.bytes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(request, streamArn, beginMillis, bytes.length);
    }

    @Override
    public String toString() {
        return request
                + ", "
                + format()
                + " of "
                + bytes.length
                + " bytes, "
                + fragments.size()
                + " fragments"
                + (complete ? "" : ", incomplete");
    }
}
