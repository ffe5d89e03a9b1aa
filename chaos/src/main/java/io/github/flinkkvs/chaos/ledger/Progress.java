/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.ledger;

import io.github.flinkkvs.chaos.ledger.PushedFragment.Fate;

import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;

/** How far each stream was pushed at some moment. Immutable. */
public final class Progress {
    private final Map<String, BigInteger> newest = new TreeMap<>();

    /** As a ledger has it. */
    public Progress(Ledger ledger) {
        ledger.streams()
                .forEach(
                        (name, stream) ->
                                stream.fragments().values().stream()
                                        .filter(fragment -> fragment.fate() == Fate.COMPLETE)
                                        .map(PushedFragment::number)
                                        .max(BigInteger::compareTo)
                                        .ifPresent(number -> newest.put(name, number)));
    }

    /** Whether a fragment that became complete was so at that moment. */
    public boolean covers(String stream, BigInteger number) {
        return number.compareTo(newest.getOrDefault(stream, BigInteger.ZERO)) <= 0;
    }
}
