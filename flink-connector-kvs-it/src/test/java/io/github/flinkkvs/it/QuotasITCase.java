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
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.ApiCall;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Many streams share the quotas of one account; each has its own. No job fails for either. */
class QuotasITCase extends KvsTestBase {

    private static final int STREAMS = 200;

    private EmbeddedStream[] createStreams(int count) {
        EmbeddedStream[] streams = new EmbeddedStream[count];
        for (int i = 0; i < count; i++) {
            streams[i] = kvs.createStream("stream-" + i);
            push(streams[i], 1);
        }
        return streams;
    }

    /** Checks the service's real quotas, whatever the limits of the embedded one. */
    private void assertWithinQuotas(EmbeddedStream... streams) {
        for (String operation : List.of("DescribeStream", "GetDataEndpoint")) {
            assertThat(kvs.log().maxCallsPerSecond(operation, null))
                    .as("%s per second", operation)
                    .isLessThan(250);
        }
        for (EmbeddedStream stream : streams) {
            for (String operation : List.of("DescribeStream", "GetDataEndpoint", "GetMedia")) {
                assertThat(kvs.log().maxCallsPerSecond(operation, stream.name()))
                        .as("%s of %s per second", operation, stream)
                        .isLessThan(6);
            }
        }
    }

    private List<ApiCall> throttled() {
        List<ApiCall> calls = new ArrayList<>(kvs.log().calls());
        calls.removeIf(call -> !"ClientLimitExceededException".equals(call.errorType()));
        return calls;
    }

    @Test
    void manyStreamsAtOnce() throws Exception {
        EmbeddedStream[] streams = createStreams(350);
        Job<Fragment> job = job(source(streams)).parallelism(2).restarts(0).start();
        assertAll(job.results.awaitCommitted(350), streams);
        assertThat(throttled()).isEmpty();
        assertWithinQuotas(streams);

        // All positions are old enough to be looked at.
        String savepoint = job.stopWithSavepoint();
        kvs.log().clear();
        kvs.clock().shift(Duration.ofMinutes(10));
        for (EmbeddedStream stream : streams) {
            push(stream, 1);
        }
        job = job(source(streams)).parallelism(2).restarts(0).from(savepoint).start();
        assertAll(job.results.awaitCommitted(700), streams);
        assertThat(throttled()).isEmpty();
        assertWithinQuotas(streams);
    }

    @Test
    void allThrottledAtTheStartAndAgainLater() throws Exception {
        EmbeddedStream[] streams = createStreams(STREAMS);
        for (EmbeddedStream stream : streams) {
            stream.faults()
                    .nextCall("DescribeStream", Fault.throttle())
                    .nextCall("GetDataEndpoint", Fault.throttle())
                    .nextCall("GetDataEndpoint", Fault.throttle())
                    .nextConnection(Fault.throttle())
                    .nextConnection(Fault.throttle());
        }
        Job<Fragment> job = job(source(streams)).restarts(0).start();
        assertAll(job.results.awaitCommitted(STREAMS), streams);
        assertThat(throttled()).hasSize(5 * STREAMS);
        assertThat(metric(job, "KinesisVideo.class.throttled.errors")).isEqualTo(4 * STREAMS);

        for (EmbeddedStream stream : streams) {
            stream.faults().nextConnection(Fault.throttle()).nextConnection(Fault.throttle());
            push(stream, 1);
        }
        kvs.log().await(seen -> throttled().size() == 7 * STREAMS, "all are throttled again", TIME);
        for (EmbeddedStream stream : streams) {
            push(stream, 1);
        }
        assertAll(job.results.awaitCommitted(3 * STREAMS), streams);
        assertWithinQuotas(streams);
    }

    @Test
    void othersUseUpTheQuotaOfTheAccount() throws Exception {
        kvs.limits().accountCallsPerSecond(60);
        EmbeddedStream[] streams = createStreams(STREAMS);
        Job<Fragment> job = job(source(streams)).restarts(0).start();
        assertAll(job.results.awaitCommitted(STREAMS), streams);
        assertThat(throttled()).isNotEmpty();
        assertWithinQuotas(streams);
    }

    @Test
    void othersHoldAllConnections() throws Exception {
        EmbeddedStream[] streams = createStreams(STREAMS);
        for (EmbeddedStream stream : streams) {
            kvs.foreignConnections(stream.name(), 3);
        }
        Job<Fragment> job = job(source(streams)).restarts(0).start();
        kvs.log().awaitCalls("GetMedia", null, 10 * STREAMS, TIME);
        assertThat(metric(job, "streamsAtConnectionLimit")).isEqualTo(STREAMS);
        for (EmbeddedStream stream : streams) {
            kvs.foreignConnections(stream.name(), 2);
        }
        assertAll(job.results.awaitCommitted(STREAMS), streams);
        assertThat(metric(job, "streamsAtConnectionLimit")).isZero();
        assertWithinQuotas(streams);
    }
}
