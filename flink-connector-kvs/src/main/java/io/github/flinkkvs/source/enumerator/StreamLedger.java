/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.source.split.KvsSplit;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which streams are known, which reader has which, and which are over. Each stream, which is an ARN
 * with its creation time, is given out once, and again only if a failure took it from its reader.
 *
 * <table>
 * <caption>The status of a stream</caption>
 * <tr><th>in</th><th>on</th><th>to</th></tr>
 * <tr><td>(unknown)</td><td>found</td><td>WAITING</td></tr>
 * <tr><td>WAITING</td><td>given to a reader</td><td>GIVEN</td></tr>
 * <tr><td>GIVEN</td><td>its reader tells that it is over</td><td>OVER</td></tr>
 * <tr><td>GIVEN</td><td>its reader starts again and does not have it</td><td>OVER</td></tr>
 * <tr><td>any</td><td>a reader starts and has it</td><td>GIVEN</td></tr>
 * <tr><td>any</td><td>Flink gives it back: the reader's checkpoint is older</td><td>WAITING</td></tr>
 * <tr><td>GIVEN</td><td>restore</td><td>UNCONFIRMED</td></tr>
 * <tr><td>UNCONFIRMED</td><td>all readers have started, and none has it</td><td>OVER</td></tr>
 * <tr><td>OVER</td><td>a later scan does not list it</td><td>(unknown)</td></tr>
 * </table>
 *
 * <p>Why nobody having it means that it is over: what was given out before a checkpoint of the
 * enumerator is in the readers' part of that checkpoint, unless it was over by then. Flink sees to
 * it.
 *
 * <p>Which reader gets a stream is decided once, when it is known what the readers have. Used by
 * the coordinator thread only.
 */
final class StreamLedger {

    private enum Status {
        WAITING,
        GIVEN,
        UNCONFIRMED,
        OVER
    }

    private static final int NOBODY = -1;

    private static final class Entry {
        Status status;
        int reader = NOBODY;

        /** What a reader will get. */
        @Nullable KvsSplit split;

        /** The last scan that listed the stream. */
        long listedIn;

        /** The last scan that had begun when the stream was over. */
        long overIn;

