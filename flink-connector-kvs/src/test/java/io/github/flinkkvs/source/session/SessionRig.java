/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.FakeArchive;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.ManualTimer;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.reader.Handover;
import io.github.flinkkvs.source.resources.MemoryBudget;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.resources.ReaderResources;
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
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** A session among fakes, all in one thread, on a manual clock. */
public final class SessionRig {

    public static final StreamArn ARN = arn("camera", 1);

    /** The service's time at the start of a test; a session that reads from here is not behind. */
    public static final long T0 = 1_700_000_000_000L;

    private static final FragmentHandler IGNORE =
            new FragmentHandler() {
                @Override
                public void onFragment(Fragment fragment) {}

                @Override
                public void onServiceError(ServiceError error) {}
            };

    public final ManualTimer timer = new ManualTimer();
    public final ReaderLock lock = new ReaderLock();
    public final Handover handover = new Handover(lock);
    public final RecordedMetrics metrics = new RecordedMetrics();
    public final KvsReaderMetrics readerMetrics =
            new KvsReaderMetrics(metrics.group(), new Configuration(), timer::nanoTime);
    public final Service service = new Service();
    public final Directory directory = new Directory();

    /** Tests of the archive choose another way of reading. */
    public final Configuration config =
            new Configuration().set(KvsSourceOptions.HISTORY, HistoryMode.LIVE);

    private final long startNanos = timer.nanoTime();
    public final FakeArchive archive = new FakeArchive(this::serviceMillis, new Random(0));
    public MemoryBudget budget = newBudget(1 << 20);
    public @Nullable FrameFilter frames;
    public StreamSession session;
    public KvsSplitState state;

    /** What the fetcher took, as short texts. */
    public final List<String> taken = new ArrayList<>();

    public final List<StreamEvent> unemitted = new ArrayList<>();

    public static StreamArn arn(String name, long created) {
        return StreamArn.parse(
                "arn:aws:kinesisvideo:eu-central-1:123456789012:stream/" + name + "/" + created);
    }

    public static FragmentPosition at(long number, long millis) {
        return new FragmentPosition(FragmentNumber.of(Long.toString(number)), millis);
    }

    public MemoryBudget newBudget(long limit) {
        return new MemoryBudget(lock, limit, timer::nanoTime);
    }

    public <T> SessionRig set(ConfigOption<T> option, T value) {
        config.set(option, value);
        return this;
    }

    public SessionRig start(StartingPosition start) {
        return start(start, StoppingPosition.never());
    }

    public SessionRig start(StartingPosition start, StoppingPosition stop) {
        return start(KvsSplit.unread(ARN, start, stop));
    }

    /** Continues after a fragment. */
    public SessionRig resumeAfter(long number, long millis) {
        return start(
                new KvsSplit(
                        ARN,
                        StartingPosition.earliest(),
                        StoppingPosition.never(),
                        at(number, millis),
                        null));
    }

    public SessionRig start(KvsSplit split) {
        session = newSession(split);
        state = new KvsSplitState(split);
        lock.lock();
        session.start();
        lock.unlock();
        timer.runDue();
        return this;
    }

    public StreamSession newSession(KvsSplit split) {
        return new StreamSession(
                split, new SessionSettings(config, false, true, frames), resources(), handover);
    }

    public ReaderResources resources() {
        return new ReaderResources(lock, timer, budget, service, archive, directory, readerMetrics);
    }

    /** The service's clock: T0 at the beginning. */
    public long serviceMillis() {
        return T0 + (timer.nanoTime() - startNanos) / 1_000_000;
    }

    public void pause() {
        lock.lock();
        session.pause();
        lock.unlock();
    }

    public void resume() {
        lock.lock();
        session.resume();
        lock.unlock();
        timer.runDue();
    }

    public void close() {
        lock.lock();
        session.close();
        lock.unlock();
    }

    public void evict() {
        lock.lock();
        session.evict();
        lock.unlock();
    }

    /** Makes the fetcher take all events, and emits them. */
    public List<String> take() throws KvsReadException {
        takeWithoutEmitting();
        unemitted.forEach(StreamEvent::onEmitted);
        unemitted.clear();
        return taken;
    }

