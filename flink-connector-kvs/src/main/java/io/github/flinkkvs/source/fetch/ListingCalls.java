/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.FragmentPage;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.source.resources.ReaderResources;

import javax.annotation.Nullable;

import java.util.concurrent.CompletableFuture;

/** Makes the calls of a {@link FragmentListing}, one at a time. Guarded by the reader lock. */
final class ListingCalls {

    /** The fetch. All methods are called with the reader lock held. */
    interface Owner {

        /** Whether answers still matter. */
        boolean isCurrent();

        /** The service answered; the listing has changed. */
        void onListed(long serviceTimeMillis);

        /** A call failed; nothing more is listed. */
        void onListingFailed();

        /** Something unforeseen was thrown. */
        void onBroken(Throwable cause);
    }

    private final Owner owner;
    private final FragmentListing listing;
    private final StreamArchive archive;
    private final ReaderResources resources;

    /** The points of the call that was not answered; null if there is none. */
    @Nullable private ArchivePace.Spending asking;

    /** Its answer; null before it is made. */
    @Nullable private CompletableFuture<FragmentPage> answer;

    /** The service's clock at the last {@link #look}. */
    private long nowMillis;

    @Nullable private Throwable error;

    ListingCalls(Owner owner, FragmentListing listing, StreamArchive archive) {
        this.owner = owner;
        this.listing = listing;
        this.archive = archive;
        this.resources = archive.resources;
    }

    /**
     * Looks at the clock. All that follows is decided by this moment: if the list were at its end
     * for one decision and not any more for the next, nobody would ask for the rest.
     */
    void look() {
        nowMillis = archive.clock.nowMillis();
    }

    /**
     * Makes the next call, once the lock is free, if it is time for it.
     *
     * @return how long to wait before it may be made, in nanoseconds; 0 if there is nothing to wait
     *     for
     */
    long askIfDue() {
        if (asking != null || error != null || !listing.wantsMore(nowMillis)) {
            return 0;
        }
        long now = resources.timer().nanoTime();
        long wait = archive.listPace.waitNanos(FragmentArchive.PAGE_SIZE, now);
        if (wait == 0) {
            asking = archive.listPace.spend(FragmentArchive.PAGE_SIZE);
            resources.metrics().onListCall();
            TimeRange window = listing.window(nowMillis);
            String nextToken = listing.nextToken();
            resources.lock().defer(() -> ask(window, nextToken));
        }
        return wait;
    }

    private void ask(TimeRange window, @Nullable String nextToken) {
        CompletableFuture<FragmentPage> made;
        try {
            made = resources.archive().list(archive.arn, window, nextToken);
        } catch (RuntimeException e) {
            onAnswer(null, e);
            return;
        }
        resources
                .lock()
                .run(
                        () -> {
                            if (owner.isCurrent()) {
                                answer = made;
                            } else {
                                resources.lock().defer(() -> made.cancel(true));
                            }
                        },
                        owner::onBroken);
        made.whenComplete(this::onAnswer);
    }

    private void onAnswer(@Nullable FragmentPage page, @Nullable Throwable thrown) {
        resources
                .lock()
                .run(
                        () -> {
                            if (owner.isCurrent()) {
                                settle();
                                take(page, thrown);
                            }
                        },
                        owner::onBroken);
    }

    private void settle() {
        answer = null;
        if (asking != null) {
            asking.settle(resources.timer().nanoTime());
            asking = null;
        }
    }

    /** Gives up the call that was not answered. Nothing is called after this. */
    void cancel() {
        CompletableFuture<FragmentPage> unanswered = answer;
        if (unanswered != null) {
            resources.lock().defer(() -> unanswered.cancel(true));
        }
        settle();
    }

    private void take(@Nullable FragmentPage page, @Nullable Throwable thrown) {
        if (thrown == null) {
            listing.onPage(page);
            owner.onListed(page.serviceTimeMillis());
            return;
        }
        boolean outsideRetention = ErrorTable.classify(thrown) == ErrorClass.REPOSITION;
        if (!outsideRetention || !listing.leaveOutWindow(archive.clock.nowMillis())) {
            error = listing.nextToken() == null ? thrown : ofNextPage(thrown);
        }
        owner.onListingFailed();
    }

    /**
     * An argument of a further page was that of the first one, apart from the token. How long
     * tokens last is not documented, and a stream may be held between two pages; the pages are read
     * anew.
     */
    private static Throwable ofNextPage(Throwable thrown) {
        return ErrorTable.isInvalidArgument(thrown)
                ? new IllegalStateException(
                        "ListFragments refuses the token of a further page: "
                                + ErrorTable.describe(thrown))
                : thrown;
    }

    /** Whether nothing more is listed at present: all is, or a call failed. */
    boolean isOver() {
        return error != null || listing.hasExpired() || listing.isAtEnd(nowMillis);
    }

    /** Why a call failed; null if none did. */
    @Nullable
    Throwable error() {
        return error;
    }
}
