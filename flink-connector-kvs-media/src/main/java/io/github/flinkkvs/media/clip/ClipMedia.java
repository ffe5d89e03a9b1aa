/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What has come of a clip, and what to request next. A fragment that fails is requested again, and
 * is lost if it fails too often. Not thread-safe.
 */
final class ClipMedia {

    /** The most fragments of a call: it costs as many of the 500 points a second. */
    static final int MAX_BATCH = 100;

    /**
     * A fragment that was listed may not be found for a moment. It is lost if it is not found, or
     * cannot be read, this many times.
     */
    static final int MAX_FAILURES = 5;

    private final TreeSet<FragmentNumber> missing = new TreeSet<>();
    private final TreeMap<FragmentNumber, Fragment> received = new TreeMap<>();
    private final Map<FragmentNumber, Integer> failures = new HashMap<>();
    private final Map<FragmentNumber, Long> ends = new HashMap<>();

    /** Proves the last one whole; null if there is none, or if it cannot be read. */
    @Nullable private FragmentNumber next;

    /**
     * Null unless a body could not be read within this fragment or behind it: then it is requested
     * alone, which tells.
     */
    @Nullable private FragmentNumber suspect;

    private long receivedBytes;
    private int lost;
    private String problem = "";

    ClipMedia(ClipSelection selection) {
        for (ArchivedFragment fragment : selection.chosen()) {
            missing.add(fragment.number());
        }
        next = selection.next() == null ? null : selection.next().number();
    }

    boolean isDone() {
        return missing.isEmpty();
    }

    /** The fragments to keep of the next call, in order. */
    Set<FragmentNumber> wanted() {
        if (suspect != null && missing.contains(suspect)) {
            return Set.of(suspect);
        }
        Set<FragmentNumber> wanted = new LinkedHashSet<>();
        for (FragmentNumber number : missing) {
            if (wanted.size() == MAX_BATCH - 1) {
                break;
            }
            wanted.add(number);
        }
        return wanted;
    }

    /** The fragments to request for them: the one after the last proves that one whole. */
    List<FragmentNumber> requested(Set<FragmentNumber> wanted) {
        List<FragmentNumber> requested = new ArrayList<>(wanted);
        if (wanted.contains(suspect)) {
            return requested;
        }
        FragmentNumber after = missing.higher(requested.get(requested.size() - 1));
        if (after == null) {
            after = next;
        }
        if (after != null) {
            requested.add(after);
        }
        return requested;
    }

    /** Where earlier calls ended within a fragment. */
    Map<FragmentNumber, Long> ends() {
        return ends;
    }

    /**
     * Takes what a call brought.
     *
     * @param end where its body ended within a fragment; null if it ended within none
     * @param damage why its bytes cannot be read any further; null if they can
     * @param answered whether the service sent a body
     * @return whether the next call can follow at once
     */
    boolean take(
            ArchivedBody body,
            @Nullable Map.Entry<FragmentNumber, Long> end,
            @Nullable MkvException damage,
            boolean answered) {
        for (Fragment fragment : body.fragments()) {
            if (missing.remove(fragment.number())) {
                received.put(fragment.number(), fragment);
                receivedBytes += fragment.sizeBytes();
            }
        }
        boolean progress = !body.fragments().isEmpty();
        for (ServiceError error : body.errors()) {
            problem = error.toString();
        }
        for (Map.Entry<FragmentNumber, ServiceError> error : body.missing().entrySet()) {
            if (ErrorTable.classify(error.getValue()) == ErrorClass.REPOSITION) {
                fail(error.getKey());
            }
        }
        if (missing.isEmpty()) {
            // Whatever is wrong with the rest, nothing of it is needed.
            return progress;
        }
        if (damage != null) {
            problem = damage.getMessage();
            failAt(body.openNumber());
            return progress;
        }
        Long endedBefore = end == null ? null : ends.put(end.getKey(), end.getValue());
        if (end != null && endedBefore == null) {
            // The next body that ends there proves the fragment whole.
            return true;
        }
        boolean stuck = end == null || end.getValue().equals(endedBefore);
        if (stuck && !progress && answered && body.errors().isEmpty()) {
            problem = "the archive does not deliver it";
            fail(missing.first());
        }
        return progress;
    }

    private void failAt(@Nullable FragmentNumber number) {
        if (number != null && !missing.contains(number)) {
            // The one that follows: without it, the last one is requested twice.
            next = null;
        } else {
            suspect = number;
            fail(number == null ? missing.first() : number);
        }
    }

    private void fail(FragmentNumber number) {
        if (failures.merge(number, 1, Integer::sum) >= MAX_FAILURES && missing.remove(number)) {
            lost++;
        }
    }

    /** The fragments that came, in order. */
    List<Fragment> received() {
        return new ArrayList<>(received.values());
    }

    long receivedBytes() {
        return receivedBytes;
    }

    /** How many fragments the archive lists and does not deliver. */
    int lost() {
        return lost;
    }

    /** What was wrong last; empty if nothing was. */
    String problem() {
        return problem;
    }
}
