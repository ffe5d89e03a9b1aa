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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * When the job has got over a fault: each of some streams has a committed row that was written
 * after a time. Immutable.
 */
public final class Recovery {
    /** The streams, each with the time from which its rows count, in epoch milliseconds. */
    private final Map<String, Long> since;

    private final long afterMillis;
    private final Predicate<OutputRow> counts;

    private Recovery(Map<String, Long> since, long afterMillis, Predicate<OutputRow> counts) {
        this.since = since;
        this.afterMillis = afterMillis;
        this.counts = counts;
    }

    /**
     * Each stream goes on.
     *
     * @param sinceMillis by the machine's clock
     */
    public static Recovery of(Collection<String> streams, long sinceMillis) {
        return of(
                streams.stream()
                        .collect(Collectors.toMap(Function.identity(), stream -> sinceMillis)));
    }

    /**
     * Each stream goes on.
     *
     * @param since by the machine's clock, for each stream by itself; not empty
     */
    public static Recovery of(Map<String, Long> since) {
        return new Recovery(Map.copyOf(since), 0, row -> true);
    }

    /** A stream goes on with rows of a kind. */
    static Recovery of(String stream, long sinceMillis, Predicate<OutputRow> counts) {
        return new Recovery(Map.of(stream, sinceMillis), 0, counts);
    }

    /** The same, but only rows count that were written after a time. */
    public Recovery after(long millis) {
        return new Recovery(since, millis, counts);
    }

    /** From when its time is measured, of the first stream, in epoch milliseconds. */
    public long sinceMillis() {
        return Collections.min(since.values());
    }

    /** The time until the first row; empty if there is none. */
    public OptionalLong firstMillis(List<OutputRow> rows) {
        return firsts(rows).values().stream().mapToLong(Long::longValue).min();
    }

    /** The time until each stream had a row; empty if one has none. */
    public OptionalLong allMillis(List<OutputRow> rows) {
        Map<String, Long> firsts = firsts(rows);
        return firsts.size() < since.size()
                ? OptionalLong.empty()
                : firsts.values().stream().mapToLong(Long::longValue).max();
    }

    private Map<String, Long> firsts(List<OutputRow> rows) {
        Map<String, Long> firsts = new HashMap<>();
        for (OutputRow row : rows) {
            Long begin = since.get(row.stream());
            if (begin != null
                    && row.writtenAtMillis() > Math.max(begin, afterMillis)
                    && counts.test(row)) {
                firsts.merge(row.stream(), row.writtenAtMillis() - begin, Math::min);
            }
        }
        return firsts;
    }
}
