/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** The source's metrics agree with the service's log. */
class MetricsITCase extends KvsTestBase {

    @Test
    void bytesFragmentsAndReconnects() throws Exception {
        kvs.behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO));
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 6);
        int size = stream.pushed().get(0).size();
        stream.faults()
                .nextConnection(Fault.cutAfter(size + 500, Cut.FIN))
                .nextConnection(Fault.throttle())
                .nextConnection(Fault.repeatFragment(1), Fault.cutAfter(3L * size, Cut.CLEAN))
                .nextConnection(Fault.invalidEndpoint())
                .nextConnection(Fault.stallAfter(size + 100));

        Job<Fragment> job =
                job(source(stream).set(KvsSourceOptions.SILENCE_TIMEOUT, Duration.ofSeconds(4)))
                        .restarts(0)
                        .start();
        assertAll(job.results.awaitCommitted(6), stream);
        kvs.log().awaitEndedSessions("stream", 4, TIME);
        job.cancel();

        assertThat(metric(job, "KinesisVideo.fragments")).isEqualTo(6);
        assertThat(metric(job, "Source: kvs.0.numRecordsIn")).isEqualTo(6);
        long sent = kvs.log().sessions("stream").stream().mapToLong(s -> s.bytesSent()).sum();
        assertThat(metric(job, "Source: kvs.0.numBytesIn")).isEqualTo(sent);
        assertThat(metric(job, "duplicateFragments")).isEqualTo(1);
        assertThat(metric(job, "discardedPartialFragments")).isEqualTo(2);
        assertThat(reconnects(job, "cut")).isEqualTo(1);
        assertThat(reconnects(job, "silence")).isEqualTo(1);
        assertThat(reconnects(job, "endpoint")).isEqualTo(1);
        assertThat(reconnects(job, "error")).isEqualTo(1);
        // For the clean cut between two fragments, and for the idle end.
        assertThat(reconnects(job, "end")).isGreaterThanOrEqualTo(1);
        assertThat(metric(job, "KinesisVideo.class.throttled.errors")).isEqualTo(1);
        assertThat(metric(job, "KinesisVideo.class.refreshEndpoint.errors")).isEqualTo(1);
        assertThat(metric(job, "evictions")).isZero();
        assertThat(metric(job, "skippedFragments")).isZero();
        assertThat(metric(job, "gaps")).isZero();
        assertThat(metric(job, "KinesisVideo.connections")).isZero();
        assertThat(metric(job, "bufferedBytes")).isZero();
    }

    @Test
    void recordsInAreFragmentsHoweverOftenThereIsNothing() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 2);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        kvs.log().awaitEndedSessions("stream", 4, TIME);
        push(stream, 1);
        job.results.awaitCommitted(3);
        assertThat(metric(job, "Source: kvs.0.numRecordsIn")).isEqualTo(3);
    }

    @Test
    void bufferedBytesAndConnectionsOfAnOpenFragment() throws Exception {
        kvs.limits().idleEnd(Duration.ZERO);
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 1);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(1);
        assertThat(metric(job, "bufferedBytes")).isZero();
        assertThat(metric(job, "KinesisVideo.connections")).isEqualTo(1);

        FragmentUpload upload = stream.begin(MediaFragment.ofSize(100_000));
        upload.advance(50_000);
        awaitMetric(job, "bufferedBytes", 50_000);
        assertThat(metric(job, "bufferedBytes")).isLessThan(53_000);
        upload.complete();
        job.results.awaitCommitted(2);
        assertThat(metric(job, "bufferedBytes")).isZero();
    }

    /** Metrics notify nobody; checkpoints are the clock. */
    private static void awaitMetric(Job<Fragment> job, String name, long least) {
        for (int i = 0; i < 50 && metric(job, name) < least; i++) {
            job.results.awaitNewCheckpoint();
        }
        assertThat(metric(job, name)).isGreaterThanOrEqualTo(least);
    }

    @Test
    void theGroupOfTheUsersChoiceAndTheHealthLine() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 2);
        try (LogCapture log = new LogCapture("io.github.flinkkvs.source.reader.HealthLine")) {
            Job<Fragment> job =
                    job(source(stream)
                                    .set(KvsSourceOptions.METRICS_GROUP, "kinesisanalytics")
                                    .set(KvsSourceOptions.HEALTH_INTERVAL, Duration.ofSeconds(1)))
                            .restarts(0)
                            .start();
            job.results.awaitCommitted(2);
            assertThat(metric(job, "kinesisanalytics.KinesisVideo.fragments")).isEqualTo(2);
            assertThat(metric(job, "enumerator.kinesisanalytics.KinesisVideo.liveStreams"))
                    .isEqualTo(1);
            // Checkpoints are the clock.
            for (int i = 0; i < 200 && log.lines().isEmpty(); i++) {
                job.results.awaitNewCheckpoint();
            }
            assertThat(log.lines()).as("lines about the health").isNotEmpty();
            assertThat(log.lines().get(0))
                    .contains(
                            ": Source: kvs, subtask 0: streams: 1 (live 1, in history 0;",
                            "; furthest behind: stream by ",
                            "; errors: none; memory: ");
        }
    }

    @Test
    void eachStreamHasItsOwn() throws Exception {
        EmbeddedStream first = kvs.createStream("first");
        EmbeddedStream second = kvs.createStream("second");
        kvs.behavior(Behavior.likely().millisBehindNow(MillisBehindNow.AGE));
        push(first, 2);
        push(second, 2);
        kvs.clock().shift(Duration.ofMinutes(1));
        kvs.limits().idleEnd(Duration.ZERO);

        Job<Fragment> job =
                job(source(first, second).set(KvsSourceOptions.STREAM_METRICS_LIMIT, 2))
                        .restarts(0)
                        .start();

        job.results.awaitCommitted(4);
        assertThat(metric(job, "KinesisVideo.stream.first.millisBehindNow"))
                .isBetween(60_000L, 90_000L);
        assertThat(metric(job, "KinesisVideo.stream.second.lastFragmentAge"))
                .isBetween(0L, 30_000L);
        assertThat(metric(job, "KinesisVideo.maxMillisBehindNow")).isBetween(60_000L, 90_000L);
        assertThat(metric(job, "Source: kvs.0.currentFetchEventTimeLag")).isBetween(1L, 30_000L);
    }
}
