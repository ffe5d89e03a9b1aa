/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.resources;

import org.apache.flink.annotation.Internal;

/**
 * The memory of one stream: bytes of the fragment that it receives, and of what is complete and not
 * emitted yet. Each change of it may let another stream go on, or make this one give way; {@link
 * MemoryBudget} decides that.
 *
 * <p>Decisions over several streams must not see them change. So the account keeps what its stream
 * said of itself, such as its position, when it last called.
 *
 * <p>Guarded by the reader lock.
 */
@Internal
public final class MemoryAccount {

    private final MemoryBudget budget;
    final MemoryBudget.Tenant tenant;

    /** Tells apart streams that stand at the same place. */
    long order;

    /** Bytes of the fragment being received. */
    long partial;

    /** Whether that fragment may grow. */
    boolean admitted;

    /** Bytes of what is complete and not emitted yet. */
    long complete;

    /** The size of the last fragment, the best guess for the next one. */
    long expected;

    /** Whether the stream is to be told when there is room. */
    boolean waiting;

    /** Whether it waits for a fragment that it had already begun. */
    boolean evicted;

    /** Whether the stream is not begun, or over and only there for what is not emitted yet. */
    boolean closed = true;

    // What the budget has counted.
    long countedUsed;
    long countedHeld;

    // What the stream said when it last called.
    boolean paused;
    boolean canGiveBack;
    long positionMillis;

    /** Whether bytes were asked for. */
    boolean asked;

    /** When it was asked, or last sent some. */
    long heardNanos;

    /** The {@link MemoryRanks} that it is in, a bit for each. */
    int ranks;

    /** The account of a stream, which does not count before {@link #open}. */
    public MemoryAccount(MemoryBudget budget, MemoryBudget.Tenant tenant) {
        this.budget = budget;
        this.tenant = tenant;
    }

    /** The stream begins. */
    public void open() {
        closed = false;
        order = budget.opened();
        positionMillis = tenant.positionMillis();
    }

    /** The stream is over. What was taken and not emitted counts until it is released. */
    public void close() {
        if (!closed) {
            closed = true;
            budget.closed();
            drop();
            budget.update(this);
            budget.giveRoom();
        }
    }

    /** The stream holds so many bytes of a partial fragment: 0 between fragments. */
    public void received(long bytes) {
        long reservedBefore = reserved();
        partial = bytes;
        // What was set aside for a fragment that turned out not to be kept.
        admitted &= bytes > 0;
        budget.update(this);
        budget.heard(this);
        if (reserved() < reservedBefore) {
            budget.giveRoom();
        }
    }

    /** A fragment is complete. It is held until {@link #released}. */
    public void completed(long bytes) {
        partial = 0;
        admitted = false;
        complete += bytes;
        expected = bytes;
        // Its stream may be in the middle of a piece that brought more. Nobody is told before that
        // is over, since that might evict the stream.
        budget.update(this);
    }

    /** Something that is no fragment is held until {@link #released}. */
    public void added(long bytes) {
        complete += bytes;
        budget.update(this);
    }

    /** Something complete is no longer held. */
    public void released(long bytes) {
        complete -= bytes;
        budget.update(this);
        budget.giveRoom();
    }

    /** The partial fragment was dropped, for whatever reason. */
    public void dropped() {
        boolean freed = reserved() > 0;
        drop();
        budget.update(this);
        if (freed) {
            budget.giveRoom();
        }
    }

    /** The stream was paused or resumed, which may let another one go on. */
    public void changed() {
        if (!closed) {
            budget.update(this);
            budget.giveRoom();
        }
    }

    /**
     * Whether the stream may ask for more now. If not, {@link MemoryBudget.Tenant#proceed} tells it
     * later, and it may have been told to {@link MemoryBudget.Tenant#evict} before this returned.
     */
    public boolean mayGoOn() {
        return budget.mayGoOn(this);
    }

    /** Runs an action with the reader lock held. For threads that do not hold it. */
    public void locked(Runnable action) {
        budget.locked(action);
    }

    // ---- for the budget --------------------------------------------------------------------

    void drop() {
        // What was too much once is likely to be as much again.
        expected = Math.max(expected, partial);
        partial = 0;
        admitted = false;
        waiting = false;
        asked = false;
    }

    /** Bytes of the fragment being received, and those set aside for the rest of it. */
    long reserved() {
        return admitted ? Math.max(expected, partial) : partial;
    }

    /** Whether it wants memory: for a fragment that it has begun, or is to begin. */
    boolean wants() {
        return partial > 0 || waiting;
    }
}
