/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.ledger;

import java.util.Locale;

/** What is pushed into a stream. */
public enum StreamKind {
    /** A camera that never stops. */
    CAMERA,
    /** Phone calls with silence between them. */
    CALLS,
    /** Fragments of the past, which are there from the beginning. */
    HISTORY;

    /** The name of a stream of this kind, such as {@code camera-0}. */
    public String stream(int number) {
        return name().toLowerCase(Locale.ROOT) + "-" + number;
    }
}
