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
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.FakeArchive;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.session.SessionWorld.Kind;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitState;

import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import javax.annotation.Nullable;

import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** A stream, and its predecessors of the same name. */
final class SimulatedStream {

    private final SessionWorld world;
    private final SessionRig rig;
    private final Random random;
    private final Kind kind;
    final String name;
    private int created = 1;
    StreamArn arn;

    /** The fragments pushed to the service, in the order of numbers. */
    private final List<Pushed> pushed = new ArrayList<>();

    private final Map<SessionRig.Call, Body> bodies = new HashMap<>();

    /** Fragments, or wanted frames, in order. */
    final List<String> emitted = new ArrayList<>();

    StartingPosition start;

    /** Whether the service had all media from the start on; else the earliest begins. */
    boolean startWasThere;

    StoppingPosition stop;
    KvsSplitState state;
    @Nullable KvsSplit checkpoint;
    int checkpointed;
    StreamSession session;
    boolean finished;
    private long lastCut = -1;
    private long lastCutArchived = -1;

    SimulatedStream(SessionWorld world, String name) {
        this.world = world;
        this.rig = world.rig;
        this.random = world.random;
        this.kind = world.kind;
        this.name = name;
        this.arn = SessionRig.arn(name, created);
    }

    StreamDescription description() {
        return new StreamDescription(arn, world.retentionHours, world.serviceSeconds());
    }

    /** As the enumerator does. */
    void find() {
        checkpoint = KvsSplit.firstSeen(description(), anyStart(), anyStop());
        start = checkpoint.start();
        startWasThere = checkpoint.caughtUpMillis() != null || start.fragmentNumber() != null;
        stop = checkpoint.stop();
    }

    private StartingPosition anyStart() {
        long millis = world.serviceSeconds() - random.nextInt(3_000);
        // Long before its media, and before what the service keeps.
        long longAgo = millis - (random.nextInt(3) == 0 ? 100 * 3_600_000L : 0);
        int choice = kind == Kind.PLAIN || kind == Kind.RECREATED ? 0 : random.nextInt(6);
        if (choice == 1) {
            return StartingPosition.now();
        } else if (choice == 2) {
            return StartingPosition.atServerTimestamp(Instant.ofEpochMilli(longAgo));
        } else if (choice == 3) {
            return StartingPosition.atProducerTimestamp(
                    Instant.ofEpochMilli(GetMediaBytes.producerMillis(millis)));
        } else if (choice == 4) {
            return StartingPosition.afterFragment(GetMediaBytes.number(millis, 1));
        } else if (choice == 5) {
            return StartingPosition.atFragment(GetMediaBytes.number(millis, 1));
        }
        return StartingPosition.earliest();
    }

    private StoppingPosition anyStop() {
        long millis = world.serviceSeconds() + 1000 + random.nextInt(60_000);
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
        world.bySplit.put(session.queue().splitId(), this);
        rig.lock.lock();
        session.start();
        rig.lock.unlock();
    }

    void push() {
        long last = pushed.isEmpty() ? 0 : pushed.get(pushed.size() - 1).millis;
        long millis = Math.max(world.serviceMillis(), last + 1);
        int index = random.nextInt(3);
        push(new Pushed(millis, index));
        if (random.nextInt(6) == 0) {
            push(new Pushed(millis, index + 1));
        }
    }

    private void push(Pushed next) {
        pushed.add(next);
        rig.archive.store(arn, next.number.toString(), next.millis, next.archived);
    }

