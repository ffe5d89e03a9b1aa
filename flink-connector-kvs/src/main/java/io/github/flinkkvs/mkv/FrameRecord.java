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
 * One frame with its track and the {@link FragmentHead} of its fragment, which may still be
 * arriving. Immutable and thread-safe. The frames of a fragment share its head.
 */
@PublicEvolving
public final class FrameRecord {

    /** The object and its arrival. */
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
     * The frames of a complete fragment as records, in document order.
     *
     * @throws MkvException as {@link Fragment#frames()}
     * @throws IllegalStateException if the fragment was read without media
     */
    public static List<FrameRecord> of(Fragment fragment) throws MkvException {
        FirstDamage damage = new FirstDamage();
        List<FrameRecord> records = of(fragment, damage);
        damage.rethrow();
        return records;
    }

    /**
     * As {@link #of(Fragment)}, without the blocks that cannot be read.
     *
     * @param damage called for each skipped block
     * @throws IllegalStateException if the fragment was read without media
     */
    public static List<FrameRecord> of(Fragment fragment, BlockDamage damage) {
        byte[] media = fragment.media();
        FragmentHead head = HeadReader.of(fragment);
        List<Frame> frames =
                new FrameReader(head, FrameReader.MAX_UNPACKED_BYTES, damage).readDocument(media);
        List<FrameRecord> records = new ArrayList<>(frames.size());
        for (Frame frame : frames) {
            records.add(new FrameRecord(head, frame, null));
        }
        return Collections.unmodifiableList(records);
    }

    /** What the fragment says before its first frame: stream, number, times, tags, tracks. */
    public FragmentHead fragment() {
        return fragment;
    }

    /**
     * The frame's track. If the fragment does not declare it: a track of type OTHER, without a
     * codec.
     */
    public Track track() {
        return track;
    }

    /** The frame: its index in the fragment, times, flags and bytes. */
    public Frame frame() {
        return frame;
    }

    /**
     * When the bytes of its block arrived at the process that read the stream. Null if unknown: the
     * frame comes from a complete fragment, or was restored from state of an older version.
     */
    @Nullable
    public Arrival arrival() {
        return arrival;
    }

    /** How many bytes of heap the record takes, without the shared {@link #fragment()}. */
    public int retainedBytes() {
        return OWN_BYTES
                + frame.retainedBytes()
                + (fragment.tracks().contains(track) ? 0 : track.retainedBytes());
    }

    /** Whether both are the same frame of the same fragment; arrival does not count. */
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
