/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.check;

/**
 * Something that the output must not have. Immutable.
 *
 * @param kind what is wrong
 * @param stream in which
 * @param atMillis when a wrong row was written, or a missing one should have been, in epoch
 *     milliseconds
 * @param detail which fragment or frame, and why
 */
public record Finding(Kind kind, String stream, long atMillis, String detail) {

    /** What may be wrong. */
    public enum Kind {
        /** It was pushed, and is not in the output. */
        LOST,
        /** It is in the output more than once. */
        DOUBLED,
        /** It is in the output behind one with a greater number. */
        OUT_OF_ORDER,
        /** It is in the output, but was not pushed like this. */
        WRONG
    }

    @Override
    public String toString() {
        return kind + " in " + stream + ": " + detail;
    }
}
