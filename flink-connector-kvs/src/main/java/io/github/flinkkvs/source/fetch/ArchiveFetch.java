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
import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.fetch.FragmentOrder.Slot;
import io.github.flinkkvs.source.resources.ReaderResources;
import io.github.flinkkvs.source.resources.Timer;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.List;
import java.util.function.Function;

/**
 * Reads archived media: lists fragments ahead (ListFragments), requests them in batches
 * (GetMediaForFragmentList), and hands them over in the order of their numbers.
 *
 * <p>Nothing in a body shows that its last fragment is complete, and a connection that was cut ends
 * like one that was closed. So each batch requests one fragment more, the first of the next batch:
 * its beginning proves the one before it complete. Then the call is given up, or its rest is read
 * and dropped if it is small. What no other fragment proves complete is requested by itself, until
 * two bodies in a row end with it at the same length. The same happens to the lowest missing
 * fragment of a body with another order, or with damage: so any order makes progress, though not
 * all are fast.
 *
 * <p>One body is read at a time. The next batch is requested ahead; its bytes stay in the socket.
 *
 * <p>Guarded by the reader lock.
 */
@Internal
public final class ArchiveFetch implements Fetch, BodyCall.Owner, ListingCalls.Owner {

    private final Owner owner;
    private final Sink sink;
    private final StartingPosition asked;
    private final FragmentListing listing;
    private final ListingCalls listingCalls;
    private final WantedFragments wanted;
    private final FragmentOrder order = new FragmentOrder();
    private final BatchCalls batches;
    private final ReaderResources resources;

    /** The batch whose body is read. */
    @Nullable private ArchiveBatch current;

    /** The batch after it. */
    @Nullable private ArchiveBatch next;

    /** Whether the call for the next batch has failed; it is repeated when its turn comes. */
    private boolean nextFailed;

    private boolean progress;
    @Nullable private Timer.Task wake;

    /**
     * @param asked the position, for messages
     * @param judge whether a listed fragment will be progress of the stream; called once for each,
     *     in order
     */
    public ArchiveFetch(
            Owner owner,
            Sink sink,
            StartingPosition asked,
            FragmentListing listing,
            Function<ArchivedFragment, Outcome> judge,
            StreamArchive archive) {
        this.owner = owner;
        this.sink = sink;
        this.asked = asked;
        this.listing = listing;
        this.listingCalls = new ListingCalls(this, listing, archive);
        this.wanted = new WantedFragments(listing, judge);
        this.batches = new BatchCalls(this, archive, wanted, order, listingCalls::isOver);
        this.resources = archive.resources;
    }

    // ---- for the session -------------------------------------------------------------------

    @Override
    public void begin() {
        resources.metrics().onHistory(true);
        goOn();
    }

    @Override
    public void askForMore() {
        goOn();
    }

    @Override
    public void cancel() {
        resources.metrics().onHistory(false);
        cancelWake();
        listingCalls.cancel();
        if (current != null) {
            PartialFragment open = current.call().body().open();
            if (open != null && !current.isRead() && order.get(open.number()) != null) {
                resources.metrics().onPartialDiscarded();
            }
            batches.settle(current);
            current.call().cancel();
        }
        if (next != null) {
            batches.settle(next);
            next.call().cancel();
        }
    }

    // ---- what comes next -------------------------------------------------------------------

    /** Does all that can be done now; whatever happens later calls this again. */
    private void goOn() {
        int ahead = isCurrent() ? owner.piecesAhead() : 0;
        if (ahead == 0) {
            // Alignment or memory hold the stream, and make it go on later.
            return;
        }
        cancelWake();
        listingCalls.look();
        if (current == null) {
            readNext();
        }
        // While memory is short, no second connection fills its buffers.
        boolean mayCallAhead = ahead > 1 && next == null && !nextFailed;
        if (current != null && mayCallAhead && current.call().isAnswered()) {
            next = batches.next();
        }
        long wait = sooner(batches.waitNanos(), listingCalls.askIfDue());
        if (current == null && order.isEmpty() && wanted.peek() == null && endIfRead()) {
            return;
        }
        if (wait > 0) {
            wake = resources.timer().schedule(this::onWake, wait);
        }
        if (current != null) {
            // There was memory for its bytes, and that is told once.
            current.call().askForMore();
        }
    }

    /** The sooner of two times to wait; 0 if there is nothing to wait for. */
    private static long sooner(long one, long other) {
        return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
    }

    private void onWake() {
        resources.lock().run(this::goOn, this::onBroken);
    }

    private void cancelWake() {
        if (wake != null) {
            wake.cancel();
            wake = null;
        }
    }

    private void readNext() {
        nextFailed = false;
        Slot first = order.first();
        if (first != null && (next == null || !next.hasLowest(first.number()))) {
            current = batches.again(first.fragment());
        } else if (next != null) {
            current = next;
            next = null;
            current.call().askForMore();
        } else {
            current = batches.next();
        }
    }

