/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.ErrorDocument;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.behavior.archive.ArchiveBehavior;
import io.github.flinkkvs.testing.behavior.archive.ArchiveTags;
import io.github.flinkkvs.testing.behavior.archive.BodyOrder;
import io.github.flinkkvs.testing.behavior.archive.BodyShape;
import io.github.flinkkvs.testing.faults.AfterBreak;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ClientLimitExceededException;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.GetMediaForFragmentListResponse;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.KinesisVideoArchivedMediaException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

import static io.github.flinkkvs.testing.ArchiveClient.archived;
import static io.github.flinkkvs.testing.TestClients.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class GetMediaForFragmentListTest {
    private EmbeddedKvs kvs;
    private EmbeddedStream stream;
    private ArchiveClient client;
    private StoredFragment a;
    private StoredFragment b;
    private StoredFragment c;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().limits(Limits.none()).start();
        stream = kvs.createStream("camera");
        client = new ArchiveClient(stream.archiveEndpoint());
        a = push(1);
        b = push(2);
        c = push(3);
    }

    @AfterEach
    void stop() {
        client.close();
        kvs.close();
    }

    private StoredFragment push(int seed) {
        return stream.push(
                MediaFragment.ofSize(20_000, seed).toBuilder()
                        .tagBefore("before", "b" + seed)
                        .tagAfter("after", "a" + seed)
                        .build());
    }

    private void behave(UnaryOperator<ArchiveBehavior> change) {
        kvs.behavior(kvs.behavior().archive(change));
    }

    private byte[] read(StoredFragment... fragments) {
        return client.read("camera", Arrays.asList(fragments));
    }

    private List<ServedMedia> sessions() {
        return kvs.log().sessions("GetMediaForFragmentList", "camera");
    }

    private void awaitEnd(int bodies) {
        kvs.log()
                .await(
                        log ->
                                sessions().stream().filter(s -> s.endReason() != null).count()
                                        == bodies,
                        bodies + " ended bodies",
                        PATIENCE);
    }

    // ------------------------------------------------------------------ what is sent

    @Test
    void fragmentsAsAsked() throws IOException {
        try (ResponseInputStream<GetMediaForFragmentListResponse> body =
                client.open("camera", c.number(), a.number())) {
            assertThat(body.response().contentType()).isEqualTo("video/webm");
            assertThat(body.readAllBytes()).isEqualTo(archived(c, a));
        }
        assertThat(text(archived(a)))
                .contains("AWS_KINESISVIDEO_SERVER_TIMESTAMP", "before", "after")
                .doesNotContain("MILLIS_BEHIND_NOW", "CONTINUATION_TOKEN");
        awaitEnd(1);
        ServedMedia session = sessions().get(0);
        assertThat(session.fragmentsSent()).containsExactly(c.number(), a.number());
        assertThat(session.fragmentsStarted()).isEqualTo(session.fragmentsSent());
        assertThat(session.endReason()).isEqualTo(EndReason.COMPLETE);
        assertThat(session.bytesSent()).isEqualTo(archived(a, c).length);
        assertThat(kvs.log().sessions("camera")).isEmpty();
        ApiCall call = kvs.log().calls("GetMediaForFragmentList", "camera").get(0);
        assertThat(call.fragments()).isEqualTo(2);
        assertThat(call.points()).isEqualTo(2);
    }

    @Test
    void theOrderIsASwitch() {
        behave(archive -> archive.bodyOrder(BodyOrder.BY_NUMBER));
        assertThat(read(c, a, b)).isEqualTo(archived(a, b, c));
        behave(archive -> archive.bodyOrder(BodyOrder.REVERSED));
        assertThat(read(c, a, b)).isEqualTo(archived(b, a, c));
        behave(archive -> archive.bodyOrder(BodyOrder.SHUFFLED));
        assertThat(read(a, b, c)).hasSize(archived(a, b, c).length);
        awaitEnd(3);
        assertThat(sessions().get(2).fragmentsSent())
                .containsExactlyInAnyOrder(a.number(), b.number(), c.number());
    }

    @Test
    void oneSegmentWithManyClusters() {
        behave(archive -> archive.bodyShape(BodyShape.ONE_SEGMENT));
        byte[] body = read(a, b, c);
        String hex = hex(body);
        assertThat(hex).startsWith("1a45dfa3").containsOnlyOnce("18538067");
        assertThat(hex).containsOnlyOnce("1654ae6b");
        byte[] first = archived(a);
        assertThat(Arrays.copyOf(body, first.length)).isEqualTo(first);
        // The second one begins with its Tags.
        byte[] second = archived(b);
        int tags = hex(second).indexOf("1254c367") / 2;
        assertThat(Arrays.copyOfRange(body, first.length, first.length + second.length - tags))
                .isEqualTo(Arrays.copyOfRange(second, tags, second.length));
        assertThat(body).hasSize(first.length + 2 * (second.length - tags));
    }

    @Test
    void otherTracksBeginADocument() {
        StoredFragment sound =
                stream.push(
                        MediaFragment.builder()
                                .track(MediaTrack.audio(1, "sound", "A_AAC", null, 8_000, 1))
                                .frame(MediaFrame.of(1, 0, true, new byte[] {1, 2}))
                                .build());
        behave(archive -> archive.bodyShape(BodyShape.ONE_SEGMENT));
        assertThat(read(a, sound, b)).isEqualTo(archived(a, sound, b));
    }

    @Test
    void tagsAsDocumented() {
        behave(archive -> archive.tags(ArchiveTags.DOCUMENTED));
        String body = text(read(a));
        assertThat(body)
                .contains("AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP")
                .contains("AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP")
                .doesNotContain("AWS_KINESISVIDEO_SERVER_TIMESTAMP");
        // Five more letters in each of two names.
        assertThat(body).hasSize(archived(a).length + 10);
    }

    @Test
    void recordedFragmentsLoseTheirTrailingTags() throws IOException {
        Path file = Files.createTempFile("recorded", ".mkv");
        try {
            stream.record(file);
            EmbeddedStream again = kvs.createStream("again");
            again.replay(file);
            assertThat(client.read("again", again.fragments())).isEqualTo(archived(a, b, c));
            assertThat(client.listAll("again", ArchiveClient.always()))
                    .allSatisfy(
                            listed ->
                                    assertThat(listed.fragmentSizeInBytes())
                                            .isEqualTo(archived(a).length));
        } finally {
            Files.delete(file);
        }
    }

    // ------------------------------------------------------------------ what is not found

    @Test
    void theErrorOfAFragmentThatIsNotFound() {
        stream.lose(b.number());
        byte[] body = read(a, b, c);
        byte[] error =
                Arrays.copyOfRange(body, archived(a).length, body.length - archived(c).length);
        assertThat(hex(error))
                .isEqualTo(
                        "1a45dfa30100000000000013"
                                + "428288"
                                + hex("matroska")
                                + "42878102"
                                + "42858102"
                                + "1853806701ffffffffffffff"
                                + "1254c367100000d57373100000cf"
                                + "67c81000003945a31000001b"
                                + hex("AWS_KINESISVIDEO_ERROR_CODE")
                                + "448710000012"
                                + hex("FRAGMENT_NOT_FOUND")
                                + "67c81000002945a310000019"
                                + hex("AWS_KINESISVIDEO_ERROR_ID")
                                + "448710000004"
                                + hex("3000")
                                + "67c81000005b45a310000020"
                                + hex("AWS_KINESISVIDEO_FRAGMENT_NUMBER")
                                + "44871000002f"
                                + hex(b.number()));
        assertThat(Arrays.copyOf(body, archived(a).length)).isEqualTo(archived(a));
        assertThat(Arrays.copyOfRange(body, body.length - archived(c).length, body.length))
                .isEqualTo(archived(c));
    }

    private static String hex(String text) {
        return hex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder();
        for (byte next : bytes) {
            hex.append(Character.forDigit(next >> 4 & 0xF, 16))
                    .append(Character.forDigit(next & 0xF, 16));
        }
        return hex.toString();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void anErrorMayEndTheBody() {
        stream.lose(b.number());
        behave(archive -> archive.errorEndsBody(true));
        assertThat(text(read(a, b, c))).contains("3000", b.number()).doesNotContain(c.number());
        awaitEnd(1);
        assertThat(sessions().get(0).endReason()).isEqualTo(EndReason.IN_BAND_ERROR);
    }

    @Test
    void errorsAsDocumented() {
        stream.lose(b.number());
        behave(archive -> archive.tags(ArchiveTags.DOCUMENTED));
        assertThat(text(read(b)))
                .contains("AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE", "4000")
                .contains("AWS_KINESISVIDEO_EXCEPTION_MESSAGE", "FRAGMENT_NOT_FOUND", b.number())
                .doesNotContain("AWS_KINESISVIDEO_ERROR_ID");
    }

    @Test
    void errorsWithinASegment() {
        stream.lose(b.number());
        behave(archive -> archive.bodyShape(BodyShape.ONE_SEGMENT));
        assertThat(documents(read(a, b, c))).isEqualTo(3);
        kvs.behavior(kvs.behavior().errorDocument(ErrorDocument.BARE_TAGS));
        assertThat(documents(read(a, b, c))).isEqualTo(1);
    }

    private static int documents(byte[] body) {
        return hex(body).split("1a45dfa3", -1).length - 1;
    }

    @Test
    void aFragmentThatIsFoundTheThirdTime() {
        stream.lose(b.number(), 2);
        assertThat(text(read(b))).contains("3000");
        assertThat(text(read(b))).contains("3000");
        assertThat(read(b)).isEqualTo(archived(b));
    }

    @Test
    void fragmentsThatAreOpenOrTooNewOrExpired() {
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(5_000));
        assertThat(text(client.read("camera", upload.fragment().number()))).contains("3000");
        behave(archive -> archive.readableLag(Duration.ofMinutes(1)));
        StoredFragment complete = upload.complete();
        assertThat(client.numbers("camera", ArchiveClient.always())).contains(complete.number());
        assertThat(text(read(complete))).contains("3000");
        kvs.clock().shift(Duration.ofMinutes(1));
        assertThat(read(complete)).isEqualTo(archived(complete));
        stream.expireBefore(b.number());
        assertThat(text(read(a))).contains("3000");
        assertThat(read(b)).isEqualTo(archived(b));
    }

    @Test
    void nothingIsFoundWithoutRetention() {
        StoredFragment pushed =
                kvs.createStream(StreamSettings.named("buffer").retention(Duration.ZERO).build())
                        .push(MediaFragment.ofSize(1_000));
        assertThat(text(client.read("buffer", pushed.number()))).contains("3000");
    }

    @Test
    void anExpiredFragmentOfAStreamThatForgets() {
        EmbeddedStream endless =
                kvs.createStream(StreamSettings.named("endless").keepExpired(false).build());
        StoredFragment gone = endless.push(MediaFragment.ofSize(1_000));
        endless.expireAll();
        assertThat(text(client.read("endless", gone.number()))).contains("3000");
    }

    @Test
    void numbersThatAreInvalid() {
        StoredFragment foreign = kvs.createStream("other").push(MediaFragment.ofSize(1_000));
        for (String number : List.of(foreign.number(), "1", "-1", "x", "", "9".repeat(129))) {
            assertThatThrownBy(() -> client.read("camera", a.number(), number))
                    .isInstanceOfSatisfying(
                            InvalidArgumentException.class,
                            e ->
                                    assertThat(e.awsErrorDetails().errorMessage())
                                            .isEqualTo("Fragment numbers are invalid :"));
        }
        List<String> tooMany = Collections.nCopies(1_001, a.number());
        assertThatThrownBy(() -> client.read("camera", tooMany.toArray(String[]::new)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("1 to 1000");
        assertThatThrownBy(() -> client.read("camera"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("1 to 1000");
        List<String> most = tooMany.subList(1, 1_001);
        assertThat(client.read("camera", most.toArray(String[]::new)))
                .hasSize(1_000 * archived(a).length);
    }

    // ------------------------------------------------------------------ quotas

    @Test
    void fiveHundredFragmentsPerSecond() {
        kvs.limits().fragmentMediaPerSecond(3);
        read(a, b);
        assertThatThrownBy(() -> read(b, c))
                .isInstanceOf(ClientLimitExceededException.class)
                .hasMessageContaining("GetMediaForFragmentList API for resource 'camera'");
        read(c);
        assertThat(kvs.log().calls("GetMediaForFragmentList", "camera"))
                .extracting(ApiCall::points)
                .containsExactly(2, 0, 1);
        assertThat(Limits.service().fragmentMediaPerSecond()).isEqualTo(500);
    }

    @Test
    void aListBeyondTheQuota() {
        kvs.limits().fragmentMediaPerSecond(2);
        assertThat(read(a, b, c)).isEqualTo(archived(a, b, c));
        assertThatThrownBy(() -> read(a)).isInstanceOf(ClientLimitExceededException.class);
        EmbeddedStream other = kvs.createStream("other");
        StoredFragment only = other.push(MediaFragment.ofSize(1_000));
        behave(archive -> archive.refusesListsBeyondQuota(true));
        assertThatThrownBy(() -> client.read("other", only.number(), only.number(), only.number()))
                .isInstanceOf(ClientLimitExceededException.class);
        client.read("other", only.number(), only.number());
    }

    @Test
    void fiveConnections() throws IOException {
        StoredFragment large = stream.push(MediaFragment.ofSize(20_000_000));
        kvs.limits().archiveConnectionsPerStream(5);
        kvs.foreignArchiveConnections("camera", 3);
        List<ResponseInputStream<?>> open = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            open.add(client.open("camera", large.number()));
        }
        assertThat(kvs.openArchiveConnections("camera")).isEqualTo(2);
        assertThat(kvs.openConnections("camera")).isZero();
        assertThatThrownBy(() -> read(a))
                .isInstanceOfSatisfying(
                        KinesisVideoArchivedMediaException.class,
                        e ->
                                assertThat(e.awsErrorDetails().errorCode())
                                        .isEqualTo("ConnectionLimitExceededException"));
        open.forEach(ResponseInputStream::abort);
        kvs.log()
                .await(
                        log -> kvs.openArchiveConnections("camera") == 0,
                        "no connections",
                        PATIENCE);
        assertThat(read(a)).isEqualTo(archived(a));
        assertThat(Limits.service().archiveConnectionsPerStream()).isEqualTo(5);
    }

    @Test
    void bytesPerSecond() {
        kvs.limits().bytesPerSecond(40_000);
        read(a, b, c);
        awaitEnd(1);
        assertThat(Duration.ofNanos(sessions().get(0).durationNanos()))
                .isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void aReaderThatDoesNotReadCostsNoMemoryAndMayBeDropped() {
        kvs.behavior(kvs.behavior().slowReaderLimit(Duration.ofMillis(300)));
        StoredFragment large = stream.push(MediaFragment.ofSize(40_000_000));
        ResponseInputStream<?> body = client.open("camera", large.number());
        awaitEnd(1);
        assertThat(sessions().get(0).endReason()).isEqualTo(EndReason.SLOW_READER);
        assertThat(sessions().get(0).bytesSent()).isLessThan(15_000_000);
        body.abort();
    }

    // ------------------------------------------------------------------ faults

    private void nextCall(Fault... faults) {
        stream.faults().nextCall("GetMediaForFragmentList", faults);
    }

    @Test
    void bodiesThatBreakOff() throws IOException {
        byte[] all = archived(a, b);
        nextCall(Fault.cutAfter(30_000, Cut.CLEAN));
        assertThat(read(a, b)).isEqualTo(Arrays.copyOf(all, 30_000));
        nextCall(Fault.cutAfter(30_000, Cut.ABRUPT));
        assertThatThrownBy(() -> read(a, b)).isInstanceOf(UncheckedIOException.class);
        nextCall(Fault.drip(7_000, Duration.ofMillis(1)));
        assertThat(read(a, b)).isEqualTo(all);
        nextCall(Fault.stallAfter(30_000));
        ResponseInputStream<?> silent = client.open("camera", a.number(), b.number());
        // The SDK's readNBytes blocks at the end of a chunk.
        for (int i = 0; i < 30_000; i++) {
            assertThat((byte) silent.read()).isEqualTo(all[i]);
        }
        assertThat(kvs.openArchiveConnections("camera")).isEqualTo(1);
        silent.abort();
    }

    @Test
    void errorsAndRepetitions() {
        nextCall(Fault.errorTag(4503, "KMS_KEY_UNAVAILABLE", 1), Fault.repeatFragment(1));
        byte[] body = read(a, b, c);
        byte[] twice = archived(a, a);
        assertThat(Arrays.copyOf(body, twice.length)).isEqualTo(twice);
        assertThat(text(body)).contains("4503", "KMS_KEY_UNAVAILABLE", b.number());
        assertThat(Arrays.copyOfRange(body, body.length - archived(c).length, body.length))
                .isEqualTo(archived(c));
    }

    @Test
    void aFragmentThatBreaksOff() {
        byte[] second = archived(b);
        stream.neverComplete(b.number(), 5_000, AfterBreak.NEXT_FRAGMENT);
        byte[] body = read(a, b, c);
        assertThat(body).hasSize(archived(a, c).length + 5_000);
        assertThat(Arrays.copyOfRange(body, archived(a).length, archived(a).length + 5_000))
                .isEqualTo(Arrays.copyOf(second, 5_000));
        stream.neverComplete(c.number(), 5_000, AfterBreak.END_OF_BODY);
        assertThat(read(c, a)).hasSize(5_000);
        awaitEnd(2);
        assertThat(sessions().get(1).endReason()).isEqualTo(EndReason.BROKEN_FRAGMENT);
        assertThat(sessions().get(0).fragmentsSent()).containsExactly(a.number(), c.number());
    }

    @Test
    void theBodiesOfADeletedStreamEnd() throws IOException {
        StoredFragment large = stream.push(MediaFragment.ofSize(20_000_000));
        ResponseInputStream<?> body = client.open("camera", large.number());
        kvs.deleteStream("camera");
        awaitEnd(1);
        assertThat(sessions().get(0).endReason()).isEqualTo(EndReason.STREAM_GONE);
        assertThat(body.readAllBytes().length).isLessThan(20_000_000);
    }

    @Test
    void thePortOfAnotherStream() {
        try (EmbeddedKvs ports = EmbeddedKvs.builder().dataPortPerStream(true).start()) {
            EmbeddedStream one = ports.createStream("one");
            StoredFragment pushed = ports.createStream("two").push(MediaFragment.ofSize(1_000));
            try (ArchiveClient atOne = new ArchiveClient(one.archiveEndpoint())) {
                assertThatThrownBy(() -> atOne.read("two", pushed.number()))
                        .isInstanceOfSatisfying(
                                KinesisVideoArchivedMediaException.class,
                                e ->
                                        assertThat(e.awsErrorDetails().errorCode())
                                                .isEqualTo("InvalidEndpointException"));
            }
        }
    }
}
