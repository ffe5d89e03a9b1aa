/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.job;

import io.github.flinkkvs.chaos.record.OutputRow;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

import java.math.BigInteger;

/**
 * Counts what comes of each stream, so that the output shows its order, and makes rows. The sink
 * stands still with it while its gate is closed.
 */
final class Numbering
        extends KeyedProcessFunction<String, Tuple4<String, String, Integer, Long>, String> {

    private static final long serialVersionUID = 1L;

    private final String gatePath;
    private transient ValueState<Long> count;
    private transient SinkGate gate;

    Numbering(String gatePath) {
        this.gatePath = gatePath;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        gate = new SinkGate(gatePath);
    }

    @Override
    public void processElement(
            Tuple4<String, String, Integer, Long> seen, Context context, Collector<String> out)
            throws Exception {
        gate.pass();
        Long before = count.value();
        long sequence = before == null ? 1 : before + 1;
        count.update(sequence);
        out.collect(
                new OutputRow(
                                seen.f0,
                                sequence,
                                new BigInteger(seen.f1),
                                seen.f2,
                                seen.f3,
                                System.currentTimeMillis())
                        .toLine());
    }

    @Override
    public void close() throws Exception {
        if (gate != null) {
            gate.close();
        }
    }
}
