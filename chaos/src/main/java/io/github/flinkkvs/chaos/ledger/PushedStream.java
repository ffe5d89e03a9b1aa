/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.ledger;

import java.math.BigInteger;
import java.util.SortedMap;
import java.util.TreeMap;

/** What was pushed into one stream, by fragment number. Not thread-safe. */
public final class PushedStream {
    private final StreamKind kind;
    private final long creationMillis;
    private final SortedMap<BigInteger, PushedFragment> fragments = new TreeMap<>();

    PushedStream(StreamKind kind, long creationMillis) {
        this.kind = kind;
        this.creationMillis = creationMillis;
    }

    public StreamKind kind() {
        return kind;
    }

    public long creationMillis() {
        return creationMillis;
    }

    /** All fragments, whatever became of them, in the order of their numbers. */
    public SortedMap<BigInteger, PushedFragment> fragments() {
        return fragments;
    }

    /** How many fragments have this fate. */
    public long count(PushedFragment.Fate fate) {
        return fragments.values().stream().filter(fragment -> fragment.fate() == fate).count();
    }

    /** How many bytes of its recording are known to be whole. */
    public long recordedEnd() {
        return fragments.values().stream().mapToLong(PushedFragment::recordedEnd).max().orElse(0);
    }
}
