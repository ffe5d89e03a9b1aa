/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Many live streams, each on a data port of its own, on one reader. */
@Tag("measuring")
class ScaleITCase extends KvsTestBase {

    /** Threads of the reader, and those that the SDK may start; the enumerator is done. */
    private static final Pattern READER =
            Pattern.compile("kvs-reader.*|(?i)(?!flink).*(aws|sdk|netty|idle-connection).*");

    private List<String> threadsWith(int streams) throws Exception {
        try (KvsProcess service = new KvsProcess(streams, 1)) {
            Progress progress = new Progress();
            Job<?> job =
                    start(
                            source(service, true).build(),
                            WatermarkStrategy.noWatermarks(),
                            progress);
            service.startCameras();
            progress.awaitLeast(streams, 3, TIME);
            List<String> names =
                    Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .filter(name -> READER.matcher(name).matches())
                            .sorted()
                            .collect(Collectors.toList());
            job.cancel();
            return names;
        }
    }

    @Test
    void asManyThreadsForTwoHundredStreamsAsForTwo() throws Exception {
        List<String> forTwo = threadsWith(2);
        assertThat(forTwo).hasSizeBetween(3, 4);
        assertThat(threadsWith(200)).isEqualTo(forTwo);
    }

    @Test
    @Timeout(value = 240, unit = TimeUnit.SECONDS)
    void aThousandLiveStreams() throws Exception {
        int streams = 1000;
        try (KvsProcess service = new KvsProcess(streams, 1)) {
            Progress progress = new Progress();
            Job<?> job =
                    start(
                            source(service, false).build(),
                            WatermarkStrategy.noWatermarks(),
                            progress);
            service.startCameras();
            long begun = System.nanoTime();
            progress.awaitLeast(streams, 1, TIME.multipliedBy(2));
            // For this many more seconds, each of which must deliver a fragment.
            Duration until = Duration.ofNanos(System.nanoTime() - begun).plus(SOAK);
            progress.awaitLeast(streams, (int) until.toSeconds(), SOAK.plus(TIME));
            progress.awaitCounts(service.stop(), TIME);
            assertThat(progress.wrong()).isEmpty();
            assertThat(service.refused()).isZero();
            job.cancel();
        }
    }
}