        Entry(Status status) {
            this.status = status;
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final SplitPlacement placement;

    /** Readers that did not start yet; as long as there are some, no stream is placed. */
    private final Set<Integer> awaited = new TreeSet<>();

    /** By reader: ids of the splits that wait for it. */
    private final Map<Integer, Set<String>> pending = new HashMap<>();

    private long scan;

    StreamLedger(SplitPlacement placement) {
        this.placement = placement;
    }

    /**
     * Takes over what was known at a checkpoint; called once, first of all.
     *
     * @param given ids of splits that readers had, as far as the enumerator knew
     * @param over ids of splits that were over
     * @param waiting splits that no reader had
     */
    void restore(Collection<String> given, Collection<String> over, Collection<KvsSplit> waiting) {
        over.forEach(id -> entries.put(id, new Entry(Status.OVER)));
        given.forEach(id -> entries.put(id, new Entry(Status.UNCONFIRMED)));
        if (!given.isEmpty()) {
            for (int reader = 0; reader < placement.readers(); reader++) {
                awaited.add(reader);
            }
        }
        waiting.forEach(this::add);
    }

    // ---- finding ---------------------------------------------------------------------------

    boolean knows(StreamArn arn) {
        return find(arn) != null;
    }

    @Nullable
    private Entry find(StreamArn arn) {
        Entry entry = entries.get(arn.toString());
        if (entry == null) {
            // State of the first version does not have the creation time. The first stream of that
            // name counts as the one that was known; a later one is another.
            entry = entries.remove(arn.withoutCreationTime());
            if (entry != null) {
                entries.put(arn.toString(), entry);
            }
        }
        return entry;
    }

    /** Ids of all streams that are known. */
    Set<String> ids() {
        return entries.keySet();
    }

    /** A stream was found that was not known. */
    void add(KvsSplit split) {
        Entry entry = new Entry(Status.WAITING);
        entry.split = split;
        entry.listedIn = scan;
        entries.put(split.splitId(), entry);
        if (isSettled()) {
            place(split.splitId(), entry);
        }
    }

    private void place(String id, Entry entry) {
        entry.reader = placement.place();
        await(id, entry);
    }

    private void await(String id, Entry entry) {
        pending.computeIfAbsent(entry.reader, reader -> new LinkedHashSet<>()).add(id);
    }

    void beginScan() {
        scan++;
    }

    /** The scan under way lists a stream. */
    void listed(StreamArn arn) {
        Entry entry = find(arn);
        if (entry != null) {
            entry.listedIn = scan;
        }
    }

    /**
     * The scan is complete: a stream that was over before and is not listed any more does not exist
     * any more, and will not be found again.
     */
    void endScan() {
        entries.values()
                .removeIf(
                        entry ->
                                entry.status == Status.OVER
                                        && entry.overIn < scan
                                        && entry.listedIn < scan);
    }

    // ---- readers ---------------------------------------------------------------------------

    /** Whether it is known what the readers have, so that streams are placed. */
    boolean isSettled() {
        return awaited.isEmpty();
    }

    /** A reader has started with these splits. */
    void started(int reader, Collection<String> splitIds) {
        Set<String> reported = new HashSet<>(splitIds);
        entries.forEach(
                (id, entry) -> {
                    if (has(reader, entry) && !reported.contains(id)) {
                        end(entry);
                    }
                });
        Map<String, String> unconfirmed = unconfirmedExcept(reported);
        for (String id : splitIds) {
            Entry entry = entries.get(id);
            if (entry == null) {
                // The reader went on with a stream of the same name, or the state is old.
                String earlier = unconfirmed.remove(StreamArn.withoutCreationTime(id));
                entry = earlier == null ? new Entry(Status.GIVEN) : entries.remove(earlier);
                entries.put(id, entry);
            }
            give(id, entry, reader);
        }
        if (awaited.remove(reader) && awaited.isEmpty()) {
            settle();
        }
    }

    private static boolean has(int reader, Entry entry) {
        return entry.status == Status.GIVEN && entry.reader == reader;
    }

    /** Ids of unconfirmed streams, by ARN without creation time. */
    private Map<String, String> unconfirmedExcept(Set<String> reported) {
        Map<String, String> ids = new HashMap<>();
        entries.forEach(
                (id, entry) -> {
                    if (entry.status == Status.UNCONFIRMED && !reported.contains(id)) {
                        ids.put(StreamArn.withoutCreationTime(id), id);
                    }
                });
        return ids;
    }

    private void give(String id, Entry entry, int reader) {
        if (entry.status == Status.WAITING && pending.containsKey(entry.reader)) {
            pending.get(entry.reader).remove(id);
        }
        move(entry, reader);
        entry.status = Status.GIVEN;
        entry.split = null;
    }

    /** Counts the stream for another reader. */
    private void move(Entry entry, int reader) {
        if (entry.reader != NOBODY) {
            placement.ended(entry.reader);
        }
        entry.reader = reader;
        if (reader != NOBODY) {
            placement.began(reader);
        }
    }

    private void end(Entry entry) {
        move(entry, NOBODY);
        entry.status = Status.OVER;
        entry.overIn = scan;
    }

    private void settle() {
        for (Entry entry : entries.values()) {
            if (entry.status == Status.UNCONFIRMED) {
                end(entry);
            }
        }
        entries.forEach(
                (id, entry) -> {
                    if (entry.status == Status.WAITING && entry.reader == NOBODY) {
                        place(id, entry);
                    }
                });
    }

    /** Gives a reader the splits that wait for it. */
    List<KvsSplit> give(int reader) {
        List<KvsSplit> splits = new ArrayList<>();
        Set<String> ids = pending.remove(reader);
        for (String id : ids == null ? Set.<String>of() : ids) {
            Entry entry = entries.get(id);
            splits.add(entry.split);
            give(id, entry, reader);
        }
        return splits;
    }

    /** A reader told that a split is over. */
    void over(int reader, String splitId) {
        Entry entry = entries.get(splitId);
        if (entry != null && has(reader, entry)) {
            end(entry);
        }
    }

    /** A reader lost a split; its next attempt gets it. */
    void back(KvsSplit split, int reader) {
        Entry entry = entries.computeIfAbsent(split.splitId(), id -> new Entry(Status.WAITING));
        move(entry, reader);
        entry.status = Status.WAITING;
        entry.split = split;
        await(split.splitId(), entry);
    }

    // ---- state -----------------------------------------------------------------------------

    /** The number of streams that wait for a reader. */
    int waitingCount() {
        return count(EnumSet.of(Status.WAITING));
    }

    /** The number of streams that are not over. */
    int liveCount() {
        return count(EnumSet.complementOf(EnumSet.of(Status.OVER)));
    }

    private int count(Set<Status> statuses) {
        int count = 0;
        for (Entry entry : entries.values()) {
            if (statuses.contains(entry.status)) {
                count++;
            }
        }
        return count;
    }

    /** The splits that wait for a reader. */
    List<KvsSplit> waiting() {
        List<KvsSplit> splits = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (entry.status == Status.WAITING) {
                splits.add(entry.split);
            }
        }
        return splits;
    }

    /** Ids of the splits that readers have, or may have. */
    Set<String> given() {
        return ids(EnumSet.of(Status.GIVEN, Status.UNCONFIRMED));
    }

    /** Ids of the splits that are over. */
    Set<String> over() {
        return ids(EnumSet.of(Status.OVER));
    }

    private Set<String> ids(Set<Status> statuses) {
        Set<String> ids = new HashSet<>();
        entries.forEach(
                (id, entry) -> {
                    if (statuses.contains(entry.status)) {
                        ids.add(id);
                    }
                });
        return ids;
    }
}
