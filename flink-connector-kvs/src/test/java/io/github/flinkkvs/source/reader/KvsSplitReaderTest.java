/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.source.FakeConnection;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.session.StreamEvent;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsRemoval;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import static io.github.flinkkvs.source.GetMediaBytes.fragment;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(30)
class KvsSplitReaderTest {

    private final FakeConnection connection = new FakeConnection();
    private final RecordedMetrics metrics = new RecordedMetrics();
    private final Configuration config =
            new Configuration()
                    .set(KvsSourceOptions.HISTORY, HistoryMode.LIVE)
                    .set(KvsSourceOptions.STREAM_METRICS_LIMIT, 1);
    private KvsSplitReader reader = newReader();
    private final Set<String> finished = new HashSet<>();
    private final List<StreamEvent> unemitted = new ArrayList<>();

    private KvsSplitReader newReader() {
        return new KvsSplitReader(
                config,
                false,
                true,
                null,
                connection,
                new KvsReaderMetrics(metrics.group(), config));
    }

    private static KvsSplit split(String name, StoppingPosition stop) {
        return KvsSplit.unread(FakeConnection.arn(name), StartingPosition.earliest(), stop);
    }

    private List<String> fetch(int events) throws Exception {
        List<String> found = new ArrayList<>();
        while (found.size() + finished.size() < events) {
            RecordsWithSplitIds<StreamEvent> records = reader.fetch();
            for (String id = records.nextSplit(); id != null; id = records.nextSplit()) {
                StreamEvent event = records.nextRecordFromSplit();
                while (event != null) {
                    String number =
                            ((StreamEvent.FragmentArrived) event).fragment().number().toString();
                    found.add(StreamArn.nameOf(id) + " " + number);
                    unemitted.add(event);
                    event = records.nextRecordFromSplit();
                }
            }
            finished.addAll(records.finishedSplits());
        }
        return found;
    }

    @Test
    void readsStreamsUntilTheyEnd() throws Exception {
        connection.media.add(fragment(1, T0, 1));
        connection.media.add(fragment(2, T0, 1));
        KvsSplit a = split("a", StoppingPosition.never());
        KvsSplit b = split("b", StoppingPosition.atFragment("1"));
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(a, b)));
        assertThat(fetch(4)).containsExactlyInAnyOrder("a 1", "a 2", "b 1");
        assertThat(finished).containsExactly(b.splitId());
        assertThat(connection.forgotten).containsExactly(b.arn());
        // Beyond the limit a stream has no gauges of its own.
        assertThat(metrics.gauges()).containsKey("KinesisVideo.stream.a.millisBehindNow");
        assertThat(metrics.gauges()).doesNotContainKey("KinesisVideo.stream.b.millisBehindNow");
        assertThat(metrics.gauge("bufferedBytes")).isPositive();
        // Finished and unknown splits are allowed, too.
        reader.pauseOrResumeSplits(List.of(a, b), List.of());
        reader.pauseOrResumeSplits(List.of(), List.of(a, b));
        reader.close();
        assertThat(connection.closed).isTrue();
        assertThat(metrics.gauge("connections")).isZero();
        // A fragment that Flink took stays until it is emitted, though its stream has ended.
        assertThat(metrics.gauge("bufferedBytes"))
                .isEqualTo(unemitted.stream().mapToLong(StreamEvent::retainedBytes).sum());
        unemitted.forEach(StreamEvent::onEmitted);
        assertThat(metrics.gauge("bufferedBytes")).isZero();
    }

    @Test
    void returnsWhenWokenUp() throws Exception {
        reader.wakeUp();
        assertThat(reader.fetch().nextSplit()).isNull();
        reader.close();
    }

    @Test
    void logsItsHealth() throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        AbstractAppender appender =
                new AbstractAppender("health", null, null, true, Property.EMPTY_ARRAY) {
                    @Override
                    public void append(LogEvent event) {
                        lines.add(
                                event.getLevel() + " " + event.getMessage().getFormattedMessage());
                    }
                };
        appender.start();
        Logger log = (Logger) LogManager.getLogger(HealthLine.class);
        log.addAppender(appender);
        // Less than users may choose.
        config.set(KvsSourceOptions.HEALTH_INTERVAL, Duration.ofMillis(1));
        reader = newReader();
        try {
            reader.handleSplitsChanges(
                    new SplitsAddition<>(List.of(split("a", StoppingPosition.never()))));
            assertThat(lines.take()).contains("INFO ", "streams: 1 (live 1,", "behind: a by ");
        } finally {
            reader.close();
            log.removeAppender(appender);
        }
    }

    @Test
    void closesItsConnectionEvenIfClosingAStreamThrows() throws Exception {
        connection.media.add(fragment(1, T0, 1));
        connection.poisonOfCancel = new IllegalStateException("poison");
        reader.handleSplitsChanges(
                new SplitsAddition<>(List.of(split("a", StoppingPosition.never()))));
        fetch(1);
        assertThatThrownBy(reader::close).hasMessage("poison");
        assertThat(connection.closed).isTrue();
    }

    @Test
    void knowsNoOtherChangesOfSplits() {
        assertThatThrownBy(
                        () ->
                                reader.handleSplitsChanges(
                                        new SplitsRemoval<>(
                                                List.of(split("a", StoppingPosition.never())))))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
