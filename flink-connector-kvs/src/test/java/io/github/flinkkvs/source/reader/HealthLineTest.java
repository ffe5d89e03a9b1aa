/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.ManualTimer;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics.ReconnectCause;
import io.github.flinkkvs.source.metrics.StreamMetrics;
import io.github.flinkkvs.source.resources.ReaderResources;
import io.github.flinkkvs.source.session.SessionRig;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** On a manual clock. */
class HealthLineTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final SessionRig rig = new SessionRig();
    private final KvsReaderMetrics metrics = rig.readerMetrics;
    private final List<String> lines = new ArrayList<>();
    private HealthLine health;

    private void start(Duration interval) {
        start(rig.resources(), interval);
    }

    private void start(ReaderResources resources, Duration interval) {
        health =
                new HealthLine(
                        resources,
                        interval,
                        line -> {
                            // A log may write slowly.
                            assertThatThrownBy(rig.lock::assertHeld)
                                    .isInstanceOf(AssertionError.class);
                            lines.add(line);
                        });
        locked(health::start);
    }

    private void locked(Runnable action) {
        rig.lock.lock();
        try {
            action.run();
        } finally {
            rig.lock.unlock();
        }
    }

    private Fragment fragment() throws Exception {
        return GetMediaBytes.parse("camera", true, GetMediaBytes.fragment(1, T0, 10));
    }

    private String onlyLine() {
        assertThat(lines).hasSize(1);
        return lines.remove(0);
    }

    @Test
    void saysHowTheReaderIsAndWhatHappenedSinceTheLineBefore() throws Exception {
        start(MINUTE);
        StreamMetrics front = metrics.stream("front-door");
        metrics.stream("backyard");
        metrics.stream("garage");
        rig.timer.advance(Duration.ofSeconds(58));
        for (int i = 0; i < 30; i++) {
            metrics.onFragment(fragment());
            metrics.onBytes(1 << 20);
        }
        front.onFragment(fragment(), 0);
        metrics.onReconnect(ReconnectCause.IDLE);
        metrics.onReconnect(ReconnectCause.IDLE);
        metrics.onReconnect(ReconnectCause.END);
        metrics.onError(ErrorClass.THROTTLED);
        metrics.onHistory(true);
        metrics.onConnectionLimit(true);
        assertThat(lines).isEmpty();
        rig.timer.advance(Duration.ofSeconds(2));
        assertThat(onlyLine())
                .isEqualTo(
                        "Source, subtask 0: streams: 3 (live 2, in history 1; silent 2, at the"
                                + " connection limit 1); furthest behind: garage by 60.0 s;"
                                + " per minute: fragments 30, MB 30.0;"
                                + " reconnects: end 1, idle 2; errors: throttled 1;"
                                + " memory: 0.0 of 1.0 MB");
        metrics.onReconnect(ReconnectCause.IDLE);
        metrics.onHistory(false);
        metrics.onConnectionLimit(false);
        rig.timer.advance(MINUTE);
        assertThat(onlyLine())
                .contains("streams: 3 (live 3, in history 0; silent 3, at the connection limit 0);")
                .contains(" by 120.0 s; per minute: fragments 0, MB 0.0; reconnects: idle 1;")
                .contains("; errors: none; ");
    }

    /** Other work of the timer's threads, or the garbage collector, may hold it up. */
    @Test
    void aLateLineHasTheRatesOfAMinute() throws Exception {
        metrics.stream("camera");
        start(Duration.ofSeconds(10));
        rig.timer.turn(Duration.ofSeconds(20));
        for (int i = 0; i < 4; i++) {
            metrics.onFragment(fragment());
            metrics.onBytes(1 << 19);
        }
        rig.timer.runDue();
        assertThat(onlyLine()).contains("; per minute: fragments 12, MB 6.0; ");
    }

    @Test
    void countsFramesIfFramesAreRead() throws Exception {
        rig.frames = FrameFilter.all();
        start(MINUTE);
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(GetMediaBytes.fragmentOfFrames(1, T0, 100, 100, 100));
        assertThat(rig.take()).containsExactly("1.0", "1.1", "1.2", "FragmentOver");
        rig.timer.advance(MINUTE);
        assertThat(onlyLine()).contains("; per minute: frames 3, MB 0.0; ");
    }

    /** As some do if the disk is full. */
    @Test
    void goesOnIfTheLogThrows() {
        metrics.stream("camera");
        health =
                new HealthLine(
                        rig.resources(),
                        MINUTE,
                        line -> {
                            lines.add(line);
                            throw new IllegalStateException("the disk is full");
                        });
        locked(health::start);
        rig.timer.advance(MINUTE.multipliedBy(2));
        assertThat(lines).hasSize(2);
    }

    /** Flink hands over streams one after the other. */
    @Test
    void startsOnce() {
        metrics.stream("camera");
        start(MINUTE);
        locked(health::start);
        assertThat(rig.timer.scheduled()).isEqualTo(1);
        locked(health::close);
        assertThat(rig.timer.scheduled()).isZero();
    }

    /** Such as a subtask beyond the number of streams. */
    @Test
    void aReaderWithoutStreamsLogsNothing() {
        start(MINUTE);
        rig.timer.advance(MINUTE);
        assertThat(lines).isEmpty();
        StreamMetrics stream = metrics.stream("camera");
        rig.timer.advance(MINUTE);
        onlyLine();
        metrics.remove(stream);
        rig.timer.advance(MINUTE);
        assertThat(lines).isEmpty();
    }

    @Test
    void endsWithTheReader() {
        metrics.stream("camera");
        start(MINUTE);
        assertThat(rig.timer.scheduled()).isEqualTo(1);
        locked(health::close);
        assertThat(rig.timer.scheduled()).isZero();
        locked(health::close);
    }

    /** The timer's thread had begun, and waited for the lock. */
    @Test
    void isSilentIfTheReaderIsClosedWhileALineIsDue() {
        metrics.stream("camera");
        List<Runnable> due = new ArrayList<>();
        ManualTimer timer =
                new ManualTimer() {
                    @Override
                    public Task schedule(Runnable action, long delayNanos) {
                        due.add(action);
                        return super.schedule(action, delayNanos);
                    }
                };
        start(
                new ReaderResources(
                        rig.lock,
                        timer,
                        rig.budget,
                        rig.service,
                        rig.archive,
                        rig.directory,
                        metrics),
                MINUTE);
        locked(health::close);
        due.get(0).run();
        assertThat(lines).isEmpty();
        assertThat(timer.scheduled()).isZero();
    }

    @Test
    void canBeTurnedOff() {
        start(Duration.ZERO);
        assertThat(rig.timer.scheduled()).isZero();
        locked(health::close);
    }
}
