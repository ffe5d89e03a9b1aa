/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import java.math.BigInteger;
import java.util.Random;

/**
 * Generates fragment numbers in the layout seen in recordings: bit 156 set, a 64-bit counter, the
 * server timestamp in milliseconds (44 bits), 28 random bits. Guarded by the lock of its store.
 */
final class FragmentNumbers {
    private static final int COUNTER_SHIFT = 92;
    private static final int TIMESTAMP_SHIFT = 28;
    private static final BigInteger FLAG = BigInteger.ONE.shiftLeft(156);

    /** Between two producer sessions the counter was seen to jump by 990 to 1001. */
    private static final long SESSION_JUMP = 1000;

    private final Random random;
    private long counter;

    FragmentNumbers(long firstCounter, long seed) {
        counter = firstCounter - 1;
        random = new Random(seed);
    }

    BigInteger next(long serverTimestampMillis) {
        counter++;
        return FLAG.add(BigInteger.valueOf(counter).shiftLeft(COUNTER_SHIFT))
                .add(BigInteger.valueOf(serverTimestampMillis).shiftLeft(TIMESTAMP_SHIFT))
                .add(BigInteger.valueOf(random.nextInt(1 << TIMESTAMP_SHIFT)));
    }

    void newProducerSession() {
        counter += SESSION_JUMP - 1;
    }

    /** Continues after a recorded number. */
    void moveBehind(BigInteger number) {
        counter = Math.max(counter, number.clearBit(156).shiftRight(COUNTER_SHIFT).longValue());
    }
}
