/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.ApiCall;

import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Many streams that come and go while a job reads them, with the quotas of one account. */
class FleetITCase extends KvsTestBase {

    private static final int STREAMS = FLEET;

    /** How many come, and how many go. */
    private static final int CHANGES = STREAMS / 10;

    private static final Duration SCAN_INTERVAL = Duration.ofSeconds(1);

    /** After its start, and after a failure, a job needs ten seconds for each thousand streams. */
    private static final Duration LONG = TIME.multipliedBy(3);

    private final List<EmbeddedStream> cameras = new ArrayList<>();
    private final List<EmbeddedStream> present = new ArrayList<>();

    private void addCamera() {
        EmbeddedStream camera = kvs.createStream("camera-" + cameras.size());
        push(camera, 1_000, 0);
        push(camera, 1_000, 1);
        cameras.add(camera);
        present.add(camera);
    }

    private void removeCamera() {
        kvs.deleteStream(present.remove(0).name());
    }

    private void pushToAll() {
        present.forEach(camera -> push(camera, 1_000, 2));
    }

    private int pushed() {
        return cameras.stream().mapToInt(camera -> camera.pushed().size()).sum();
    }

    private KvsSourceBuilder<String> fleet() {
        return KvsTestBase.<String>source(kvs, List.of())
                .setStreamPrefix("camera-")
                .set(KvsSourceOptions.DISCOVERY_INTERVAL, SCAN_INTERVAL)
                .setDeserializationSchema(new Progress.Schema(false));
    }

    @Test
    @Timeout(value = 240, unit = TimeUnit.SECONDS)
    void camerasComeAndGo(@InjectMiniCluster MiniCluster cluster) throws Exception {
        kvs.limits()
                .fragmentsPerSecond(5)
                .bytesPerSecond(25_000_000)
                .idleEnd(Duration.ofSeconds(3));
        IntStream.range(0, STREAMS).forEach(i -> addCamera());
        push(kvs.createStream("door-bell"), 3);

        Job<String> job = job(fleet()).parallelism(4).restarts(100).start();
        job.results.awaitCommitted(pushed(), LONG);
        assertStarted();

        for (int i = 0; i < CHANGES; i++) {
            removeCamera();
            addCamera();
            if (i == CHANGES / 2) {
                cluster.startTaskManager();
                cluster.terminateTaskManager(0).get(TIME.toSeconds(), TimeUnit.SECONDS);
            }
        }
        pushToAll();
        job.results.awaitCommitted(pushed(), LONG);
        pushToAll();
        assertEachOnce(job.results.awaitCommitted(pushed(), LONG));

        assertThat(job.results.attempts()).as("of the job").isEqualTo(2);
        assertThat(throttled()).isEmpty();
        assertCalls();
        for (EmbeddedStream camera : cameras) {
            assertThat(kvs.log().maxCallsPerSecond("GetMedia", camera.name())).isLessThan(6);
            assertThat(kvs.openConnections(camera.name()))
                    .isLessThanOrEqualTo(present.contains(camera) ? 1 : 0);
        }
        assertThat(kvs.log().calls("GetMedia", "door-bell")).isEmpty();
    }

    /** What it costs to begin. */
    private void assertStarted() {
        Map<String, Long> calls =
                kvs.log().calls().stream()
                        .collect(Collectors.groupingBy(ApiCall::operation, Collectors.counting()));
        assertThat(calls.get("GetDataEndpoint")).isEqualTo(STREAMS);
        assertThat(calls)
                .as("the scan has told of all streams")
                .doesNotContainKey("DescribeStream");
        assertThat(calls).doesNotContainKey("ListTagsForStream");
        assertThat(calls.get("ListStreams")).isLessThan(100);
        assertThat(kvs.log().maxCallsPerSecond("ListStreams", null)).isLessThanOrEqualTo(2);
    }

    /** What it costs in all: two starts, and one look-up of each stream that is gone, or two. */
    private void assertCalls() {
        assertThat(kvs.log().calls("GetDataEndpoint", null).size())
                .isBetween(2 * STREAMS, 2 * (STREAMS + 2 * CHANGES));
        assertThat(kvs.log().calls("DescribeStream", null).size()).isBetween(CHANGES, 2 * CHANGES);
        assertThat(kvs.log().calls("ListTagsForStream", null)).isEmpty();
        assertThat(kvs.log().maxCallsPerSecond("ListStreams", null)).isLessThanOrEqualTo(2);
    }

    private List<ApiCall> throttled() {
        return kvs.log().calls().stream()
                .filter(call -> "ClientLimitExceededException".equals(call.errorType()))
                .collect(Collectors.toList());
    }

    private void assertEachOnce(List<String> read) {
        Map<String, List<String>> byCamera = new HashMap<>();
        for (String fragment : read) {
            byCamera.computeIfAbsent(fragment.split(" ")[0], name -> new ArrayList<>())
                    .add(fragment.split(" ")[1]);
        }
        for (EmbeddedStream camera : cameras) {
            assertThat(byCamera.remove(camera.name()))
                    .as(camera.name())
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, camera.pushed().size())
                                    .mapToObj(String::valueOf)
                                    .collect(Collectors.toList()));
        }
        assertThat(byCamera).isEmpty();
    }
}
