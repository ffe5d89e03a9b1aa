/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.util.function.Predicate;

/**
 * The place where a GetMedia body starts, the in-band error that it consists of, or a refusal.
 * Immutable.
 */
public final class MediaStart {
    /** Fragments after this number are delivered. */
    public final BigInteger after;

    /** Fragments are skipped until one passes. */
    public final Predicate<StoredDocument> first;

    /** 0 if there is no error. */
    public final int errorId;

    /** Why the service refuses the selector as an invalid argument; null if it accepts it. */
    @Nullable public final String refusal;

    private MediaStart(
            BigInteger after,
            Predicate<StoredDocument> first,
            int errorId,
            @Nullable String refusal) {
        this.after = after;
        this.first = first;
        this.errorId = errorId;
        this.refusal = refusal;
    }

    static MediaStart after(BigInteger number) {
        return new MediaStart(number, fragment -> true, 0, null);
    }

    static MediaStart from(BigInteger after, Predicate<StoredDocument> first) {
        return new MediaStart(after, first, 0, null);
    }

    static MediaStart error(int id, BigInteger number) {
        return new MediaStart(number, fragment -> true, id, null);
    }

    static MediaStart refused(String reason) {
        return new MediaStart(BigInteger.ZERO, fragment -> true, 0, reason);
    }
}
