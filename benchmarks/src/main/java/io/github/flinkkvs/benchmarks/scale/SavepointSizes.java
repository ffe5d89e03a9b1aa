/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a savepoint consists of, in bytes.
 *
 * @param enumerator the state of the source in the JobManager
 * @param splits the state of its readers
 */
record SavepointSizes(long enumerator, long splits) {

    /**
     * @param path as the REST API tells it
     */
    static SavepointSizes read(String path) throws IOException {
        Path file = Path.of(URI.create(path)).resolve("_metadata");
        CheckpointMetadata metadata;
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            metadata =
                    Checkpoints.loadCheckpointMetadata(
                            in, SavepointSizes.class.getClassLoader(), path);
        }
        long enumerator = 0;
        long splits = 0;
        for (OperatorState operator : metadata.getOperatorStates()) {
            ByteStreamStateHandle coordinator = operator.getCoordinatorState();
            if (coordinator != null) {
                enumerator += coordinator.getStateSize();
                splits += operator.getStateSize() - coordinator.getStateSize();
            }
        }
        return new SavepointSizes(enumerator, splits);
    }
}
