/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.cluster;

import javax.annotation.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says what a {@link FlinkCluster} is to be. Not thread-safe. */
public final class FlinkClusterBuilder {

    final Path home;
    final Path work;
    final Map<String, String> config = new LinkedHashMap<>();
    final List<String> classPath = new ArrayList<>();
    List<String> commandPrefix = List.of();
    List<String> jvmOptions = List.of();
    List<String> taskManagerOptions = List.of();
    @Nullable Map<String, String> environment;
    Path javaHome = Path.of(System.getProperty("java.home"));
    TaskManagerMemory memory = TaskManagerMemory.SMALL;
    int slots = 4;
    double cores = 2;
    int taskManagers = 1;

    FlinkClusterBuilder(Path home, Path work) {
        this.home = home.toAbsolutePath();
        this.work = work.toAbsolutePath();
        classPath.add(home.toAbsolutePath().resolve("lib") + "/*");
    }

    /** Sets an entry of Flink's configuration, of all processes. */
    public FlinkClusterBuilder config(String key, Object value) {
        config.put(key, value.toString());
        return this;
    }

    /** How many TaskManagers {@link #start} starts; 1 by default. */
    public FlinkClusterBuilder taskManagers(int number) {
        taskManagers = number;
        return this;
    }

    /** The slots of a TaskManager; 4 by default. */
    public FlinkClusterBuilder slots(int number) {
        slots = number;
        return this;
    }

    /** What Flink takes for the number of a TaskManager's cores; 2 by default. */
    public FlinkClusterBuilder cores(double number) {
        cores = number;
        return this;
    }

    /** The memory of a TaskManager; {@link TaskManagerMemory#SMALL} by default. */
    public FlinkClusterBuilder memory(TaskManagerMemory value) {
        memory = value;
        return this;
    }

    /** A JDK or JRE; that of this process by default. */
    public FlinkClusterBuilder javaHome(Path folder) {
        javaHome = folder;
        return this;
    }

    /**
     * What each command begins with; it must replace itself with the rest, as {@code exec} does.
     */
    public FlinkClusterBuilder commandPrefix(List<String> words) {
        commandPrefix = List.copyOf(words);
        return this;
    }

    /** All environment variables of the processes; those of this process by default. */
    public FlinkClusterBuilder environment(Map<String, String> variables) {
        environment = Map.copyOf(variables);
        return this;
    }

    /** Options for the JVMs of the JobManager, the TaskManagers and clients. */
    public FlinkClusterBuilder jvmOptions(List<String> options) {
        jvmOptions = List.copyOf(options);
        return this;
    }

    /** Further options for the JVMs of the TaskManagers. They overrule all others. */
    public FlinkClusterBuilder taskManagerOptions(List<String> options) {
        taskManagerOptions = List.copyOf(options);
        return this;
    }

    /** Adds a jar to the class path of all processes, or all jars of a folder: {@code folder/*}. */
    public FlinkClusterBuilder addToClassPath(String entry) {
        classPath.add(entry);
        return this;
    }

    /**
     * Starts the JobManager and the TaskManagers, and waits until they have registered.
     *
     * @throws ClusterException if Flink is not there or does not start; then nothing of it runs
     */
    public FlinkCluster start() {
        if (!Files.isDirectory(home.resolve("lib"))) {
            throw new ClusterException("There is no Flink in " + home + ": it has no folder lib");
        }
        FlinkCluster cluster = new FlinkCluster(this);
        try {
            cluster.startAll(taskManagers);
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }
}
