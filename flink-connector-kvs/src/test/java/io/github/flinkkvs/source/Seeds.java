/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

/**
 * Runs a test with many seeds, one after the other: as many as -Dkvs.test.seeds, or only
 * -Dkvs.test.seed.
 */
public final class Seeds {

    /** A test of one seed. */
    public interface Run {
        void with(long seed) throws Exception;
    }

    public static void each(Run run) {
        Long only = Long.getLong("kvs.test.seed");
        long first = only == null ? 0 : only;
        long count = only == null ? Long.getLong("kvs.test.seeds", 100) : 1;
        for (long seed = first; seed < first + count; seed++) {
            try {
                run.with(seed);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("Fails with -Dkvs.test.seed=" + seed + ": " + e, e);
            }
        }
    }

    private Seeds() {}
}