    public void takeWithoutEmitting() throws KvsReadException {
        handover.wakeUp();
        Handover.Batch batch = handover.take();
        for (StreamEvent event : eventsOf(batch)) {
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
        for (EventQueue finished : batch.finished()) {
            assertThat(finished).isSameAs(session.queue());
            taken.add("finished");
        }
    }

    /** Events without media of the session's stream. */
    public StreamEvent fragmentOver(FragmentPosition position) {
        return new StreamEvent.FragmentOver(session.queue().account(), position);
    }

    public StreamEvent caughtUp(long serviceTimeMillis) {
        return new StreamEvent.CaughtUp(session.queue().account(), serviceTimeMillis);
    }

    public StreamEvent recreated(StreamArn arn) {
        return new StreamEvent.StreamRecreated(session.queue().account(), arn);
    }

    public static List<StreamEvent> eventsOf(Handover.Batch batch) {
        return batch.events().values().stream().flatMap(List::stream).collect(Collectors.toList());
    }

    /** The only open call; there must be one. */
    public Call call() {
        assertThat(service.open()).hasSize(1);
        return service.open().get(0);
    }

    /** The call that begins next, after so much time at most. */
    public Call nextCall(long withinMillis) {
        int before = service.calls.size();
        for (long waited = 0; waited < withinMillis && service.calls.size() == before; waited++) {
            timer.advanceMillis(1);
        }
        assertThat(service.calls).as("calls").hasSize(before + 1);
        return service.calls.get(before);
    }

    public static AwsServiceException error(String code, int status) {
        return KinesisVideoMediaException.builder()
                .statusCode(status)
                .requestId("r-1")
                .awsErrorDetails(
                        AwsErrorDetails.builder().errorCode(code).errorMessage("told so").build())
                .build();
    }

    /** A GetMedia call. */
    public final class Call implements MediaCall {
        public final StartSelector selector;
        public final StreamArn arn;
        private final MediaListener listener;

        /** Delivered within the request as soon as it is requested. */
        final Deque<byte[]> ready = new ArrayDeque<>();

        public int requested;
        public boolean cancelled;
        public boolean over;
        private boolean delivering;
        private long activeNanos;

        /** Tells whether the bytes so far end within a fragment. */
        private final FragmentAssembler assembler =
                new FragmentAssembler("camera", null, false, 1 << 26);

        Call(StreamArn arn, StartSelector selector, MediaListener listener) {
            this.arn = arn;
            this.selector = selector;
            this.listener = listener;
        }

        public String start() {
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
            activeNanos = requested == 0 ? timer.nanoTime() : activeNanos;
            requested += pieces;
            assertThat(requested).as("asked for").isBetween(1, Demand.PIECES_AHEAD);
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

        /** Whether an end now would look like that of a call without media. */
        public boolean isSilent() {
            long quietNanos = KvsSourceOptions.QUIET_TIME.defaultValue().toNanos();
            return requested > 0 && timer.nanoTime() - activeNanos >= quietNanos;
        }

        public Call turn() {
            activeNanos = timer.nanoTime();
            listener.onTurn();
            return this;
        }

        public Call respond() {
            return respond(T0);
        }

        public Call respond(long serviceTimeMillis) {
            activeNanos = timer.nanoTime();
            listener.onResponse("r-1", serviceTimeMillis);
            return this;
        }

        /** Delivers requested bytes. */
        public Call bytes(byte[]... parts) {
            assertThat(requested).as("bytes are asked for").isPositive();
            requested--;
            activeNanos = timer.nanoTime();
            byte[] piece = parts.length == 1 ? parts[0] : GetMediaBytes.concat(parts);
            read(piece.clone());
            listener.onBytes(ByteBuffer.wrap(piece));
            return this;
        }

        /** Delivers bytes even if the call was cancelled. */
        public void lateBytes(byte[] bytes) {
            listener.onBytes(ByteBuffer.wrap(bytes));
        }

        private void read(byte[] piece) {
            try {
                assembler.feed(ByteBuffer.wrap(piece), IGNORE);
            } catch (MkvException e) {
                // Intended by the test.
            }
        }

        /**
         * Ends as the service does, which waits for media first unless the end is within a
         * fragment.
         */
        public void end() {
            if (!assembler.isInFragment()) {
                timer.advanceMillis(KvsSourceOptions.QUIET_TIME.defaultValue().toMillis());
            }
            endEarly();
        }

        public void endEarly() {
            over = true;
            listener.onEnd();
        }

        public void fail(Throwable error) {
            over = true;
            listener.onError(error);
        }
    }

    public final class Service implements MediaService {
        public final List<Call> calls = new ArrayList<>();
        public final List<StreamArn> forgotten = new ArrayList<>();

        /** What the listener hears before open returns. */
        public Consumer<Call> whileOpening = Call::turn;

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

        public List<Call> open() {
            List<Call> open = new ArrayList<>();
            for (Call call : calls) {
                if (!call.cancelled && !call.over) {
                    open.add(call);
                }
            }
            return open;
        }
    }

    public static final class Directory implements StreamDirectory {
        public final List<String> asked = new ArrayList<>();
        final Map<String, CompletableFuture<StreamDescription>> answers = new HashMap<>();

        /** Thrown instead of asking the service; null for nothing. */
        @Nullable RuntimeException refusal;

        /** Gives this answer from now on. */
        public void answer(
                String nameOrArn, StreamArn arn, int retentionHours, long serviceTimeMillis) {
            answers.put(
                    nameOrArn,
                    CompletableFuture.completedFuture(
                            new StreamDescription(arn, retentionHours, serviceTimeMillis)));
        }

        public void fail(String nameOrArn, Throwable error) {
            answers.put(nameOrArn, CompletableFuture.failedFuture(error));
        }

        @Override
        public CompletableFuture<StreamDescription> describe(String nameOrArn) {
            if (refusal != null) {
                throw refusal;
            }
            // An ARN without creation time means the stream that has the name now.
            String asksFor =
                    nameOrArn.equals(StreamArn.withoutCreationTime(nameOrArn))
                            ? nameOrArn.substring(nameOrArn.indexOf('/') + 1)
                            : nameOrArn;
            asked.add(asksFor);
            return answers.computeIfAbsent(asksFor, n -> new CompletableFuture<>());
        }
    }
}
