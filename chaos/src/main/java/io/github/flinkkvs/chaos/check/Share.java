/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.check;

import io.github.flinkkvs.chaos.check.Finding.Kind;
import io.github.flinkkvs.chaos.ledger.Ledger;
import io.github.flinkkvs.chaos.ledger.PushedFragment;
import io.github.flinkkvs.chaos.ledger.PushedFragment.Fate;
import io.github.flinkkvs.chaos.record.OutputRow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was due in the output between one fault and the next, and what is wrong with it. Not
 * thread-safe.
 */
public final class Share {
    private long fragments;
    private final Map<Kind, Long> findings = new EnumMap<>(Kind.class);

    /**
     * The shares of a run: that of the time before the first fault, then those of the faults, in
     * their order.
     *
     * @param begins when each fault began, in epoch milliseconds
     */
    public static List<Share> of(
            List<Long> begins,
            Ledger ledger,
            Collection<OutputRow> rows,
            Collection<Finding> findings) {
        List<Share> shares = new ArrayList<>();
        for (int i = 0; i <= begins.size(); i++) {
            shares.add(new Share());
        }
        Map<String, WrittenTimes> written = new HashMap<>();
        for (OutputRow row : rows) {
            written.computeIfAbsent(row.stream(), stream -> new WrittenTimes()).add(row);
        }
        ledger.streams()
                .forEach(
                        (name, stream) -> {
                            WrittenTimes times = written.getOrDefault(name, new WrittenTimes());
                            for (PushedFragment fragment : stream.fragments().values()) {
                                if (fragment.fate() == Fate.COMPLETE) {
                                    long due = times.dueMillis(fragment.number());
                                    shares.get(index(begins, due)).fragments++;
                                }
                            }
                        });
        for (Finding finding : findings) {
            shares.get(index(begins, finding.atMillis()))
                    .findings
                    .merge(finding.kind(), 1L, Long::sum);
        }
        return shares;
    }

    /** How many faults had begun at a time. */
    private static int index(List<Long> begins, long millis) {
        int index = begins.size();
        while (index > 0 && begins.get(index - 1) > millis) {
            index--;
        }
        return index;
    }

    /** How many complete fragments were due. */
    public long fragments() {
        return fragments;
    }

    /** What is wrong in one way. */
    public long count(Kind kind) {
        return findings.getOrDefault(kind, 0L);
    }
}
