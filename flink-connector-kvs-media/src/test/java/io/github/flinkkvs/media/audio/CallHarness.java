/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.Fragments;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

import java.util.List;

/** {@link CallAudioFunction} in an operator of Flink, with its state and metrics. */
final class CallHarness implements AutoCloseable {
    private final TaskMetrics metrics = new TaskMetrics();
    private final KeyedOneInputStreamOperatorTestHarness<String, Fragment, CallAudio> operator;

    CallHarness(CallAudioFunction.Builder function, OperatorSubtaskState state) throws Exception {
        operator =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new KeyedProcessOperator<>(function.build()),
                        Fragment::streamName,
                        Types.STRING,
                        new MockEnvironmentBuilder().setMetricGroup(metrics).build());
        if (state != null) {
            operator.initializeState(state);
        }
        operator.open();
    }

    void process(List<Fragment> fragments) throws Exception {
        for (Fragment fragment : fragments) {
            operator.processElement(fragment, fragment.serverTimestampMillis());
        }
    }

    void endOfInput() throws Exception {
        operator.processWatermark(Watermark.MAX_WATERMARK);
    }

    OperatorSubtaskState snapshot() throws Exception {
        return operator.snapshot(1, 1);
    }

    List<CallAudio> emitted() {
        return operator.extractOutputValues();
    }

    long damagedFrames() {
        return ((Counter) metrics.operator.get("damagedFrames")).getCount();
    }

    @Override
    public void close() throws Exception {
        operator.close();
    }

    /** The files that the function makes from these fragments, until the end of the input. */
    static List<CallAudio> run(CallAudioFunction.Builder function, MediaFragment... media)
            throws Exception {
        try (CallHarness harness = new CallHarness(function, null)) {
            harness.process(Fragments.inTurn(media));
            harness.endOfInput();
            return harness.emitted();
        }
    }

    /** Keeps the metrics of its only operator. */
    private static final class TaskMetrics extends InterceptingTaskMetricGroup {
        private final InterceptingOperatorMetricGroup operator =
                new InterceptingOperatorMetricGroup();

        @Override
        public InternalOperatorMetricGroup getOrAddOperator(OperatorID id, String name) {
            return operator;
        }
    }
}
