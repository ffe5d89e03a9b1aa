/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.StoppingPosition;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.MemorySize;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import javax.management.ObjectName;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The memory that a reader really holds: every reachable object, and all buffers outside the heap.
 * The service runs in another process, and records have a few bytes, so the increase is the
 * reader's, except for what a Flink job needs.
 */
@Tag("measuring")
class MemoryITCase extends KvsTestBase {

    private static final int MB = 1 << 20;

    /** For each connection, as documented. */
    private static final int CONNECTION = 100_000;

    /**
     * What a job itself holds, with pools in steps of 4 MB for each of two threads, on the heap and
     * outside of it.
     */
    private static final int JOB = 20 * MB;

    private static KvsSource<String> source(
            KvsProcess service,
            int budget,
            int maxSize,
            StoppingPosition stop,
            HistoryMode history) {
        return source(service, true)
                .set(KvsSourceOptions.HISTORY, history)
                .set(KvsSourceOptions.MEMORY_BUDGET, new MemorySize(budget))
                .set(KvsSourceOptions.FRAGMENT_MAX_SIZE, new MemorySize(maxSize))
                // Streams that have a stop end sooner.
                .set(KvsSourceOptions.IDLE_INTERVAL, Duration.ofMillis(250))
                .setStoppingPosition(stop)
                .build();
    }

    /** Reads a little, so that classes and pools are loaded; returns the memory held then. */
    private long warmUp() throws Exception {
        try (KvsProcess service = new KvsProcess(2, 1)) {
            service.push(3, MB);
            Progress progress = new Progress();
            Job<?> job =
                    start(
                            source(
                                    service,
                                    4 * MB,
                                    2 * MB,
                                    StoppingPosition.never(),
                                    HistoryMode.LIVE),
                            WatermarkStrategy.noWatermarks(),
                            progress);
            progress.awaitLeast(2, 3, TIME);
            job.cancel();
        }
        // Otherwise their memory would count as Flink's.
        LeakCheck.noThreadIsLeft(Map.of());
        return retained();
    }

    /** The bytes of all live objects. */
    private static long retained() throws Exception {
        // Not what the heap has in use: that counts whole regions for large arrays.
        String histogram =
                (String)
                        ManagementFactory.getPlatformMBeanServer()
                                .invoke(
                                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                        "gcClassHistogram",
                                        new Object[] {null},
                                        new String[] {String[].class.getName()});
        String total = histogram.lines().filter(l -> l.startsWith("Total")).findFirst().get();
        long bytes = Long.parseLong(total.trim().split(" +")[2]);
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            bytes += pool.getMemoryUsed();
        }
        return bytes;
    }

    /** The most memory held until each stream has this many fragments. */
    private static long peak(Progress progress, int streams, int fragments) throws Exception {
        long peak = 0;
        while (progress.least(streams) < fragments) {
            for (int i = 0; i < 3; i++) {
                progress.awaitCheckpoint();
            }
            peak = Math.max(peak, retained());
        }
        return peak;
    }

    /** Counts every object of two processes repeatedly, which is slow on a busy machine. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void longFragmentsOfManyLiveStreams() throws Exception {
        int streams = 200;
        int fragments = 5;
        int budget = 20 * MB;
        int maxSize = MB + MB / 8;
        long before = warmUp();
        // Fragments of 10 s, of which each takes 2 s.
        try (KvsProcess service = new KvsProcess(streams, 5)) {
            Progress progress = new Progress();
            Job<?> job =
                    start(
                            source(
                                    service,
                                    budget,
                                    maxSize,
                                    StoppingPosition.never(),
                                    // Counting stops this process for so long that streams fall
                                    // behind; history would add connections and lists.
                                    HistoryMode.LIVE),
                            WatermarkStrategy.noWatermarks(),
                            progress);
            service.startSlowCameras(fragments, MB);
            long peak = peak(progress, streams, fragments);
            assertThat(progress.wrong()).isEmpty();
            assertThat(service.refused()).isZero();
            // All at once would be 200 MB.
            assertThat(peak - before)
                    .isBetween(
                            (long) budget / 2,
                            (long) budget + maxSize + streams * CONNECTION + JOB);
            job.cancel();
        }
    }

    @Test
    void alignmentWithRoomForTwoFragments() throws Exception {
        int fragments = 10;
        int size = 8 * MB;
        int maxSize = size + MB;
        long before = warmUp();
        try (KvsProcess service = new KvsProcess(3, 1)) {
            service.push(fragments, size);
            Progress progress = new Progress();
            Job<?> job =
                    start(
                            source(
                                    service,
                                    2 * size,
                                    maxSize,
                                    StoppingPosition.now(),
                                    HistoryMode.AUTO),
                            WatermarkStrategy.<String>forMonotonousTimestamps()
                                    .withWatermarkAlignment(
                                            "group", Duration.ofSeconds(10), Duration.ofMillis(50)),
                            progress);
            long peak = peak(progress, 3, fragments);
            job.awaitFinished();
            assertThat(progress.wrong()).isEmpty();
            assertThat(peak - before)
                    .isBetween(size / 2L, 2L * size + maxSize + 3 * CONNECTION + JOB);
        }
    }
}
