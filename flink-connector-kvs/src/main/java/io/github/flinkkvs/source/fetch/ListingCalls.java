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

    @Nullable private Throwable error;

    ListingCalls(Owner owner, FragmentListing listing, StreamArchive archive) {
        this.owner = owner;
        this.listing = listing;
        this.archive = archive;
        this.resources = archive.resources;
    }

    /**
     * Makes the next call, once the lock is free, if it is time for it.
     *
     * @return how long to wait before it may be made, in nanoseconds; 0 if there is nothing to wait
     *     for
     */
    long askIfDue() {
        if (asking != null || error != null || !listing.wantsMore(archive.clock.nowMillis())) {
            return 0;
        }
        long now = resources.timer().nanoTime();
        long wait = archive.listPace.waitNanos(FragmentArchive.PAGE_SIZE, now);
        if (wait == 0) {
            asking = archive.listPace.spend(FragmentArchive.PAGE_SIZE);
            resources.metrics().onListCall();
            TimeRange window = listing.window(archive.clock.nowMillis());
            String nextToken = listing.nextToken();
            resources.lock().defer(() -> ask(window, nextToken));
        }
        return wait;
    }

    private void ask(TimeRange window, @Nullable String nextToken) {
        try {
            resources.archive().list(archive.arn, window, nextToken).whenComplete(this::onAnswer);
        } catch (RuntimeException e) {
            onAnswer(null, e);
        }
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

    /** The call was answered or is given up. */
    void settle() {
        if (asking != null) {
            asking.settle(resources.timer().nanoTime());
            asking = null;
        }
    }

    private void take(@Nullable FragmentPage page, @Nullable Throwable thrown) {
        if (thrown == null) {
            listing.onPage(page);
            owner.onListed(page.serviceTimeMillis());
            return;
        }
        boolean outsideRetention = ErrorTable.classify(thrown) == ErrorClass.REPOSITION;
        if (!outsideRetention || !listing.widen()) {
            error = thrown;
        }
        owner.onListingFailed();
    }

    /** Whether nothing more is listed: all is, or a call failed. */
    boolean isOver() {
        return error != null || listing.hasExpired() || listing.isAtEnd(archive.clock.nowMillis());
    }

    /** Why a call failed; null if none did. */
    @Nullable
    Throwable error() {
        return error;
    }
}
