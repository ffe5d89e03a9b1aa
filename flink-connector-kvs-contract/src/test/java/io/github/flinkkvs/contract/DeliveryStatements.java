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
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Tag;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import static io.github.flinkkvs.contract.Statement.that;
import static org.assertj.core.api.Assertions.assertThat;

/** What GetMedia delivers, when, and how it ends. */
final class DeliveryStatements {

    private static final Duration SOME_SECONDS = Duration.ofSeconds(20);

    /** Nobody has seen a longer call. */
    private static final Duration CAP = Duration.ofMinutes(50);

    /** The documentation says 40 minutes, and people 45. */
    private static final Duration LEAST_CAP = Duration.ofMinutes(39);

    /** After so long a silence a body ends anyway. */
    private static final Duration IDLE = Duration.ofMillis(2_500);

    /** The fragments of a minute. */
    private static final int MINUTE = 240;

    private static final int CONNECTIONS = 3;
    private static final int FRAGMENTS_A_SECOND = 5;

    /** NOW may begin with another one, which is much smaller than half of this. */
    private static final int LARGE = 400_000;

    private final World world;

    DeliveryStatements(World world) {
        this.world = world;
    }

    List<Statement> all() {
        return List.of(
                that("Fragments come in the order of their numbers", this::order),
                that("A fragment has number, timestamps and token of the service", this::tags),
                that("A fragment number tells the server's time", this::numberLayout),
                that("Frames come as they were pushed", this::media),
                that("Tags of the producer come with their fragments", this::producerTags),
                that("MILLIS_BEHIND_NOW tells how far a reader is behind", this::behind),
                that("The answer tells the service's time", this::serviceTime),
                that("A body ends three seconds after the last media", this::idleEnd),
                that(
                        "A fragment arrives while it is pushed, or when it is complete",
                        this::delivery),
                that("A body goes on while a fragment is being pushed", this::idleRule),
                that("No more than five fragments a second are delivered", this::pace),
                that("A stream has three connections for its readers", this::connections));
    }

    /** What takes about an hour. */
    List<Statement> slow() {
        return List.of(that("A body ends after 40 to 45 minutes", this::sessionCap));
    }

    // ---- what a body has ----------------------------------------------------------------------

    private void order() {
        List<BigInteger> numbers =
                world.numbers().stream().map(BigInteger::new).collect(Collectors.toList());
        assertThat(numbers).isSorted().doesNotHaveDuplicates();
        for (int i = 0; i < numbers.size(); i++) {
            assertThat(world.fragments.get(i).producerTimestampMillis())
                    .isEqualTo(world.pushed.get(i).producerTimestampMillis(0));
        }
        List<Long> server =
                world.fragments.stream()
                        .map(Fragment::serverTimestampMillis)
                        .collect(Collectors.toList());
        assertThat(server).isSorted();
    }

    private void tags() {
        for (Fragment fragment : world.fragments) {
            assertThat(fragment.number().toString()).matches("[0-9]{1,128}");
            assertThat(fragment.continuationToken()).isNotBlank();
            assertThat(fragment.millisBehindNow()).isNotNegative();
            assertThat(fragment.serverTimestampMillis())
                    .isBetween(
                            world.stream.creationTime().toEpochMilli(),
                            System.currentTimeMillis() + Duration.ofHours(1).toMillis());
        }
    }

    private void numberLayout() {
        for (Fragment fragment : world.fragments) {
            long hint = fragment.number().serverTimestampHint().orElse(0);
            assertThat(hint).isEqualTo(fragment.serverTimestampMillis());
        }
        world.report.answer(
                Question.NUMBER_LAYOUT, "yes", "the server timestamp is in " + world.number(0));
    }

