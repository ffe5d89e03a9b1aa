/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

/**
 * What a stream holds, and what the {@link MemoryBudget} knows of it. What changes by itself, such
 * as the stream's position, is what it was when that stream last called: decisions over several
 * streams must not see it change. Guarded by the reader lock.
 */
final class MemoryAccount {

    final MemoryBudget.Tenant tenant;

    /** Tells apart streams that stand at the same place. */
    final long order;

    /** Bytes of the fragment being received. */
    long partial;

    /** Whether that fragment may grow. */
    boolean admitted;

    /** Bytes of what is complete and not emitted yet. */
    long complete;

    /** The size of the last fragment, the best guess for the next one. */
    long expected;

    /** Whether it is to be told when there is room. */
    boolean waiting;

    /** Whether what it waits for is a fragment that it had begun already. */
    boolean evicted;

    /** Whether the stream is over, and the account only there for what was not emitted yet. */
    boolean closed;

    // What the budget has counted.
    long countedUsed;
    long countedHeld;

    // What the stream said when it last called.
    boolean paused;
    boolean droppable;
    long positionMillis;

    /** Whether bytes were asked for. */
    boolean asked;

    /** When it was asked, or last sent some. */
    long heardNanos;

    /** The {@link MemoryRanks} that it is in, a bit for each. */
    int ranks;

    MemoryAccount(MemoryBudget.Tenant tenant, long order) {
        this.tenant = tenant;
        this.order = order;
        this.positionMillis = tenant.positionMillis();
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
