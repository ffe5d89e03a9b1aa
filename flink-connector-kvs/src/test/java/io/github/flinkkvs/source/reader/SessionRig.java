/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitState;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.kinesisvideomedia.model.KinesisVideoMediaException;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

/** A session among fakes, all in one thread and by a clock that is turned by hand. */
final class SessionRig {

    static final StreamArn ARN = arn("camera", 1);

    /** The service's clock when a test begins; a session that reads from here is not behind. */
    static final long T0 = 1_700_000_000_000L;

    final ManualTimer timer = new ManualTimer();
    final ReaderLock lock = new ReaderLock();
    final Handover handover = new Handover(lock);
    final RecordedMetrics metrics = new RecordedMetrics();
    final KvsReaderMetrics readerMetrics =
            new KvsReaderMetrics(metrics.group(), 10, timer::nanoTime);
    final Service service = new Service();
    final Directory directory = new Directory();
    final Configuration config = new Configuration();
    MemoryBudget budget = newBudget(1 << 20);
    @Nullable FrameFilter frames;
    MediaSession session;
    KvsSplitState state;

    /** What the fetcher took, as short texts. */
    final List<String> taken = new ArrayList<>();

    final List<StreamEvent> unemitted = new ArrayList<>();

    static StreamArn arn(String name, long created) {
        return StreamArn.parse(
                "arn:aws:kinesisvideo:eu-central-1:123456789012:stream/" + name + "/" + created);
    }

    static FragmentPosition at(long number, long millis) {
        return new FragmentPosition(FragmentNumber.of(Long.toString(number)), millis);
    }

    MemoryBudget newBudget(long limit) {
        return new MemoryBudget(limit, timer::nanoTime);
    }

    <T> SessionRig set(ConfigOption<T> option, T value) {
        config.set(option, value);
        return this;
    }

    SessionRig start(StartingPosition start) {
        return start(start, StoppingPosition.never());
    }

    SessionRig start(StartingPosition start, StoppingPosition stop) {
        return start(KvsSplit.unread(ARN, start, stop));
    }

    /** Goes on after a fragment. */
    SessionRig resumeAfter(long number, long millis) {
        return start(
                new KvsSplit(
                        ARN,
                        StartingPosition.earliest(),
                        StoppingPosition.never(),
                        at(number, millis),
                        null));
    }

    SessionRig start(KvsSplit split) {
        session = newSession(split);
        state = new KvsSplitState(split);
        lock.lock();
        session.start();
        lock.unlock();
        timer.runDue();
        return this;
    }

    MediaSession newSession(KvsSplit split) {
        return new MediaSession(
                split,
                new SessionSettings(config, true, frames),
                lock,
                handover,
                budget,
                timer,
                service,
                directory,
                readerMetrics);
    }

    void pause() {
        lock.lock();
        session.pause();
        lock.unlock();
    }

    void resume() {
        lock.lock();
        session.resume();
        lock.unlock();
        timer.runDue();
    }

    void close() {
        lock.lock();
        session.close();
        lock.unlock();
    }

    void evict() {
        lock.lock();
        session.evict();
        lock.unlock();
    }

    /** Has the fetcher take what is there, and emits it. */
    List<String> take() throws KvsReadException {
        takeWithoutEmitting();
        for (StreamEvent event : unemitted) {
            session.onEmitted(event);
        }
        unemitted.clear();
        return taken;
    }

    void takeWithoutEmitting() throws KvsReadException {
        handover.wakeUp();
        Handover.Batch batch = handover.take();
        for (StreamEvent event : batch.events) {
            event.applyTo(state);
            unemitted.add(event);
            if (event instanceof StreamEvent.FragmentArrived) {
                taken.add(((StreamEvent.FragmentArrived) event).fragment().number().toString());
            } else if (event instanceof StreamEvent.FrameArrived) {
                FrameRecord frame = ((StreamEvent.FrameArrived) event).frame();
                taken.add(frame.fragment().number() + "." + frame.frame().index());
            } else {
                taken.add(event.getClass().getSimpleName());
            }
        }
        for (MediaSession finished : batch.finished) {
            assertThat(finished).isSameAs(session);
            taken.add("finished");
        }
    }

    /** The only call that is not over; there must be one. */
    Call call() {
        assertThat(service.open()).hasSize(1);
        return service.open().get(0);
    }

    /** The call that begins next, after so much time at most. */
    Call nextCall(long withinMillis) {
        int before = service.calls.size();
        for (long waited = 0; waited < withinMillis && service.calls.size() == before; waited++) {
            timer.advanceMillis(1);
        }
        assertThat(service.calls).as("calls").hasSize(before + 1);
        return service.calls.get(before);
    }

