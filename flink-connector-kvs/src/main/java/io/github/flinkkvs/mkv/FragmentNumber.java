/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import org.apache.flink.annotation.PublicEvolving;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.OptionalLong;

/**
 * The service's identifier of a fragment: a decimal number of up to 128 digits, unique in its
 * stream, increasing in the order of ingestion. Compared as a number, not as text. Immutable.
 */
@PublicEvolving
public final class FragmentNumber implements Comparable<FragmentNumber>, Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MAX_DIGITS = 128;

    /** As the service wrote it. */
    private final String text;

    /** The index of the first digit that is not a leading zero. */
    private final int firstDigit;

    private FragmentNumber(String text, int firstDigit) {
        this.text = text;
        this.firstDigit = firstDigit;
    }

    /**
     * @throws IllegalArgumentException if the text is not 1 to 128 decimal digits
     */
    public static FragmentNumber of(String text) {
        if (!isFragmentNumber(text)) {
            throw new IllegalArgumentException(
                    "Not a fragment number (1 to 128 decimal digits): '" + text + "'");
        }
        int first = 0;
        while (first < text.length() - 1 && text.charAt(first) == '0') {
            first++;
        }
        return new FragmentNumber(text, first);
    }

    /** Whether the text is 1 to 128 decimal digits. */
    public static boolean isFragmentNumber(String text) {
        if (text.isEmpty() || text.length() > MAX_DIGITS) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /**
     * The server timestamp in epoch millis that the number encodes; empty for a number of another
     * layout. The layout is not documented, but every known number from 2017 to 2025 has it, so use
     * the result only as a hint.
     */
    public OptionalLong serverTimestampHint() {
        BigInteger value = new BigInteger(text);
        if (value.bitLength() != 157) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(value.shiftRight(28).longValue() & (1L << 44) - 1);
    }

    @Override
    public int compareTo(FragmentNumber other) {
        int length = text.length() - firstDigit;
        int otherLength = other.text.length() - other.firstDigit;
        if (length != otherLength) {
            return Integer.compare(length, otherLength);
        }
        for (int i = 0; i < length; i++) {
            int difference = text.charAt(firstDigit + i) - other.text.charAt(other.firstDigit + i);
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FragmentNumber && compareTo((FragmentNumber) other) == 0;
    }

    @Override
    public int hashCode() {
        return text.substring(firstDigit).hashCode();
    }

    /** The number as the service wrote it. */
    @Override
    public String toString() {
        return text;
    }
}
