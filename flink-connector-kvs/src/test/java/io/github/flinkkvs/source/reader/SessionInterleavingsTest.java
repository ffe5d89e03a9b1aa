/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.StreamArn;
import io.github.flinkkvs.client.StreamDescription;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.MkvException;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitState;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import javax.annotation.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever happens to the sessions of a reader, in whatever order: each fragment of each stream, or
 * each wanted frame, comes out once, in order, and nothing is left in the end. Bytes, ends, errors
 * and stale calls come at random, between pauses, restarts and a fetcher that takes its time, by a
 * clock that is turned by hand.
 */
class SessionInterleavingsTest {

    private static final int STEPS = 400;

    @Property(tries = 1000)
    void eachFragmentOnce(@ForAll long seed) throws Exception {
        eachOnce(new World(new Random(seed), 3, null));
    }

    @Property(tries = 1000)
    void eachFrameOnce(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        eachOnce(new World(random, 3, FrameFilter.all().everyNth(1 + random.nextInt(2))));
    }

    private static void eachOnce(World world) throws Exception {
        for (int i = 0; i < STEPS; i++) {
            world.step();
        }
        world.heal();
        world.assertEachOnce();
        world.close();
        world.assertNothingIsLeft();
    }

    @Property(tries = 500)
    void nothingIsLeftWheneverAReaderCloses(@ForAll long seed) throws Exception {
        World world = new World(new Random(seed), 3, null);
        int steps = world.random.nextInt(STEPS / 4);
        for (int i = 0; i < steps; i++) {
            world.step();
        }
        world.close();
        world.staleEvents();
        world.rig.timer.advance(Duration.ofHours(1));
        world.assertNothingIsLeft();
    }

    /** A reader of some streams, what the service has of them, and Flink behind. */
    private static final class World {

        final Random random;
        private final long budgetBytes;
        final SessionRig rig = new SessionRig();
        final List<Stream> streams = new ArrayList<>();
        private final Map<MediaSession, Stream> bySession = new HashMap<>();
        private final Queue<StreamEvent> unemitted = new ArrayDeque<>();
        private final long startNanos = rig.timer.nanoTime();

        World(Random random, int count, @Nullable FrameFilter frames) {
            this.random = random;
            rig.frames = frames;
            // Room for two fragments, or for more than ever comes.
            budgetBytes = random.nextBoolean() ? 2_500 : 1 << 20;
            rig.budget = rig.newBudget(budgetBytes);
            rig.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofDays(1));
            for (int i = 0; i < count; i++) {
                streams.add(new Stream(SessionRig.arn("camera-" + i, 1)));
            }
            streams.forEach(Stream::start);
            rig.timer.runDue();
        }

        long serviceMillis() {
            return SessionRig.T0 + (rig.timer.nanoTime() - startNanos) / 1_000_000;
        }

