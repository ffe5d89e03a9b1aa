/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What the enumerator remembers: the streams that readers got, whether they are over, splits
 * without a reader, and of which selection the streams that existed at the start are all known.
 * Immutable.
 */
@Internal
public final class KvsEnumeratorState {

    public static final KvsEnumeratorState EMPTY =
            new KvsEnumeratorState(Set.of(), Set.of(), List.of(), null);

    /** A selection that an earlier version did not write down. */
    static final String UNKNOWN_SELECTION = "";

    private final Set<String> given;
    private final Set<String> over;
    private final List<KvsSplit> unassigned;
    @Nullable private final String scanned;

    /**
     * @param given ids of the splits that readers have, or have finished since their last
     *     checkpoint
     * @param over ids of the splits that readers have finished, as far as they have told
     * @param unassigned splits that no reader has
     * @param scanned the selection for whose streams a scan was completed; null if none was
     */
    public KvsEnumeratorState(
            Collection<String> given,
            Collection<String> over,
            Collection<KvsSplit> unassigned,
            @Nullable String scanned) {
        this.given = Set.copyOf(given);
        this.over = Set.copyOf(over);
        this.unassigned = List.copyOf(unassigned);
        this.scanned = scanned;
    }

    /**
     * Ids of the splits that readers got, of which they did not tell that they are over. Those that
     * no reader reports after a restore are over.
     */
    public Set<String> given() {
        return given;
    }

    /** Ids of the splits that are over, for as long as the stream could be found again. */
    public Set<String> over() {
        return over;
    }

    public List<KvsSplit> unassigned() {
        return unassigned;
    }

    /** The selection for whose streams a scan was completed; null if none was. */
    @Nullable
    public String scanned() {
        return scanned;
    }

    /**
     * Whether a scan for the streams of a selection was completed: what is found from now on is
     * new.
     */
    public boolean isScanned(String selection) {
        return selection.equals(scanned) || UNKNOWN_SELECTION.equals(scanned);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof KvsEnumeratorState)) {
            return false;
        }
        KvsEnumeratorState other = (KvsEnumeratorState) object;
        return given.equals(other.given)
                && over.equals(other.over)
                && unassigned.equals(other.unassigned)
                && Objects.equals(scanned, other.scanned);
    }

    @Override
    public int hashCode() {
        return (given.hashCode() * 31 + over.hashCode()) * 31 + unassigned.hashCode();
    }

    @Override
    public String toString() {
        return "given "
                + given
                + ", over "
                + over
                + ", unassigned "
                + unassigned
                + (scanned == null ? "" : ", scanned " + scanned);
    }
}
