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

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Selects frames. A frame that is not selected is skipped while it arrives, before it takes any
 * memory, if the first bytes of its block suffice to decide.
 *
 * <p>Immutable: each method returns a new filter that selects fewer frames.
 *
 * <pre>{@code
 * FrameFilter.all().trackTypes(Track.Type.VIDEO).keyFrames()
 * }</pre>
 */
@PublicEvolving
public final class FrameFilter implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final FrameFilter ALL =
            new FrameFilter(Set.of(), Set.of(), EnumSet.allOf(Track.Type.class), false, 1);

    /** Empty: any. */
    private final Set<Long> trackNumbers;

    /** Empty: any. */
    private final Set<String> trackNames;

    private final EnumSet<Track.Type> trackTypes;
    private final boolean keyFramesOnly;
    private final int everyNth;

    private FrameFilter(
            Set<Long> trackNumbers,
            Set<String> trackNames,
            EnumSet<Track.Type> trackTypes,
            boolean keyFramesOnly,
            int everyNth) {
        this.trackNumbers = trackNumbers;
        this.trackNames = trackNames;
        this.trackTypes = trackTypes;
        this.keyFramesOnly = keyFramesOnly;
        this.everyNth = everyNth;
    }

    /** All frames of all tracks. */
    public static FrameFilter all() {
        return ALL;
    }

    /** Only tracks with one of these numbers. */
    public FrameFilter trackNumbers(long... numbers) {
        Set<Long> set = new TreeSet<>();
        Arrays.stream(numbers).forEach(set::add);
        return new FrameFilter(
                notEmpty(set, "track numbers"), trackNames, trackTypes, keyFramesOnly, everyNth);
    }

    /** Only tracks with one of these names. */
    public FrameFilter trackNames(String... names) {
        return new FrameFilter(
                trackNumbers,
                notEmpty(new TreeSet<>(Arrays.asList(names)), "track names"),
                trackTypes,
                keyFramesOnly,
                everyNth);
    }

    /** Only tracks of one of these types. */
    public FrameFilter trackTypes(Track.Type... types) {
        notEmpty(Set.copyOf(Arrays.asList(types)), "track types");
        return new FrameFilter(
                trackNumbers,
                trackNames,
                EnumSet.copyOf(Arrays.asList(types)),
                keyFramesOnly,
                everyNth);
    }

    /** Only frames that can be decoded without another one: {@link Frame#isKeyFrame()}. */
    public FrameFilter keyFrames() {
        return new FrameFilter(trackNumbers, trackNames, trackTypes, true, everyNth);
    }

    /**
     * Only the first of every n frames. Frames are counted per track and fragment; only frames that
     * the rest of the filter selects count.
     */
    public FrameFilter everyNth(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("Every n-th frame, with n of 1 or more, not " + n);
        }
        return new FrameFilter(trackNumbers, trackNames, trackTypes, keyFramesOnly, n);
    }

    private static <T> Set<T> notEmpty(Set<T> set, String what) {
        if (set.isEmpty()) {
            throw new IllegalArgumentException("No " + what + " are given: name at least one");
        }
        return set;
    }

    /**
     * The selected frames of a complete fragment.
     *
     * @throws MkvException as {@link Fragment#frames()}
     * @throws IllegalStateException if the fragment was read without media
     */
    public List<FrameRecord> of(Fragment fragment) throws MkvException {
        List<FrameRecord> wanted = new ArrayList<>();
        FrameSelection selection = null;
        for (FrameRecord frame : FrameRecord.of(fragment)) {
            if (selection == null) {
                selection = selectFrom(frame.fragment());
            }
            if (selection.select(frame.frame())) {
                wanted.add(frame);
            }
        }
        return Collections.unmodifiableList(wanted);
    }

    /** Selects frames of one fragment, block by block or frame by frame. */
    FrameSelection selectFrom(FragmentHead head) {
        return new FrameSelection(head, this::wants, keyFramesOnly, everyNth);
    }

    private boolean wants(Track track) {
        return (trackNumbers.isEmpty() || trackNumbers.contains(track.number()))
                && (trackNames.isEmpty()
                        || track.name() != null && trackNames.contains(track.name()))
                && trackTypes.contains(track.type());
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof FrameFilter)) {
            return false;
        }
        FrameFilter other = (FrameFilter) object;
        return trackNumbers.equals(other.trackNumbers)
                && trackNames.equals(other.trackNames)
                && trackTypes.equals(other.trackTypes)
                && keyFramesOnly == other.keyFramesOnly
                && everyNth == other.everyNth;
    }

    @Override
    public int hashCode() {
        return Objects.hash(trackNumbers, trackNames, trackTypes, keyFramesOnly, everyNth);
    }

    @Override
    public String toString() {
        return (keyFramesOnly ? "key frames" : "frames")
                + (everyNth == 1 ? "" : ", every " + everyNth + ".")
                + (trackNumbers.isEmpty() ? "" : ", of tracks " + trackNumbers)
                + (trackNames.isEmpty() ? "" : ", of tracks " + trackNames)
                + (trackTypes.size() == Track.Type.values().length ? "" : ", of " + trackTypes);
    }
}
