/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes in command-line options: a number and a unit. */
final class Quantities {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,12})([a-z]*)");

    private Quantities() {}

    /** {@code 90s}, {@code 30m}, {@code 24h} or {@code 7d}. */
    static final class Time implements ITypeConverter<Duration> {
        private static final Map<String, Duration> UNITS =
                Map.of(
                        "s", Duration.ofSeconds(1),
                        "m", Duration.ofMinutes(1),
                        "h", Duration.ofHours(1),
                        "d", Duration.ofDays(1));

        @Override
        public Duration convert(String text) {
            Matcher parts = FORM.matcher(text);
            if (parts.matches() && UNITS.containsKey(parts.group(2))) {
                try {
                    return UNITS.get(parts.group(2)).multipliedBy(Long.parseLong(parts.group(1)));
                } catch (ArithmeticException e) {
                    // Out of range: refused below.
                }
            }
            throw new TypeConversionException(
                    "'" + text + "' is not a time such as 90s, 30m, 24h or 7d");
        }
    }

    /** {@code 500k}, {@code 64m} or {@code 2g}, in powers of 1024; bytes without a unit. */
    static final class Size implements ITypeConverter<Long> {
        private static final Map<String, Long> UNITS =
                Map.of("", 1L, "k", 1L << 10, "m", 1L << 20, "g", 1L << 30);

        @Override
        public Long convert(String text) {
            Matcher parts = FORM.matcher(text);
            if (parts.matches() && UNITS.containsKey(parts.group(2))) {
                try {
                    return Math.multiplyExact(
                            UNITS.get(parts.group(2)), Long.parseLong(parts.group(1)));
                } catch (ArithmeticException e) {
                    // Out of range: refused below.
                }
            }
            throw new TypeConversionException(
                    "'" + text + "' is not a size such as 500k, 64m or 2g");
        }
    }
}
