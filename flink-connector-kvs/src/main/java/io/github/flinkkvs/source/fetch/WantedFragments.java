/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.source.fetch.Fetch.Outcome;

import javax.annotation.Nullable;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Function;

/** The listed fragments that are wanted, in order. Guarded by the reader lock. */
final class WantedFragments {

    private final FragmentListing listing;
    private final Function<ArchivedFragment, Outcome> judge;

    /** Known to be wanted, and not taken yet. */
    private final ArrayDeque<ArchivedFragment> next = new ArrayDeque<>();

    private boolean beyondStop;

    /**
     * @param judge whether a fragment will be progress of the stream; called once for each, in
     *     order
     */
    WantedFragments(FragmentListing listing, Function<ArchivedFragment, Outcome> judge) {
        this.listing = listing;
        this.judge = judge;
    }

    /** The next one; null if none is certain at present. */
    @Nullable
    ArchivedFragment peek() {
        while (next.isEmpty() && !beyondStop && listing.peekCertain() != null) {
            Outcome outcome = judge.apply(listing.peekCertain());
            if (outcome == Outcome.OVER) {
                beyondStop = true;
                break;
            }
            if (outcome == Outcome.PROGRESS) {
                next.add(listing.peekCertain());
            }
            listing.poll();
        }
        return next.peek();
    }

    /** Takes the next one; there must be one. */
    ArchivedFragment poll() {
        peek();
        return next.remove();
    }

    /** Takes back those that were taken last, in order. */
    void giveBack(List<ArchivedFragment> fragments) {
        for (int i = fragments.size() - 1; i >= 0; i--) {
            next.addFirst(fragments.get(i));
        }
    }

    /** The listed fragment after those that were taken, wanted or not; null if there is none. */
    @Nullable
    ArchivedFragment successor() {
        return peek() == null ? listing.peek() : next.peek();
    }

    /** Whether all that remains lies beyond the stop. */
    boolean isOver() {
        return beyondStop && next.isEmpty();
    }
}
