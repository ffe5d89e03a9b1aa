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
import io.github.flinkkvs.source.session.Holds.Hold;

/** How much media a stream may request. Guarded by the reader lock. */
final class Demand {

    /**
     * Requesting each piece by itself would cost more than receiving and parsing it. A higher
     * number would let more arrive after memory is spent.
     */
    static final int PIECES_AHEAD = 8;

    /** Twice the bytes of these pieces: with less room, they would evict other streams. */
    private static final long PLENTY_BYTES = 2 * PIECES_AHEAD * 8192;

    private final Holds holds;
    private final MemoryAccount account;
    private final MemoryBudget budget;

    Demand(Holds holds, MemoryAccount account, MemoryBudget budget) {
        this.holds = holds;
        this.account = account;
        this.budget = budget;
    }

    /** How many pieces may be outstanding; 0 if the stream is held. */
    int piecesAhead() {
        if (holds.has(Hold.ALIGNMENT)) {
            return 0;
        }
        if (!account.mayGoOn()) {
            holds.add(Hold.MEMORY);
            return 0;
        }
        holds.remove(Hold.MEMORY);
        return budget.hasForEach(PLENTY_BYTES) ? PIECES_AHEAD : 1;
    }
}