    /** Calls of the old one may continue for a while. */
    void recreate() {
        created++;
        arn = SessionRig.arn(name, created);
        for (SessionRig.Call call : rig.service.open()) {
            if (call.arn.name().equals(name) && random.nextBoolean()) {
                call.fail(SessionWorld.notFound());
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
        // Everything in later streams of this name is wanted.
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
            case AT_FRAGMENT:
                return each.number.compareTo(start.fragmentNumber()) < 0;
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
        // Lost fragments, and those of another stream, do not arrive.
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
                        && emitted.get(emitted.size() - 1).equals(last.get(last.size() - 1));
    }

    /** The whole of the last stream, and of each before it what was read before its deletion. */
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
    SessionRig.Call call() {
        List<SessionRig.Call> open = new ArrayList<>(rig.service.open());
        open.removeIf(call -> !call.arn.name().equals(name));
        assertThat(open).as("calls at a time").hasSizeLessThanOrEqualTo(1);
        return open.isEmpty() ? null : open.get(0);
    }

    /** Answers the call unless it was answered; null if that ends the call. */
    @Nullable
    Body answered(@Nullable SessionRig.Call call) {
        if (call == null) {
            return null;
        }
        if (!bodies.containsKey(call)) {
            bodies.put(call, new Body(call));
            if (call.arn.equals(arn)) {
                call.respond(world.serviceSeconds());
            } else {
                call.fail(SessionWorld.notFound());
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
     * The same place again and again would be a bad fragment, and a cut after silence the service's
     * own end.
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
        call.fail(random.nextInt(6) == 0 ? SessionWorld.notFound() : any(errors));
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    // ---- its archive ------------------------------------------------------------------------

    private List<FakeArchive.ListCall> lists() {
        return rig.archive.lists.stream()
                .filter(list -> list.arn.name().equals(name))
                .collect(Collectors.toList());
    }

    private List<FakeArchive.Body> bodies() {
        List<FakeArchive.Body> open = rig.archive.open();
        open.removeIf(body -> !body.arn.name().equals(name));
        assertThat(open).as("calls of the archive at a time").hasSizeLessThanOrEqualTo(2);
        return open;
    }

    void answerList() {
        for (FakeArchive.ListCall list : lists()) {
            if (list.arn.equals(arn)) {
                list.answer();
            } else {
                list.fail(SessionWorld.notFound());
            }
        }
    }

    /** Tokens may expire. */
    void refuseToken() {
        for (FakeArchive.ListCall list : lists()) {
            if (list.nextToken != null) {
                list.fail(SessionRig.error("InvalidArgumentException", 400));
            }
        }
    }

    void deliverArchived(int bytes) {
        for (FakeArchive.Body body : bodies()) {
            if (!body.isOpen()) {
                continue;
            }
            if (!body.answered && !body.arn.equals(arn)) {
                body.fail(SessionWorld.notFound());
                continue;
            }
            int left = bytes;
            while (left > 0) {
                int piece = Math.min(left, 700);
                if (!body.deliver(piece)) {
                    break;
                }
                left -= piece;
            }
            if (body.left() == 0) {
                body.end();
            }
        }
    }

    /** Never twice at the same place in a row: that would be a proof. */
    void cutArchived() {
        for (FakeArchive.Body body : bodies()) {
            if (body.isOpen() && body.answered && body.requested > 0) {
                long place = body.placeInDocument();
                if (place != lastCutArchived) {
                    lastCutArchived = place;
                    body.end();
                }
            }
        }
    }

    void failArchive() {
        List<Throwable> errors =
                Arrays.asList(
                        new IOException("reset"),
                        SessionRig.error("ClientLimitExceededException", 400),
                        SessionRig.error("ConnectionLimitExceededException", 400),
                        SessionRig.error("InternalFailure", 500));
        lists().forEach(list -> list.fail(any(errors)));
        for (FakeArchive.Body body : bodies()) {
            if (body.isOpen() && random.nextBoolean()) {
                body.fail(any(errors));
            }
        }
    }

    /** The service does not find the position, or fails. */
    void errorTag() {
        SessionRig.Call call = call();
        Body body = answered(call);
        if (body != null && call.requested > 0 && body.sent == 0) {
            boolean position = !call.start().equals("EARLIEST");
            int id = position && random.nextBoolean() ? 4000 : 5000;
            call.bytes(GetMediaBytes.error(id, "TOLD_SO"));
        }
    }

    /** The media of a call, including fragments pushed while it lasts. */
    final class Body {
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
                    return at(world.serviceSeconds());
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
            return Arrays.copyOfRange(all, sent, (int) Math.min(all.length, (long) sent + atMost));
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

    // ---- its fragments ---------------------------------------------------------------------

    /** A fragment that was pushed to the service. */
    private final class Pushed {
        final StreamArn arn;
        final FragmentNumber number;
        final long millis;
        final byte[] bytes;
        final byte[] archived;

        /** The output for this fragment, if it is wanted. */
        final List<String> texts = new ArrayList<>();

        Pushed(long millis, int index) {
            this.arn = SimulatedStream.this.arn;
            this.millis = millis;
            String text = GetMediaBytes.number(millis, index);
            this.number = FragmentNumber.of(text);
            if (kind == Kind.BAD && random.nextInt(4) == 0) {
                // Without a number, only the archive tells which fragment is bad.
                boolean unnamed = world.history != HistoryMode.LIVE && random.nextBoolean();
                bytes =
                        unnamed
                                ? GetMediaBytes.malformedEarly()
                                : GetMediaBytes.malformed(text, millis);
                archived = bytes;
                return;
            }
            int count = 1 + (rig.frames == null ? 0 : random.nextInt(4));
            int[] sizes = random.ints(count, 1, rig.frames == null ? 1_500 : 700).toArray();
            bytes = GetMediaBytes.fragmentOfFrames(text, millis, sizes);
            archived = GetMediaBytes.archived(text, millis, sizes);
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
}
