/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.FakeConnection;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.source.split.AllStreamsAssigned;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.ReaderStreams;
import io.github.flinkkvs.source.split.StreamsOver;

import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.testutils.source.reader.TestingReaderContext;
import org.apache.flink.connector.testutils.source.reader.TestingReaderOutput;
import org.apache.flink.core.io.InputStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

import static io.github.flinkkvs.source.GetMediaBytes.fragment;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;

@Timeout(30)
class KvsSourceReaderTest {

    private final FakeConnection connection = new FakeConnection();
    private final List<String> marks = new ArrayList<>();
    private final TestingReaderOutput<Fragment> records = new TestingReaderOutput<>();
    private final KvsReaderMetrics metrics =
            new KvsReaderMetrics(new RecordedMetrics().group(), new Configuration());
    private final TestingReaderContext context = new TestingReaderContext();
    private KvsSourceReader<Fragment> reader = reader(Long.MAX_VALUE);

    private KvsSourceReader<Fragment> reader(long limit) {
        return new KvsSourceReader<>(
                () ->
                        new KvsSplitReader(
                                new Configuration().set(KvsSourceOptions.HISTORY, HistoryMode.LIVE),
                                false,
                                true,
                                null,
                                connection,
                                metrics),
                new KvsRecordEmitter<>(KvsDeserializationSchema.fragments(), metrics),
                StreamSelector.named(List.of("a")),
                limit,
                new Configuration(),
                context);
    }

    private final ReaderOutput<Fragment> output = recording("", records);

    /** Records the idle marks, passes on everything else. */
    @SuppressWarnings("unchecked")
    private ReaderOutput<Fragment> recording(String prefix, SourceOutput<Fragment> passedTo) {
        return (ReaderOutput<Fragment>)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {ReaderOutput.class},
                        (proxy, method, args) -> {
                            if (method.getName().startsWith("mark")) {
                                marks.add(prefix + method.getName());
                                return null;
                            }
                            Object result = method.invoke(passedTo, args);
                            return method.getName().equals("createOutputForSplit")
                                    ? recording(args[0] + " ", (SourceOutput<Fragment>) result)
                                    : result;
                        });
    }

    private static KvsSplit split(String name) {
        return KvsSplit.unread(
                FakeConnection.arn(name),
                StartingPosition.earliest(),
                StoppingPosition.atFragment("1"));
    }

    @AfterEach
    void close() throws Exception {
        reader.close();
    }

    @Test
    void isIdleWithoutStreamsAndOnlyThen() throws Exception {
        connection.media.add(fragment(1, T0, 1));
        reader.start();
        reader.pollNext(output);
        // Streams may still be assigned, and would be late for the watermark.
        assertThat(marks).isEmpty();
        reader.handleSourceEvents(new AllStreamsAssigned());
        reader.pollNext(output);
        reader.pollNext(output);
        assertThat(marks).containsExactly("none markIdle", "markIdle");
        reader.addSplits(List.of(split("a")));
        reader.notifyNoMoreSplits();
        while (reader.pollNext(output) != InputStatus.END_OF_INPUT) {
            reader.isAvailable().get();
        }
        assertThat(marks).startsWith("none markIdle", "markIdle", "markActive");
        assertThat(records.getEmittedRecords()).hasSize(1);
    }

    /**
     * Not before Flink said that no more splits follow: the reader cannot be told after its end.
     */
    @Test
    void endsWhenThereIsEnough() throws Exception {
        for (int i = 1; i <= 9; i++) {
            connection.media.add(fragment(i, T0, 1));
        }
        reader = reader(2);
        reader.start();
        reader.addSplits(
                List.of(
                        KvsSplit.unread(
                                FakeConnection.arn("a"),
                                StartingPosition.earliest(),
                                StoppingPosition.atFragment("10"))));
        while (records.getEmittedRecords().size() < 3) {
            assertThat(reader.pollNext(output)).isNotEqualTo(InputStatus.END_OF_INPUT);
            reader.isAvailable().get();
        }
        reader.notifyNoMoreSplits();
        assertThat(reader.pollNext(output)).isEqualTo(InputStatus.END_OF_INPUT);
    }

    /** In this order: the enumerator takes what it has not heard of for over. */
    @Test
    void tellsTheEnumeratorWhatItHasAndWhatIsOver() throws Exception {
        connection.media.add(fragment(1, T0, 1));
        reader.addSplits(List.of(split("a"), split("b")));
        reader.start();
        assertThat(reader.isAvailable()).isDone();
        assertThat(context.getSentEvents()).isEmpty();
        reader.pollNext(output);
        assertThat(context.getSentEvents())
                .first()
                .isInstanceOfSatisfying(
                        ReaderStreams.class,
                        event ->
                                assertThat(event.splitIds()).containsExactly(split("a").splitId()));
        while (reader.getNumberOfCurrentlyAssignedSplits() > 0) {
            reader.pollNext(output);
            assertThat(reader.snapshotState(1))
                    .hasSize(reader.getNumberOfCurrentlyAssignedSplits());
        }
        assertThat(context.getSentEvents())
                .last()
                .isInstanceOfSatisfying(
                        StreamsOver.class,
                        event ->
                                assertThat(event.splitIds()).containsExactly(split("a").splitId()));
        assertThat(context.getSentEvents()).hasSize(2);
    }

    /** As Flink's HybridSource does. */
    @Test
    void tellsWhatItHasEvenIfItIsRestoredAfterItsStart() throws Exception {
        reader.start();
        assertThat(context.getSentEvents()).isEmpty();
        reader.addSplits(List.of(split("a")));
        reader.pollNext(output);
        assertThat(context.getSentEvents())
                .singleElement()
                .isInstanceOfSatisfying(
                        ReaderStreams.class,
                        event ->
                                assertThat(event.splitIds()).containsExactly(split("a").splitId()));
    }

    @Test
    void forgetsStreamsThatAreNoLongerToBeRead() {
        reader.start();
        reader.addSplits(List.of(split("b")));
        assertThat(reader.getNumberOfCurrentlyAssignedSplits()).isZero();
        assertThat(reader.snapshotState(1)).isEmpty();
    }

    @Test
    void aSplitThatWasNotReadIsKeptAsItWas() {
        reader.start();
        connection.media.clear();
        reader.addSplits(List.of(split("a")));
        assertThat(reader.snapshotState(1)).containsExactly(split("a"));
    }
}
