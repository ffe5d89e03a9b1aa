/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.fuzz.Check;
import io.github.flinkkvs.fuzz.Fuzzed;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Whatever the archive answers in place of media, there is a clip or a reason why there is none,
 * within a small heap, and nothing is left of it. In the package of what it tests, so that the
 * answers need no network.
 *
 * <p>The first byte of an input gives the format, the clock, whether a fragment is listed that
 * never comes, and the limit of the size; the others are each answer.
 */
class ClipFuzzTest {

    private static final int MAX_BYTES = 1 << 20;

    private static final long LAST_MILLIS = Instant.parse("9999-01-01T00:00:00Z").toEpochMilli();

    @Fuzzed
    void anyAnswer(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        byte[] answer = Arrays.copyOfRange(input, 1, input.length);
        List<ArchivedFragment> listed = fragments(answer);
        if ((input[0] & 4) != 0 || listed.isEmpty()) {
            listed.add(new ArchivedFragment(FragmentNumber.of("7"), 0, 0, 100));
        }
        ClipRequest.Clock clock = ClipRequest.Clock.values()[input[0] >> 1 & 1];
        List<Long> times =
                listed.stream()
                        .map(
                                fragment ->
                                        clock == ClipRequest.Clock.SERVER
                                                ? fragment.serverTimestampMillis()
                                                : fragment.producerTimestampMillis())
                        .filter(time -> time >= 0 && time < LAST_MILLIS)
                        .sorted()
                        .collect(Collectors.toList());
        if (times.isEmpty()) {
            // Nobody can ask for such times.
            return;
        }
        ClipRequest request =
                ClipRequest.of(
                                "camera",
                                Instant.ofEpochMilli(times.get(0)),
                                Instant.ofEpochMilli(times.get(times.size() - 1)))
                        .withClock(clock)
                        .withFormat(Clip.Format.values()[input[0] & 1]);
        Configuration config = new Configuration();
        config.set(ClipOptions.MAX_BYTES, new MemorySize((input[0] & 8) != 0 ? 2_000 : MAX_BYTES));
        FuzzWorker worker = new FuzzWorker();
        HostileArchive archive = new HostileArchive(worker, listed, answer);
        try (ClipFetcher fetcher =
                new ClipFetcher(
                        ClipSettings.of(config, 1),
                        archive,
                        new UnregisteredMetricsGroup(),
                        worker)) {
            CompletableFuture<Clip> clip = fetcher.fetch(request);
            worker.runAll();
            Check.that(clip.isDone(), "neither a clip nor a reason");
            Check.that(archive.open() == 0, "a call is left");
            Throwable failure = clip.handle((made, error) -> error).join();
            if (failure == null) {
                check(clip.join(), listed);
            } else if (failure instanceof ClipException) {
                Check.saysSomething((ClipException) failure);
            } else {
                throw new AssertionError("not a reason", failure);
            }
        }
    }

    private static void check(Clip clip, List<ArchivedFragment> listed) throws MkvException {
        Set<FragmentNumber> numbers =
                listed.stream().map(ArchivedFragment::number).collect(Collectors.toSet());
        Check.that(numbers.containsAll(clip.fragments()), clip);
        Check.that(!clip.fragments().isEmpty(), clip);
        Check.that(!clip.duration().isNegative(), clip);
        Check.that(clip.sizeBytes() > 0, clip);
        if (clip.format() == Clip.Format.MKV) {
            MkvParser parser = new MkvParser();
            ByteBuffer file = clip.bytes();
            while (parser.next(file) != MkvParser.Event.NEED_INPUT) {
                // A file that cannot be parsed fails the test.
            }
            Check.that(!file.hasRemaining(), clip);
        }
    }

    /** What the answer has, as a list has it. */
    private static List<ArchivedFragment> fragments(byte[] answer) {
        List<ArchivedFragment> found = new ArrayList<>();
        FragmentAssembler assembler =
                new FragmentAssembler(
                        "camera", null, true, Integer.MAX_VALUE, FragmentEnd.NEXT_FRAGMENT);
        FragmentHandler handler =
                new FragmentHandler() {
                    @Override
                    public void onFragment(Fragment fragment) {
                        found.add(
                                new ArchivedFragment(
                                        fragment.number(),
                                        fragment.serverTimestampMillis(),
                                        fragment.producerTimestampMillis(),
                                        fragment.sizeBytes()));
                    }

                    @Override
                    public void onServiceError(ServiceError error) {}
                };
        try {
            assembler.feed(ByteBuffer.wrap(answer), handler);
            assembler.completeLast(handler);
        } catch (MkvException e) {
            // What came before is listed.
        }
        return found;
    }
}
