/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.faults.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideo.model.ClientLimitExceededException;
import software.amazon.awssdk.services.kinesisvideo.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesisvideo.model.KinesisVideoException;
import software.amazon.awssdk.services.kinesisvideo.model.ListTagsForStreamResponse;
import software.amazon.awssdk.services.kinesisvideo.model.NotAuthorizedException;
import software.amazon.awssdk.services.kinesisvideo.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesisvideo.model.Status;
import software.amazon.awssdk.services.kinesisvideo.model.StreamInfo;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ControlPlaneTest {
    private EmbeddedKvs kvs;
    private TestClients clients;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().limits(Limits.none()).region("eu-west-1").start();
        clients = new TestClients(kvs);
    }

    @AfterEach
    void stop() {
        clients.close();
        kvs.close();
    }

    @Test
    void describesAStream() {
        Instant created = Instant.ofEpochMilli(1_720_751_492_346L);
        EmbeddedStream stream =
                kvs.createStream(
                        StreamSettings.named("camera")
                                .creationTime(created)
                                .retention(Duration.ofHours(48))
                                .mediaType("audio/aac")
                                .build());
        assertThat(stream.arn())
                .isEqualTo(
                        "arn:aws:kinesisvideo:eu-west-1:123456789012:stream/camera/1720751492346");
        StreamInfo byName =
                clients.control.describeStream(r -> r.streamName("camera")).streamInfo();
        assertThat(byName.streamARN()).isEqualTo(stream.arn());
        assertThat(byName.creationTime()).isEqualTo(created);
        assertThat(byName.dataRetentionInHours()).isEqualTo(48);
        assertThat(byName.mediaType()).isEqualTo("audio/aac");
        assertThat(byName.status()).isEqualTo(Status.ACTIVE);
        assertThat(clients.control.describeStream(r -> r.streamARN(stream.arn())).streamInfo())
                .isEqualTo(byName);
        assertThatThrownBy(
                        () ->
                                clients.control.describeStream(
                                        r -> r.streamARN(stream.arn().replace("346", "347"))))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> clients.control.describeStream(r -> {}))
                .isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void listsStreamsByPrefixAndPage() {
        for (String name : List.of("b-1", "a-2", "a-1", "a-3")) {
            kvs.createStream(name);
        }
        List<String> names =
                clients
                        .control
                        .listStreamsPaginator(
                                r ->
                                        r.maxResults(2)
                                                .streamNameCondition(
                                                        c ->
                                                                c.comparisonOperator("BEGINS_WITH")
                                                                        .comparisonValue("a-")))
                        .stream()
                        .flatMap(page -> page.streamInfoList().stream())
                        .map(StreamInfo::streamName)
                        .collect(Collectors.toList());
        assertThat(names).containsExactly("a-1", "a-2", "a-3");
        assertThat(kvs.log().calls("ListStreams", null)).hasSize(2);
        assertThat(clients.control.listStreams().streamInfoList()).hasSize(4);
    }

    @Test
    void listsTagsByPage() {
        kvs.behavior(kvs.behavior().listTagsPageSize(2));
        kvs.createStream(
                StreamSettings.named("camera").tag("a", "1").tag("b", "2").tag("c", "3").build());
        ListTagsForStreamResponse first =
                clients.control.listTagsForStream(r -> r.streamName("camera"));
        assertThat(first.tags()).containsOnlyKeys("a", "b").containsEntry("b", "2");
        ListTagsForStreamResponse second =
                clients.control.listTagsForStream(
                        r -> r.streamName("camera").nextToken(first.nextToken()));
        assertThat(second.tags()).containsOnlyKeys("c");
        assertThat(second.nextToken()).isNull();
    }

    @Test
    void aPageTokenIsGoodForItsOwnListingOnly() {
        kvs.behavior(kvs.behavior().listTagsPageSize(1));
        for (String name : List.of("a", "b")) {
            kvs.createStream(StreamSettings.named(name).tag("a", "1").tag("b", "2").build());
        }
        String ofA = clients.control.listTagsForStream(r -> r.streamName("a")).nextToken();
        String ofStreams = clients.control.listStreams(r -> r.maxResults(1)).nextToken();
        for (String token : List.of(ofA, ofStreams, "YQ==", "!", "", "A".repeat(2_000))) {
            assertThatThrownBy(
                            () ->
                                    clients.control.listTagsForStream(
                                            r -> r.streamName("b").nextToken(token)))
                    .as(token)
                    .isInstanceOf(InvalidArgumentException.class)
                    .hasMessageContaining("NextToken is not valid");
        }
        assertThatThrownBy(() -> clients.control.listStreams(r -> r.nextToken(ofA)))
                .isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> clients.control.listStreams(r -> r.nextToken("YQ==")))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(clients.control.listStreams(r -> r.nextToken(ofStreams)).streamInfoList())
                .extracting(StreamInfo::streamName)
                .containsExactly("b");
    }

    @Test
    void aStreamThatTheServiceWouldNotTakeIsRefused() {
        for (String name : List.of("", "a b", "a/b", "café", "x".repeat(257))) {
            assertThatThrownBy(() -> kvs.createStream(name))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 256 letters");
        }
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 51; i++) {
            many.put("key" + i, "");
        }
        List<StreamSettings.Builder> bad =
                List.of(
                        StreamSettings.named("s").tags(many),
                        StreamSettings.named("s").tag("", "v"),
                        StreamSettings.named("s").tag("k".repeat(129), "v"),
                        StreamSettings.named("s").tag("k", "v".repeat(257)),
                        StreamSettings.named("s").tag("k", "a#b"),
                        StreamSettings.named("s").mediaType("video"),
                        StreamSettings.named("s").retention(Duration.ofHours(-1)));
        for (StreamSettings.Builder settings : bad) {
            assertThatThrownBy(settings::build).isInstanceOf(IllegalArgumentException.class);
        }
        many.remove("key0");
        many.remove("key1");
        many.put("Ü_.:/=+-@ 1", "v".repeat(256));
        kvs.createStream(
                StreamSettings.named("x".repeat(256))
                        .tags(many)
                        .retention(Duration.ZERO)
                        .mediaType("video/h264,audio/aac")
                        .build());
        assertThat(clients.control.listTagsForStream(r -> r.streamName("x".repeat(256))).tags())
                .hasSize(50);
    }

    @Test
    void givesEndpointsByPlane() {
        EmbeddedStream stream = kvs.createStream("camera");
        assertThat(clients.mediaEndpoint("camera"))
                .isEqualTo(stream.mediaEndpoint())
                .isNotEqualTo(kvs.endpoint());
        String archive =
                clients.control
                        .getDataEndpoint(
                                r ->
                                        r.streamARN(stream.arn())
                                                .apiName(APIName.GET_MEDIA_FOR_FRAGMENT_LIST))
                        .dataEndpoint();
        assertThat(URI.create(archive)).isNotEqualTo(stream.mediaEndpoint());
        assertThatThrownBy(
                        () ->
                                clients.control.getDataEndpoint(
                                        r -> r.streamName("camera").apiName("GET_PICTURES")))
                .isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void fiveCallsPerSecondAndStreamForEachOperation() {
        kvs.limits().callsPerSecond(5);
        kvs.createStream("camera");
        kvs.createStream("other");
        for (int i = 0; i < 5; i++) {
            clients.control.describeStream(r -> r.streamName("camera"));
        }
        assertThatThrownBy(() -> clients.control.describeStream(r -> r.streamName("camera")))
                .isInstanceOfSatisfying(
                        ClientLimitExceededException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(400);
                            assertThat(e.awsErrorDetails().errorMessage())
                                    .isEqualTo(
                                            "Limit exceeded on number of requests for DescribeStream"
                                                    + " API for resource 'camera'");
                            assertThat(e.requestId()).isNotBlank();
                        });
        clients.control.describeStream(r -> r.streamName("other"));
        clients.mediaEndpoint("camera");
        assertThat(kvs.log().maxCallsPerSecond("DescribeStream", "camera")).isEqualTo(6);
        kvs.limits().callsPerSecond(0);
        clients.control.describeStream(r -> r.streamName("camera"));
    }

    @Test
    void quotasOfTheAccount() {
        kvs.limits().accountCallsPerSecond(3).listCallsPerSecond(2);
        for (int i = 0; i < 4; i++) {
            kvs.createStream("camera-" + i);
        }
        for (int i = 0; i < 3; i++) {
            String name = "camera-" + i;
            clients.control.describeStream(r -> r.streamName(name));
            clients.mediaEndpoint(name);
        }
        assertThatThrownBy(() -> clients.control.describeStream(r -> r.streamName("camera-3")))
                .isInstanceOf(ClientLimitExceededException.class)
                .hasMessageContaining("DescribeStream API for resource 'account'");
        assertThatThrownBy(() -> clients.mediaEndpoint("camera-3"))
                .isInstanceOf(ClientLimitExceededException.class);

        clients.control.listStreams();
        clients.control.listTagsForStream(r -> r.streamName("camera-0"));
        clients.control.listTagsForStream(r -> r.streamName("camera-1"));
        assertThatThrownBy(() -> clients.control.listTagsForStream(r -> r.streamName("camera-2")))
                .isInstanceOf(ClientLimitExceededException.class);
        clients.control.listStreams();
        assertThatThrownBy(() -> clients.control.listStreams())
                .isInstanceOf(ClientLimitExceededException.class);
    }

    @Test
    void expiredCredentialsAreNotAuthorized() {
        kvs.createStream("camera");
        kvs.expireCredentials(TestClients.ACCESS_KEY);
        assertThatThrownBy(() -> clients.control.listStreams())
                .isInstanceOfSatisfying(
                        KinesisVideoException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(401);
                            assertThat(e.awsErrorDetails().errorCode())
                                    .isEqualTo("NotAuthorizedException");
                        });
        assertThatThrownBy(() -> clients.mediaEndpoint("camera"))
                .isInstanceOf(NotAuthorizedException.class);
        kvs.renewCredentials(TestClients.ACCESS_KEY);
        clients.mediaEndpoint("camera");
        assertThat(kvs.log().calls().get(0).accessKeyId()).isEqualTo(TestClients.ACCESS_KEY);
    }

    @Test
    void aStreamThatIsNotActiveHasNoEndpoint() {
        kvs.createStream("camera").status(StreamStatus.CREATING);
        assertThat(
                        clients.control
                                .describeStream(r -> r.streamName("camera"))
                                .streamInfo()
                                .status())
                .isEqualTo(Status.CREATING);
        assertThatThrownBy(() -> clients.mediaEndpoint("camera"))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void controlCallsCanFailToo() {
        kvs.createStream("camera").faults().nextCall("GetDataEndpoint", Fault.throttle());
        kvs.faults().nextCall("ListStreams", Fault.internalFailure());
        assertThatThrownBy(() -> clients.mediaEndpoint("camera"))
                .isInstanceOf(ClientLimitExceededException.class);
        clients.mediaEndpoint("camera");
        assertThatThrownBy(() -> clients.control.listStreams())
                .isInstanceOfSatisfying(
                        KinesisVideoException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(500));
        clients.control.listStreams();
    }

    @Test
    void aPageHasATag() {
        assertThatThrownBy(() -> Behavior.likely().listTagsPageSize(0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
