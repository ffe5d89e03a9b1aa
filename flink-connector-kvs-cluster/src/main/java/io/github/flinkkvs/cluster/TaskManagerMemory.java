/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory of a TaskManager, in MB: in Flink's words, of which each must be said because no shell
 * script computes the rest, and in those of its JVM.
 *
 * @param heap all of it, of which Flink itself gets {@value #FRAMEWORK}
 * @param offHeap the task off-heap memory: direct memory of jobs
 * @param managed for RocksDB and sorting
 * @param network Flink's network buffers
 * @param metaspace for classes
 */
public record TaskManagerMemory(int heap, int offHeap, int managed, int network, int metaspace) {

    /** What Flink itself gets of the heap, and as much direct memory. */
    private static final int FRAMEWORK = 128;

    private static final int OVERHEAD = 192;

    /** Enough for a small job: 640 MB of heap. */
    public static final TaskManagerMemory SMALL = new TaskManagerMemory(640, 128, 64, 64, 256);

    /**
     * @throws IllegalArgumentException if the heap leaves nothing for tasks
     */
    public TaskManagerMemory {
        if (heap <= FRAMEWORK) {
            throw new IllegalArgumentException(
                    "A heap of " + heap + " MB leaves nothing beside Flink's " + FRAMEWORK + " MB");
        }
    }

    Map<String, String> config() {
        Map<String, String> config = new LinkedHashMap<>();
        put(config, "framework.heap.size", FRAMEWORK);
        put(config, "framework.off-heap.size", FRAMEWORK);
        put(config, "task.heap.size", heap - FRAMEWORK);
        put(config, "task.off-heap.size", offHeap);
        put(config, "managed.size", managed);
        put(config, "network.min", network);
        put(config, "network.max", network);
        put(config, "jvm-metaspace.size", metaspace);
        put(config, "jvm-overhead.min", OVERHEAD);
        put(config, "jvm-overhead.max", OVERHEAD);
        return config;
    }

    private static void put(Map<String, String> config, String key, int megabytes) {
        config.put("taskmanager.memory." + key, megabytes + "m");
    }

    List<String> jvmOptions() {
        return List.of(
                "-Xmx" + heap + "m",
                "-XX:MaxDirectMemorySize=" + (FRAMEWORK + offHeap + network) + "m",
                "-XX:MaxMetaspaceSize=" + metaspace + "m");
    }
}
