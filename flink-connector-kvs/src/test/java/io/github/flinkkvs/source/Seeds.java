/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;

import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * Runs a test with many seeds: as many as -Dkvs.test.seeds, or only -Dkvs.test.seed. Only a single
 * seed logs, as many would write a million lines.
 */
public final class Seeds {

    private static final String LOGS = "io.github.flinkkvs";

    /** A test of one seed. */
    public interface Run {
        void with(long seed) throws Exception;
    }

    /** One after the other. */
    public static void each(Run run) {
        each(LongStream::sequential, run);
    }

    /** On all processors. Runs must share nothing. */
    public static void eachInParallel(Run run) {
        each(LongStream::parallel, run);
    }

    private static void each(UnaryOperator<LongStream> manner, Run run) {
        Long only = Long.getLong("kvs.test.seed");
        long first = only == null ? 0 : only;
        long count = only == null ? Long.getLong("kvs.test.seeds", 100) : 1;
        Level level = LogManager.getLogger(LOGS).getLevel();
        try {
            if (count > 1) {
                Configurator.setLevel(LOGS, Level.OFF);
            }
            manner.apply(LongStream.range(first, first + count)).forEach(seed -> with(seed, run));
        } finally {
            Configurator.setLevel(LOGS, level);
        }
    }

    private static void with(long seed, Run run) {
        try {
            run.with(seed);
        } catch (Exception | AssertionError e) {
            throw new AssertionError("Fails with -Dkvs.test.seed=" + seed + ": " + e, e);
        }
    }

    private Seeds() {}
}