    static AwsServiceException error(String code, int status) {
        return KinesisVideoMediaException.builder()
                .statusCode(status)
                .requestId("r-1")
                .awsErrorDetails(
                        AwsErrorDetails.builder().errorCode(code).errorMessage("told so").build())
                .build();
    }

    /** A GetMedia call. */
    final class Call implements MediaCall {
        final StartSelector selector;
        final StreamArn arn;
        private final MediaListener listener;

        /** What is delivered as soon as it is asked for, from within. */
        final Deque<byte[]> ready = new ArrayDeque<>();

        int requested;
        boolean cancelled;
        boolean over;
        private boolean delivering;

        Call(StreamArn arn, StartSelector selector, MediaListener listener) {
            this.arn = arn;
            this.selector = selector;
            this.listener = listener;
        }

        String start() {
            String type = selector.startSelectorTypeAsString();
            if (selector.afterFragmentNumber() != null) {
                return type + " " + selector.afterFragmentNumber();
            }
            return selector.startTimestamp() == null
                    ? type
                    : type + " " + selector.startTimestamp().toEpochMilli();
        }

        @Override
        public void request(int pieces) {
            assertThat(pieces).isPositive();
            requested += pieces;
            assertThat(requested).as("asked for").isBetween(1, MediaSession.PIECES_AHEAD);
            if (delivering) {
                return;
            }
            delivering = true;
            while (requested > 0 && !ready.isEmpty() && !cancelled) {
                bytes(ready.poll());
            }
            delivering = false;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        /** Whether an end would be that of a call that has nothing to send. */
        boolean isSilent() {
            return ((MediaAttempt) listener)
                    .isSilentFor(KvsSourceOptions.QUIET_TIME.defaultValue().toNanos());
        }

        Call turn() {
            listener.onTurn();
            return this;
        }

        Call respond() {
            return respond(T0);
        }

        Call respond(long serviceTimeMillis) {
            listener.onResponse("r-1", serviceTimeMillis);
            return this;
        }

        /** Delivers bytes that were asked for. */
        Call bytes(byte[]... parts) {
            assertThat(requested).as("bytes are asked for").isPositive();
            requested--;
            byte[] piece = parts.length == 1 ? parts[0] : GetMediaBytes.concat(parts);
            listener.onBytes(ByteBuffer.wrap(piece));
            return this;
        }

        /** Delivers bytes though the call may be given up. */
        void lateBytes(byte[] bytes) {
            listener.onBytes(ByteBuffer.wrap(bytes));
        }

        /** Ends as the service does, which waits for media: at once only within a fragment. */
        void end() {
            if (!((MediaAttempt) listener).isInFragment()) {
                timer.advanceMillis(KvsSourceOptions.QUIET_TIME.defaultValue().toMillis());
            }
            endEarly();
        }

        void endEarly() {
            over = true;
            listener.onEnd();
        }

        void fail(Throwable error) {
            over = true;
            listener.onError(error);
        }
    }

    final class Service implements MediaService {
        final List<Call> calls = new ArrayList<>();
        final List<StreamArn> forgotten = new ArrayList<>();

        /** What is told to the listener before open returns. */
        Consumer<Call> whileOpening = Call::turn;

        @Override
        public MediaCall open(StreamArn stream, StartSelector start, MediaListener listener) {
            Call call = new Call(stream, start, listener);
            calls.add(call);
            whileOpening.accept(call);
            return call;
        }

        @Override
        public void forgetEndpoint(StreamArn stream) {
            forgotten.add(stream);
        }

        List<Call> open() {
            List<Call> open = new ArrayList<>();
            for (Call call : calls) {
                if (!call.cancelled && !call.over) {
                    open.add(call);
                }
            }
            return open;
        }
    }

    static final class Directory implements StreamDirectory {
        final List<String> asked = new ArrayList<>();
        final Map<String, CompletableFuture<StreamDescription>> answers = new HashMap<>();

        /** Answers from now on. */
        void answer(String nameOrArn, StreamArn arn, int retentionHours, long serviceTimeMillis) {
            answers.put(
                    nameOrArn,
                    CompletableFuture.completedFuture(
                            new StreamDescription(arn, retentionHours, serviceTimeMillis)));
        }

        void fail(String nameOrArn, Throwable error) {
            answers.put(nameOrArn, CompletableFuture.failedFuture(error));
        }

        @Override
        public CompletableFuture<StreamDescription> describe(String nameOrArn) {
            asked.add(nameOrArn);
            return answers.computeIfAbsent(nameOrArn, n -> new CompletableFuture<>());
        }
    }
}
