/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.streams;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.ServiceClock;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.log.EndReason;

import io.vertx.core.Future;
import org.junit.jupiter.api.Test;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class StreamConnectionsTest {
    private final StreamRegistry streams =
            new StreamRegistry(
                    new ServiceState(
                            "us-east-1",
                            "123456789012",
                            Limits.service(),
                            Behavior.likely(),
                            new ServiceClock(Duration.ZERO, 1),
                            10,
                            StreamSettings::named),
                    new OnePort());

    /** A call that found its stream before it was deleted must not outlive it. */
    @Test
    void aDeletedStreamAdmitsNobody() throws Exception {
        KvsStream stream = streams.create(StreamSettings.named("camera").build());
        Body early = new Body("AKID");
        stream.connections().admit(early, 3);
        streams.delete("camera");
        assertThat(early.ends).containsExactly(EndReason.STREAM_GONE);
        assertThatThrownBy(() -> stream.connections().admit(new Body("AKID"), 3))
                .isInstanceOfSatisfying(AwsError.class, e -> assertThat(e.status).isEqualTo(404));
        assertThat(stream.connections().count()).isEqualTo(1);
    }

    @Test
    void foreignConnectionsCount() throws Exception {
        StreamConnections connections =
                streams.create(StreamSettings.named("camera").build()).connections();
        connections.foreign(2);
        Body first = new Body("AKID");
        connections.admit(first, 3);
        assertThatThrownBy(() -> connections.admit(new Body("AKID"), 3))
                .isInstanceOfSatisfying(
                        AwsError.class,
                        e -> assertThat(e.type).isEqualTo("ConnectionLimitExceededException"));
        connections.remove(first);
        connections.admit(new Body("AKID"), 3);
    }

    @Test
    void credentialsEndTheirOwnBodies() throws Exception {
        StreamConnections connections =
                streams.create(StreamSettings.named("camera").build()).connections();
        Body expired = new Body("OLD");
        Body other = new Body("NEW");
        connections.admit(expired, 0);
        connections.admit(other, 0);
        connections.endAllOf("OLD");
        assertThat(expired.ends).containsExactly(EndReason.CREDENTIALS);
        assertThat(other.ends).isEmpty();
    }

    private static final class OnePort implements StreamPorts {
        @Override
        public Map<Plane, URI> open(KvsStream stream) {
            return Map.of(Plane.MEDIA, URI.create("http://localhost:1"));
        }

        @Override
        public void close(KvsStream stream, Future<?> ended) {
            // The port is shared.
        }
    }

    private static final class Body implements LiveBody {
        final List<EndReason> ends = new ArrayList<>();
        private final String accessKeyId;

        Body(String accessKeyId) {
            this.accessKeyId = accessKeyId;
        }

        @Override
        public void wake() {
            // There is no media.
        }

        @Override
        public Future<Void> requestEnd(EndReason reason) {
            ends.add(reason);
            return Future.succeededFuture();
        }

        @Override
        public String accessKeyId() {
            return accessKeyId;
        }
    }
}
