/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.MetadataBuffer;

import org.apache.flink.annotation.PublicEvolving;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a fragment says before its first frame: enough to know whose frames follow while the
 * fragment is still arriving. Immutable and thread-safe.
 */
@PublicEvolving
public final class FragmentHead extends FragmentInfo {

    /** The object. */
    private static final int OWN_BYTES = 24;

    /** Info, Tracks and Tags, from which everything else was read. */
    private final byte[] content;

    FragmentHead(FragmentMetadata metadata, byte[] content) {
        super(metadata);
        this.content = content;
    }

    /** The track with a number. If it is not declared: a track of type OTHER, without a codec. */
    Track track(long trackNumber) {
        Track declared = declaredTrack(trackNumber);
        return declared == null ? undeclared(trackNumber) : declared;
    }

    static Track undeclared(long trackNumber) {
        return new Track(trackNumber, 0, Track.Type.OTHER, null, "", null, 0, 0, null, null, null);
    }

    /** The content of its {@link MetadataBuffer}, for the serialized form; not to be changed. */
    ByteBuffer content() {
        return ByteBuffer.wrap(content);
    }

    /** As {@link Fragment#retainedBytes()}. */
    public int retainedBytes() {
        return OWN_BYTES + Footprint.ofArray(content) + metadata().retainedBytes();
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
                && Arrays.equals(content, other.content);
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
