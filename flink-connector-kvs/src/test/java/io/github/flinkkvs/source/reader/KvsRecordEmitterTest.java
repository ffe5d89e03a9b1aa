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
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.source.session.SessionRig;
import io.github.flinkkvs.source.session.StreamEvent;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitState;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.util.Collector;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import static io.github.flinkkvs.source.GetMediaBytes.fragment;
import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class KvsRecordEmitterTest {

    private final SessionRig rig = new SessionRig();
    private final List<String> output = new ArrayList<>();
    private int recordsOfAFragment = 1;
    private RuntimeException schemaFailure;
    private RuntimeException downstreamFailure;
    private StreamEvent event;
    private KvsSplitState state;
    private KvsRecordEmitter<String> emitter;

    private final class Schema implements KvsDeserializationSchema<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public void deserialize(Fragment fragment, Collector<String> out) {
            for (int i = 0; i < recordsOfAFragment; i++) {
                out.collect(fragment.number() + "." + i);
            }
            if (schemaFailure != null) {
                throw schemaFailure;
            }
        }

        @Override
        public TypeInformation<String> getProducedType() {
            return Types.STRING;
        }
    }

    private final class Output implements SourceOutput<String> {
        @Override
        public void collect(String record) {
            throw new AssertionError("without a timestamp");
        }

        @Override
        public void collect(String record, long timestamp) {
            if (downstreamFailure != null) {
                throw downstreamFailure;
            }
            // The position must not move before everything is emitted.
            output.add(record + " at " + timestamp + " behind " + state.toSplit().position());
        }

        @Override
        public void emitWatermark(Watermark watermark) {}

        @Override
        public void markIdle() {}

        @Override
        public void markActive() {}
    }

    @BeforeEach
    void receive() throws Exception {
        KvsSplit split =
                KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never());
        rig.start(split);
        state = new KvsSplitState(split);
        emitter = new KvsRecordEmitter<>(new Schema(), rig.readerMetrics);
        rig.call().respond().bytes(fragment(1, T0, 1));
        event = SessionRig.eventsOf(rig.handover.take()).get(0);
    }

    @Test
    void emitsAllRecordsOfAFragmentThenMovesThePosition() throws Exception {
        recordsOfAFragment = 2;
        emitter.emitRecord(event, new Output(), state);
        assertThat(output)
                .containsExactly(
                        "1.0 at " + (T0 - 1000) + " behind null",
                        "1.1 at " + (T0 - 1000) + " behind null");
        assertThat(state.toSplit().position()).isEqualTo(SessionRig.at(1, T0));
        assertThat(rig.budget.held()).isZero();
    }

    @Test
    void aFragmentWithoutRecordsMovesThePositionToo() throws Exception {
        recordsOfAFragment = 0;
        emitter.emitRecord(event, new Output(), state);
        assertThat(output).isEmpty();
        assertThat(state.toSplit().position()).isEqualTo(SessionRig.at(1, T0));
    }

    @Test
    void aFailingSchemaEmitsNothingAndIsNamedWithTheFragment() throws Exception {
        schemaFailure = new IllegalStateException("no good");
        assertThatThrownBy(() -> emitter.emitRecord(event, new Output(), state))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("fragment 1 of stream camera")
                .hasMessageContaining("no good")
                .hasCause(schemaFailure);
        assertThat(output).isEmpty();
        assertThat(state.toSplit().position()).isNull();
        // None of it is left.
        schemaFailure = null;
        emitter.emitRecord(event, new Output(), state);
        assertThat(output).hasSize(1);
    }

    @Test
    void whatAnOperatorBehindThrowsComesAsItIs() {
        downstreamFailure = new IllegalArgumentException("not mine");
        assertThatThrownBy(() -> emitter.emitRecord(event, new Output(), state))
                .isSameAs(downstreamFailure);
        assertThat(state.toSplit().position()).isNull();
    }

    @Test
    void otherEventsMoveTheStateOnly() throws Exception {
        emitter.emitRecord(rig.fragmentOver(SessionRig.at(2, T0)), new Output(), state);
        emitter.emitRecord(rig.caughtUp(T0 + 5), new Output(), state);
        assertThat(state.toSplit().position()).isEqualTo(SessionRig.at(2, T0));
        assertThat(state.toSplit().caughtUpMillis()).isEqualTo(T0 + 5);
        emitter.emitRecord(rig.recreated(SessionRig.arn("camera", 2)), new Output(), state);
        assertThat(state.toSplit())
                .isEqualTo(
                        KvsSplit.unread(
                                SessionRig.arn("camera", 2),
                                StartingPosition.earliest(),
                                StoppingPosition.never()));
        assertThat(output).isEmpty();
    }
}
