/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.resources;

import io.github.flinkkvs.source.Seeds;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MemoryBudgetTest {

    private long nanos = Long.MAX_VALUE - 1;
    private final MemoryBudget budget = new MemoryBudget(new ReaderLock(), 100, () -> nanos);
    private final List<String> log = new ArrayList<>();

    /** Only drops what it is told to drop. */
    private final class Stream implements MemoryBudget.Tenant {
        final String name;
        final MemoryAccount account = new MemoryAccount(budget, this);
        long position;
        boolean paused;
        long complete;
        RuntimeException failure;

        Stream(String name, long position) {
            this.name = name;
            this.position = position;
            account.open();
        }

        /** Receives a fragment up to this many bytes; returns whether it may continue. */
        boolean has(long partial) {
            account.received(partial);
            return account.mayGoOn();
        }

        void completes(long bytes) {
            complete += bytes;
            account.completed(bytes);
            account.received(0);
        }

        void pauses() {
            paused = true;
            account.changed();
        }

        void emits(long bytes) {
            complete -= bytes;
            account.released(bytes);
        }

        @Override
        public boolean isPaused() {
            return paused;
        }

        @Override
        public boolean canGiveBack() {
            return complete > 0;
        }

        @Override
        public long positionMillis() {
            return position;
        }

        @Override
        public void evict() {
            log.add("evict " + name);
            if (failure != null) {
                throw failure;
            }
            account.dropped();
            if (paused) {
                long dropped = complete;
                complete = 0;
                account.released(dropped);
            }
        }

        @Override
        public void proceed() {
            log.add("proceed " + name);
        }
    }

    @Test
    void letsEveryStreamWaitForAFragment() {
        Stream full = new Stream("full", 1);
        assertThat(full.has(100)).isTrue();
        Stream other = new Stream("other", 2);
        assertThat(other.has(0)).isTrue();
    }

    @Test
    void letsAFragmentWaitUntilAnotherIsEmitted() {
        Stream a = new Stream("a", 1);
        Stream b = new Stream("b", 2);
        b.completes(60);
        b.emits(60);
        a.has(60);
        assertThat(b.has(5)).isFalse();
        a.completes(60);
        assertThat(log).isEmpty();
        a.emits(60);
        assertThat(log).containsExactly("proceed b");
        assertThat(b.has(60)).isTrue();
    }

    @Test
    void evictsPausedThenSilentThenThoseFurthestAhead() {
        Stream behind = new Stream("behind", 1);
        Stream near = new Stream("near", 5);
        Stream far = new Stream("far", 9);
        Stream silent = new Stream("silent", 3);
        Stream paused = new Stream("paused", 2);
        silent.has(25);
        nanos += MemoryRanks.SILENT_NANOS;
        behind.has(1);
        near.has(24);
        far.has(25);
        paused.has(25);
        paused.pauses();
        assertThat(log).isEmpty();
        // Others exceed the limit only when complete fragments take what is left.
        Stream done = new Stream("done", 0);
        done.completes(25);
        assertThat(behind.has(10)).isTrue();
        assertThat(log).containsExactly("evict paused");
        done.completes(25);
        assertThat(behind.has(20)).isTrue();
        assertThat(log).containsExactly("evict paused", "evict silent");
        done.completes(25);
        assertThat(behind.has(30)).isTrue();
        assertThat(log).containsExactly("evict paused", "evict silent", "evict far");
        done.completes(19);
        assertThat(behind.has(40)).isTrue();
        assertThat(log).containsExactly("evict paused", "evict silent", "evict far", "evict near");
    }

    @Test
    void evictsAStreamThatOutgrowsItsShareInFavourOfOneFurtherBehind() {
        Stream behind = new Stream("behind", 1);
        Stream ahead = new Stream("ahead", 2);
        behind.has(50);
        assertThat(ahead.has(50)).isTrue();
        assertThat(ahead.has(60)).isFalse();
        assertThat(log).containsExactly("evict ahead");
        // The stream behind is done: the other may continue, from the start of its fragment.
        behind.completes(50);
        behind.emits(50);
        assertThat(log).containsExactly("evict ahead", "proceed ahead");
    }

    @Test
    void letsTheStreamFurthestBehindExceedTheLimitByOneFragment() {
        Stream behind = new Stream("behind", 1);
        Stream other = new Stream("other", 2);
        other.completes(100);
        assertThat(behind.has(60)).isTrue();
        assertThat(behind.has(1000)).isTrue();
        assertThat(budget.held()).isEqualTo(1100);
        behind.completes(1000);
        // But not by a second one.
        assertThat(behind.has(1)).isFalse();
        behind.emits(1000);
        assertThat(log).containsExactly("proceed behind");
    }

    @Test
    void dropsCompleteFragmentsOfPausedStreamsOnly() {
        Stream behind = new Stream("behind", 1);
        Stream paused = new Stream("paused", 2);
        Stream running = new Stream("running", 3);
        paused.completes(60);
        running.completes(60);
        paused.pauses();
        assertThat(behind.has(1)).isTrue();
        assertThat(log).containsExactly("evict paused");
        assertThat(budget.held()).isEqualTo(61);
    }

    @Test
    void aReservationOfAStreamWithoutBytesStandsInNobodysWay() {
        Stream behind = new Stream("behind", 1);
        Stream ahead = new Stream("ahead", 2);
        ahead.completes(90);
        ahead.emits(90);
        behind.has(50);
        assertThat(ahead.has(5)).isFalse();
        behind.completes(50);
        behind.emits(50);
        assertThat(log).containsExactly("proceed ahead");
        // It was admitted on the basis of the 90 bytes of its last fragment; then it was paused.
        ahead.account.dropped();
        ahead.pauses();
        Stream third = new Stream("third", 9);
        assertThat(third.has(80)).isTrue();
    }

    @Test
    void roomThatADuplicateFragmentLeavesIsGivenAway() {
        Stream behind = new Stream("behind", 1);
        Stream ahead = new Stream("ahead", 2);
        behind.has(60);
        ahead.completes(60);
        ahead.emits(60);
        assertThat(ahead.has(10)).isFalse();
        // It was a duplicate, so nothing is kept, and the next one has not begun.
        assertThat(behind.has(0)).isTrue();
        assertThat(log).containsExactly("proceed ahead");
        assertThat(budget.used()).isEqualTo(60);
    }

    @Test
    void streamsThatStandAtTheSamePlaceDoNotBlockEachOther() {
        // Streams that begin "now" have the same position, those that begin "earliest" have none.
        List<Stream> streams = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            streams.add(new Stream("s" + i, 7));
        }
        for (Stream stream : streams) {
            assertThat(stream.has(10)).isTrue();
        }
        // A stream that may continue receives more.
        List<Stream> going = new ArrayList<>(streams);
        for (int bytes = 18; bytes < 50; bytes += 8) {
            int now = bytes;
            going.removeIf(stream -> !stream.has(now));
            assertThat(going).isNotEmpty();
        }
    }

    @Test
    void streamsOfSmallFragmentsAreBoundedToo() {
        // Each piece contains whole fragments, so none is ever partial.
        Stream small = new Stream("small", 1);
        int pieces = 0;
        do {
            small.completes(8);
            assertThat(pieces++).isLessThan(14);
        } while (small.account.mayGoOn());
        small.emits(8);
        assertThat(log).containsExactly("proceed small");
    }

    @Test
    void forgetsAStreamThatIsRemoved() {
        Stream a = new Stream("a", 1);
        Stream b = new Stream("b", 2);
        a.has(60);
        a.completes(60);
        a.has(50);
        b.completes(70);
        b.emits(70);
        assertThat(b.has(1)).isFalse();
        a.emits(60);
        assertThat(log).isEmpty();
        a.account.close();
        assertThat(log).containsExactly("proceed b");
        b.completes(70);
        assertThat(budget.held()).isEqualTo(70);
        assertThat(budget.used()).isEqualTo(70);
        b.emits(70);
        b.account.close();
        assertThat(budget.used()).isZero();
        b.account.close();
        assertThat(budget.hasForEach(101)).as("nobody is left").isTrue();
    }

    @Test
    void ofTheSilentTheOneThatIsSilentForLongestMakesWayFirst() {
        Stream behind = new Stream("behind", 1);
        Stream a = new Stream("a", 2);
        Stream b = new Stream("b", 9);
        Stream done = new Stream("done", 0);
        a.has(20);
        nanos += 1;
        b.has(20);
        nanos += 1;
        a.has(30);
        nanos += 1;
        behind.has(1);
        nanos += MemoryRanks.SILENT_NANOS;
        done.completes(100);
        assertThat(behind.has(2)).isTrue();
        assertThat(log).containsExactly("evict b", "evict a");
    }

    @Test
    void whoWaitsForMemoryWasNotAskedAndIsNotSilent() {
        Stream behind = new Stream("behind", 1);
        Stream asking = new Stream("asking", 2);
        Stream waiting = new Stream("waiting", 3);
        Stream far = new Stream("far", 9);
        assertThat(behind.has(50)).isTrue();
        assertThat(asking.has(20)).isTrue();
        assertThat(far.has(30)).isTrue();
        assertThat(waiting.has(10)).isFalse();
        nanos += MemoryRanks.SILENT_NANOS;
        far.account.received(30);
        behind.account.received(50);
        assertThat(asking.has(21)).isTrue();
        assertThat(log).containsExactly("evict far");
    }

    @Test
    void whatWasTakenOfAPausedStreamCannotBeDropped() {
        Stream behind = new Stream("behind", 1);
        Stream paused = new Stream("paused", 2);
        paused.account.completed(200);
        paused.pauses();
        assertThat(behind.has(0)).isFalse();
        assertThat(behind.has(10)).isFalse();
        assertThat(log).isEmpty();
        paused.account.released(200);
        assertThat(log).containsExactly("proceed behind");
    }

    @Test
    void whatIsTakenOfAStreamThatIsOverCountsUntilItIsEmitted() {
        Stream over = new Stream("over", 1);
        Stream other = new Stream("other", 2);
        over.completes(101);
        over.account.close();
        assertThat(budget.held()).isEqualTo(101);
        assertThat(other.has(0)).isFalse();
        other.account.added(7);
        over.emits(101);
        assertThat(log).containsExactly("proceed other");
        assertThat(budget.held()).isEqualTo(7);
        assertThat(budget.hasForEach(93)).as("room for the one that is left").isTrue();
    }

    @Test
    void givesRoomAwayAfterAnExceptionToo() {
        Stream behind = new Stream("behind", 1);
        Stream ahead = new Stream("ahead", 2);
        Stream done = new Stream("done", 0);
        behind.has(10);
        ahead.has(50);
        done.completes(100);
        ahead.failure = new IllegalStateException("told so");
        assertThatThrownBy(() -> behind.has(20)).isSameAs(ahead.failure);
        ahead.failure = null;
        Stream waiting = new Stream("waiting", 3);
        assertThat(waiting.has(10)).isFalse();
        log.clear();
        done.emits(100);
        assertThat(log).contains("proceed waiting");
    }

    // ---- properties ---------------------------------------------------------------------------

    private static final int CHUNK = 8;

    /** A realistic stream: calls opened and dropped, chunks, pauses, a queue to emit. */
    private static final class Camera implements MemoryBudget.Tenant {
        final MemoryAccount account;
        final long[] sizes;
        final long[] times;
        final List<Integer> queue = new ArrayList<>();
        final List<Integer> taken = new ArrayList<>();
        boolean open;
        boolean asked;
        boolean paused;
        boolean waiting;
        long partial;
        int next;
        int emitted;

        Camera(MemoryBudget budget, long[] sizes, long[] times) {
            this.account = new MemoryAccount(budget, this);
            this.sizes = sizes;
            this.times = times;
            account.open();
        }

        void ask() {
            if (open && !asked && !paused && account.mayGoOn()) {
                // mayGoOn may have evicted it.
                asked = open;
            }
        }

        void connect() {
            if (!open && !paused && !waiting && next < sizes.length) {
                open = true;
                ask();
            }
        }

        void receive() {
            if (!open || !asked) {
                return;
            }
            asked = false;
            partial = Math.min(partial + CHUNK, sizes[next]);
            if (partial == sizes[next]) {
                queue.add(next++);
                account.completed(partial);
                partial = 0;
            }
            account.received(partial);
            if (next == sizes.length) {
                drop();
            } else {
                ask();
            }
        }

        void drop() {
            open = false;
            asked = false;
            partial = 0;
            account.dropped();
        }

        void take() {
            if (!paused) {
                taken.addAll(queue);
                queue.clear();
            }
        }

        void emit() {
            if (!taken.isEmpty()) {
                int fragment = taken.remove(0);
                assertThat(fragment).isEqualTo(emitted++);
                account.released(sizes[fragment]);
            }
        }

        void pause() {
            paused = true;
            account.changed();
        }

        void resume() {
            paused = false;
            waiting = false;
            account.changed();
            ask();
            connect();
        }

        @Override
        public boolean isPaused() {
            return paused;
        }

        @Override
        public boolean canGiveBack() {
            return !queue.isEmpty();
        }

        @Override
        public long positionMillis() {
            return next == 0 ? Long.MIN_VALUE : times[next - 1];
        }

        @Override
        public void evict() {
            assertThat(partial > 0 || paused && !queue.isEmpty()).as("drops something").isTrue();
            // Dropping may already let it continue.
            waiting = !paused;
            if (open) {
                drop();
            }
            while (paused && !queue.isEmpty()) {
                next = queue.remove(queue.size() - 1);
                account.released(sizes[next]);
            }
        }

        @Override
        public void proceed() {
            waiting = false;
            ask();
            connect();
        }

        @Override
        public String toString() {
            return String.format(
                    "emitted %d, queued %d of %d%s%s%s%s, %d bytes",
                    emitted,
                    queue.size() + taken.size(),
                    sizes.length,
                    paused ? ", paused" : "",
                    open ? ", open" : "",
                    asked ? ", asked" : "",
                    waiting ? ", waiting" : "",
                    partial);
        }

        boolean isDone() {
            return emitted == sizes.length;
        }
    }

    /** Advances on each read, at times by more than a stream may be silent. */
    private static LongSupplier movingClock(Random random) {
        long[] nanos = {Long.MAX_VALUE - random.nextInt()};
        return () ->
                nanos[0] +=
                        random.nextInt(8) == 0
                                ? random.nextInt(1_200_000_000)
                                : random.nextInt(100_000_000);
    }

    /** Random cameras that share a budget. */
    private static final class World {
        final Random random;
        final MemoryBudget budget;
        final List<Camera> cameras = new ArrayList<>();
        final long bound;

        World(Random random, int count, long limit, int largest) {
            this.random = random;
            this.budget = new MemoryBudget(new ReaderLock(), limit, movingClock(random));
            int gap = random.nextInt(10);
            for (int c = 0; c < count; c++) {
                long[] sizes = new long[1 + random.nextInt(6)];
                long[] times = new long[sizes.length];
                for (int i = 0; i < times.length; i++) {
                    sizes[i] = 1 + random.nextInt(largest);
                    times[i] = (i == 0 ? 0 : times[i - 1]) + random.nextInt(gap + 1);
                }
                cameras.add(new Camera(budget, sizes, times));
            }
            bound = limit + largest + (long) CHUNK * count;
        }

        void step() {
            Camera camera = cameras.get(random.nextInt(cameras.size()));
            switch (random.nextInt(13)) {
                case 0:
                    camera.emit();
                    break;
                case 1:
                    camera.pause();
                    break;
                case 2:
                    camera.resume();
                    break;
                case 3:
                    if (camera.open) {
                        camera.drop();
                    }
                    break;
                case 4:
                case 5:
                    camera.connect();
                    break;
                case 6:
                    camera.take();
                    break;
                default:
                    camera.receive();
            }
        }

        /**
         * Fair from now on; a random few stay paused, as in alignment, until the others are done.
         */
        void end() {
            List<Camera> held = new ArrayList<>();
            for (Camera camera : cameras) {
                if (camera.paused && random.nextBoolean()) {
                    held.add(camera);
                } else if (camera.paused) {
                    camera.resume();
                }
            }
            List<Camera> running = new ArrayList<>(cameras);
            running.removeAll(held);
            drain(running);
            held.forEach(Camera::resume);
            drain(held);
            cameras.forEach(camera -> camera.account.close());
            assertThat(budget.used()).isZero();
            assertThat(budget.held()).isZero();
        }

        private void drain(List<Camera> running) {
            int rounds = 0;
            while (!running.stream().allMatch(Camera::isDone)) {
                assertThat(rounds++)
                        .as("rounds until all is through, with %s", cameras)
                        .isLessThan(5000);
                for (Camera camera : running) {
                    camera.connect();
                    camera.receive();
                }
                check();
                running.forEach(Camera::take);
                // Pauses do not hold back fragments taken before.
                cameras.forEach(Camera::emit);
                check();
            }
        }

        void check() {
            long held = 0;
            for (Camera camera : cameras) {
                held += camera.partial;
                for (int fragment : camera.queue) {
                    held += camera.sizes[fragment];
                }
                for (int fragment : camera.taken) {
                    held += camera.sizes[fragment];
                }
            }
            assertThat(budget.held()).isEqualTo(held);
            assertThat(held).isLessThanOrEqualTo(bound);
            assertThat(budget.used()).isGreaterThanOrEqualTo(held);
        }
    }

    @Test
    void isBoundedAndEveryFragmentGetsThrough() {
        Seeds.eachInParallel(
                seed -> {
                    Random random = new Random(seed);
                    for (int i = 0; i < 20; i++) {
                        World world =
                                new World(
                                        random,
                                        1 + random.nextInt(8),
                                        1 + random.nextInt(200),
                                        120);
                        for (int step = 0; step < 300; step++) {
                            world.step();
                            world.check();
                        }
                        world.end();
                    }
                });
    }

    @Test
    void manyStreamsShareTooLittleUnderAMovingClock() {
        Seeds.eachInParallel(
                seed -> {
                    Random random = new Random(seed);
                    World world = new World(random, 300, 300 * (5 + random.nextInt(40)), 100);
                    for (int step = 0; step < 10_000; step++) {
                        world.step();
                    }
                    world.check();
                    world.end();
                });
    }
}
