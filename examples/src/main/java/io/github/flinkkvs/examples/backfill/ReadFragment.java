/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.backfill;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;

/**
 * What the example needs of a fragment that came out of the source.
 *
 * @param serverMillis when the service received it, in epoch millis
 * @param millisBehindNow how far it was behind the newest one; {@link #ARCHIVED} for a fragment of
 *     the archive, since only GetMedia says it
 */
public record ReadFragment(
        String stream, FragmentNumber number, long serverMillis, long millisBehindNow) {

    static final long ARCHIVED = -1;

    private static final long LIVE_MILLIS = 1_000;

    private static final String SEPARATOR = " ";

    /** The form in which a job sends it to its client. */
    public static String toLine(Fragment fragment) {
        Long behind = fragment.millisBehindNow();
        return String.join(
                SEPARATOR,
                fragment.streamName(),
                fragment.number().toString(),
                Long.toString(fragment.serverTimestampMillis()),
                Long.toString(behind == null ? ARCHIVED : behind));
    }

    /** Reads what {@link #toLine} wrote. */
    public static ReadFragment ofLine(String line) {
        // Names of streams have no blanks.
        String[] parts = line.split(SEPARATOR);
        return new ReadFragment(
                parts[0],
                FragmentNumber.of(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]));
    }

    /** Whether it came from the archive rather than from GetMedia. */
    public boolean isArchived() {
        return millisBehindNow == ARCHIVED;
    }

    /** Whether it came about as soon as the service had it. */
    public boolean isLive() {
        return !isArchived() && millisBehindNow <= LIVE_MILLIS;
    }
}
