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
import io.github.flinkkvs.chaos.ledger.Progress;
import io.github.flinkkvs.chaos.ledger.PushedFragment;
import io.github.flinkkvs.chaos.ledger.PushedFragment.Fate;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What became complete from one fault to the next, and what is wrong with it in the output. What
 * was complete before the first fault, such as history, has no share. Not thread-safe.
 */
public final class Share {
    private long pushed;
    private final Map<Kind, Long> findings = new EnumMap<>(Kind.class);

    /**
     * The shares of all faults of a run, in their order.
     *
     * @param before how far the streams were when each fault began
     * @param ledger at the end
     * @param findings at the end
     */
    public static List<Share> of(List<Progress> before, Ledger ledger, List<Finding> findings) {
        List<Share> shares = new ArrayList<>();
        before.forEach(fault -> shares.add(new Share()));
        ledger.streams()
                .forEach(
                        (name, stream) -> {
                            for (PushedFragment fragment : stream.fragments().values()) {
                                int fault = fault(before, name, fragment.number());
                                if (fragment.fate() == Fate.COMPLETE && fault >= 0) {
                                    shares.get(fault).pushed++;
                                }
                            }
                        });
        for (Finding finding : findings) {
            BigInteger number = finding.number();
            int fault = number == null ? -1 : fault(before, finding.stream(), number);
            if (fault >= 0) {
                shares.get(fault).findings.merge(finding.kind(), 1L, Long::sum);
            }
        }
        return shares;
    }

    /** The last fault that began before a fragment was complete; -1 if there is none. */
    private static int fault(List<Progress> before, String stream, BigInteger number) {
        int fault = before.size() - 1;
        while (fault >= 0 && before.get(fault).covers(stream, number)) {
            fault--;
        }
        return fault;
    }

    /** Complete fragments. */
    public long pushed() {
        return pushed;
    }

    /** What is wrong with them, in one way. */
    public long count(Kind kind) {
        return findings.getOrDefault(kind, 0L);
    }
}
