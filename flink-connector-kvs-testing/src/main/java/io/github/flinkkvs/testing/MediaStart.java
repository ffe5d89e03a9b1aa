/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import java.math.BigInteger;
import java.util.function.Predicate;

/** The place where a GetMedia body starts, or the in-band error that it is. Immutable. */
final class MediaStart {
    /** Fragments behind this number are delivered. */
    final BigInteger after;

    /** Fragments are left out until one passes. */
    final Predicate<StoredFragment> first;

    /** 0 if there is no error. */
    final int errorId;

    private MediaStart(BigInteger after, Predicate<StoredFragment> first, int errorId) {
        this.after = after;
        this.first = first;
        this.errorId = errorId;
    }

    static MediaStart after(BigInteger number) {
        return new MediaStart(number, fragment -> true, 0);
    }

    static MediaStart from(BigInteger after, Predicate<StoredFragment> first) {
        return new MediaStart(after, first, 0);
    }

    static MediaStart error(int id, BigInteger number) {
        return new MediaStart(number, fragment -> true, id);
    }
}
