/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.FragmentPage;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import software.amazon.awssdk.services.kinesisvideo.model.StreamInfo;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import javax.annotation.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Streams with media of which everything is known, and ways to ask for it. Used by one thread.
 *
 * <p>The first keeps media for an hour: two calls of three fragments of a second each, of which the
 * second begins 20 s after the first by the producer's clock. The buffer keeps none: what it has
 * leaves after five minutes. The live stream has what is pushed while statements are checked.
 */
final class World {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** The producer's time from the first call to the second. */
    static final long GAP_MILLIS = 20_000;

    /** So many fragments a second leave a stream; a little fewer enter it. */
    static final Duration PACE = Duration.ofMillis(250);

    /** Fewer than the five calls that a stream allows in a second. */
    private static final Duration TURN = Duration.ofMillis(250);

    private static final Duration CONNECTION_FREE = Duration.ofSeconds(60);

    final Service service;
    final Report report;
    final StreamInfo stream;
    final StreamArn arn;
    final StreamArn buffer;
    final StreamArn live;

    /** The producer timestamp of the first fragment. */
    final long startMillis;

    /** The fragments of the first stream as GetMedia delivers them. */
    final List<Fragment> fragments;

    /** Those of the buffer that leave it. */
    final List<String> buffered;

    /** What was pushed into the first stream, in the order of {@link #fragments}. */
    final List<MediaFragment> pushed = new ArrayList<>();

    private final long bufferedNanos;
    private final Duration creation;
    private int seed;

    World(Service service, Report report) throws Exception {
        this.service = service;
        this.report = report;
        String name = service.target.stream;
        stream = service.create(name, 1);
        arn = StreamArn.parse(stream.streamARN());
        long begin = System.nanoTime();
        buffer = StreamArn.parse(service.create(name + "-buffer", 0).streamARN());
        creation = Duration.ofNanos(System.nanoTime() - begin);
        live = StreamArn.parse(service.create(name + "-live", 1).streamARN());
        startMillis = System.currentTimeMillis();
        buffered = push(buffer, List.of(fragment(startMillis), fragment(startMillis + 1_000)));
        bufferedNanos = System.nanoTime();
        call(startMillis);
        service.target.time.pass(Duration.ofSeconds(3));
        call(startMillis + GAP_MILLIS);
        try (Reading all = read(at(StartSelectorType.EARLIEST))) {
            fragments = all.until(pushed.size(), PATIENCE).fragments();
        }
        if (fragments.size() != pushed.size()) {
            throw new AssertionError(
                    pushed.size() + " fragments were pushed, and GetMedia delivers " + fragments);
        }
    }

    /** How long the buffer was CREATING, as far as polling shows. */
    Duration creation() {
        return creation;
    }

    // ---- pushing ------------------------------------------------------------------------------

