/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Passes records on, and throws when a test says so: with the next checkpoint, so that it fails
 * even while no records come.
 */
final class FailOnDemand<T> implements MapFunction<T, T>, CheckpointListener {

    private static final long serialVersionUID = 1L;

    private static final Map<String, AtomicBoolean> DEMANDED = new ConcurrentHashMap<>();

    private final String id = UUID.randomUUID().toString();

    FailOnDemand() {
        DEMANDED.put(id, new AtomicBoolean());
    }

    /** Fails one task. */
    void fail() {
        DEMANDED.get(id).set(true);
    }

    @Override
    public T map(T record) {
        return record;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        if (DEMANDED.get(id).compareAndSet(true, false)) {
            throw new IllegalStateException("Scripted failure after checkpoint " + checkpointId);
        }
    }
}
