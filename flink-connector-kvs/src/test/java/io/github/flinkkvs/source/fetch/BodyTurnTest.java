/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.source.resources.ReaderLock;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BodyTurnTest {

    private final ReaderLock lock = new ReaderLock();
    private final BodyTurn turn = new BodyTurn(lock);

    private int used;

    private void use() {
        lock.lock();
        turn.use(() -> used++);
        lock.unlock();
    }

    private boolean over() {
        lock.lock();
        try {
            return turn.over();
        } finally {
            lock.unlock();
        }
    }

    private boolean hastenReport() {
        lock.lock();
        try {
            return turn.hastenReport();
        } finally {
            lock.unlock();
        }
    }

    private boolean endLocked() {
        lock.lock();
        try {
            return turn.endLocked();
        } finally {
            lock.unlock();
        }
    }

    @Test
    void endsWithoutTheLockIfNobodyWaits() {
        assertThat(turn.begin()).isTrue();
        assertThat(turn.end()).isTrue();
        assertThat(hastenReport()).as("nothing is parsed").isFalse();
        assertThat(turn.begin()).isTrue();
        assertThat(endLocked()).isTrue();
    }

    @Test
    void aHastenedReportNeedsTheLock() {
        turn.begin();
        assertThat(hastenReport()).isTrue();
        assertThat(hastenReport()).as("again").isTrue();
        assertThat(turn.end()).isFalse();
        assertThat(endLocked()).isTrue();
        assertThat(hastenReport()).isFalse();
    }

    @Test
    void nobodyElseUsesTheBodyWhileAPieceIsParsed() {
        use();
        assertThat(used).isEqualTo(1);
        turn.begin();
        use();
        assertThat(used).isEqualTo(1);
        turn.end();
        use();
        assertThat(used).isEqualTo(2);
    }

    @Test
    void whoeverParsesLearnsOfTheEndAfterwards() {
        turn.begin();
        assertThat(over()).isTrue();
        assertThat(turn.end()).isFalse();
        assertThat(endLocked()).isFalse();
        assertThat(turn.begin()).isFalse();
        use();
        assertThat(used).isZero();
    }

    @Test
    void noPieceIsParsedAfterTheEnd() {
        assertThat(over()).isFalse();
        assertThat(turn.begin()).isFalse();
    }

    @Test
    void aPieceWaitsForWhoeverUsesTheBody() throws Exception {
        CountDownLatch using = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        FutureTask<Integer> parsing =
                new FutureTask<>(
                        () -> {
                            using.await();
                            enough.countDown();
                            assertThat(turn.begin()).isTrue();
                            return used;
                        });
        new Thread(parsing, "test-parsing").start();
        lock.lock();
        turn.use(
                () -> {
                    using.countDown();
                    try {
                        enough.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    used = 7;
                });
        lock.unlock();
        assertThat(parsing.get()).isEqualTo(7);
    }
}
