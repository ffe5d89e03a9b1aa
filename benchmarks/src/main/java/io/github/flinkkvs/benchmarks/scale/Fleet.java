/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.util.Locale;

/**
 * Cameras that are read at once, in fragments of 2 s.
 *
 * @param streams how many
 * @param megabits of each, per second
 * @param share how much of the memory that lets all streams flow freely the job gets
 */
record Fleet(int streams, double megabits, double share) {

    static final long FRAGMENT_MILLIS = 2000;

    /**
     * Pieces in which a fragment is pushed, 2 a second: more would measure the service's threads.
     */
    static final int FRAMES = 4;

    private static final double MEGABYTE = 1e6;

    /** What tags and tracks of a fragment take beside its media: see docs/datastream.md. */
    private static final int OBJECTS = 3000;

    /** The default of source.fragment.max-size. */
    private static final double LARGEST_FRAGMENT = 64 * 1024 * 1024 / MEGABYTE;

    private static final double CONNECTION = 0.1;

    /** The share of what is short of memory. */
    static final double SHORT = 1.0 / 3;

    /** A number of streams and their bit rate, as in {@code 100x0.5}. */
    static Fleet of(String text, double share) {
        String[] parts = text.split("x");
        if (parts.length != 2) {
            throw new TypeConversionException("'" + text + "' is not STREAMSxMBIT, as in 100x0.5");
        }
        try {
            return new Fleet(Integer.parseInt(parts[0]), Double.parseDouble(parts[1]), share);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not STREAMSxMBIT, as in 100x0.5");
        }
    }

    /** Of the command line: with enough memory. */
    static final class Free implements ITypeConverter<Fleet> {
        @Override
        public Fleet convert(String text) {
            return of(text, 1);
        }
    }

    /** Of the command line: short of memory. */
    static final class Short implements ITypeConverter<Fleet> {
        @Override
        public Fleet convert(String text) {
            return of(text, SHORT);
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%dx%s", streams, megabits);
    }

    int fragmentBytes() {
        return (int) (megabits * MEGABYTE / 8 * FRAGMENT_MILLIS / 1000);
    }

    private int streamsOfSubtask() {
        return (streams + ScaleCluster.PARALLELISM - 1) / ScaleCluster.PARALLELISM;
    }

    /** {@code source.memory.budget}, in bytes. */
    long budget() {
        return (long) (share * streamsOfSubtask() * (fragmentBytes() + OBJECTS));
    }

    /** What media may take of the heap by docs/tuning.md, in MB. */
    double bound() {
        double last = streamsOfSubtask() * fragmentBytes() / MEGABYTE;
        return ScaleCluster.PARALLELISM
                * (budget() / MEGABYTE + LARGEST_FRAGMENT + CONNECTION * streamsOfSubtask() + last);
    }

    String title() {
        return String.format(
                Locale.ROOT,
                "%,d at %s Mbit/s%s",
                streams,
                megabits == Math.rint(megabits)
                        ? String.valueOf((int) megabits)
                        : String.valueOf(megabits),
                share < 1 ? ", a third of the memory" : "");
    }
}
