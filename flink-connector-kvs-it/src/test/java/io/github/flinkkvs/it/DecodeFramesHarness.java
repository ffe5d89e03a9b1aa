/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureSerializer;
import io.github.flinkkvs.media.video.DecodeFrames;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.serialization.FrameRecordTypeInfo;

import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateBackendLoader;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@link DecodeFrames} in an operator without a cluster. */
final class DecodeFramesHarness implements AutoCloseable {

    /** Keeps the metrics of its only operator. */
    private static final class TaskMetrics extends InterceptingTaskMetricGroup {
        private final InterceptingOperatorMetricGroup operator =
                new InterceptingOperatorMetricGroup();

        /** Overrides that of Flink 1.20. */
        public InternalOperatorMetricGroup getOrAddOperator(OperatorID id, String name) {
            return operator;
        }

        /** Overrides that of Flink 2.3. */
        public InternalOperatorMetricGroup getOrAddOperator(
                OperatorID id, String name, Map<String, String> variables) {
            return operator;
        }
    }

    private final TaskMetrics metrics = new TaskMetrics();
    private final KeyedOneInputStreamOperatorTestHarness<String, FrameRecord, Picture> operator;

    DecodeFramesHarness(DecodeFrames.Builder function, String backend, OperatorSubtaskState state)
            throws Exception {
        MockEnvironment environment = new MockEnvironmentBuilder().setMetricGroup(metrics).build();
        operator =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new KeyedProcessOperator<>(function.build()),
                        frame -> frame.fragment().streamName(),
                        Types.STRING,
                        environment);
        Configuration config = new Configuration();
        config.set(StateBackendOptions.STATE_BACKEND, backend);
        operator.setStateBackend(
                StateBackendLoader.loadStateBackendFromConfig(
                        config, getClass().getClassLoader(), null));
        operator.setup(PictureSerializer.INSTANCE);
        if (state != null) {
            operator.initializeState(state);
        }
        operator.open();
    }

    void process(List<FrameRecord> frames) throws Exception {
        for (FrameRecord frame : frames) {
            operator.processElement(frame, frame.frame().timestampMillis());
        }
    }

    void endOfInput() throws Exception {
        operator.processWatermark(Watermark.MAX_WATERMARK);
    }

    OperatorSubtaskState snapshot() throws Exception {
        return operator.snapshot(1, 1);
    }

    List<Picture> emitted() {
        return new ArrayList<>(operator.extractOutputValues());
    }

    int stateEntries() {
        return operator.numKeyedStateEntries();
    }

    int keptFrames(String stream) throws Exception {
        KeyedStateBackend<String> state =
                ((AbstractStreamOperator<?>) operator.getOperator()).getKeyedStateBackend();
        state.setCurrentKey(stream);
        MapState<Tuple2<Long, Long>, FrameRecord> frames =
                state.getPartitionedState(
                        VoidNamespace.INSTANCE,
                        VoidNamespaceSerializer.INSTANCE,
                        new MapStateDescriptor<>(
                                "frames",
                                Types.TUPLE(Types.LONG, Types.LONG),
                                FrameRecordTypeInfo.INSTANCE));
        int count = 0;
        for (Tuple2<Long, Long> frame : frames.keys()) {
            count++;
        }
        return count;
    }

    long count(String metric) {
        return ((Counter) metrics.operator.get(metric)).getCount();
    }

    @Override
    public void close() throws Exception {
        operator.close();
    }
}
