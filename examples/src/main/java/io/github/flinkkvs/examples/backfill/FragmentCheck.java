/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.backfill;

import io.github.flinkkvs.mkv.FragmentNumber;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether every fragment of a stream came exactly once, in order. Keeps their numbers, about 150
 * bytes each. Not thread-safe.
 */
public final class FragmentCheck {

    private final List<ReadFragment> read = new ArrayList<>();
    private long archived;
    private long live;

    /** Notes the next fragment that came. */
    public void add(ReadFragment fragment) {
        read.add(fragment);
        if (fragment.isArchived()) {
            archived++;
        } else if (fragment.isLive()) {
            live++;
        }
    }

    /** How many came from the archive. */
    public long archived() {
        return archived;
    }

    /** How many came from GetMedia. */
    public long fromGetMedia() {
        return read.size() - archived;
    }

    /** How many of those came about as soon as the service had them. */
    public long live() {
        return live;
    }

    /** The first server timestamp, in epoch millis. */
    public long firstMillis() {
        return read.stream().mapToLong(ReadFragment::serverMillis).min().orElseThrow();
    }

    /** The last server timestamp, in epoch millis. */
    public long lastMillis() {
        return read.stream().mapToLong(ReadFragment::serverMillis).max().orElseThrow();
    }

    /**
     * What is wrong; empty if every stored fragment came exactly once, in order.
     *
     * @param stored what the service stores from {@link #firstMillis} to {@link #lastMillis}, in
     *     any order. The newest fragments may not be listed yet, and the oldest may have left the
     *     retention since: those are not missing
     */
    public List<String> problems(Collection<FragmentNumber> stored) {
        List<String> problems = new ArrayList<>();
        Set<FragmentNumber> came = new HashSet<>();
        List<FragmentNumber> twice = new ArrayList<>();
        List<FragmentNumber> late = new ArrayList<>();
        FragmentNumber highest = null;
        for (ReadFragment fragment : read) {
            FragmentNumber number = fragment.number();
            if (!came.add(number)) {
                twice.add(number);
            } else if (highest != null && number.compareTo(highest) < 0) {
                late.add(number);
            } else {
                highest = number;
            }
        }
        TreeSet<FragmentNumber> listed = new TreeSet<>(stored);
        List<FragmentNumber> missing = new ArrayList<>();
        for (FragmentNumber number : listed) {
            // Before the first one there may be others of the same millisecond.
            if (number.compareTo(read.get(0).number()) >= 0 && !came.contains(number)) {
                missing.add(number);
            }
        }
        List<FragmentNumber> unknown = new ArrayList<>();
        for (FragmentNumber number : came) {
            if (listed.lower(number) != null
                    && listed.higher(number) != null
                    && !listed.contains(number)) {
                unknown.add(number);
            }
        }
        add(problems, missing, "did not come");
        add(problems, twice, "came twice");
        add(problems, late, "came after a later one");
        add(problems, unknown, "came that the service does not list");
        return problems;
    }

    private static void add(List<String> problems, List<FragmentNumber> numbers, String what) {
        if (!numbers.isEmpty()) {
            problems.add(numbers.size() + " " + what + ", such as " + numbers.get(0));
        }
    }
}
