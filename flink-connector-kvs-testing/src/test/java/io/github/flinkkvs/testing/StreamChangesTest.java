/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideo.model.AccountStreamLimitExceededException;
import software.amazon.awssdk.services.kinesisvideo.model.ClientLimitExceededException;
import software.amazon.awssdk.services.kinesisvideo.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesisvideo.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesisvideo.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesisvideo.model.Status;
import software.amazon.awssdk.services.kinesisvideo.model.StreamInfo;
import software.amazon.awssdk.services.kinesisvideo.model.TagsPerResourceExceededLimitException;
import software.amazon.awssdk.services.kinesisvideo.model.UpdateDataRetentionOperation;
import software.amazon.awssdk.services.kinesisvideo.model.VersionMismatchException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static io.github.flinkkvs.testing.TestClients.earliest;
import static io.github.flinkkvs.testing.TestClients.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Streams that clients create, change, tag and delete. */
class StreamChangesTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private EmbeddedKvs kvs;
    private TestClients clients;
    private KinesisVideoClient control;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().limits(Limits.none().idleEnd(Duration.ofMillis(200))).start();
        clients = new TestClients(kvs);
        control = clients.control;
    }

    @AfterEach
    void stop() {
        clients.close();
        kvs.close();
    }

    private StreamInfo describe(String name) {
        return control.describeStream(r -> r.streamName(name)).streamInfo();
    }

    private List<String> names() {
        return control.listStreams().streamInfoList().stream()
                .map(StreamInfo::streamName)
                .collect(Collectors.toList());
    }

    private void changesTakeAMinute() {
        kvs.behavior(kvs.behavior().statusChangeTime(MINUTE));
    }

    private static void assertInvalid(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining(message);
    }

    // ------------------------------------------------------------------ CreateStream

    /** Otherwise it would be CREATING again, and could not be read. */
    @Test
    void aStreamStaysActiveIfTheClockGoesBack() {
        control.createStream(r -> r.streamName("at-once"));
        changesTakeAMinute();
        control.createStream(r -> r.streamName("later"));
        kvs.clock().shift(MINUTE);
        assertThat(describe("later").status()).isEqualTo(Status.ACTIVE);
        kvs.clock().shift(MINUTE.multipliedBy(-5));
        assertThat(describe("at-once").status()).isEqualTo(Status.ACTIVE);
        assertThat(describe("later").status()).isEqualTo(Status.ACTIVE);
    }

    @Test
    void createsAStream() {
        String arn =
                control.createStream(
                                r ->
                                        r.streamName("camera")
                                                .dataRetentionInHours(5)
                                                .mediaType("video/h265")
                                                .deviceName("door")
                                                .tags(Map.of("site", "north")))
                        .streamARN();
        StreamInfo created = describe("camera");
        assertThat(created.streamARN()).isEqualTo(arn);
        assertThat(arn).endsWith("/camera/" + created.creationTime().toEpochMilli());
        assertThat(created.dataRetentionInHours()).isEqualTo(5);
        assertThat(created.mediaType()).isEqualTo("video/h265");
        assertThat(created.deviceName()).isEqualTo("door");
        assertThat(created.status()).isEqualTo(Status.ACTIVE);
        assertThat(kvs.stream("camera").tags()).containsOnly(Map.entry("site", "north"));
        StoredFragment pushed = kvs.stream("camera").push(MediaFragment.ofSize(1_000));
        assertThat(clients.readAll("camera", earliest())).isEqualTo(pushed.bytes());
        assertThat(kvs.log().calls("CreateStream", "camera")).hasSize(1);
    }

    @Test
    void aStreamHasNoRetentionUnlessAskedFor() {
        control.createStream(r -> r.streamName("camera"));
        StreamInfo created = describe("camera");
        assertThat(created.dataRetentionInHours()).isZero();
        assertThat(created.mediaType()).isNull();
        assertThat(kvs.stream("camera").retention()).isZero();
    }

    @Test
    void aStreamThatIsBeingCreated() {
        changesTakeAMinute();
        control.createStream(r -> r.streamName("camera"));
        assertThat(describe("camera").status()).isEqualTo(Status.CREATING);
        assertThat(names()).containsExactly("camera");
        assertThatThrownBy(() -> clients.mediaEndpoint("camera"))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> control.deleteStream(r -> r.streamARN(arn("camera"))))
                .isInstanceOf(ResourceInUseException.class)
                .hasMessageContaining("CREATING");
        kvs.clock().shift(MINUTE);
        assertThat(describe("camera").status()).isEqualTo(Status.ACTIVE);
        assertThat(clients.mediaEndpoint("camera")).isNotNull();
    }

    private String arn(String name) {
        return kvs.stream(name).arn();
    }

    @Test
    void aNameIsTaken() {
        kvs.createStream("camera");
        assertThatThrownBy(() -> control.createStream(r -> r.streamName("camera")))
                .isInstanceOfSatisfying(
                        ResourceInUseException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(400));
    }

    @Test
    void whatAStreamMustNotBe() {
        assertInvalid(() -> control.createStream(r -> {}), "StreamName is missing");
        assertInvalid(() -> control.createStream(r -> r.streamName("a b")), "'a b'");
        assertInvalid(
                () -> control.createStream(r -> r.streamName("s").mediaType("video")), "'video'");
        assertInvalid(
                () -> control.createStream(r -> r.streamName("s").deviceName("a/b")), "'a/b'");
        for (int hours : new int[] {-1, 87_601}) {
            assertInvalid(
                    () -> control.createStream(r -> r.streamName("s").dataRetentionInHours(hours)),
                    "between 0 and 87600 hours");
        }
        assertInvalid(
                () -> control.createStream(r -> r.streamName("s").tags(Map.of("k", "#"))), "'#'");
        assertThatThrownBy(() -> control.createStream(r -> r.streamName("s").tags(tags(51))))
                .isInstanceOf(TagsPerResourceExceededLimitException.class);
        assertThat(names()).isEmpty();
    }

    private static Map<String, String> tags(int count) {
        Map<String, String> tags = new HashMap<>();
        IntStream.range(0, count).forEach(i -> tags.put("key" + i, "value" + i));
        return tags;
    }

    @Test
    void theStreamsOfAnAccountAreLimited() {
        kvs.limits().streamsPerAccount(2);
        control.createStream(r -> r.streamName("a"));
        String arn = control.createStream(r -> r.streamName("b")).streamARN();
        assertThatThrownBy(() -> control.createStream(r -> r.streamName("c")))
                .isInstanceOf(AccountStreamLimitExceededException.class);
        control.deleteStream(r -> r.streamARN(arn));
        control.createStream(r -> r.streamName("c"));
        assertThat(Limits.service().streamsPerAccount()).isEqualTo(10_000);
    }

    @Test
    void changesOfAnAccountAreLimited() {
        kvs.limits().changeCallsPerSecond(2);
        control.createStream(r -> r.streamName("a"));
        control.createStream(r -> r.streamName("b"));
        assertThatThrownBy(() -> control.createStream(r -> r.streamName("c")))
                .isInstanceOf(ClientLimitExceededException.class)
                .hasMessageContaining("CreateStream API for resource 'account'");
        control.tagStream(r -> r.streamName("a").tags(tags(1)));
        kvs.limits().callsPerSecond(1);
        control.untagStream(r -> r.streamName("a").tagKeyList("key0"));
        assertThatThrownBy(() -> control.untagStream(r -> r.streamName("a").tagKeyList("key0")))
                .isInstanceOf(ClientLimitExceededException.class)
                .hasMessageContaining("UntagStream API for resource 'a'");
        assertThat(Limits.service().changeCallsPerSecond()).isEqualTo(50);
    }

    @Test
    void whatAStreamOfClientsBeginsWith() {
        try (EmbeddedKvs forgetful =
                        EmbeddedKvs.builder()
                                .limits(Limits.none())
                                .streamsOfClients(
                                        name -> StreamSettings.named(name).keepExpired(false))
                                .start();
                TestClients its = new TestClients(forgetful)) {
            String arn =
                    its.control
                            .createStream(r -> r.streamName("camera").dataRetentionInHours(1))
                            .streamARN();
            EmbeddedStream stream = forgetful.stream("camera");
            stream.push(MediaFragment.ofSize(1_000));
            assertThat(forgetful.log().pushed("camera")).hasSize(1);
            // A server that runs for ever keeps nothing of streams that are gone.
            its.control.deleteStream(r -> r.streamARN(arn));
            assertThat(forgetful.log().pushed("camera")).isEmpty();
            assertThat(stream.pushed()).isEmpty();
        }
    }

    // ------------------------------------------------------------------ DeleteStream

    @Test
    void deletesAStream() {
        kvs.limits().idleEnd(Duration.ZERO);
        EmbeddedStream stream = kvs.createStream("camera");
        stream.push(MediaFragment.ofSize(1_000));
        changesTakeAMinute();
        try (TestClients.Body body = clients.open("camera", now())) {
            control.deleteStream(r -> r.streamARN(stream.arn()).currentVersion("1"));
            assertThat(body.toEnd()).isEmpty();
        }
        assertThat(kvs.log().sessions("camera").get(0).endReason())
                .isEqualTo(EndReason.STREAM_GONE);
        assertThat(stream.status()).isEqualTo(StreamStatus.DELETING);
        assertThat(describe("camera").status()).isEqualTo(Status.DELETING);
        assertThat(names()).containsExactly("camera");
        assertThatThrownBy(() -> clients.mediaEndpoint("camera"))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> control.createStream(r -> r.streamName("camera")))
                .isInstanceOf(ResourceInUseException.class);
        assertThatThrownBy(() -> control.deleteStream(r -> r.streamARN(stream.arn())))
                .isInstanceOf(ResourceInUseException.class);

        kvs.clock().shift(MINUTE);
        assertThat(names()).isEmpty();
        assertThatThrownBy(() -> describe("camera")).isInstanceOf(ResourceNotFoundException.class);
        String again = control.createStream(r -> r.streamName("camera")).streamARN();
        assertThat(again).isNotEqualTo(stream.arn());
        assertThatThrownBy(() -> control.deleteStream(r -> r.streamARN(stream.arn())))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void deletesAtOnceUnlessItTakesTime() {
        EmbeddedStream stream = kvs.createStream("camera");
        control.deleteStream(r -> r.streamARN(stream.arn()));
        assertThat(kvs.streams()).isEmpty();
        assertThat(stream.status()).isEqualTo(StreamStatus.DELETING);
    }

    @Test
    void deletesOnlyTheVersionThatIsMeant() {
        EmbeddedStream stream = kvs.createStream("camera");
        assertThatThrownBy(
                        () ->
                                control.deleteStream(
                                        r -> r.streamARN(stream.arn()).currentVersion("2")))
                .isInstanceOfSatisfying(
                        VersionMismatchException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(400));
        assertThat(names()).containsExactly("camera");
    }

    @Test
    void streamsWithPortsOfTheirOwnComeAndGo() {
        try (EmbeddedKvs ports =
                        EmbeddedKvs.builder()
                                .limits(Limits.none().idleEnd(Duration.ofMillis(200)))
                                .dataPortPerStream(true)
                                .start();
                TestClients its = new TestClients(ports)) {
            for (int i = 0; i < 3; i++) {
                String arn = its.control.createStream(r -> r.streamName("camera")).streamARN();
                EmbeddedStream stream = ports.stream("camera");
                StoredFragment pushed = stream.push(MediaFragment.ofSize(1_000));
                assertThat(its.mediaEndpoint("camera")).isEqualTo(stream.mediaEndpoint());
                assertThat(its.readAll("camera", earliest())).isEqualTo(pushed.bytes());
                its.control.deleteStream(r -> r.streamARN(arn));
                assertThat(ports.streams()).isEmpty();
            }
        }
    }

    /** Whoever comes too late is told so; nothing breaks. */
    @Test
    void manyClientsChangeTheSameStreams() throws Exception {
        try (EmbeddedKvs ports =
                        EmbeddedKvs.builder()
                                .limits(Limits.none())
                                .dataPortPerStream(true)
                                .start();
                TestClients its = new TestClients(ports)) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int client = 0; client < 8; client++) {
                Random random = new Random(client);
                all.add(
                        CompletableFuture.runAsync(
                                () -> {
                                    for (int i = 0; i < 40; i++) {
                                        changeSomething(
                                                its.control, "s" + random.nextInt(2), random);
                                    }
                                }));
            }
            for (CompletableFuture<Void> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
            assertThat(ports.log().calls())
                    .extracting(ApiCall::status)
                    .containsOnly(200, 400, 404)
                    .contains(200);
            // It still works.
            for (EmbeddedStream stream : ports.streams()) {
                its.control.deleteStream(r -> r.streamARN(stream.arn()));
            }
            String arn = its.control.createStream(r -> r.streamName("s0")).streamARN();
            assertThat(ports.streams()).extracting(EmbeddedStream::arn).containsExactly(arn);
        }
    }

    private static void changeSomething(KinesisVideoClient control, String name, Random random) {
        try {
            switch (random.nextInt(5)) {
                case 0:
                    control.createStream(r -> r.streamName(name).dataRetentionInHours(1));
                    break;
                case 1:
                    String arn =
                            control.describeStream(r -> r.streamName(name))
                                    .streamInfo()
                                    .streamARN();
                    control.deleteStream(r -> r.streamARN(arn));
                    break;
                case 2:
                    control.tagStream(r -> r.streamName(name).tags(Map.of("k", "v")));
                    break;
                case 3:
                    StreamInfo info = control.describeStream(r -> r.streamName(name)).streamInfo();
                    control.updateDataRetention(
                            r ->
                                    r.streamName(name)
                                            .currentVersion(info.version())
                                            .operation(
                                                    UpdateDataRetentionOperation
                                                            .INCREASE_DATA_RETENTION)
                                            .dataRetentionChangeInHours(1));
                    break;
                default:
                    control.getDataEndpoint(r -> r.streamName(name).apiName(APIName.GET_MEDIA));
            }
        } catch (ResourceNotFoundException | ResourceInUseException | VersionMismatchException e) {
            // Another one was faster.
        }
    }

    // ------------------------------------------------------------------ UpdateStream

    @Test
    void updatesAStream() {
        kvs.createStream("camera");
        changesTakeAMinute();
        control.updateStream(
                r -> r.streamName("camera").currentVersion("1").mediaType("audio/aac"));
        StreamInfo updating = describe("camera");
        assertThat(updating.status()).isEqualTo(Status.UPDATING);
        assertThat(updating.mediaType()).isEqualTo("audio/aac");
        assertThat(updating.deviceName()).isEqualTo("Kinesis_Video_Device");
        assertThat(updating.version()).isEqualTo("2");
        // It can be read meanwhile, but not changed.
        assertThat(clients.readAll("camera", earliest())).isEmpty();
        assertThatThrownBy(
                        () ->
                                control.updateStream(
                                        r ->
                                                r.streamName("camera")
                                                        .currentVersion("2")
                                                        .deviceName("door")))
                .isInstanceOf(ResourceInUseException.class);
        kvs.clock().shift(MINUTE);
        control.updateStream(r -> r.streamName("camera").currentVersion("2").deviceName("door"));
        kvs.clock().shift(MINUTE);
        StreamInfo updated = describe("camera");
        assertThat(updated.status()).isEqualTo(Status.ACTIVE);
        assertThat(updated.deviceName()).isEqualTo("door");
        assertThat(updated.mediaType()).isEqualTo("audio/aac");
    }

    @Test
    void updatesOnlyTheVersionThatIsMeant() {
        kvs.createStream("camera");
        assertInvalid(
                () -> control.updateStream(r -> r.streamName("camera").deviceName("door")),
                "CurrentVersion is missing");
        assertThatThrownBy(
                        () ->
                                control.updateStream(
                                        r ->
                                                r.streamName("camera")
                                                        .currentVersion("0")
                                                        .deviceName("door")))
                .isInstanceOf(VersionMismatchException.class);
        assertInvalid(
                () ->
                        control.updateStream(
                                r -> r.streamName("camera").currentVersion("1").mediaType("v")),
                "'v'");
        assertThat(describe("camera").version()).isEqualTo("1");
    }

    // ------------------------------------------------------------------ retention

    private void retain(String version, UpdateDataRetentionOperation operation, int hours) {
        control.updateDataRetention(
                r ->
                        r.streamName("camera")
                                .currentVersion(version)
                                .operation(operation)
                                .dataRetentionChangeInHours(hours));
    }

    @Test
    void lowerRetentionDeletesAtOnce() {
        EmbeddedStream stream = kvs.createStream("camera");
        stream.push(MediaFragment.ofSize(1_000));
        kvs.clock().shift(Duration.ofHours(3));
        StoredFragment newer = stream.push(MediaFragment.ofSize(1_000));
        retain("1", UpdateDataRetentionOperation.INCREASE_DATA_RETENTION, 2);
        assertThat(describe("camera").dataRetentionInHours()).isEqualTo(26);
        assertThat(stream.fragments()).hasSize(2);
        retain("2", UpdateDataRetentionOperation.DECREASE_DATA_RETENTION, 24);
        assertThat(describe("camera").dataRetentionInHours()).isEqualTo(2);
        assertThat(stream.fragments()).containsExactly(newer);
        assertInvalid(
                () -> retain("3", UpdateDataRetentionOperation.DECREASE_DATA_RETENTION, 3),
                "between 0 and 87600");
        assertInvalid(
                () -> retain("3", UpdateDataRetentionOperation.INCREASE_DATA_RETENTION, 0),
                "DataRetentionChangeInHours");
        assertThatThrownBy(
                        () -> retain("1", UpdateDataRetentionOperation.INCREASE_DATA_RETENTION, 1))
                .isInstanceOf(VersionMismatchException.class);
    }

    @Test
    void whatCameBeforeTheArchiveIsNotInIt() {
        EmbeddedStream stream =
                kvs.createStream(StreamSettings.named("camera").retention(Duration.ZERO).build());
        StoredFragment before = stream.push(MediaFragment.ofSize(1_000));
        retain("1", UpdateDataRetentionOperation.INCREASE_DATA_RETENTION, 1);
        StoredFragment after = stream.push(MediaFragment.ofSize(1_000));
        try (ArchiveClient archive = new ArchiveClient(stream.archiveEndpoint())) {
            assertThat(archive.numbers("camera", ArchiveClient.always()))
                    .containsExactly(after.number());
            assertThat(archive.read("camera", before.number()).length).isLessThan(500);
            stream.retention(Duration.ZERO);
            assertThat(archive.read("camera", after.number()).length).isLessThan(500);
        }
        assertThat(stream.fragments()).containsExactly(before, after);
    }

    /** 0 hours would mean that there is no archive. */
    @Test
    void partsOfHoursCountAsHours() {
        kvs.createStream(StreamSettings.named("camera").retention(Duration.ofMinutes(30)).build());
        assertThat(describe("camera").dataRetentionInHours()).isEqualTo(1);
        retain("1", UpdateDataRetentionOperation.INCREASE_DATA_RETENTION, 1);
        assertThat(kvs.stream("camera").retention()).isEqualTo(Duration.ofHours(2));
        kvs.stream("camera").retention(Duration.ofMinutes(61));
        assertThat(describe("camera").dataRetentionInHours()).isEqualTo(2);
        kvs.stream("camera").retention(Duration.ofDays(365_000_000));
        assertThat(describe("camera").dataRetentionInHours()).isEqualTo(Integer.MAX_VALUE);
    }

    // ------------------------------------------------------------------ tags

    private Map<String, String> listTags() {
        Map<String, String> all = new HashMap<>();
        String[] token = new String[1];
        do {
            var page = control.listTagsForStream(r -> r.streamName("camera").nextToken(token[0]));
            all.putAll(page.tags());
            token[0] = page.nextToken();
        } while (token[0] != null);
        return all;
    }

    @Test
    void tagsAStream() {
        EmbeddedStream stream =
                kvs.createStream(StreamSettings.named("camera").tag("a", "1").build());
        control.tagStream(r -> r.streamName("camera").tags(Map.of("a", "2", "b", "")));
        assertThat(listTags()).isEqualTo(Map.of("a", "2", "b", ""));
        control.untagStream(r -> r.streamARN(stream.arn()).tagKeyList("a", "other"));
        assertThat(stream.tags()).isEqualTo(Map.of("b", ""));
        stream.tag("c", "3");
        stream.untag("b");
        assertThat(listTags()).isEqualTo(Map.of("c", "3"));
        assertThat(describe("camera").version()).isEqualTo("1");
    }

    @Test
    void fiftyTags() {
        kvs.behavior(kvs.behavior().listTagsPageSize(7));
        kvs.createStream("camera");
        control.tagStream(r -> r.streamName("camera").tags(tags(50)));
        assertThat(listTags()).isEqualTo(tags(50));
        control.tagStream(r -> r.streamName("camera").tags(Map.of("key0", "other")));
        assertThatThrownBy(
                        () ->
                                control.tagStream(
                                        r -> r.streamName("camera").tags(Map.of("more", ""))))
                .isInstanceOfSatisfying(
                        TagsPerResourceExceededLimitException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(400));
        assertThat(listTags()).hasSize(50).containsEntry("key0", "other");
    }

    @Test
    void aPageOfTagsGoesOnAlthoughItsLastTagIsGone() {
        kvs.behavior(kvs.behavior().listTagsPageSize(1));
        EmbeddedStream stream =
                kvs.createStream(
                        StreamSettings.named("camera").tag("b", "2").tag("a", "1").build());
        var first = control.listTagsForStream(r -> r.streamName("camera"));
        assertThat(first.tags()).containsOnlyKeys("a");
        stream.untag("a");
        var second =
                control.listTagsForStream(r -> r.streamName("camera").nextToken(first.nextToken()));
        assertThat(second.tags()).containsOnlyKeys("b");
        assertThat(second.nextToken()).isNull();
    }

    @Test
    void tagsThatAreInvalid() {
        kvs.createStream("camera");
        assertInvalid(() -> control.tagStream(r -> r.streamName("camera")), "1 to 50 tags");
        assertInvalid(
                () -> control.tagStream(r -> r.streamName("camera").tags(Map.of("", "v"))),
                "1 to 128");
        assertInvalid(() -> control.untagStream(r -> r.streamName("camera")), "1 to 50 keys");
        changesTakeAMinute();
        control.createStream(r -> r.streamName("new"));
        assertThatThrownBy(() -> control.tagStream(r -> r.streamName("new").tags(tags(1))))
                .isInstanceOf(ResourceNotFoundException.class);
    }
}
