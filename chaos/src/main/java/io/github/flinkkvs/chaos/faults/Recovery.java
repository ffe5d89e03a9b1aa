/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.faults;

import io.github.flinkkvs.chaos.record.OutputRow;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * When the job has got over a fault: each of some streams has a committed row that was written
 * after a time. Immutable.
 */
public final class Recovery {
    private final Collection<String> streams;
    private final long sinceMillis;
    private final long afterMillis;
    private final Predicate<OutputRow> counts;

    private Recovery(
            Collection<String> streams,
            long sinceMillis,
            long afterMillis,
            Predicate<OutputRow> counts) {
        this.streams = streams;
        this.sinceMillis = sinceMillis;
        this.afterMillis = afterMillis;
        this.counts = counts;
    }

    /**
     * Each stream goes on.
     *
     * @param sinceMillis by the machine's clock
     */
    public static Recovery of(Collection<String> streams, long sinceMillis) {
        return new Recovery(List.copyOf(streams), sinceMillis, sinceMillis, row -> true);
    }

    /** A stream goes on with rows of a kind. */
    static Recovery of(String stream, long sinceMillis, Predicate<OutputRow> counts) {
        return new Recovery(List.of(stream), sinceMillis, sinceMillis, counts);
    }

    /** The same, but only rows count that were written after a time. */
    public Recovery after(long millis) {
        return new Recovery(streams, sinceMillis, millis, counts);
    }

    /** From when its time is measured, in epoch milliseconds. */
    public long sinceMillis() {
        return sinceMillis;
    }

    /** The time until the first row; empty if there is none. */
    public OptionalLong firstMillis(List<OutputRow> rows) {
        return firsts(rows).values().stream().mapToLong(Long::longValue).min();
    }

    /** The time until each stream had a row; empty if one has none. */
    public OptionalLong allMillis(List<OutputRow> rows) {
        Map<String, Long> firsts = firsts(rows);
        return firsts.size() < streams.size()
                ? OptionalLong.empty()
                : firsts.values().stream().mapToLong(Long::longValue).max();
    }

    private Map<String, Long> firsts(List<OutputRow> rows) {
        Map<String, Long> firsts = new HashMap<>();
        for (OutputRow row : rows) {
            if (row.writtenAtMillis() > afterMillis
                    && streams.contains(row.stream())
                    && counts.test(row)) {
                firsts.merge(row.stream(), row.writtenAtMillis() - sinceMillis, Math::min);
            }
        }
        return firsts;
    }
}