    private void media() throws Exception {
        for (int i = 0; i < world.pushed.size(); i++) {
            List<Object> pushed = new ArrayList<>();
            long begin = world.pushed.get(i).producerTimestampMillis(0);
            for (MediaFrame frame : world.pushed.get(i).frames()) {
                pushed.add(
                        List.of(
                                (long) frame.track(),
                                frame.keyFrame(),
                                begin + frame.offsetMillis(),
                                ByteBuffer.wrap(frame.data())));
            }
            assertThat(world.fragments.get(i).frames())
                    .extracting(
                            frame ->
                                    (Object)
                                            List.of(
                                                    frame.trackNumber(),
                                                    frame.isKeyFrame(),
                                                    frame.timestampMillis(),
                                                    frame.data()))
                    .isEqualTo(pushed);
        }
    }

    private void producerTags() {
        boolean repeated = false;
        for (int i = 0; i < world.fragments.size(); i++) {
            List<Tag> tags = world.fragments.get(i).userTags();
            assertThat(values(tags, "contract-fragment")).containsExactly(String.valueOf(i % 3));
            boolean firstOfCall = i % 3 == 0;
            List<String> ofCall = values(tags, "contract-call");
            if (firstOfCall) {
                assertThat(ofCall).hasSize(1);
            } else {
                repeated |= !ofCall.isEmpty();
            }
        }
        world.report.answer(
                Question.LEADING_TAGS,
                repeated,
                "the second fragment of a call has "
                        + values(world.fragments.get(1).userTags(), "contract-call").size()
                        + " of them");
    }

    private static List<String> values(List<Tag> tags, String name) {
        return tags.stream()
                .filter(tag -> tag.name().equals(name))
                .map(Tag::value)
                .collect(Collectors.toList());
    }

    private void behind() throws Exception {
        world.service.target.time.pass(Duration.ofSeconds(2));
        try (Reading reading = world.read(World.at(StartSelectorType.EARLIEST))) {
            reading.toEnd(SOME_SECONDS);
            List<Fragment> fragments = reading.fragments();
            long first = fragments.get(0).millisBehindNow();
            long newest = fragments.get(fragments.size() - 1).millisBehindNow();
            world.report.answer(
                    Question.MILLIS_BEHIND_NOW,
                    newest > 0 ? "AGE" : first > 0 ? "ZERO_WHEN_NEWEST" : "ZERO",
                    first + " of the oldest, " + newest + " of the newest");
        }
    }

    private void serviceTime() throws Exception {
        try (Reading reading = world.read(World.at(StartSelectorType.EARLIEST))) {
            reading.until(1, SOME_SECONDS);
            // A whole second, so that a fragment of this moment is not after it.
            assertThat(reading.serviceTimeMillis() + 1_000)
                    .isGreaterThan(world.fragments.get(0).serverTimestampMillis());
        }
    }

    // ---- when it comes ------------------------------------------------------------------------

    private void idleEnd() throws Exception {
        try (Reading reading = world.read(World.at(StartSelectorType.EARLIEST))) {
            reading.toEnd(SOME_SECONDS);
            assertThat(reading.failure()).isNull();
            assertThat(reading.endsWithinAFragment()).isFalse();
            assertThat(reading.silenceBeforeTheEnd()).isBetween(IDLE, Duration.ofSeconds(8));
        }
    }

    private void delivery() throws Exception {
        MediaFragment large =
                MediaFragment.ofSize(LARGE, 1).toBuilder()
                        .producerTimestampMillis(System.currentTimeMillis())
                        .build();
        int half = large.frames().size() / 2;
        try (Reading reading = world.read(world.live, World.at(StartSelectorType.NOW));
                Upload upload = new Upload(world.service, world.live.toString())) {
            upload.write(upload.beginning(large));
            for (MediaFrame frame : large.frames().subList(0, half)) {
                upload.write(large.block(frame));
            }
            boolean early = reading.hasBytes(LARGE / 4, Duration.ofMillis(1_500));
            for (MediaFrame frame : large.frames().subList(half, large.frames().size())) {
                upload.write(large.block(frame));
            }
            String number = upload.end().get(0);
            reading.until(number, SOME_SECONDS);
            world.report.answer(
                    Question.DELIVERY,
                    early ? "AS_INGESTED" : "WHEN_CLOSED",
                    "within 1.5 s, "
                            + (early ? "half" : "nothing")
                            + " of a fragment came of which half was pushed");
        }
    }

