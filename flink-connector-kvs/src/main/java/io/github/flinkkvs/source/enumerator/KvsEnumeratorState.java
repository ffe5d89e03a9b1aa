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

import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What the enumerator remembers: the streams that readers have, and splits without a reader.
 * Immutable.
 */
@Internal
public final class KvsEnumeratorState {

    public static final KvsEnumeratorState EMPTY = new KvsEnumeratorState(Set.of(), List.of());

    private final Set<String> assigned;
    private final List<KvsSplit> unassigned;

    public KvsEnumeratorState(Collection<String> assigned, Collection<KvsSplit> unassigned) {
        this.assigned = Set.copyOf(assigned);
        this.unassigned = List.copyOf(unassigned);
    }

    /** Ids of the splits that readers have or have finished. */
    public Set<String> assigned() {
        return assigned;
    }

    public List<KvsSplit> unassigned() {
        return unassigned;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KvsEnumeratorState
                && assigned.equals(((KvsEnumeratorState) other).assigned)
                && unassigned.equals(((KvsEnumeratorState) other).unassigned);
    }

    @Override
    public int hashCode() {
        return assigned.hashCode() * 31 + unassigned.hashCode();
    }

    @Override
    public String toString() {
        return "assigned " + assigned + ", unassigned " + unassigned;
    }
}
