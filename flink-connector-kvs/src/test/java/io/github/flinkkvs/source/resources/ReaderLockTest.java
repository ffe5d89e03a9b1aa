/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.resources;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReaderLockTest {

    private final ReaderLock lock = new ReaderLock();
    private final List<String> log = new ArrayList<>();

    @Test
    void runsWhatWasDeferredOnceTheLockIsFree() {
        lock.lock();
        lock.lock();
        lock.defer(
                () -> {
                    log.add("a");
                    assertThatThrownBy(lock::assertHeld).isInstanceOf(AssertionError.class);
                });
        lock.unlock();
        assertThat(log).isEmpty();
        lock.defer(() -> log.add("b"));
        lock.unlock();
        assertThat(log).containsExactly("a", "b");
        lock.lock();
        lock.unlock();
        assertThat(log).containsExactly("a", "b");
    }

    @Test
    void whatIsDeferredMayLockAndDefer() {
        lock.lock();
        lock.defer(
                () -> {
                    lock.lock();
                    lock.defer(() -> log.add("inner"));
                    lock.unlock();
                    log.add("outer");
                });
        lock.defer(() -> log.add("next"));
        lock.unlock();
        assertThat(log).containsExactly("inner", "outer", "next");
    }

    @Test
    void oneFailureKeepsNoOtherActionFromRunning() {
        lock.lock();
        lock.defer(() -> log.add("a"));
        lock.defer(
                () -> {
                    throw new IllegalStateException("b");
                });
        lock.defer(() -> log.add("c"));
        assertThatThrownBy(lock::unlock).hasMessage("b");
        assertThat(log).containsExactly("a", "c");
        assertThatThrownBy(lock::assertHeld).isInstanceOf(AssertionError.class);
    }
}
