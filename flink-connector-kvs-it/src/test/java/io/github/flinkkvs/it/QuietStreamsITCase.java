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
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls without media: when they mean that the stream has none, and when not. */
class QuietStreamsITCase extends KvsTestBase {

    @Test
    void connectionsThatAreCutBeforeTheirFirstByteAreNotQuiet() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 3);
        kvs.clock().shift(Duration.ofSeconds(10));
        stream.faults()
                .nextConnection(Fault.cutAfter(0, Cut.FIN))
                .nextConnection(Fault.cutAfter(0, Cut.FIN));
        Job<Fragment> job =
                job(source(stream)
                                .setStoppingPosition(
                                        StoppingPosition.atServerTimestamp(
                                                kvs.clock().now().minusSeconds(3))))
                        .restarts(0)
                        .start();
        assertAll(job.awaitFinished(), stream);
    }

    @Test
    void producerThatStallsWithinAFragmentIsNotABadFragment() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 1);
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(50_000));
        upload.next();
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        kvs.log().awaitEndedSessions("stream", 5, TIME);
        upload.complete();
        assertAll(job.results.awaitCommitted(2), stream);
    }

    @Test
    void aStreamWithoutMediaIsAskedEveryFiveSeconds() throws Exception {
        kvs.limits().idleEnd(Duration.ofSeconds(3));
        EmbeddedStream stream = kvs.createStream("stream");
        job(source(stream)
                        .set(
                                KvsSourceOptions.QUIET_TIME,
                                KvsSourceOptions.QUIET_TIME.defaultValue())
                        .set(
                                KvsSourceOptions.IDLE_INTERVAL,
                                KvsSourceOptions.IDLE_INTERVAL.defaultValue()))
                .restarts(0)
                .start();
        List<ApiCall> calls = kvs.log().awaitCalls("GetMedia", "stream", 3, TIME);
        for (int i = 1; i < calls.size(); i++) {
            long nanos = calls.get(i).nanoTime() - calls.get(i - 1).nanoTime();
            // The delay to the service varies a little.
            assertThat(Duration.ofNanos(nanos)).isGreaterThan(Duration.ofMillis(4_800));
        }
    }

    @Test
    void nowIncludesWhatComesWhileTheFirstCallIsUnderWay() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        stream.faults().nextCall("GetDataEndpoint", Fault.delay(Duration.ofSeconds(1)));
        Job<Fragment> job =
                job(source(stream).setStartingPosition(StartingPosition.now())).restarts(0).start();
        kvs.log().awaitCalls("DescribeStream", "stream", 1, TIME);
        kvs.clock().shift(Duration.ofSeconds(5));
        push(stream, 1);
        awaitSession(stream, 1);
        push(stream, 1);
        assertAll(job.results.awaitCommitted(2), stream);
    }
}
