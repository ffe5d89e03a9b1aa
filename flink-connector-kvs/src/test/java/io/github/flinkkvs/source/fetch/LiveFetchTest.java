/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.FakeArchive;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.ManualTimer;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.fetch.Fetch.Outcome;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.resources.MemoryBudget;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.resources.ReaderResources;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** One call among fakes: what it requests, and how it reports its end. */
class LiveFetchTest implements Fetch.Owner, Fetch.Sink, MediaService, MediaCall {

    private static final long T0 = 1_700_000_000_000L;
    private static final StreamArn ARN =
            StreamArn.parse("arn:aws:kinesisvideo:eu-central-1:123456789012:stream/camera/1");

    private final ManualTimer timer = new ManualTimer();
    private final ReaderLock lock = new ReaderLock();
    private final RecordedMetrics metrics = new RecordedMetrics();
    private final ReaderResources resources =
            new ReaderResources(
                    lock,
                    timer,
                    new MemoryBudget(lock, 1 << 20, timer::nanoTime),
                    this,
                    new FakeArchive(() -> T0, new Random(0)),
                    nameOrArn -> {
                        throw new AssertionError("not for a fetch to do");
                    },
                    new KvsReaderMetrics(metrics.group(), new Configuration(), timer::nanoTime));

    private Fetch current;
    private MediaListener listener;
    private StartSelector selector;
    private RuntimeException refusal;
    private Outcome outcome = Outcome.PROGRESS;
    private int ahead = 4;
    private int requested;
    private boolean cancelled;
    private long held;
    private final List<String> fragments = new ArrayList<>();
    private final List<FetchEnd> ends = new ArrayList<>();

    // ---- the service --------------------------------------------------------------------------

    @Override
    public MediaCall open(StreamArn stream, StartSelector start, MediaListener to) {
        if (refusal != null) {
            throw refusal;
        }
        selector = start;
        listener = to;
        return this;
    }

    @Override
    public void forgetEndpoint(StreamArn stream) {
        throw new AssertionError("not for a fetch to do");
    }

    @Override
    public void request(int pieces) {
        requested += pieces;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    // ---- the session --------------------------------------------------------------------------

    @Override
    public boolean isCurrent(Fetch fetch) {
        return fetch == current;
    }

    @Override
    public int piecesAhead() {
        return ahead;
    }

    @Override
    public void onAnswered(StartingPosition asked, String requestId, long serviceTimeMillis) {
        assertThat(requestId).isEqualTo("r-1");
        assertThat(serviceTimeMillis).isEqualTo(T0);
    }

    @Override
    public void onListed(long serviceTimeMillis) {
        throw new AssertionError("GetMedia lists nothing");
    }

    @Override
    public void onHeld(long bytes) {
        held = bytes;
    }

    @Override
    public void onOver(FetchEnd end) {
        ends.add(end);
        if (current != null) {
            Fetch over = current;
            current = null;
            over.cancel();
        }
    }

    @Override
    public Outcome onFrame(FrameRecord frame) {
        throw new AssertionError("no frames are asked for");
    }

    @Override
    public void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int frames, MkvException problem) {
        throw new AssertionError("no frames are asked for");
    }

    @Override
    public void onReadUpTo(long serviceTimeMillis) {
        throw new AssertionError("not known");
    }

    @Override
    public Outcome onFragment(Fragment fragment) {
        fragments.add(fragment.number().toString());
        return outcome;
    }

    // -------------------------------------------------------------------------------------------

    private void begin(StartingPosition from) {
        current =
                new LiveFetch(
                        this,
                        this,
                        ARN,
                        from,
                        new FragmentAssembler("camera", ARN.toString(), true, 1 << 20),
                        Duration.ofSeconds(15).toNanos(),
                        Duration.ofSeconds(2).toNanos(),
                        resources);
        lock.lock();
        current.begin();
        lock.unlock();
    }

    private void answered() {
        begin(StartingPosition.earliest());
        listener.onTurn();
        listener.onResponse("r-1", T0);
    }

    private void bytes(byte[] bytes) {
        requested--;
        listener.onBytes(ByteBuffer.wrap(bytes));
    }

    private FetchEnd end() {
        assertThat(ends).hasSize(1);
        assertThat(cancelled).isTrue();
        assertThat(timer.scheduled()).isZero();
        assertThat(metrics.gauge("connections")).isZero();
        return ends.get(0);
    }

    static Stream<Arguments> starts() {
        Instant time = Instant.ofEpochMilli(T0);
        StartSelector.Builder none = StartSelector.builder();
        return Stream.of(
                arguments(StartingPosition.earliest(), none.startSelectorType("EARLIEST").build()),
                arguments(
                        StartingPosition.now().resolved(T0), none.startSelectorType("NOW").build()),
                arguments(
                        StartingPosition.afterFragment("17"),
                        none.startSelectorType("FRAGMENT_NUMBER")
                                .afterFragmentNumber("17")
                                .build()),
                arguments(
                        StartingPosition.atServerTimestamp(time),
                        StartSelector.builder()
                                .startSelectorType("SERVER_TIMESTAMP")
                                .startTimestamp(time)
                                .build()),
                arguments(
                        StartingPosition.atProducerTimestamp(time),
                        StartSelector.builder()
                                .startSelectorType("PRODUCER_TIMESTAMP")
                                .startTimestamp(time)
                                .build()));
    }

    @ParameterizedTest
    @MethodSource("starts")
    void asksTheServiceForItsStart(StartingPosition start, StartSelector expected) {
        begin(start);
        assertThat(selector).isEqualTo(expected);
    }

