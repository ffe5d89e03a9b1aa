/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.sdk.KvsClients;

import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.Fragment;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelectorType;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.GetMediaForFragmentListResponse;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ListFragmentsRequest;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ListFragmentsResponse;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.TimestampRange;

import javax.annotation.Nullable;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The limit: the asynchronous client of the AWS SDK, built as the connector builds it. It makes the
 * connector's calls: it lists one window of a stream after the other, ahead of what it reads, asks
 * for as many fragments at a time and has as many calls open. It drops what comes, and reads each
 * body to its end, so that connections are used again. Guarded by itself.
 */
final class BareArchive implements AutoCloseable {

    /** As many fragments as the connector reads with one call; it asks for one more. */
    private static final int BATCH = 94;

    /** As many calls as the connector has open. */
    private static final int CALLS = 2;

    /** As many fragments as the connector wants to find in a window. */
    private static final int WINDOW = 500;

    private static final Duration WINDOW_DURATION =
            ArchiveServer.FRAGMENT_DURATION.multipliedBy(WINDOW);

    private final String stream;
    private final int fragmentBytes;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final KvsClients clients;
    private final URI listing;
    private final URI media;

    private final Queue<String> numbers = new ArrayDeque<>();
    private IntConsumer received;
    private Consumer<Throwable> failed;
    private int calls;
    private boolean isListing;
    private Instant window;
    private int unlisted;

    /**
     * @param fragments the number of fragments of the stream
     * @param fragmentBytes the size of each
     */
    BareArchive(MediaServer.Description service, String stream, int fragments, int fragmentBytes) {
        this.stream = stream;
        this.unlisted = fragments;
        this.fragmentBytes = fragmentBytes;
        clients =
                new KvsClients(AwsConfig.of(KvsJobs.options(service)), CALLS, timer, "bare-sdk-io");
        listing = endpoint(APIName.LIST_FRAGMENTS);
        media = endpoint(APIName.GET_MEDIA_FOR_FRAGMENT_LIST);
        window =
                clients.control()
                        .describeStream(r -> r.streamName(stream))
                        .join()
                        .streamInfo()
                        .creationTime();
    }

    private URI endpoint(APIName api) {
        return URI.create(
                clients.control()
                        .getDataEndpoint(r -> r.streamName(stream).apiName(api))
                        .join()
                        .dataEndpoint());
    }

    /**
     * Reads the whole stream.
     *
     * @param newReceived accepts the number of bytes of each buffer, in any thread
     * @param newFailed accepts the reason if a call fails
     */
    synchronized void start(IntConsumer newReceived, Consumer<Throwable> newFailed) {
        received = newReceived;
        failed = newFailed;
        goOn();
    }

    /** Makes the calls that can be made now. */
    private synchronized void goOn() {
        if (unlisted > 0 && !isListing && numbers.size() < WINDOW) {
            isListing = true;
            ListFragmentsRequest request = nextWindow();
            timer.execute(
                    () -> clients.archive().listFragments(request).whenComplete(this::onPage));
        }
        // The fragment after a batch must be known, too.
        while (calls < CALLS && (numbers.size() > BATCH || unlisted == 0 && !numbers.isEmpty())) {
            calls++;
            List<String> batch = new ArrayList<>();
            while (batch.size() < BATCH && !numbers.isEmpty()) {
                batch.add(numbers.remove());
            }
            BatchBytes wanted = new BatchBytes((long) batch.size() * fragmentBytes, received);
            if (!numbers.isEmpty()) {
                batch.add(numbers.peek());
            }
            timer.execute(() -> fetch(batch, wanted));
        }
    }

    private ListFragmentsRequest nextWindow() {
        Instant from = window;
        window = window.plus(WINDOW_DURATION);
        TimestampRange range =
                TimestampRange.builder()
                        .startTimestamp(from)
                        .endTimestamp(window.minusMillis(1))
                        .build();
        return ListFragmentsRequest.builder()
                .streamName(stream)
                .maxResults((long) FragmentArchive.PAGE_SIZE)
                .fragmentSelector(
                        s ->
                                s.fragmentSelectorType(FragmentSelectorType.SERVER_TIMESTAMP)
                                        .timestampRange(range))
                .overrideConfiguration(KvsClients.atArchiveEndpoint(listing))
                .build();
    }

    private synchronized void onPage(
            @Nullable ListFragmentsResponse page, @Nullable Throwable error) {
        if (error != null) {
            failed.accept(error);
            return;
        }
        page.fragments().stream().map(Fragment::fragmentNumber).sorted().forEach(numbers::add);
        unlisted -= page.fragments().size();
        isListing = false;
        goOn();
    }

    private void fetch(List<String> batch, BatchBytes wanted) {
        clients.archive()
                .getMediaForFragmentList(
                        r ->
                                r.streamName(stream)
                                        .fragments(batch)
                                        .overrideConfiguration(KvsClients.atArchiveEndpoint(media)),
                        new DiscardedBody<GetMediaForFragmentListResponse>(
                                bytes -> wanted.count(bytes.remaining()), this::onEnd));
    }

    private synchronized void onEnd(@Nullable Throwable error) {
        if (error != null) {
            failed.accept(error);
            return;
        }
        calls--;
        goOn();
    }

    @Override
    public void close() {
        clients.close();
        timer.shutdownNow();
    }

    /** Counts the bytes of a batch without those of the fragment after it. */
    private static final class BatchBytes {
        private final IntConsumer received;
        private long left;

        BatchBytes(long bytes, IntConsumer received) {
            this.left = bytes;
            this.received = received;
        }

        void count(int bytes) {
            int counted = (int) Math.min(bytes, left);
            left -= counted;
            if (counted > 0) {
                received.accept(counted);
            }
        }
    }
}