        void step() throws Exception {
            Stream stream = streams.get(random.nextInt(streams.size()));
            switch (random.nextInt(20)) {
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
                        rig.timer.advance(Duration.ofMinutes(5));
                    }
                    break;
                default:
                    stream.deliver(1 + random.nextInt(600));
            }
        }

        // ---- Flink ------------------------------------------------------------------------

        private void take() throws Exception {
            rig.handover.wakeUp();
            Handover.Batch batch = rig.handover.take();
            unemitted.addAll(batch.events);
            assertThat(batch.finished).isEmpty();
        }

        private void emit(int count) {
            for (int i = 0; i < count && !unemitted.isEmpty(); i++) {
                StreamEvent event = unemitted.poll();
                Stream stream = bySession.get(event.session());
                event.applyTo(stream.state);
                if (event instanceof StreamEvent.FragmentArrived) {
                    StreamEvent.FragmentArrived arrived = (StreamEvent.FragmentArrived) event;
                    stream.emitted.add(arrived.fragment().number().toString());
                } else if (event instanceof StreamEvent.FrameArrived) {
                    FrameRecord frame = ((StreamEvent.FrameArrived) event).frame();
                    stream.emitted.add(frame.fragment().number() + "." + frame.frame().index());
                }
                event.session().onEmitted(event);
            }
        }

        private void checkpoint() {
            for (Stream stream : streams) {
                stream.checkpoint = stream.state.toSplit();
                stream.checkpointed = stream.emitted.size();
            }
        }

        private void restart() {
            close();
            // What Flink held is gone with it.
            rig.budget = rig.newBudget(budgetBytes);
            unemitted.clear();
            for (Stream stream : streams) {
                stream.emitted.subList(stream.checkpointed, stream.emitted.size()).clear();
                stream.start();
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
                if (random.nextInt(4) == 0) {
                    asked.getValue().completeExceptionally(new IOException("reset"));
                } else {
                    String[] arn = asked.getKey().split("/");
                    asked.getValue()
                            .complete(
                                    new StreamDescription(
                                            SessionRig.arn(arn.length > 1 ? arn[1] : arn[0], 1),
                                            24,
                                            serviceMillis()));
                }
            }
        }

        /** Calls that were given up still report. */
        void staleEvents() {
            for (SessionRig.Call call : new ArrayList<>(rig.service.calls)) {
                if (call.cancelled && random.nextInt(4) == 0) {
                    call.respond(serviceMillis());
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
            for (int i = 0; i < 2_000 && !streams.stream().allMatch(Stream::isRead); i++) {
                for (Stream stream : streams) {
                    stream.resume();
                    stream.deliver(Integer.MAX_VALUE);
                    stream.endQuietly();
                }
                answer();
                take();
                emit(unemitted.size());
                rig.timer.advanceMillis(500);
            }
        }

        void assertEachOnce() {
            for (Stream stream : streams) {
                assertThat(stream.emitted)
                        .as(stream.arn.name())
                        .containsExactlyElementsOf(stream.expected);
            }
        }

        void assertNothingIsLeft() {
            emit(unemitted.size());
            assertThat(rig.service.open()).as("open calls").isEmpty();
            assertThat(rig.timer.scheduled()).as("timers").isZero();
            assertThat(rig.budget.used()).as("memory").isZero();
            assertThat(rig.metrics.gauge("connections")).as("connections").isZero();
            assertThat(rig.metrics.gauge("streamsAtConnectionLimit")).as("at the limit").isZero();
            assertThat(streams).allSatisfy(s -> assertThat(s.session.events()).isEmpty());
        }

        // ---- a stream ---------------------------------------------------------------------

        private final class Stream {
            final StreamArn arn;

            /** What the service has, by fragment number. */
            final TreeMap<Long, byte[]> fragments = new TreeMap<>();

            private final Map<Long, Long> serverMillis = new HashMap<>();
            private final Map<SessionRig.Call, Body> bodies = new HashMap<>();

            /** Fragments, or wanted frames, in their order. */
            final List<String> expected = new ArrayList<>();

            final List<String> emitted = new ArrayList<>();
            KvsSplitState state;
            KvsSplit checkpoint;
            int checkpointed;
            MediaSession session;
            private boolean paused;
            private long lastCut = -1;

            Stream(StreamArn arn) {
                this.arn = arn;
                this.checkpoint =
                        KvsSplit.unread(arn, StartingPosition.earliest(), StoppingPosition.never());
            }

            void start() {
                paused = false;
                state = new KvsSplitState(checkpoint);
                session = rig.newSession(checkpoint);
                bySession.put(session, this);
                rig.lock.lock();
                session.start();
                rig.lock.unlock();
            }

            void push() {
                long number = fragments.isEmpty() ? 1 : fragments.lastKey() + 1 + random.nextInt(3);
                long millis = serviceMillis();
                int[] frames =
                        random.ints(1 + (rig.frames == null ? 0 : random.nextInt(4)), 1, 1_500)
                                .toArray();
                fragments.put(number, GetMediaBytes.fragmentOfFrames(number, millis, frames));
                serverMillis.put(number, millis);
                if (rig.frames == null) {
                    expected.add(Long.toString(number));
                } else {
                    expected.addAll(wanted(fragments.get(number)));
                }
            }

            private List<String> wanted(byte[] document) {
                try {
                    return rig.frames.of(GetMediaBytes.parse("camera", true, document)).stream()
                            .map(f -> f.fragment().number() + "." + f.frame().index())
                            .collect(Collectors.toList());
                } catch (MkvException e) {
                    throw new AssertionError(e);
                }
            }

            void pause() {
                paused = true;
                rig.lock.lock();
                session.pause();
                rig.lock.unlock();
            }

            void resume() {
                paused = false;
                rig.lock.lock();
                session.resume();
                rig.lock.unlock();
                rig.timer.runDue();
            }

            @Nullable
            private SessionRig.Call call() {
                List<SessionRig.Call> open = new ArrayList<>(rig.service.open());
                open.removeIf(call -> !call.arn.equals(arn));
                assertThat(open).as("calls at a time").hasSizeLessThanOrEqualTo(1);
                return open.isEmpty() ? null : open.get(0);
            }

            /** The answer comes, if there was none yet; the call may be given up because of it. */
            private Body body(SessionRig.Call call) {
                Body body = bodies.get(call);
                if (body == null) {
                    body = new Body(call);
                    bodies.put(call, body);
                    call.respond(serviceMillis());
                }
                return body;
            }

            void deliver(int bytes) {
                SessionRig.Call call = call();
                int left = bytes;
                while (call != null && left > 0) {
                    Body body = body(call);
                    byte[] next = body.next(left);
                    if (call.cancelled || call.requested == 0 || next.length == 0) {
                        return;
                    }
                    body.sent += next.length;
                    left -= next.length;
                    call.bytes(next);
                }
            }

            /** The same place again and again would be a bad fragment. */
            void cut() {
                SessionRig.Call call = call();
                if (call != null && call.requested > 0) {
                    Body body = body(call);
                    long place = body.placeInFragment();
                    if (!call.cancelled && place != lastCut) {
                        lastCut = place;
                        call.endEarly();
                    }
                }
            }

            /** As the service ends a call that has nothing to send. */
            void endQuietly() {
                SessionRig.Call call = call();
                if (call != null) {
                    Body body = body(call);
                    if (!call.cancelled && body.next(1).length == 0) {
                        call.end();
                    }
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
                                SessionRig.error("ResourceNotFoundException", 404));
                call.fail(errors.get(random.nextInt(errors.size())));
            }

            /** The service does not find the position, or is in trouble. */
            void errorTag() {
                SessionRig.Call call = call();
                if (call != null && call.requested > 0 && body(call).sent == 0) {
                    if (!call.cancelled) {
                        int id = random.nextBoolean() ? 4000 : 5000;
                        call.bytes(GetMediaBytes.error(id, "TOLD_SO"));
                    }
                }
            }

            boolean isRead() {
                return emitted.size() >= expected.size();
            }

            /** What a call brings. */
            private final class Body {
                private final long from;
                int sent;

                Body(SessionRig.Call call) {
                    if (call.selector.startSelectorType() == StartSelectorType.EARLIEST) {
                        from = 0;
                    } else if (call.selector.startSelectorType()
                            == StartSelectorType.SERVER_TIMESTAMP) {
                        long since = call.selector.startTimestamp().toEpochMilli();
                        from =
                                serverMillis.entrySet().stream()
                                        .filter(entry -> entry.getValue() >= since)
                                        .mapToLong(Map.Entry::getKey)
                                        .min()
                                        .orElse(Long.MAX_VALUE);
                    } else {
                        from = Long.parseLong(call.selector.afterFragmentNumber()) + 1;
                    }
                }

                private byte[] all() {
                    return GetMediaBytes.concat(
                            fragments.tailMap(from).values().toArray(new byte[0][]));
                }

                byte[] next(int atMost) {
                    byte[] all = all();
                    return Arrays.copyOfRange(
                            all, sent, (int) Math.min(all.length, (long) sent + atMost));
                }

                long placeInFragment() {
                    int left = sent;
                    for (byte[] fragment : fragments.tailMap(from).values()) {
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
