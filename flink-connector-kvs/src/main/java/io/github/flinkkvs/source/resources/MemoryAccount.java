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
 * emitted yet. Each change may let another stream continue, or make this one give way; {@link
 * MemoryBudget} decides that.
 *
 * <p>Streams must not change during a decision over several of them. So the account keeps what its
 * stream last reported, such as its position.
 *
 * <p>Guarded by the reader lock.
 */
@Internal
public final class MemoryAccount {

    private final MemoryBudget budget;
    final MemoryBudget.Tenant tenant;

    /** Orders streams that stand at the same place. */
    long order;

    /** Bytes of the fragment being received. */
    long partial;

    /** Whether that fragment may grow. */
    boolean admitted;

    /** Bytes of what is complete and not emitted yet. */
    long complete;

    /** The size of the last fragment, the best guess for the next one. */
    long expected;

    /** Whether to tell the stream when there is room. */
    boolean waiting;

    /** Whether it waits to read again a fragment that it had begun. */
    boolean evicted;

    /** Whether the stream has not begun, or is over and only has events to be emitted. */
    boolean closed = true;

    // As counted by the budget.
    long countedUsed;
    long countedHeld;

    // As last reported by the stream.
    boolean paused;
    boolean canGiveBack;
    long positionMillis;

    /** Whether bytes were requested. */
    boolean asked;

    /** When bytes were requested or last came. */
    long heardNanos;

    /** The {@link MemoryRanks} that it is in, a bit for each. */
    int ranks;

    /** Creates an account, which does not count before {@link #open}. */
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

    /** The stream is over. Events taken but not emitted count until they are released. */
    public void close() {
        if (!closed) {
            closed = true;
            budget.closed();
            drop();
            budget.update(this);
            budget.giveRoom();
        }
    }

    /** The stream holds this many bytes of a partial fragment: 0 between fragments. */
    public void received(long bytes) {
        long reservedBefore = reserved();
        partial = bytes;
        // Set aside for a fragment that is not kept after all.
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
        // Its stream may be in the middle of a piece that contains more. No other stream is told
        // before that ends, since it might evict this one.
        budget.update(this);
    }

    /** Something other than a fragment is held until {@link #released}. */
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

    /** The stream was paused or resumed, which may let another one continue. */
    public void changed() {
        if (!closed) {
            budget.update(this);
            budget.giveRoom();
        }
    }

    /**
     * Whether the stream may request more now. If not, {@link MemoryBudget.Tenant#proceed} is
     * called later, and {@link MemoryBudget.Tenant#evict} may have been called before this
     * returned.
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
        // A fragment that was too large once is likely to be as large again.
        expected = Math.max(expected, partial);
        partial = 0;
        admitted = false;
        waiting = false;
        asked = false;
    }

    /** Bytes of the fragment being received, and bytes set aside for the rest of it. */
    long reserved() {
        return admitted ? Math.max(expected, partial) : partial;
    }

    /** Whether it wants memory for a fragment that it has begun or will begin. */
    boolean wants() {
        return partial > 0 || waiting;
    }
}
