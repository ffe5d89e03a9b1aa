/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fails a test class that leaves behind a thread of the connector or an unreleased buffer. It must
 * be the first extension of the class, so that it checks after all others.
 */
final class LeakCheck implements BeforeAllCallback, AfterTestExecutionCallback, AfterAllCallback {

    /** Threads of the connector, and the test in which each was first seen. */
    private final Map<Thread, String> threads = new ConcurrentHashMap<>();

    /** Netty's reports of unreleased buffers. */
    private LogCapture leaks;

    @Override
    public void beforeAll(ExtensionContext context) {
        leaks = new LogCapture(ResourceLeakDetector.class.getName());
    }

    @Override
    public void afterTestExecution(ExtensionContext test) {
        connectorThreads().forEach(t -> threads.putIfAbsent(t, test.getDisplayName()));
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        noThreadIsLeft(threads);
        noBufferIsLeft();
    }

    /**
     * Checked only once for all tests, because a coordinator may still be closing.
     *
     * @param since in which test a thread was first seen
     */
    static void noThreadIsLeft(Map<Thread, String> since) throws InterruptedException {
        long deadline = System.nanoTime() + KvsTestBase.TIME.toNanos();
        List<String> left = new ArrayList<>();
        // A coordinator closes a little later than its job ends, in a separate thread.
        for (List<Thread> alive = connectorThreads();
                !alive.isEmpty() && left.isEmpty();
                alive = connectorThreads()) {
            for (Thread thread : alive) {
                thread.join(Math.max(1, Duration.ofNanos(deadline - System.nanoTime()).toMillis()));
                if (thread.isAlive()) {
                    left.add(
                            thread.getName()
                                    + " of "
                                    + since.getOrDefault(thread, "the last test"));
                }
            }
        }
        assertThat(left).as("threads that outlive their job").isEmpty();
    }

    /** The garbage collector finds a lost buffer, and Netty reports it at the next allocation. */
    private void noBufferIsLeft() throws InterruptedException {
        ReferenceQueue<Object> collected = new ReferenceQueue<>();
        WeakReference<Object> witness = new WeakReference<>(new Object(), collected);
        System.gc();
        assertThat(collected.remove(KvsTestBase.TIME.toMillis())).isSameAs(witness);
        UnpooledByteBufAllocator.DEFAULT.heapBuffer().release();
        leaks.close();
        assertThat(leaks.lines())
                .as("buffers that were never released")
                .noneMatch(line -> line.contains("LEAK"));
    }

    private static List<Thread> connectorThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("kvs-"))
                .collect(Collectors.toList());
    }
}
