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

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a fragment says before its first frame: enough to know whose frames follow while the
 * fragment is still arriving. Immutable and thread-safe.
 */
@PublicEvolving
public final class FragmentHead extends FragmentInfo {

    /** The object with its number, whose text is that of a tag. */
    private static final int OWN_BYTES = 112;

    /** Info, Tracks and Tags, from which everything else was read. */
    private final byte[] metadata;

    FragmentHead(FragmentBuilder builder, byte[] metadata) {
        super(builder);
        this.metadata = metadata;
    }

    /** The head of a complete fragment. */
    public static FragmentHead of(Fragment fragment) {
        try {
            byte[] metadata =
                    fragment.hasMedia()
                            ? new DocumentReader(fragment.content()).metadataBeforeMedia()
                            : beforeMediaMark(fragment.content());
            return read(fragment.streamName(), fragment.streamArn(), metadata);
        } catch (MkvException e) {
            throw new IllegalStateException(
                    "A fragment that was read before cannot be read again", e);
        }
    }

    private static byte[] beforeMediaMark(byte[] metadata) throws MkvException {
        EbmlCursor elements = new EbmlCursor(metadata, 0, metadata.length, 0);
        while (elements.next()) {
            if (elements.id() == MkvElements.CLUSTER) {
                return Arrays.copyOf(metadata, (int) elements.offset());
            }
        }
        return metadata;
    }

    /** Reads it from {@link #metadata()}. */
    static FragmentHead read(String streamName, @Nullable String streamArn, byte[] metadata)
            throws MkvException {
        FragmentBuilder builder = new FragmentBuilder(streamName, streamArn);
        EbmlCursor elements = new EbmlCursor(metadata, 0, metadata.length, 0);
        while (elements.next()) {
            builder.onMetadata(elements.id(), elements.children(), elements.dataStart());
        }
        builder.checkComplete(metadata.length);
        return new FragmentHead(builder, metadata);
    }

    /** The track with a number. If it is not declared: a track of type OTHER, without a codec. */
    Track track(long trackNumber) {
        Track declared = declaredTrack(trackNumber);
        return declared == null ? undeclared(trackNumber) : declared;
    }

    static Track undeclared(long trackNumber) {
        return new Track(trackNumber, 0, Track.Type.OTHER, null, "", null, 0, 0, null, null, null);
    }

    /** The bytes that {@link #read} reads; not to be changed. */
    ByteBuffer metadata() {
        return ByteBuffer.wrap(metadata);
    }

    /** As {@link Fragment#retainedBytes()}. */
    public int retainedBytes() {
        return OWN_BYTES + Footprint.ofArray(metadata) + retainedInfoBytes();
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof FragmentHead)) {
            return false;
        }
        FragmentHead other = (FragmentHead) object;
        return streamName().equals(other.streamName())
                && Objects.equals(streamArn(), other.streamArn())
                && number().equals(other.number())
                && Arrays.equals(metadata, other.metadata);
    }

    @Override
    public int hashCode() {
        return Objects.hash(streamName(), number());
    }

    @Override
    public String toString() {
        return "fragment " + number() + " of stream " + streamName();
    }
}
