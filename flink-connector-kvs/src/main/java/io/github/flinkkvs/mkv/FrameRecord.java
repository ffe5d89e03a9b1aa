/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One frame with all that a consumer needs to know of the fragment it is part of, which may still
 * be arriving. Immutable and thread-safe; the frames of a fragment share its head, not its bytes.
 */
@PublicEvolving
public final class FrameRecord {

    /** The object, and when it arrived. */
    private static final int OWN_BYTES = 64;

    private final FragmentHead fragment;
    private final Track track;
    private final Frame frame;
    @Nullable private final Arrival arrival;

    FrameRecord(FragmentHead fragment, Frame frame, @Nullable Arrival arrival) {
        this.fragment = fragment;
        this.track = fragment.track(frame.trackNumber());
        this.frame = frame;
        this.arrival = arrival;
    }

    /**
     * The frames of a complete fragment as records, in its order.
     *
     * @throws MkvException as {@link Fragment#frames()}
     * @throws IllegalStateException if the fragment was read for its tags only
     */
    public static List<FrameRecord> of(Fragment fragment) throws MkvException {
        FirstDamage damage = new FirstDamage();
        List<FrameRecord> records = of(fragment, damage);
        damage.rethrow();
        return records;
    }

    /**
     * Those of them that can be read.
     *
     * @param damage is told of each block that is left out
     * @throws IllegalStateException if the fragment was read for its tags only
     */
    public static List<FrameRecord> of(Fragment fragment, BlockDamage damage) {
        byte[] media = fragment.media();
        FragmentHead head = FragmentHead.of(fragment);
        List<Frame> frames =
                new FrameReader(head, FrameReader.MAX_UNPACKED_BYTES, damage).readDocument(media);
        List<FrameRecord> records = new ArrayList<>(frames.size());
        for (Frame frame : frames) {
            records.add(new FrameRecord(head, frame, null));
        }
        return Collections.unmodifiableList(records);
    }

    /** What its fragment says before its first frame: stream, number, times, tags, tracks. */
    public FragmentHead fragment() {
        return fragment;
    }

    /**
     * Its track: number, name, type, CodecID, CodecPrivate. Of type OTHER, without a codec, if the
     * fragment does not declare it.
     */
    public Track track() {
        return track;
    }

    /** The frame: its place in the fragment, times, flags and bytes. */
    public Frame frame() {
        return frame;
    }

    /**
     * When the first and last byte of its block arrived at the process that read the stream. Null
     * if that is not known: the frame was taken out of a complete fragment, or is from state that
     * was written before frames said so.
     */
    @Nullable
    public Arrival arrival() {
        return arrival;
    }

    /** How many bytes of memory it takes, without {@link #fragment()}, which all share. */
    public int retainedBytes() {
        return OWN_BYTES
                + frame.retainedBytes()
                + (fragment.tracks().contains(track) ? 0 : track.retainedBytes());
    }

    /** Whether it is the same frame of the same fragment, whenever either arrived. */
    @Override
    public boolean equals(Object object) {
        if (!(object instanceof FrameRecord)) {
            return false;
        }
        FrameRecord other = (FrameRecord) object;
        ByteBuffer data = frame.data();
        return fragment.equals(other.fragment)
                && frame.isAsDescribedBy(other.frame)
                && data.equals(other.frame.data());
    }

    @Override
    public int hashCode() {
        return 31 * fragment.hashCode() + frame.index();
    }

    @Override
    public String toString() {
        return frame + " of " + fragment;
    }
}
