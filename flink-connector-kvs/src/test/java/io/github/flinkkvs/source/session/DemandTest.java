/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.source.resources.MemoryAccount;
import io.github.flinkkvs.source.resources.MemoryBudget;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.session.Holds.Hold;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DemandTest {

    private static final int MEGABYTE = 1_000_000;

    private final MemoryBudget budget = new MemoryBudget(new ReaderLock(), MEGABYTE, () -> 0);
    private final Holds holds = new Holds(() -> 0);
    private final MemoryAccount account = new MemoryAccount(budget, new Stream(holds, 1));
    private final Demand demand = new Demand(holds, account, budget);

    /** A stream that is further behind, so it goes first. */
    private final Holds othersHolds = new Holds(() -> 0);

    private final MemoryAccount other = new MemoryAccount(budget, new Stream(othersHolds, 0));

    /** A stream that never gives anything back. */
    private static final class Stream implements MemoryBudget.Tenant {
        private final Holds holds;
        private final long positionMillis;

        Stream(Holds holds, long positionMillis) {
            this.holds = holds;
            this.positionMillis = positionMillis;
        }

        @Override
        public boolean isPaused() {
            return holds.has(Hold.ALIGNMENT);
        }

        @Override
        public long positionMillis() {
            return positionMillis;
        }

        @Override
        public boolean canGiveBack() {
            return false;
        }

        @Override
        public void evict() {
            throw new AssertionError("nothing is being received");
        }

        @Override
        public void proceed() {}
    }

    @BeforeEach
    void open() {
        other.open();
        account.open();
    }

    @Test
    void asksAheadIfThereIsMemoryForAll() {
        assertThat(demand.piecesAhead()).isEqualTo(Demand.PIECES_AHEAD);
    }

    @Test
    void asksForNothingWhileAlignmentHoldsTheStream() {
        holds.add(Hold.ALIGNMENT);
        account.changed();
        assertThat(demand.piecesAhead()).isZero();
        assertThat(holds.has(Hold.MEMORY)).as("memory is not why").isFalse();
        holds.remove(Hold.ALIGNMENT);
        account.changed();
        assertThat(demand.piecesAhead()).isEqualTo(Demand.PIECES_AHEAD);
    }

    @Test
    void asksForOnePieceIfAsManyMoreForEachStreamWouldNotFit() {
        // As many pieces for both streams, twice, need 262,144 bytes.
        other.completed(MEGABYTE - 262_143);
        assertThat(demand.piecesAhead()).isEqualTo(1);
        other.released(1);
        assertThat(demand.piecesAhead()).isEqualTo(Demand.PIECES_AHEAD);
    }

    @Test
    void isHeldWhileMemoryIsSpent() {
        other.completed(MEGABYTE + 1);
        assertThat(demand.piecesAhead()).isZero();
        assertThat(holds.has(Hold.MEMORY)).isTrue();
        other.released(MEGABYTE + 1);
        assertThat(holds.has(Hold.MEMORY)).as("until it asks again").isTrue();
        assertThat(demand.piecesAhead()).isEqualTo(Demand.PIECES_AHEAD);
        assertThat(holds.has(Hold.MEMORY)).isFalse();
    }
}