    /** A fragment of six seconds, in bits of some kilobytes. */
    private void idleRule() throws Exception {
        MediaFragment plain =
                MediaFragment.ofSize(20_000, 2).toBuilder()
                        .producerTimestampMillis(System.currentTimeMillis())
                        .build();
        try (Reading reading = world.read(world.live, World.at(StartSelectorType.NOW));
                Upload upload = new Upload(world.service, world.live.toString())) {
            upload.write(upload.beginning(open(plain)));
            int written = 0;
            for (int offset = 0; offset < 6_000 && !reading.isEnded(); offset += 500) {
                upload.write(plain.block(MediaFrame.of(1, offset, false, new byte[20_000])));
                written++;
                World.pause(Duration.ofMillis(500));
            }
            boolean ended = reading.isEnded();
            String number = upload.end().get(0);
            if (!ended) {
                reading.until(number, SOME_SECONDS);
            }
            // What is delivered only when it is complete was not delivered yet.
            boolean late = world.report.answers(Question.DELIVERY).contains("WHEN_CLOSED");
            String longer = late ? "INGESTED_BYTES" : "DELIVERED_BYTES or INGESTED_BYTES";
            String shorter = late ? "DELIVERED_BYTES or FRAGMENTS" : "FRAGMENTS";
            world.report.answer(
                    Question.IDLE_RULE,
                    ended ? shorter : longer,
                    "the body "
                            + (ended ? "ended" : "was open")
                            + " after "
                            + written / 2.0
                            + " s of one fragment");
        }
    }

    /** With a Cluster whose end nobody knows. */
    private static MediaFragment open(MediaFragment fragment) {
        return fragment.toBuilder().clusterSize(ClusterSize.UNKNOWN_8_BYTES).build();
    }

    private void pace() throws Exception {
        try (Reading reading = world.read(World.at(StartSelectorType.EARLIEST))) {
            reading.until(FRAGMENTS_A_SECOND + 1, SOME_SECONDS);
            assertThat(reading.arrival(FRAGMENTS_A_SECOND))
                    .as("time of the fragment after the first %s", FRAGMENTS_A_SECOND)
                    .isGreaterThan(Duration.ofMillis(800));
        }
    }

    private void connections() throws Exception {
        List<Reading> open = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                Reading reading = world.read(World.at(StartSelectorType.EARLIEST));
                assertThat(reading.failure()).isNull();
                open.add(reading);
            }
            try (Reading fourth = world.tryRead(world.arn, World.at(StartSelectorType.EARLIEST))) {
                Refusal.of(fourth.failure())
                        .is("ConnectionLimitExceededException 400", ErrorClass.CONNECTION_LIMIT);
            }
        } finally {
            open.forEach(Reading::close);
        }
    }

    private void sessionCap() throws Exception {
        long until = System.nanoTime() + CAP.toNanos();
        try (Reading reading = world.read(world.live, World.at(StartSelectorType.NOW))) {
            while (!reading.isEnded()) {
                if (System.nanoTime() > until) {
                    throw new AssertionError("The body did not end within " + CAP);
                }
                // A call of its own for each minute, because those of producers are capped, too.
                try (Upload upload = new Upload(world.service, world.live.toString())) {
                    for (int i = 0; i < MINUTE && !reading.isEnded(); i++) {
                        upload.send(world.fragment(System.currentTimeMillis()));
                        World.pause(World.PACE);
                    }
                    upload.end();
                }
            }
            assertThat(reading.silenceBeforeTheEnd())
                    .as("the end is not that of a silence")
                    .isLessThan(IDLE);
            if (world.service.target.endpoint == null) {
                assertThat(reading.duration()).isGreaterThan(LEAST_CAP);
            }
            world.report.answer(
                    Question.SESSION_CAP,
                    reading.endsWithinAFragment() ? "AT_ONCE" : "AFTER_FRAGMENT",
                    "after " + reading.duration().toSeconds() + " s");
            assertThat(reading.failure()).isNull();
        }
    }
}
