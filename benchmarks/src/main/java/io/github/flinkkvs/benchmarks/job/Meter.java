/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.benchmarks.jvm.CompilerCpu;

import com.sun.management.OperatingSystemMXBean;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;

/**
 * Measures one reader, from the moment when it has delivered some bytes, so that the job runs and
 * all connections are open, until the last byte. Bytes that the reader has received by then but not
 * passed on yet do not count in its favour, but the time for them does.
 */
final class Meter {

    /**
     * The measurement of one reader in one round.
     *
     * @param reader its name
     * @param cpuSeconds CPU time of the whole process except its compiler threads
     * @param compilerCpuSeconds CPU time of the compiler threads
     */
    record Run(
            String reader,
            long bytes,
            double seconds,
            double cpuSeconds,
            double compilerCpuSeconds,
            double serverCpuSeconds) {

        double megabytesPerSecond() {
            return bytes / 1e6 / seconds;
        }

        double cpuSecondsPerGigabyte() {
            return cpuSeconds / (bytes / 1e9);
        }

        double compilerCpuSecondsPerGigabyte() {
            return compilerCpuSeconds / (bytes / 1e9);
        }

        double serverCpuSecondsPerGigabyte() {
            return serverCpuSeconds / (bytes / 1e9);
        }

        /** The number of processors that were busy, including the compiler threads. */
        double busy() {
            return (cpuSeconds + compilerCpuSeconds) / seconds;
        }

        double serverBusy() {
            return serverCpuSeconds / seconds;
        }
    }

    private record Stamp(
            long bytes, long nanos, long cpuNanos, long compilerCpuNanos, Duration serverCpu) {}

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static final CompilerCpu COMPILERS = CompilerCpu.own();

    private final String reader;
    private final long beginAt;
    private final long total;
    private final ProcessHandle server;
    private final LongUnaryOperator received;
    private final AtomicLong passed = new AtomicLong();
    private final CompletableFuture<Run> run = new CompletableFuture<>();
    private volatile Stamp begin;

    /**
     * @param beginAt the number of bytes with which measuring begins
     * @param total the number of bytes that will come
     * @param received maps the number of bytes that the reader has delivered to the number it has
     *     received
     */
    Meter(
            String reader,
            long beginAt,
            long total,
            ProcessHandle server,
            LongUnaryOperator received) {
        this.reader = reader;
        this.beginAt = beginAt;
        this.total = total;
        this.server = server;
        this.received = received;
    }

    /** Counts bytes that the reader delivered. Any thread. */
    void count(int bytes) {
        long sum = passed.addAndGet(bytes);
        if (sum >= beginAt && sum - bytes < beginAt) {
            begin = stamp(received.applyAsLong(sum));
        }
        if (sum == total) {
            run.complete(between(begin, stamp(total)));
        } else if (sum > total) {
            fail(new IllegalStateException(reader + " delivered more than " + total + " bytes"));
        }
    }

    void fail(Throwable cause) {
        run.completeExceptionally(cause);
    }

    Run await(Duration timeout) throws InterruptedException {
        try {
            return run.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    reader + " brought " + passed + " of " + total + " bytes", e);
        }
    }

    private Stamp stamp(long bytes) {
        Duration serverCpu = server.info().totalCpuDuration().orElse(Duration.ZERO);
        long compiler = COMPILERS.nanos();
        long process = SYSTEM.getProcessCpuTime();
        return new Stamp(bytes, System.nanoTime(), process - compiler, compiler, serverCpu);
    }

    private Run between(Stamp from, Stamp to) {
        return new Run(
                reader,
                to.bytes - from.bytes,
                (to.nanos - from.nanos) / 1e9,
                (to.cpuNanos - from.cpuNanos) / 1e9,
                (to.compilerCpuNanos - from.compilerCpuNanos) / 1e9,
                to.serverCpu.minus(from.serverCpu).toNanos() / 1e9);
    }
}