    @Test
    void asksAheadAndAgainWhenHalfOfItHasCome() {
        answered();
        assertThat(requested).isEqualTo(4);
        bytes(new byte[0]);
        assertThat(requested).isEqualTo(3);
        bytes(new byte[0]);
        assertThat(requested).isEqualTo(4);
        ahead = 0;
        while (requested > 0) {
            bytes(new byte[0]);
        }
        ahead = 1;
        lock.lock();
        current.askForMore();
        current.askForMore();
        lock.unlock();
        assertThat(requested).isEqualTo(1);
    }

    @Test
    void saysWhatItHolds() {
        answered();
        bytes(GetMediaBytes.beginning(1, T0, 1000));
        assertThat(held).isGreaterThan(1000);
        assertThat(fragments).isEmpty();
        bytes(new byte[1]);
        assertThat(held).isGreaterThan(1001);
    }

    // ---- ends ---------------------------------------------------------------------------------

    @Test
    void endsWithItsBody() {
        answered();
        byte[] both =
                GetMediaBytes.concat(
                        GetMediaBytes.fragment(1, T0, 10), GetMediaBytes.beginning(2, T0, 10));
        bytes(both);
        timer.advanceMillis(1999);
        listener.onEnd();
        FetchEnd end = end();
        assertThat(end.how()).isEqualTo(How.BODY_ENDED);
        assertThat(end.asked()).isEqualTo(StartingPosition.earliest());
        assertThat(end.requestId()).isEqualTo("r-1");
        assertThat(end.answeredAtMillis()).isEqualTo(OptionalLong.of(T0));
        assertThat(end.hasProgress()).isTrue();
        assertThat(end.isInFragment()).isTrue();
        assertThat(end.open().number()).hasToString("2");
        assertThat(end.open().serverMillis()).isEqualTo(T0);
        assertThat(end.open().producerMillis()).isEqualTo(GetMediaBytes.producerMillis(T0));
        assertThat(end.offset()).isEqualTo(GetMediaBytes.beginning(2, T0, 10).length);
        assertThat(end.isQuiet()).isFalse();
        assertThat(end.isHeldUp()).isFalse();
        assertThat(end.lastedNanos()).isEqualTo(Duration.ofMillis(1999).toNanos());
        assertThat(metrics.count("discardedPartialFragments")).isEqualTo(1);
    }

    @Test
    void isQuietIfItEndsAfterASilence() {
        answered();
        outcome = Outcome.NO_PROGRESS;
        bytes(GetMediaBytes.fragment(1, T0, 10));
        timer.advanceMillis(2000);
        listener.onEnd();
        assertThat(end().isQuiet()).isTrue();
        assertThat(end().hasProgress()).isFalse();
        assertThat(end().isInFragment()).isFalse();
        assertThat(end().open()).isNull();
    }

    @Test
    void isHeldUpAndNotQuietIfItWasNotAsked() {
        answered();
        ahead = 0;
        while (requested > 0) {
            bytes(new byte[0]);
        }
        timer.advanceMillis(2000);
        listener.onEnd();
        assertThat(end().isHeldUp()).isTrue();
        assertThat(end().isQuiet()).isFalse();
    }

    @Test
    void endsWithAFailure() {
        begin(StartingPosition.earliest());
        IOException cause = new IOException("reset");
        listener.onError(cause);
        assertThat(end().how()).isEqualTo(How.FAILED);
        assertThat(end().cause()).isSameAs(cause);
        assertThat(end().answeredAtMillis()).isEmpty();
        // The call has ended: nothing else is reported.
        listener.onEnd();
        listener.onBytes(ByteBuffer.wrap(GetMediaBytes.fragment(1, T0, 10)));
        assertThat(fragments).isEmpty();
        assertThat(end().how()).isEqualTo(How.FAILED);
    }

    @Test
    void failsIfTheCallCannotBeMade() {
        refusal = new IllegalStateException("told so");
        begin(StartingPosition.earliest());
        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).how()).isEqualTo(How.FAILED);
        assertThat(ends.get(0).cause()).isSameAs(refusal);
    }

    @Test
    void endsWithSilence() {
        answered();
        timer.advanceMillis(15_000);
        assertThat(end().how()).isEqualTo(How.SILENT);
    }

    @Test
    void endsWithAnErrorTag() {
        answered();
        bytes(
                GetMediaBytes.concat(
                        GetMediaBytes.fragment(1, T0, 10), GetMediaBytes.error(5000, "TOLD_SO")));
        assertThat(fragments).containsExactly("1");
        assertThat(end().how()).isEqualTo(How.ERROR_TAG);
        assertThat(end().serviceError().id()).isEqualTo(5000);
        assertThat(end().hasProgress()).isTrue();
    }

    @Test
    void endsWithBadBytes() {
        answered();
        byte[] good = GetMediaBytes.fragment(1, T0, 10);
        bytes(GetMediaBytes.concat(good, GetMediaBytes.malformed(2, T0)));
        FetchEnd end = end();
        assertThat(end.how()).isEqualTo(How.BAD_BYTES);
        assertThat(end.open().number()).hasToString("2");
        assertThat(end.offset())
                .isEqualTo(((MkvException) end.cause()).offset() - good.length)
                .isPositive();
    }

    @Test
    void endsAtTheStop() {
        answered();
        outcome = Outcome.OVER;
        bytes(
                GetMediaBytes.concat(
                        GetMediaBytes.fragment(1, T0, 10), GetMediaBytes.fragment(2, T0, 10)));
        assertThat(fragments).containsExactly("1");
        assertThat(end().how()).isEqualTo(How.STOP_REACHED);
        assertThat(end().isFinal()).isTrue();
    }
}
