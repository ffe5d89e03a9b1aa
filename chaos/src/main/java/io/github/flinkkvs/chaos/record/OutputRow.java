/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.record;

import java.math.BigInteger;

/**
 * A row that the job writes for a fragment or a frame, as a line of CSV. Immutable.
 *
 * @param stream name of the stream
 * @param sequence counts what the job saw of this stream, from 1, in state that is restored
 * @param number of the fragment
 * @param frame index of the frame in its fragment; {@link #WHOLE} for a whole fragment
 * @param checksum a {@link Checksum}
 * @param writtenAtMillis when the job wrote it, by the machine's clock
 */
public record OutputRow(
        String stream,
        long sequence,
        BigInteger number,
        int frame,
        long checksum,
        long writtenAtMillis) {

    /** In place of a frame's index. */
    public static final int WHOLE = -1;

    private static final int FIELDS = 6;

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it is not a row
     */
    public static OutputRow parse(String line) {
        String[] fields = line.split(",", -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("Not a row of " + FIELDS + " fields: " + line);
        }
        return new OutputRow(
                fields[0],
                Long.parseLong(fields[1]),
                new BigInteger(fields[2]),
                Integer.parseInt(fields[3]),
                Long.parseLong(fields[4]),
                Long.parseLong(fields[5]));
    }

    /** The line that {@link #parse} reads. */
    public String toLine() {
        return stream
                + ','
                + sequence
                + ','
                + number
                + ','
                + frame
                + ','
                + checksum
                + ','
                + writtenAtMillis;
    }
}
