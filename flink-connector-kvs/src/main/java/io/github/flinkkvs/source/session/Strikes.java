/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.FragmentNumber;

import javax.annotation.Nullable;

import java.util.Objects;

/**
 * Counts how often reading failed at the same place in the same way. Only a fragment that always
 * fails at the same byte is bad; an unlucky network cuts here and there. Guarded by the reader
 * lock.
 */
final class Strikes {

    /** This many failures in a row at one place are final. */
    static final int LIMIT = 3;

    @Nullable private FragmentNumber after;
    @Nullable private FragmentNumber fragment;
    private long offset;
    private String failure;
    private int count;

    /**
     * @param after the last good fragment
     * @param fragment the failing one, if its number was seen
     * @param offset in bytes from its beginning
     * @return whether this failure is final
     */
    boolean strike(
            @Nullable FragmentNumber after,
            @Nullable FragmentNumber fragment,
            long offset,
            String failure) {
        boolean again =
                count > 0
                        && this.offset == offset
                        && this.failure.equals(failure)
                        && Objects.equals(this.fragment, fragment)
                        && Objects.equals(this.after, after);
        this.after = after;
        this.fragment = fragment;
        this.offset = offset;
        this.failure = failure;
        count = again ? count + 1 : 1;
        return count >= LIMIT;
    }

    void clear() {
        count = 0;
    }
}
