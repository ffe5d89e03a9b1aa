/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.scan;

import javax.annotation.Nullable;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * What conditions of a query say about streams and server timestamps. A row outside cannot satisfy
 * them; a row inside may or may not. Immutable.
 *
 * <p>Producer timestamps are not included: they may go back, so reading can neither begin nor end
 * at one.
 */
final class ScanFilter {

    /** Everything is inside. */
    static final ScanFilter ALL = new ScanFilter(null, Long.MIN_VALUE, Long.MAX_VALUE);

    /** Null: any. */
    @Nullable private final Set<String> streamNames;

    /** Server timestamps, both inclusive: epoch millis. */
    private final long fromMillis;

    private final long toMillis;

    private ScanFilter(@Nullable Set<String> streamNames, long fromMillis, long toMillis) {
        this.streamNames = streamNames;
        this.fromMillis = fromMillis;
        this.toMillis = toMillis;
    }

    /** One stream, at any time. */
    static ScanFilter ofStream(String name) {
        return new ScanFilter(Set.of(name), Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /**
     * Between two server timestamps.
     *
     * @param fromMillis epoch millis, inclusive; {@code Long.MIN_VALUE}: any
     * @param toMillis epoch millis, inclusive; {@code Long.MAX_VALUE}: any
     */
    static ScanFilter between(long fromMillis, long toMillis) {
        return new ScanFilter(null, fromMillis, toMillis);
    }

    /** What is inside both. */
    ScanFilter and(ScanFilter other) {
        Set<String> names = streamNames == null ? other.streamNames : streamNames;
        if (streamNames != null && other.streamNames != null) {
            names = new HashSet<>(streamNames);
            names.retainAll(other.streamNames);
        }
        return new ScanFilter(
                names, Math.max(fromMillis, other.fromMillis), Math.min(toMillis, other.toMillis));
    }

    /** What is inside either, and what is between them. */
    ScanFilter or(ScanFilter other) {
        Set<String> names = null;
        if (streamNames != null && other.streamNames != null) {
            names = new HashSet<>(streamNames);
            names.addAll(other.streamNames);
        }
        return new ScanFilter(
                names, Math.min(fromMillis, other.fromMillis), Math.max(toMillis, other.toMillis));
    }

    /** The scan without rows outside of this filter, as far as a scan can leave them out. */
    KvsScan narrow(KvsScan scan, long nowMillis) {
        // A source needs a stream; the query itself drops the rows.
        KvsScan narrow = streamNames == null ? scan : scan.withNames(streamNames);
        return fromMillis > toMillis ? narrow : narrow.within(fromMillis, toMillis, nowMillis);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof ScanFilter)) {
            return false;
        }
        ScanFilter other = (ScanFilter) object;
        return Objects.equals(streamNames, other.streamNames)
                && fromMillis == other.fromMillis
                && toMillis == other.toMillis;
    }

    @Override
    public int hashCode() {
        return Objects.hash(streamNames, fromMillis, toMillis);
    }

    @Override
    public String toString() {
        return "streams "
                + (streamNames == null ? "any" : streamNames)
                + ", server timestamps "
                + fromMillis
                + " to "
                + toMillis;
    }
}
