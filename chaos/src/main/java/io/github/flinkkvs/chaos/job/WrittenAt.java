/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.job;

import org.apache.flink.table.functions.ScalarFunction;

import java.io.IOException;

/** WRITTEN_AT(gate, sequence): the time of a row, once the gate of the sink has let it pass. */
public final class WrittenAt extends ScalarFunction {

    private static final long serialVersionUID = 1L;

    private transient SinkGate gate;

    /** Called by Flink. The sequence makes each call a new one. */
    public Long eval(String gatePath, Long sequence) throws IOException {
        if (gate == null) {
            gate = new SinkGate(gatePath);
        }
        gate.pass();
        return System.currentTimeMillis();
    }

    @Override
    public boolean isDeterministic() {
        return false;
    }

    @Override
    public void close() throws IOException {
        if (gate != null) {
            gate.close();
        }
    }
}
