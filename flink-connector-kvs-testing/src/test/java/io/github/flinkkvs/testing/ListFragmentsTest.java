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
import io.github.flinkkvs.testing.behavior.archive.ArchiveBehavior;
import io.github.flinkkvs.testing.behavior.archive.ListingOrder;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ClientLimitExceededException;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.Fragment;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelector;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelectorType;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.KinesisVideoArchivedMediaException;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ListFragmentsResponse;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ResourceNotFoundException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

import static io.github.flinkkvs.testing.ArchiveClient.always;
import static io.github.flinkkvs.testing.ArchiveClient.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ListFragmentsTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private EmbeddedKvs kvs;
    private EmbeddedStream stream;
    private ArchiveClient client;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().limits(Limits.none()).start();
        stream = kvs.createStream("camera");
        client = new ArchiveClient(stream.archiveEndpoint());
    }

    @AfterEach
    void stop() {
        client.close();
        kvs.close();
    }

    private List<String> push(int fragments) {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < fragments; i++) {
            numbers.add(stream.push(MediaFragment.ofSize(1_000)).number());
        }
        return numbers;
    }

    private void behave(UnaryOperator<ArchiveBehavior> change) {
        kvs.behavior(kvs.behavior().archive(change));
    }

    private List<String> listed() {
        return client.numbers("camera", always());
    }

    @Test
    void pagesAreShuffledAndTogetherHaveEveryFragmentOnce() {
        List<String> pushed = push(25);
        behave(archive -> archive.listingPageSize(10));
        List<String> listed = listed();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(pushed).isNotEqualTo(pushed);
        assertThat(listed()).isEqualTo(listed);
        assertThat(kvs.log().calls("ListFragments", "camera"))
                .extracting(ApiCall::fragments)
                .containsExactly(10, 10, 5, 10, 10, 5);
        behave(archive -> archive.seed(1));
        assertThat(listed())
                .containsExactlyInAnyOrderElementsOf(pushed)
                .isNotEqualTo(listed)
                .isNotEqualTo(pushed);
    }

    @Test
    void theOrderIsASwitch() {
        List<String> pushed = push(5);
        behave(archive -> archive.listingPageSize(2).listingOrder(ListingOrder.BY_NUMBER));
        assertThat(listed()).isEqualTo(pushed);
        behave(archive -> archive.listingOrder(ListingOrder.REVERSED));
        List<String> newestFirst = listed();
        assertThat(newestFirst).element(0).isEqualTo(pushed.get(4));
        assertThat(newestFirst).element(4).isEqualTo(pushed.get(0));
    }

    @Test
    void aFragmentThatArrivesBetweenPagesCostsNoOther() {
        List<String> pushed = push(10);
        behave(archive -> archive.listingPageSize(4));
        ListFragmentsResponse page = client.list("camera", always());
        List<String> listed = new ArrayList<>();
        while (true) {
            page.fragments().forEach(fragment -> listed.add(fragment.fragmentNumber()));
            push(3);
            String token = page.nextToken();
            if (token == null) {
                break;
            }
            // Without the selector: the token has it.
            page = client.client.listFragments(r -> r.streamName("camera").nextToken(token));
        }
        assertThat(listed).containsAll(pushed).doesNotHaveDuplicates();
    }

    /** Whatever comes, goes or is late between pages: the others are listed once. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void fragmentsThatStayAreListedOnce(long seed) {
        Random random = new Random(seed);
        List<String> stay = push(random.nextInt(60));
        ListingOrder[] orders = ListingOrder.values();
        behave(
                archive ->
                        archive.seed(seed)
                                .listingOrder(orders[random.nextInt(orders.length)])
                                .listingPageSize(1 + random.nextInt(12)));
        List<String> listed = new ArrayList<>();
        String next = null;
        do {
            String token = next;
            if (!stay.isEmpty() && random.nextInt(4) == 0) {
                stream.unlist(stay.remove(random.nextInt(stay.size())), 1);
            }
            ListFragmentsResponse page =
                    client.client.listFragments(
                            r ->
                                    r.streamName("camera")
                                            .fragmentSelector(always())
                                            .nextToken(token));
            page.fragments().forEach(fragment -> listed.add(fragment.fragmentNumber()));
            next = page.nextToken();
            push(random.nextInt(3));
            if (!stay.isEmpty() && random.nextInt(4) == 0) {
                stay.subList(0, random.nextInt(stay.size())).clear();
                stream.expireBefore(stay.get(0));
            }
        } while (next != null);
        assertThat(listed).doesNotHaveDuplicates().containsAll(stay);
    }

    @Test
    void aRangeHasBothEnds() {
        List<StoredFragment> fragments = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            kvs.clock().shift(Duration.ofSeconds(2));
            fragments.add(
                    stream.push(
                            MediaFragment.ofSize(1_000).toBuilder()
                                    .producerTimestampMillis(100_000 - 1_000 * i)
                                    .build()));
        }
        long second = fragments.get(1).serverTimestampMillis();
        long fourth = fragments.get(3).serverTimestampMillis();
        FragmentSelectorType server = FragmentSelectorType.SERVER_TIMESTAMP;
        assertThat(client.numbers("camera", range(server, second, fourth)))
                .containsExactlyInAnyOrder(
                        fragments.get(1).number(),
                        fragments.get(2).number(),
                        fragments.get(3).number());
        // The second one spans its start, and only starting counts.
        assertThat(client.numbers("camera", range(server, second + 1, fourth - 1)))
                .containsExactly(fragments.get(2).number());
        FragmentSelectorType producer = FragmentSelectorType.PRODUCER_TIMESTAMP;
        assertThat(client.numbers("camera", range(producer, 96_000, 97_000)))
                .containsExactlyInAnyOrder(fragments.get(3).number(), fragments.get(4).number());
    }

    @Test
    void whatIsKnownOfAFragment() {
        StoredFragment pushed = stream.push(MediaFragment.ofSize(50_000));
        Fragment listed = client.listAll("camera", always()).get(0);
        assertThat(listed.fragmentNumber()).isEqualTo(pushed.number());
        assertThat(listed.serverTimestamp().toEpochMilli())
                .isEqualTo(pushed.serverTimestampMillis());
        assertThat(listed.producerTimestamp().toEpochMilli())
                .isEqualTo(pushed.producerTimestampMillis());
        assertThat(listed.fragmentSizeInBytes()).isEqualTo(pushed.archivedBytes().length);
        assertThat(listed.fragmentLengthInMilliseconds()).isEqualTo(160);
    }

    @Test
    void anOpenFragmentIsNotListed() {
        try (FragmentUpload upload = stream.begin(MediaFragment.ofSize(50_000))) {
            upload.next();
            assertThat(listed()).isEmpty();
            StoredFragment complete = upload.complete();
            assertThat(listed()).containsExactly(complete.number());
        }
    }

    @Test
    void aFragmentIsListedLate() {
        behave(archive -> archive.listingLag(Duration.ofMinutes(1)));
        List<String> pushed = push(2);
        assertThat(listed()).isEmpty();
        kvs.clock().shift(Duration.ofMinutes(1));
        assertThat(listed()).containsExactlyInAnyOrderElementsOf(pushed);
        stream.unlist(pushed.get(0), 2);
        assertThat(listed()).containsExactly(pushed.get(1));
        assertThat(listed()).containsExactly(pushed.get(1));
        assertThat(listed()).containsExactlyInAnyOrderElementsOf(pushed);
    }

    @Test
    void whatLeftRetentionIsNotListed() {
        List<String> pushed = push(3);
        stream.expireBefore(pushed.get(2));
        assertThat(listed()).containsExactly(pushed.get(2));
        kvs.clock().shift(Duration.ofHours(25));
        assertThat(listed()).isEmpty();
    }

    @Test
    void anEndThatLeftRetention() {
        long end = kvs.clock().millis();
        push(1);
        kvs.clock().shift(Duration.ofHours(25));
        assertRefused(
                range(FragmentSelectorType.SERVER_TIMESTAMP, 0, end),
                "End timestamp " + end + " is outside of the stream retention period.");
        assertThat(client.numbers("camera", range(FragmentSelectorType.PRODUCER_TIMESTAMP, 0, end)))
                .isEmpty();
    }

    @Test
    void aStreamWithoutRetentionHasNoArchive() {
        StoredFragment pushed =
                kvs.createStream(StreamSettings.named("buffer").retention(Duration.ZERO).build())
                        .push(MediaFragment.ofSize(1_000));
        long now = pushed.serverTimestampMillis();
        assertThatThrownBy(
                        () ->
                                client.list(
                                        "buffer",
                                        range(FragmentSelectorType.SERVER_TIMESTAMP, 0, now)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining(
                        "End timestamp " + now + " is outside of the stream retention period.");
        assertThat(client.numbers("buffer", range(FragmentSelectorType.PRODUCER_TIMESTAMP, 0, now)))
                .isEmpty();
    }

    @Test
    void anEarlyStartMayListNothing() {
        List<String> pushed = push(2);
        behave(archive -> archive.earlyStartListsNothing(true));
        assertThat(listed()).isEmpty();
        long now = kvs.clock().millis();
        long creation = Long.parseLong(stream.arn().substring(stream.arn().lastIndexOf('/') + 1));
        assertThat(
                        client.numbers(
                                "camera",
                                range(FragmentSelectorType.SERVER_TIMESTAMP, creation, now)))
                .containsExactlyInAnyOrderElementsOf(pushed);
    }

    @Test
    void requestsThatAreInvalid() {
        push(3);
        for (long max : new long[] {0, 1_001}) {
            assertThatThrownBy(
                            () ->
                                    client.client.listFragments(
                                            r ->
                                                    r.streamName("camera")
                                                            .fragmentSelector(always())
                                                            .maxResults(max)))
                    .isInstanceOf(InvalidArgumentException.class)
                    .hasMessageContaining("MaxResults");
        }
        assertRefused(
                range(FragmentSelectorType.SERVER_TIMESTAMP, HOUR, 0),
                "StartTimestamp is after EndTimestamp");
        assertRefused(
                always().toBuilder().timestampRange(t -> {}).build(), "StartTimestamp is missing");
        assertRefused(
                always().toBuilder().fragmentSelectorType("OTHER").build(), "FragmentSelectorType");
        assertThatThrownBy(() -> client.list("other", always()))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("The requested stream is not found or not active.");
        assertThatThrownBy(() -> client.client.listFragments(r -> r.streamName("camera")))
                .isInstanceOfSatisfying(
                        KinesisVideoArchivedMediaException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(500);
                            assertThat(e.awsErrorDetails().errorCode())
                                    .isEqualTo("InternalFailure");
                        });
    }

    private void assertRefused(FragmentSelector selector, String message) {
        assertThatThrownBy(() -> client.list("camera", selector))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aTokenBelongsToItsListing() {
        push(3);
        behave(archive -> archive.listingPageSize(1));
        String token = client.list("camera", always()).nextToken();
        kvs.createStream("other");
        FragmentSelector otherRange = range(FragmentSelectorType.SERVER_TIMESTAMP, 1, HOUR);
        assertThatThrownBy(
                        () ->
                                client.client.listFragments(
                                        r -> r.streamName("other").nextToken(token)))
                .isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(
                        () ->
                                client.client.listFragments(
                                        r ->
                                                r.streamName("camera")
                                                        .fragmentSelector(otherRange)
                                                        .nextToken(token)))
                .isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(
                        () ->
                                client.client.listFragments(
                                        r -> r.streamName("camera").nextToken("AAAA")))
                .isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void eachCallCostsItsMaxResults() {
        push(1);
        kvs.limits().fragmentMetadataPerSecond(10_000);
        for (int i = 0; i < 10; i++) {
            client.list("camera", always());
        }
        assertThatThrownBy(() -> client.list("camera", always()))
                .isInstanceOf(ClientLimitExceededException.class)
                .hasMessageContaining("ListFragments API for resource 'camera'");
        List<ApiCall> calls = kvs.log().calls("ListFragments", "camera");
        assertThat(calls.get(9).points()).isEqualTo(1_000);
        assertThat(calls.get(9).fragments()).isEqualTo(1);
        assertThat(calls.get(9).startSelector()).isEqualTo("SERVER_TIMESTAMP 0.000 4000000000.000");
        assertThat(calls.get(10).points()).isZero();
        assertThat(Limits.service().fragmentMetadataPerSecond()).isEqualTo(10_000);
    }

    @Test
    void faults() {
        List<String> pushed = push(3);
        stream.faults()
                .nextCall("ListFragments", Fault.throttle())
                .nextCall("ListFragments", Fault.resetBeforeAnswer())
                .nextCall("ListFragments", Fault.cutAfter(40, Cut.ABRUPT))
                .nextCall("ListFragments", Fault.cutAfter(40, Cut.CLEAN))
                .nextCall("ListFragments", Fault.drip(50, Duration.ofMillis(1)));
        assertThatThrownBy(this::listed).isInstanceOf(ClientLimitExceededException.class);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(this::listed).isInstanceOf(SdkClientException.class);
        }
        assertThat(listed()).containsExactlyInAnyOrderElementsOf(pushed);
    }

    @Test
    void theHostOfAnotherPlaneAndThePortOfAnotherStream() {
        try (ArchiveClient wrong = new ArchiveClient(stream.mediaEndpoint())) {
            assertThatThrownBy(() -> wrong.list("camera", always()))
                    .isInstanceOfSatisfying(
                            KinesisVideoArchivedMediaException.class,
                            e -> assertThat(e.statusCode()).isEqualTo(403));
        }
        try (EmbeddedKvs ports = EmbeddedKvs.builder().dataPortPerStream(true).start()) {
            EmbeddedStream a = ports.createStream("a");
            EmbeddedStream b = ports.createStream("b");
            assertThat(a.archiveEndpoint())
                    .isNotEqualTo(b.archiveEndpoint())
                    .isNotEqualTo(a.mediaEndpoint());
            try (ArchiveClient atA = new ArchiveClient(a.archiveEndpoint())) {
                assertThat(atA.listAll("a", always())).isEmpty();
                assertThatThrownBy(() -> atA.list("b", always()))
                        .isInstanceOfSatisfying(
                                KinesisVideoArchivedMediaException.class,
                                e ->
                                        assertThat(e.awsErrorDetails().errorCode())
                                                .isEqualTo("InvalidEndpointException"));
            }
        }
    }
}
