/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.memory;

import io.github.flinkkvs.source.resources.MemoryAccount;
import io.github.flinkkvs.source.resources.MemoryBudget;
import io.github.flinkkvs.source.resources.ReaderLock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;

/** Streams that only share a {@link MemoryBudget}: no service, no media. Not thread-safe. */
public final class BudgetLoad {

    /** What the streams do. */
    public enum Case {
        /** There is memory for all of them. */
        PLENTY("enough memory", 4),

        /** A slow sink lets complete fragments fill the memory, and most streams wait for it. */
        SLOW_SINK("slow sink", 0.25),

        /** The sink is fast, but the streams begin more fragments than fit in the memory. */
        TOO_LITTLE("too little memory", 0.5);

        private final String title;
        private final double fragmentsThatFit;

        Case(String title, double fragmentsThatFit) {
            this.title = title;
            this.fragmentsThatFit = fragmentsThatFit;
        }

        public String title() {
            return title;
        }
    }

    private static final int PIECES = 4;
    private static final int PIECE_BYTES = 8192;
    private static final int FRAGMENT_BYTES = PIECES * PIECE_BYTES;

    private final Case load;
    private final MemoryBudget budget;
    private final List<Stream> streams = new ArrayList<>();
    private final Queue<Stream> complete = new ArrayDeque<>();

    /** Streams that have requested a piece. */
    private final ArrayDeque<Stream> asked = new ArrayDeque<>();

    private long evictions;

    private final class Stream implements MemoryBudget.Tenant {
        private final MemoryAccount account = new MemoryAccount(budget, this);
        private long position;
        private int pieces;
        private boolean outstanding;

        /** How many requested pieces belong to cancelled calls. */
        private int cancelled;

        private Stream(long position) {
            this.position = position;
            account.open();
        }

        void ask() {
            if (!outstanding && account.mayGoOn()) {
                outstanding = true;
                asked.add(this);
            }
        }

        /** Receives a piece; the last one completes the fragment. */
        void receive() {
            if (cancelled > 0) {
                cancelled--;
                return;
            }
            outstanding = false;
            pieces++;
            if (pieces == PIECES) {
                pieces = 0;
                position += 1000;
                complete.add(this);
                account.completed(FRAGMENT_BYTES);
            }
            account.received((long) pieces * PIECE_BYTES);
            ask();
        }

        @Override
        public boolean isPaused() {
            return false;
        }

        @Override
        public long positionMillis() {
            return position;
        }

        @Override
        public boolean canGiveBack() {
            return false;
        }

        @Override
        public void evict() {
            evictions++;
            pieces = 0;
            cancelled += outstanding ? 1 : 0;
            outstanding = false;
            account.dropped();
        }

        @Override
        public void proceed() {
            ask();
        }
    }

    /**
     * @param count how many streams
     */
    public BudgetLoad(Case load, int count, long seed) {
        this.load = load;
        this.budget =
                new MemoryBudget(
                        new ReaderLock(),
                        (long) (count * load.fragmentsThatFit * FRAGMENT_BYTES),
                        System::nanoTime);
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            streams.add(new Stream(random.nextInt(60_000)));
        }
        streams.forEach(Stream::ask);
        emit(4L * count);
    }

    /** Receives, 4 pieces per fragment, until this many fragments were emitted. */
    public void emit(long fragments) {
        for (long i = 0; i < fragments; i++) {
            while (complete.isEmpty() || load == Case.SLOW_SINK && !asked.isEmpty()) {
                asked.poll().receive();
            }
            complete.poll().account.released(FRAGMENT_BYTES);
        }
    }

    /** How many fragments were evicted so far. */
    public long evictions() {
        return evictions;
    }
}