    /** Nothing is to be read at present; ends the fetch if nothing will be. */
    private boolean endIfRead() {
        if (wanted.isOver()) {
            return over(end(How.STOP_REACHED));
        }
        if (listing.certainMillis() > Long.MIN_VALUE) {
            sink.onReadUpTo(listing.certainMillis());
        }
        if (listing.hasExpired()) {
            return over(end(How.EXPIRED));
        }
        if (listingCalls.error() != null) {
            return over(end(How.FAILED).cause(listingCalls.error()));
        }
        return listingCalls.isOver()
                && over(end(How.HISTORY_READ).readUpTo(listing.certainMillis()));
    }

    /** Ends the fetch. */
    private boolean over(FetchEnd.Builder end) {
        owner.onOver(end.progress(progress).build());
        return true;
    }

    private FetchEnd.Builder end(How how) {
        return current == null ? FetchEnd.of(how, asked) : current.call().end(how, asked);
    }

    // ---- what is listed --------------------------------------------------------------------

    @Override
    public boolean isCurrent() {
        return owner.isCurrent(this);
    }

    @Override
    public void onListed(long serviceTimeMillis) {
        owner.onListed(serviceTimeMillis);
        goOn();
    }

    @Override
    public void onListingFailed() {
        goOn();
    }

    // ---- what a call brings ----------------------------------------------------------------

    @Override
    public boolean isCurrent(BodyCall call) {
        return isCurrent() && (isReading(call) || next != null && next.call() == call);
    }

    private boolean isReading(BodyCall call) {
        return current != null && current.call() == call;
    }

    @Override
    public int piecesAhead(BodyCall call) {
        return isReading(call) ? owner.piecesAhead() : 0;
    }

    @Override
    public void onAnswered(BodyCall call, String requestId, long serviceTimeMillis) {
        batches.settle(isReading(call) ? current : next);
        owner.onAnswered(asked, requestId, serviceTimeMillis);
        goOn();
    }

    @Override
    public void onPiece(BodyCall call) {
        BodyReader body = call.body();
        if (!current.isRead()) {
            current.takePiece();
            if (!handOver()) {
                return;
            }
        }
        if (current.isRead()) {
            if (!current.readsRest()) {
                closeCurrent();
            }
        } else if (body.problem() != null) {
            Slot first = order.first();
            boolean itsTurn = body.open() != null && body.open().number().equals(first.number());
            if (itsTurn || current.isAlone()) {
                FetchEnd.Builder end = end(How.BAD_BYTES).cause(body.problem());
                over(end.inFragment(first.listed(), body.problemOffset()));
                return;
            }
            // Those before it come first.
            closeCurrent();
        } else if (order.completeBytes() > 2 * batches.batchBytes() && !current.isAlone()) {
            // The body has another order, and larger fragments than were listed.
            order.dropAll();
            closeCurrent();
        }
        owner.onHeld(order.heldBytes() + (current == null ? 0 : current.heldBytes()));
        if (current == null) {
            goOn();
        }
    }

    /** Hands over what is complete and has its turn; false if that ends the fetch. */
    private boolean handOver() {
        for (Slot slot = order.first(); slot != null && slot.isDone(); slot = order.first()) {
            ServiceError error = slot.error();
            if (error != null) {
                boolean lost = ErrorTable.classify(error) == ErrorClass.REPOSITION;
                FetchEnd.Builder end = end(lost ? How.LOST : How.ERROR_TAG).serviceError(error);
                over(end.inFragment(slot.listed(), 0));
                return false;
            }
            List<BodyResult> results = order.removeFirst();
            resources.metrics().onArchived(results.get(results.size() - 1).fragment().sizeBytes());
            for (BodyResult result : results) {
                Outcome outcome = result.handOver(sink);
                if (outcome == Outcome.OVER) {
                    over(end(How.STOP_REACHED));
                    return false;
                }
                progress |= outcome == Outcome.PROGRESS;
            }
        }
        return true;
    }

    /** Nothing more is wanted of the current call, or it has ended. */
    private void closeCurrent() {
        batches.settle(current);
        current.call().cancel();
        current = null;
        order.dropPartial();
    }

    @Override
    public void onEnd(BodyCall call, How how, @Nullable Throwable cause) {
        if (!isReading(call)) {
            batches.giveBack(next);
            next = null;
            nextFailed = true;
        } else if (how == How.BODY_ENDED || current.isRead()) {
            onBodyEnd();
        } else {
            over(end(how).cause(cause));
        }
    }

    private void onBodyEnd() {
        if (!current.isRead()) {
            current.takeLast();
            if (!handOver()) {
                return;
            }
        }
        How how = current.isRead() ? null : current.howEnded();
        if (how == null) {
            closeCurrent();
            owner.onHeld(order.heldBytes());
            goOn();
        } else if (how == How.BODY_ENDED) {
            over(end(how));
        } else {
            over(end(how).inFragment(order.first().listed(), 0));
        }
    }

    @Override
    public void onBroken(Throwable cause) {
        owner.onOver(FetchEnd.of(How.BROKEN, asked).cause(cause).build());
    }
}
