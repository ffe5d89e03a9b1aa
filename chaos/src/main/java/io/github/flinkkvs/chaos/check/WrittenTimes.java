/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.check;

import io.github.flinkkvs.chaos.record.OutputRow;

import java.math.BigInteger;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** When the job first wrote each fragment of a stream. Not thread-safe. */
final class WrittenTimes {
    private final NavigableMap<BigInteger, Long> first = new TreeMap<>();

    void add(OutputRow row) {
        first.merge(row.number(), row.writtenAtMillis(), Math::min);
    }

    /**
     * When a fragment was written, or should have been: together with the next one that was. In
     * epoch milliseconds; {@link Long#MAX_VALUE} if none was written after it.
     */
    long dueMillis(BigInteger number) {
        Map.Entry<BigInteger, Long> next = first.ceilingEntry(number);
        return next == null ? Long.MAX_VALUE : next.getValue();
    }
}
