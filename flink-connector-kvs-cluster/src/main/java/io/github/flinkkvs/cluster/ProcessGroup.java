/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Processes that end with {@link #close()} or with this JVM, unless that is killed. Thread-safe:
 * the set of running processes is guarded by this object.
 */
public final class ProcessGroup implements AutoCloseable {

    private final Set<Process> running = new LinkedHashSet<>();
    private final Thread atExit = new Thread(this::kill, "kvs-cluster-end");
    private boolean closed;

    public ProcessGroup() {
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts a process whose output, with its errors, goes to a log.
     *
     * @param name for messages
     * @param log a file, which is appended to
     * @throws ClusterException if it cannot be started
     */
    public ClusterProcess start(String name, ProcessBuilder builder, Path log) {
        return new ClusterProcess(name, start(builder.redirectErrorStream(true)), log);
    }

    /**
     * Starts a process whose input and output are its caller's business.
     *
     * @throws ClusterException if it cannot be started
     */
    public synchronized Process start(ProcessBuilder builder) {
        if (closed) {
            throw new ClusterException("The group of processes is closed");
        }
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new ClusterException(
                    "Cannot start " + builder.command().get(0) + ": " + e.getMessage(), e);
        }
        running.add(process);
        process.onExit().thenAccept(this::ended);
        return process;
    }

    private synchronized void ended(Process process) {
        running.remove(process);
    }

    private synchronized List<Process> kill() {
        closed = true;
        running.forEach(Process::destroyForcibly);
        return List.copyOf(running);
    }

    /**
     * Kills all processes, because nobody needs an orderly end of them, and waits for their end.
     */
    @Override
    public void close() {
        for (Process process : kill()) {
            process.onExit().join();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // This JVM is ending, and runs the hook.
        }
    }
}
