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

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The serialized form of a {@link Fragment}: arrival, stream and bytes, from which everything else
 * is read again. Without media: arrival, stream, metadata, size and frame counts.
 */
@Internal
public final class FragmentSerialization {

    /** Writes a fragment in version 2 of the form. */
    public static void write(Fragment fragment, DataOutput out) throws IOException {
        Arrival.write(fragment.arrival(), out);
        out.writeUTF(fragment.streamName());
        out.writeBoolean(fragment.streamArn() != null);
        if (fragment.streamArn() != null) {
            out.writeUTF(fragment.streamArn());
        }
        out.writeBoolean(fragment.hasMedia());
        byte[] content = fragment.content();
        out.writeInt(content.length);
        out.write(content);
        if (fragment.hasMedia()) {
            return;
        }
        out.writeInt(fragment.sizeBytes());
        FrameCounts counts = fragment.counts();
        out.writeInt(counts.tracks());
        for (int i = 0; i < counts.tracks(); i++) {
            out.writeLong(counts.trackNumber(i));
            out.writeInt(counts.frames(i));
        }
    }

    /** Reads version 2 of the form, which {@link #write} writes. */
    public static Fragment readVersion2(DataInput in) throws IOException {
        return read(Arrival.read(in), in);
    }

    /** Reads version 1 of the form, which does not say when the fragment arrived. */
    public static Fragment readVersion1(DataInput in) throws IOException {
        return read(null, in);
    }

    private static Fragment read(@Nullable Arrival arrival, DataInput in) throws IOException {
        String streamName = in.readUTF();
        String streamArn = in.readBoolean() ? in.readUTF() : null;
        boolean hasMedia = in.readBoolean();
        byte[] content = SerializedBytes.read(in);
        return hasMedia
                ? new DocumentReader(content)
                        .read(streamName, streamArn)
                        .withMedia(content, arrival)
                : readMetadata(streamName, streamArn, content, arrival, in);
    }

    private static Fragment readMetadata(
            String streamName,
            String streamArn,
            byte[] metadata,
            @Nullable Arrival arrival,
            DataInput in)
            throws IOException {
        FragmentBuilder builder = new FragmentBuilder(streamName, streamArn);
        EbmlCursor elements = new EbmlCursor(metadata, 0, metadata.length, 0);
        while (elements.next()) {
            if (elements.id() == MkvElements.CLUSTER) {
                builder.onMedia();
            } else {
                builder.onMetadata(elements.id(), elements.children(), elements.dataStart());
            }
        }
        builder.checkComplete(metadata.length);
        int size = in.readInt();
        int tracks = in.readInt();
        if (size < 0 || tracks < 0) {
            throw notOne("fragment");
        }
        for (int i = 0; i < tracks; i++) {
            builder.onFrames(in.readLong(), in.readInt(), MkvElements.EBML, 0);
        }
        return builder.withoutMedia(size, metadata, arrival);
    }

    static MkvException notOne(String what) {
        return MkvException.malformed("Not one serialized " + what, MkvElements.EBML, 0);
    }

    private FragmentSerialization() {}
}
