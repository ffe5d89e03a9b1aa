/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.StartingPosition;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.time.DateTimeException;
import java.time.Instant;

/** Parses the value of {@code --from}. */
final class StartConverter implements ITypeConverter<StartingPosition> {

    @Override
    public StartingPosition convert(String value) {
        if (value.equalsIgnoreCase("earliest")) {
            return StartingPosition.earliest();
        }
        if (value.equalsIgnoreCase("now")) {
            return StartingPosition.now();
        }
        if (FragmentNumber.isFragmentNumber(value)) {
            return StartingPosition.afterFragment(value);
        }
        try {
            return StartingPosition.atServerTimestamp(Instant.parse(value));
        } catch (DateTimeException e) {
            throw new TypeConversionException(
                    "'"
                            + value
                            + "' is none of earliest, now, a time such as 2026-01-31T08:00:00Z, and a"
                            + " fragment number");
        }
    }
}
