/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.Seeds;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.reader.Handover;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitState;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import javax.annotation.Nullable;

import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever happens to the sessions of a reader, in whatever order: each fragment of each stream
 * that is wanted, or each wanted frame, comes out once, in order, and nothing is left in the end.
 * Bytes, ends, errors and stale calls come at random, between pauses, restarts and a fetcher that
 * takes its time, by a clock that is turned by hand.
 */
class SessionInterleavingsTest {

    private static final int STEPS = 400;

    /** What the streams of a world are like. */
    enum Kind {
        /** Read from the earliest fragment, for ever. */
        PLAIN,
        /** Read from now, a timestamp or a fragment. */
        STARTS,
        /** The same, up to a timestamp or a fragment. */
        STOPS,
        /** The same, and a quarter of the fragments cannot be read. */
        BAD,
        /** Deleted and created anew under their names. */
        RECREATED,
        /** What is not read for an hour is gone. */
        EXPIRING
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void eachFragmentOnce(Kind kind) {
        Seeds.each(seed -> eachOnce(new World(random(seed, kind), kind, null)));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void eachFrameOnce(Kind kind) {
        Seeds.each(
                seed -> {
                    Random random = random(seed, kind);
                    int nth = 1 + random.nextInt(2);
                    eachOnce(new World(random, kind, FrameFilter.all().everyNth(nth)));
                });
    }

    private static void eachOnce(World world) throws Exception {
        for (int i = 0; i < STEPS; i++) {
            world.step();
        }
        world.heal();
        world.assertEachOnce();
        world.close();
        // A description that is still to be asked for is of no interest any more.
        world.rig.timer.runDue();
        world.assertNothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void nothingIsLeftWheneverAReaderCloses(Kind kind) {
        Seeds.each(
                seed -> {
                    World world = new World(random(seed, kind), kind, null);
                    int steps = world.random.nextInt(STEPS / 4);
                    for (int i = 0; i < steps; i++) {
                        world.step();
                    }
                    world.close();
                    world.staleEvents();
                    world.rig.timer.advance(Duration.ofHours(1));
                    world.assertNothingIsLeft();
                });
    }

    /** Seeds that follow each other would begin alike. */
    private static Random random(long seed, Kind kind) {
        return new Random(seed * 7919 + kind.ordinal());
    }

    /** A reader of some streams, what the service has of them, and Flink behind. */
    private static final class World {

        final Random random;
        final Kind kind;
        private final int retentionHours;
        private final long budgetBytes;
        final SessionRig rig = new SessionRig();
        final List<Stream> streams = new ArrayList<>();
        private final Map<String, Stream> bySplit = new HashMap<>();

        /** Events with their split ids, and queues that are finished. */
        private final Queue<Object> unemitted = new ArrayDeque<>();

        private final long startNanos = rig.timer.nanoTime();

        World(Random random, Kind kind, @Nullable FrameFilter frames) {
            this.random = random;
            this.kind = kind;
            retentionHours = kind == Kind.EXPIRING ? 1 : 24;
            rig.frames = frames;
            // Room for two fragments, or for more than ever comes.
            budgetBytes = random.nextBoolean() ? 2_500 : 1 << 20;
            rig.budget = rig.newBudget(budgetBytes);
            rig.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofDays(100));
            rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
            rig.set(KvsSourceOptions.RECREATED_STREAM, RecreatedStreamPolicy.READ_NEW);
            rig.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
            for (int i = 0; i < 3; i++) {
                streams.add(new Stream("camera-" + i));
            }
            // Some media before anybody reads.
            for (int i = random.nextInt(12); i > 0; i--) {
                anyStream().push();
                rig.timer.advanceMillis(100 + random.nextInt(500));
            }
            // The service's clock tells whole seconds.
            rig.timer.advanceMillis(1000 + serviceSeconds() - serviceMillis());
            streams.forEach(Stream::find);
            streams.forEach(Stream::start);
            rig.timer.runDue();
        }

        Stream anyStream() {
            return streams.get(random.nextInt(streams.size()));
        }

        long serviceMillis() {
            return SessionRig.T0 + (rig.timer.nanoTime() - startNanos) / 1_000_000;
        }

        /** As its answers tell. */
        long serviceSeconds() {
            return Math.floorDiv(serviceMillis(), 1000L) * 1000;
        }

        void step() throws Exception {
            Stream stream = anyStream();
            switch (random.nextInt(21)) {
                case 0:
                case 1:
                    stream.push();
                    break;
                case 2:
                    stream.pause();
                    break;
                case 3:
                case 4:
                    stream.resume();
                    break;
                case 5:
                    stream.cut();
                    break;
                case 6:
                    stream.endQuietly();
                    break;
                case 7:
                    stream.fail();
                    break;
                case 8:
                    stream.errorTag();
                    break;
                case 9:
                    answer();
                    break;
                case 10:
                    staleEvents();
                    break;
                case 11:
                    checkpoint();
                    break;
                case 12:
                    if (random.nextInt(8) == 0) {
                        restart();
                    }
                    break;
                case 13:
                    take();
                    break;
                case 14:
                    emit(random.nextInt(3));
                    break;
                case 15:
                    rig.timer.advanceMillis(random.nextInt(3_000));
                    break;
                case 16:
                    if (random.nextInt(20) == 0) {
                        pass(Duration.ofMinutes(5));
                    }
                    break;
                case 17:
                    if (kind == Kind.RECREATED && random.nextInt(15) == 0) {
                        stream.recreate();
                    }
                    if (kind == Kind.EXPIRING && random.nextInt(15) == 0) {
                        pass(Duration.ofMinutes(40));
                    }
                    break;
                default:
                    stream.deliver(1 + random.nextInt(600));
            }
        }

        /** Time passes, but no call waits for its answer for as long. */
        private void pass(Duration time) {
            streams.forEach(stream -> stream.answered(stream.call()));
            rig.timer.advance(time);
        }

        // ---- Flink ------------------------------------------------------------------------

        private void take() throws Exception {
            rig.handover.wakeUp();
            Handover.Batch batch = rig.handover.take();
            batch.events()
                    .forEach(
                            (split, events) ->
                                    events.forEach(e -> unemitted.add(Map.entry(split, e))));
            for (EventQueue finished : batch.finished()) {
                rig.lock.lock();
                bySplit.get(finished.splitId()).session.close();
                rig.lock.unlock();
                unemitted.add(finished);
            }
        }

        private void emit(int count) {
            for (int i = 0; i < count && !unemitted.isEmpty(); i++) {
                Object next = unemitted.poll();
                if (next instanceof EventQueue) {
                    Stream stream = bySplit.get(((EventQueue) next).splitId());
                    assertThat(stream.finished).as("finished before").isFalse();
                    stream.finished = true;
                    continue;
                }
                Map.Entry<?, ?> taken = (Map.Entry<?, ?>) next;
                StreamEvent event = (StreamEvent) taken.getValue();
                Stream stream = bySplit.get(taken.getKey());
                event.applyTo(stream.state);
                if (event instanceof StreamEvent.FragmentArrived) {
                    StreamEvent.FragmentArrived arrived = (StreamEvent.FragmentArrived) event;
                    stream.emitted.add(arrived.fragment().number().toString());
                } else if (event instanceof StreamEvent.FrameArrived) {
                    FrameRecord frame = ((StreamEvent.FrameArrived) event).frame();
                    stream.emitted.add(frame.fragment().number() + "." + frame.frame().index());
                }
                event.onEmitted();
            }
        }

        private void checkpoint() {
            for (Stream stream : streams) {
                // Flink keeps no splits that are finished.
                stream.checkpoint = stream.finished ? null : stream.state.toSplit();
                stream.checkpointed = stream.emitted.size();
            }
        }

        private void restart() throws Exception {
            close();
            // What Flink held is gone with it.
            rig.budget = rig.newBudget(budgetBytes);
            unemitted.clear();
            rig.handover.wakeUp();
            assertThat(rig.handover.take().events()).isEmpty();
            if (kind == Kind.EXPIRING && random.nextBoolean()) {
                rig.timer.advance(Duration.ofMinutes(random.nextInt(90)));
            }
            for (Stream stream : streams) {
                stream.emitted.subList(stream.checkpointed, stream.emitted.size()).clear();
                stream.finished = stream.checkpoint == null;
                if (!stream.finished) {
                    stream.start();
                }
            }
            rig.timer.runDue();
        }

        void close() {
            rig.lock.lock();
            streams.forEach(stream -> stream.session.close());
            rig.lock.unlock();
        }

        // ---- the service ------------------------------------------------------------------

        /** The service's descriptions come. */
        private void answer() {
            for (Map.Entry<String, CompletableFuture<StreamDescription>> asked :
                    new HashMap<>(rig.directory.answers).entrySet()) {
                rig.directory.answers.remove(asked.getKey());
                CompletableFuture<StreamDescription> answer = asked.getValue();
                boolean byArn = StreamArn.isArn(asked.getKey());
                String name = byArn ? StreamArn.parse(asked.getKey()).name() : asked.getKey();
                Stream stream = streams.stream().filter(s -> s.name.equals(name)).findFirst().get();
                if (random.nextInt(4) == 0) {
                    answer.completeExceptionally(new IOException("reset"));
                } else if (byArn && !asked.getKey().equals(stream.arn.toString())) {
                    answer.completeExceptionally(notFound());
                } else {
                    answer.complete(stream.description());
                }
            }
        }

        private Throwable notFound() {
            return SessionRig.error("ResourceNotFoundException", 404);
        }

        /** Calls that were given up still report. */
        void staleEvents() {
            for (SessionRig.Call call : new ArrayList<>(rig.service.calls)) {
                if (call.cancelled && random.nextInt(4) == 0) {
                    call.respond(serviceSeconds());
                    call.lateBytes(GetMediaBytes.fragment(900_000, SessionRig.T0, 10));
                    if (random.nextBoolean()) {
                        call.endEarly();
                    }
                    call.fail(new IOException("cancelled"));
                }
            }
        }

        // ---- in the end -------------------------------------------------------------------

        void heal() throws Exception {
            // A gap is found out by and by, be it that nothing is behind it.
            int least = kind == Kind.EXPIRING ? 200 : 0;
            for (int i = 0;
                    i < least || i < 4_000 && !streams.stream().allMatch(Stream::isRead);
                    i++) {
                for (Stream stream : streams) {
                    if (!stream.finished) {
                        stream.resume();
                        stream.deliver(Integer.MAX_VALUE);
                        stream.endQuietly();
                    }
                }
                answer();
                take();
                emit(unemitted.size());
                rig.timer.advanceMillis(500);
            }
        }

        void assertEachOnce() {
            if (kind == Kind.EXPIRING) {
                assertLossesAreTold();
                return;
            }
            for (Stream stream : streams) {
                if (kind == Kind.RECREATED) {
                    stream.assertEachOfItsStreamsUpToItsEnd();
                } else {
                    assertThat(stream.emitted).as(stream.name).isEqualTo(stream.expected());
                }
                assertThat(stream.finished).as("finished").isEqualTo(stream.stop.isBounded());
            }
        }

        private void assertLossesAreTold() {
            int streamsWithLosses = 0;
            for (Stream stream : streams) {
                List<String> expected = stream.expected();
                List<String> kept = new ArrayList<>(expected);
                kept.retainAll(stream.emitted);
                assertThat(stream.emitted).as(stream.name).isEqualTo(kept);
                // The earliest fragment is whichever is there.
                int from =
                        stream.start.kind() != StartingPosition.Kind.EARLIEST || kept.isEmpty()
                                ? 0
                                : expected.indexOf(kept.get(0));
                boolean lost = !kept.isEmpty() && kept.size() < expected.size() - from;
                streamsWithLosses += lost ? 1 : 0;
            }
            assertThat(rig.metrics.count("gaps") + rig.metrics.count("incompleteFragments"))
                    .as("told of losses in " + streamsWithLosses + " streams")
                    .isGreaterThanOrEqualTo(streamsWithLosses);
        }

        void assertNothingIsLeft() {
            emit(unemitted.size());
            assertThat(rig.service.open()).as("open calls").isEmpty();
            assertThat(rig.timer.scheduled()).as("timers").isZero();
            assertThat(rig.budget.used()).as("memory").isZero();
            assertThat(rig.metrics.gauge("connections")).as("connections").isZero();
            assertThat(rig.metrics.gauge("streamsAtConnectionLimit")).as("at the limit").isZero();
            assertThat(streams).allSatisfy(s -> assertThat(s.session.queue().events()).isEmpty());
        }

        // ---- a stream ---------------------------------------------------------------------

        /** A fragment that the service was given. */
        private final class Pushed {
            final StreamArn arn;
            final FragmentNumber number;
            final long millis;
            final byte[] bytes;

            /** What comes out of it, if it is wanted. */
            final List<String> texts = new ArrayList<>();

            Pushed(Stream stream, long millis) {
                this.arn = stream.arn;
                this.millis = millis;
                String text = GetMediaBytes.number(millis, random.nextInt(3));
                this.number = FragmentNumber.of(text);
                if (kind == Kind.BAD && random.nextInt(4) == 0) {
                    bytes = GetMediaBytes.malformed(text, millis);
                    return;
                }
                int count = 1 + (rig.frames == null ? 0 : random.nextInt(4));
                int[] sizes = random.ints(count, 1, rig.frames == null ? 1_500 : 700).toArray();
                bytes = GetMediaBytes.fragmentOfFrames(text, millis, sizes);
                if (rig.frames == null) {
                    texts.add(text);
                } else {
                    for (FrameRecord frame : framesOf(bytes)) {
                        texts.add(text + "." + frame.frame().index());
                    }
                }
            }

            private List<FrameRecord> framesOf(byte[] document) {
                try {
                    return rig.frames.of(GetMediaBytes.parse("camera", true, document));
                } catch (MkvException e) {
                    throw new AssertionError(e);
                }
            }
        }

        /** A stream, and those that had its name before. */
        private final class Stream {
            final String name;
            private int created = 1;
            StreamArn arn;

            /** What the service was given, in the order of numbers. */
            private final List<Pushed> pushed = new ArrayList<>();

            private final Map<SessionRig.Call, Body> bodies = new HashMap<>();

            /** Fragments, or wanted frames, in their order. */
            final List<String> emitted = new ArrayList<>();

            StartingPosition start;
            StoppingPosition stop;
            KvsSplitState state;
            @Nullable KvsSplit checkpoint;
            int checkpointed;
            StreamSession session;
            boolean finished;
            private long lastCut = -1;

            Stream(String name) {
                this.name = name;
                this.arn = SessionRig.arn(name, created);
            }

            StreamDescription description() {
                return new StreamDescription(arn, retentionHours, serviceSeconds());
            }

            /** As the enumerator does. */
            void find() {
                checkpoint = KvsSplit.firstSeen(description(), anyStart(), anyStop());
                start = checkpoint.start();
                stop = checkpoint.stop();
            }

            private StartingPosition anyStart() {
                long millis = serviceSeconds() - random.nextInt(3_000);
                int choice = kind == Kind.PLAIN || kind == Kind.RECREATED ? 0 : random.nextInt(5);
                if (choice == 1) {
                    return StartingPosition.now();
                } else if (choice == 2) {
                    return StartingPosition.atServerTimestamp(Instant.ofEpochMilli(millis));
                } else if (choice == 3) {
                    return StartingPosition.atProducerTimestamp(
                            Instant.ofEpochMilli(GetMediaBytes.producerMillis(millis)));
                } else if (choice == 4) {
                    return StartingPosition.afterFragment(GetMediaBytes.number(millis, 1));
                }
                return StartingPosition.earliest();
            }

            private StoppingPosition anyStop() {
                long millis = serviceSeconds() + 1000 + random.nextInt(60_000);
                int choice = kind == Kind.STOPS || kind == Kind.BAD ? random.nextInt(4) : 0;
                if (choice == 1) {
                    return StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(millis));
                } else if (choice == 2) {
                    return StoppingPosition.atProducerTimestamp(Instant.ofEpochMilli(millis));
                } else if (choice == 3) {
                    return StoppingPosition.atFragment(GetMediaBytes.number(millis, 1));
                }
                return StoppingPosition.never();
            }

            void start() {
                state = new KvsSplitState(checkpoint);
                session = rig.newSession(checkpoint);
                bySplit.put(session.splitId(), this);
                rig.lock.lock();
                session.start();
                rig.lock.unlock();
            }

            void push() {
                long last = pushed.isEmpty() ? 0 : pushed.get(pushed.size() - 1).millis;
                pushed.add(new Pushed(this, Math.max(serviceMillis(), last + 1)));
            }

            /** Calls of the old one may go on for a while. */
            void recreate() {
                created++;
                arn = SessionRig.arn(name, created);
                for (SessionRig.Call call : rig.service.open()) {
                    if (call.arn.name().equals(name) && random.nextBoolean()) {
                        call.fail(notFound());
                    }
                }
            }

            void pause() {
                rig.lock.lock();
                session.pause();
                rig.lock.unlock();
            }

            void resume() {
                rig.lock.lock();
                session.resume();
                rig.lock.unlock();
                rig.timer.runDue();
            }

            // ---- what is right ------------------------------------------------------------

            List<String> expected() {
                return pushed.stream()
                        .filter(this::isWanted)
                        .flatMap(each -> each.texts.stream())
                        .collect(Collectors.toList());
            }

            private boolean isWanted(Pushed each) {
                // Of those that have its name later, everything is.
                boolean early = each.arn.equals(SessionRig.arn(name, 1)) && isBeforeStart(each);
                return !early && !isBeyondStop(each);
            }

            private boolean isBeforeStart(Pushed each) {
                switch (start.kind()) {
                    case NOW:
                    case SERVER_TIMESTAMP:
                        return each.millis < start.timestampMillis();
                    case PRODUCER_TIMESTAMP:
                        return GetMediaBytes.producerMillis(each.millis) < start.timestampMillis();
                    case AFTER_FRAGMENT:
                        return each.number.compareTo(start.fragmentNumber()) <= 0;
                    default:
                        return false;
                }
            }

            private boolean isBeyondStop(Pushed each) {
                switch (stop.kind()) {
                    case SERVER_TIMESTAMP:
                        return each.millis > stop.timestampMillis();
                    case PRODUCER_TIMESTAMP:
                        return GetMediaBytes.producerMillis(each.millis) > stop.timestampMillis();
                    case FRAGMENT:
                        return each.number.compareTo(stop.fragmentNumber()) > 0;
                    default:
                        return false;
                }
            }

            boolean isRead() {
                if (stop.isBounded()) {
                    return finished;
                }
                List<String> expected = expected();
                if (kind != Kind.EXPIRING && kind != Kind.RECREATED) {
                    return emitted.size() >= expected.size();
                }
                // What is lost, or belonged to another stream, does not come.
                long oldest = description().oldestRetainedMillis();
                List<String> last =
                        pushed.stream()
                                .filter(each -> each.arn.equals(arn))
                                .filter(each -> each.millis >= oldest)
                                .flatMap(each -> each.texts.stream())
                                .filter(expected::contains)
                                .collect(Collectors.toList());
                return last.isEmpty()
                        || !emitted.isEmpty()
                                && emitted.get(emitted.size() - 1)
                                        .equals(last.get(last.size() - 1));
            }

            /** The last one as a whole; of those before it, what was read when they were gone. */
            void assertEachOfItsStreamsUpToItsEnd() {
                List<String> rest = emitted;
                for (int i = 1; i <= created; i++) {
                    StreamArn of = SessionRig.arn(name, i);
                    List<String> all =
                            pushed.stream()
                                    .filter(each -> each.arn.equals(of))
                                    .flatMap(each -> each.texts.stream())
                                    .collect(Collectors.toList());
                    int read = 0;
                    while (read < Math.min(all.size(), rest.size())
                            && all.get(read).equals(rest.get(read))) {
                        read++;
                    }
                    rest = rest.subList(read, rest.size());
                    if (i == created) {
                        assertThat(all).as("read of the last " + name).hasSize(read);
                    }
                }
                assertThat(rest).as("not of " + name).isEmpty();
            }

            // ---- its calls ----------------------------------------------------------------

            @Nullable
            private SessionRig.Call call() {
                List<SessionRig.Call> open = new ArrayList<>(rig.service.open());
                open.removeIf(call -> !call.arn.name().equals(name));
                assertThat(open).as("calls at a time").hasSizeLessThanOrEqualTo(1);
                return open.isEmpty() ? null : open.get(0);
            }

            /** The answer comes, if there was none yet; null if the call is over with it. */
            @Nullable
            private Body answered(@Nullable SessionRig.Call call) {
                if (call == null) {
                    return null;
                }
                if (!bodies.containsKey(call)) {
                    bodies.put(call, new Body(call));
                    if (call.arn.equals(arn)) {
                        call.respond(serviceSeconds());
                    } else {
                        call.fail(notFound());
                    }
                }
                return call.over || call.cancelled ? null : bodies.get(call);
            }

            void deliver(int bytes) {
                SessionRig.Call call = call();
                int left = bytes;
                while (left > 0) {
                    Body body = answered(call);
                    if (body == null) {
                        return;
                    }
                    byte[] next = body.next(left);
                    if (call.requested == 0 || next.length == 0) {
                        return;
                    }
                    body.sent += next.length;
                    left -= next.length;
                    call.bytes(next);
                }
            }

            /**
             * The same place again and again would be a bad fragment, and a cut after silence the
             * service's own end.
             */
            void cut() {
                SessionRig.Call call = call();
                Body body = answered(call);
                if (body != null && call.requested > 0 && !call.isSilent()) {
                    long place = body.placeInFragment();
                    if (place != lastCut) {
                        lastCut = place;
                        call.endEarly();
                    }
                }
            }

            /** As the service ends a call that has nothing to send. */
            void endQuietly() {
                SessionRig.Call call = call();
                Body body = answered(call);
                if (body != null && body.next(1).length == 0) {
                    call.end();
                }
            }

            void fail() {
                SessionRig.Call call = call();
                if (call == null) {
                    return;
                }
                List<Throwable> errors =
                        Arrays.asList(
                                new IOException("reset"),
                                SessionRig.error("ClientLimitExceededException", 400),
                                SessionRig.error("ConnectionLimitExceededException", 400),
                                SessionRig.error("InternalFailure", 500),
                                SessionRig.error("InvalidEndpointException", 400));
                call.fail(random.nextInt(6) == 0 ? notFound() : any(errors));
            }

            private <T> T any(List<T> list) {
                return list.get(random.nextInt(list.size()));
            }

            /** The service does not find the position, or is in trouble. */
            void errorTag() {
                SessionRig.Call call = call();
                Body body = answered(call);
                if (body != null && call.requested > 0 && body.sent == 0) {
                    boolean position = !call.start().equals("EARLIEST");
                    int id = position && random.nextBoolean() ? 4000 : 5000;
                    call.bytes(GetMediaBytes.error(id, "TOLD_SO"));
                }
            }

            /** What a call brings: also what is pushed while it goes on. */
            private final class Body {
                private final StreamArn of;
                private final FragmentNumber from;
                private final long oldestMillis;
                int sent;

                Body(SessionRig.Call call) {
                    of = call.arn;
                    oldestMillis = description().oldestRetainedMillis();
                    from = from(call);
                }

                private FragmentNumber from(SessionRig.Call call) {
                    StartSelectorType type = call.selector.startSelectorType();
                    switch (type) {
                        case EARLIEST:
                            return FragmentNumber.of("0");
                        case FRAGMENT_NUMBER:
                            return FragmentNumber.of(
                                    new BigInteger(call.selector.afterFragmentNumber())
                                            .add(BigInteger.ONE)
                                            .toString());
                        case NOW:
                            return at(serviceSeconds());
                        case SERVER_TIMESTAMP:
                            return at(call.selector.startTimestamp().toEpochMilli());
                        default:
                            return at(
                                    GetMediaBytes.serverMillis(
                                            call.selector.startTimestamp().toEpochMilli()));
                    }
                }

                /** How the service matches a timestamp is not documented. */
                private FragmentNumber at(long millis) {
                    FragmentNumber before = null;
                    for (Pushed each : pushed) {
                        if (each.arn.equals(of) && each.millis < millis) {
                            before = each.number;
                        }
                    }
                    return before != null && random.nextBoolean()
                            ? before
                            : FragmentNumber.of(GetMediaBytes.number(millis, 0));
                }

                private List<byte[]> fragments() {
                    return pushed.stream()
                            .filter(each -> each.arn.equals(of) && each.millis >= oldestMillis)
                            .filter(each -> each.number.compareTo(from) >= 0)
                            .map(each -> each.bytes)
                            .collect(Collectors.toList());
                }

                byte[] next(int atMost) {
                    byte[] all = GetMediaBytes.concat(fragments().toArray(new byte[0][]));
                    return Arrays.copyOfRange(
                            all, sent, (int) Math.min(all.length, (long) sent + atMost));
                }

                long placeInFragment() {
                    int left = sent;
                    for (byte[] fragment : fragments()) {
                        if (left < fragment.length) {
                            break;
                        }
                        left -= fragment.length;
                    }
                    return left;
                }
            }
        }
    }
}