    /** Three fragments in one PutMedia call, with a tag before the first one and one in each. */
    private void call(long beginMillis) throws Exception {
        List<MediaFragment> media = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            MediaFragment plain = fragment(beginMillis + i * 1_000);
            media.add(
                    plain.toBuilder()
                            .tagBefore("contract-call", String.valueOf(beginMillis))
                            .tagAfter("contract-fragment", String.valueOf(i))
                            .build());
        }
        push(arn, media);
        pushed.addAll(media);
    }

    /** A fragment of a second, whose bytes no other has. */
    MediaFragment fragment(long producerMillis) {
        return MediaFragment.ofSize(20_000, seed++).toBuilder()
                .producerTimestampMillis(producerMillis)
                .frame(MediaFrame.of(1, 500, false, new byte[100]))
                .build();
    }

    /**
     * Pushes fragments in one call and waits until they are acknowledged; returns their numbers.
     */
    List<String> push(StreamArn to, List<MediaFragment> media) throws Exception {
        try (Upload upload = new Upload(service, to.toString())) {
            for (MediaFragment fragment : media) {
                upload.send(fragment);
                pause(PACE);
            }
            return upload.end();
        }
    }

    /** Pushes one fragment of the present into the live stream; returns its number. */
    String pushNow() throws Exception {
        return push(live, List.of(fragment(System.currentTimeMillis()))).get(0);
    }

    /** Lets time pass until the buffer has lost what it had at the beginning. */
    void outliveTheBuffer() throws InterruptedException {
        Duration age = Duration.ofNanos(System.nanoTime() - bufferedNanos);
        Duration left = Duration.ofMinutes(6).minus(age);
        if (!left.isNegative()) {
            service.target.time.pass(left);
        }
    }

    /** Time that nobody can hurry, because the service measures it. */
    static void pause(Duration time) throws InterruptedException {
        new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    // ---- GetMedia -----------------------------------------------------------------------------

    static StartSelector at(StartSelectorType type) {
        return StartSelector.builder().startSelectorType(type).build();
    }

    static StartSelector after(String number) {
        return StartSelector.builder()
                .startSelectorType(StartSelectorType.FRAGMENT_NUMBER)
                .afterFragmentNumber(number)
                .build();
    }

    static StartSelector at(StartSelectorType type, long millis) {
        return StartSelector.builder()
                .startSelectorType(type)
                .startTimestamp(Instant.ofEpochMilli(millis))
                .build();
    }

    /** A GetMedia call to the first stream that is accepted or refused. */
    Reading read(StartSelector start) throws InterruptedException {
        return read(arn, start);
    }

    /** As {@link #read}, after a while if earlier calls still hold connections. */
    Reading read(StreamArn from, StartSelector start) throws InterruptedException {
        long end = System.nanoTime() + CONNECTION_FREE.toNanos();
        while (true) {
            Reading reading = tryRead(from, start);
            if (!isBusy(reading.failure()) || System.nanoTime() > end) {
                return reading;
            }
            reading.close();
            pause(Duration.ofSeconds(1));
        }
    }

    private static boolean isBusy(@Nullable Throwable failure) {
        ErrorClass kind = failure == null ? null : ErrorTable.classify(failure);
        return kind == ErrorClass.CONNECTION_LIMIT || kind == ErrorClass.THROTTLED;
    }

    /** A GetMedia call that is made once. */
    Reading tryRead(StreamArn from, StartSelector start) throws InterruptedException {
        pause(TURN);
        return new Reading(
                        FragmentEnd.TRAILING_TAGS,
                        listener -> service.connection.media().open(from, start, listener))
                .answered();
    }

    // ---- the archive --------------------------------------------------------------------------

    /** All fragments of the first stream that begin in a range, page by page. */
    List<String> list(TimeRange range) throws Exception {
        return list(arn, range);
    }

    List<String> list(StreamArn of, TimeRange range) throws Exception {
        List<String> listed = new ArrayList<>();
        String token = null;
        do {
            FragmentPage page = page(of, range, token);
            page.fragments().forEach(fragment -> listed.add(fragment.number().toString()));
            token = page.nextToken();
        } while (token != null);
        return listed;
    }

    FragmentPage page(TimeRange range, @Nullable String token) throws Exception {
        return page(arn, range, token);
    }

    FragmentPage page(StreamArn of, TimeRange range, @Nullable String token) throws Exception {
        pause(TURN);
        return service.connection
                .archive()
                .list(of, range, token)
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Reads fragments from the archive to the end of the body, or until the call is refused. */
    Reading fetch(StreamArn from, List<String> numbers) throws InterruptedException {
        FragmentArchive archive = service.connection.archive();
        List<FragmentNumber> wanted =
                numbers.stream().map(FragmentNumber::of).collect(Collectors.toList());
        return new Reading(
                        FragmentEnd.NEXT_FRAGMENT, listener -> archive.open(from, wanted, listener))
                .toEnd(PATIENCE);
    }

    /** The numbers of the first stream's fragments at the beginning, in order. */
    List<String> numbers() {
        return fragments.stream().map(f -> f.number().toString()).collect(Collectors.toList());
    }

    String number(int index) {
        return fragments.get(index).number().toString();
    }
}
