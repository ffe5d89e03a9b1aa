/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.util.Collector;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A transactional sink with a parallelism of 1: its state is everything that ever arrived in the
 * job's history, and becomes visible when its checkpoint is complete. Each fragment occurs once if
 * and only if the source is exactly-once.
 */
final class ResultSink<T> extends RichFlatMapFunction<T, String>
        implements CheckpointedFunction, CheckpointListener {

    private static final long serialVersionUID = 1L;

    private final String resultsId;
    private final TypeInformation<T> type;
    private transient ListState<T> state;
    private transient List<T> all;
    private transient TreeMap<Long, List<T>> prepared;

    ResultSink(Results<T> results, TypeInformation<T> type) {
        this.type = type;
        resultsId = results.id();
    }

    private Results<T> results() {
        return Results.of(resultsId);
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        state =
                context.getOperatorStateStore()
                        .getListState(new ListStateDescriptor<>("all", type));
        all = new ArrayList<>();
        prepared = new TreeMap<>();
        state.get().forEach(all::add);
        results().attempt(all);
    }

    @Override
    public void flatMap(T record, Collector<String> out) {
        all.add(record);
        results().see(record);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        state.update(all);
        prepared.put(context.getCheckpointId(), List.copyOf(all));
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        List<T> complete = prepared.remove(checkpointId);
        if (complete != null) {
            prepared.headMap(checkpointId).clear();
            results().commit(complete);
        }
    }
}
