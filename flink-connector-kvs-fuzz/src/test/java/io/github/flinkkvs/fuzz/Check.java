/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

/** Assertions that cost almost nothing when they hold: they run millions of times. */
public final class Check {

    public static void that(boolean holds, Object otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    public static void same(Object actual, Object expected, String what) {
        if (!actual.equals(expected)) {
            throw new AssertionError(what + ":\n" + actual + "\n" + expected);
        }
    }

    /** Errors that users read must say something. */
    public static void saysSomething(Exception e) {
        that(e.getMessage() != null && !e.getMessage().isBlank(), e);
    }

    private Check() {}
}
