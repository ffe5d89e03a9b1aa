/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.ManualTimer;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.fetch.FetchEnd;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.fetch.PartialFragment;
import io.github.flinkkvs.source.fetch.ServiceClock;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.provider.Arguments;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What decides about the end of a fetch, and ends of all kinds. Delays have the longest jitter. */
abstract class RecoveryRig {

    static final long HOUR = Duration.ofHours(1).toMillis();

    final RecordedMetrics metrics = new RecordedMetrics();
    final KvsReaderMetrics readerMetrics =
            new KvsReaderMetrics(metrics.group(), new Configuration());
    final Configuration config = new Configuration();
    long now = Long.MAX_VALUE - 5;
    ReadCursor cursor;
    Retries retries;
    ReadingWay way;
    Recovery recovery;

    void begin(KvsSplit split) {
        SessionSettings settings = new SessionSettings(config, false, true, null);
        Patience patience = new Patience(settings, () -> now, () -> 1);
        cursor = new ReadCursor(split);
        retries =
                new Retries(
                        cursor, settings, patience, readerMetrics.stream("camera"), readerMetrics);
        ManualTimer timer = new ManualTimer();
        way =
                new ReadingWay(
                        settings.history,
                        settings.maxLagMillis,
                        cursor,
                        new ServiceClock(timer),
                        timer);
        recovery = new Recovery(cursor, settings, patience, retries, way, readerMetrics);
    }

    void begin(StartingPosition start, StoppingPosition stop) {
        begin(KvsSplit.unread(ARN, start, stop));
    }

    @BeforeEach
    void begin() {
        begin(StartingPosition.earliest(), StoppingPosition.never());
    }

    static StoppingPosition stopAtT0() {
        return StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0));
    }

    FetchEnd.Builder end(How how) {
        return endAnsweredAt(how, T0);
    }

    FetchEnd.Builder endAnsweredAt(How how, long millis) {
        return FetchEnd.of(how, cursor.next()).answered("r-1", OptionalLong.of(millis));
    }

    String after(FetchEnd.Builder end) {
        return recovery.after(end.build()).toString();
    }

    String afterReset() {
        return after(end(How.FAILED).cause(new IOException("reset")));
    }

    static PartialFragment fragment(long number, long millis) {
        return new PartialFragment(
                SessionRig.at(number, millis).number(),
                millis,
                GetMediaBytes.producerMillis(millis));
    }

    FetchEnd.Builder badBytes(long number, long millis) {
        return badBytes(number, millis, 100);
    }

    FetchEnd.Builder badBytes(long number, long millis, long offset) {
        return end(How.BAD_BYTES).cause(MALFORMED).inFragment(fragment(number, millis), offset);
    }

    static final MkvException MALFORMED = malformed();

    private static MkvException malformed() {
        try {
            GetMediaBytes.parse("camera", true, GetMediaBytes.malformed(1, T0));
            throw new AssertionError("not malformed");
        } catch (MkvException e) {
            return e;
        }
    }

    static ServiceError serviceError(int id, String code) {
        AtomicReference<ServiceError> found = new AtomicReference<>();
        FragmentHandler handler =
                new FragmentHandler() {
                    @Override
                    public void onFragment(Fragment fragment) {
                        throw new AssertionError(fragment.toString());
                    }

                    @Override
                    public void onServiceError(ServiceError error) {
                        found.set(error);
                    }
                };
        try {
            new FragmentAssembler("camera", null, true, 1 << 20)
                    .feed(ByteBuffer.wrap(GetMediaBytes.error(id, code)), handler);
        } catch (MkvException e) {
            throw new AssertionError(e);
        }
        return found.get();
    }

    static Arguments row(
            String title, How how, UnaryOperator<FetchEnd.Builder> facts, String step) {
        return arguments(title, how, facts, step);
    }

    static Throwable error(String code, int status) {
        return SessionRig.error(code, status);
    }
}
