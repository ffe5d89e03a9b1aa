/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.sql;

import io.github.flinkkvs.examples.errors.ExampleException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Flink made of released artifacts, as processes of their own: a JobManager, TaskManagers, SQL
 * clients. Their class path is the lib folder of a distribution and nothing else. All ports are
 * free ones. All processes end with {@link #close()} or with this process.
 */
final class FlinkCluster implements AutoCloseable {

    private static final String CONFIG =
            """
            jobmanager.rpc.address: localhost
            jobmanager.rpc.port: 0
            jobmanager.bind-host: localhost
            rest.address: localhost
            rest.bind-address: localhost
            rest.port: 0
            rest.bind-port: 0
            heartbeat.interval: 1000
            taskmanager.host: localhost
            taskmanager.bind-host: localhost
            taskmanager.numberOfTaskSlots: 4
            taskmanager.cpu.cores: 2.0
            taskmanager.memory.framework.heap.size: 128m
            taskmanager.memory.framework.off-heap.size: 128m
            taskmanager.memory.task.heap.size: 512m
            taskmanager.memory.task.off-heap.size: 128m
            taskmanager.memory.managed.size: 64m
            taskmanager.memory.network.min: 64m
            taskmanager.memory.network.max: 64m
            taskmanager.memory.jvm-metaspace.size: 256m
            taskmanager.memory.jvm-overhead.min: 192m
            taskmanager.memory.jvm-overhead.max: 192m
            """;

    private static final String LOG4J =
            """
            status = ERROR
            rootLogger.level = INFO
            rootLogger.appenderRef.out.ref = Out
            appender.out.name = Out
            appender.out.type = %s
            appender.out.layout.type = PatternLayout
            appender.out.layout.pattern = %%d{HH:mm:ss,SSS} %%-5p %%c{1} - %%m%%n%%xEx
            """;

    private final Path home;
    private final Path folder;
    private final FlinkProcesses processes;
    private final String rpcPort;
    private final int restPort;
    private Process taskManager;

    /**
     * Starts a JobManager and a TaskManager with 4 slots, and waits until the TaskManager has
     * registered.
     *
     * @param home a folder with {@code lib}
     * @param folder for configuration, logs and temporary files
     * @throws ExampleException if Flink is not there or does not start
     */
    FlinkCluster(Path home, Path folder) {
        this.home = home;
        this.folder = folder;
        if (!Files.isDirectory(home.resolve("lib"))) {
            throw new ExampleException(
                    "There is no Flink in "
                            + home
                            + ": build it with mvn package -pl examples/cluster -am");
        }
        processes = new FlinkProcesses();
        try {
            Files.createDirectories(folder.resolve("log"));
            Files.createDirectories(folder.resolve("tmp"));
            write("conf/config.yaml", CONFIG);
            write("conf/log4j.properties", LOG4J.formatted("CONSOLE"));
            FlinkProcesses.Started jobManager =
                    start(
                            "jobmanager",
                            List.of("-Xmx512m"),
                            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                            List.of(),
                            "started at pekko\\.tcp://flink@[^:]+:(\\d+)",
                            "Rest endpoint listening at [^:]+:(\\d+)");
            rpcPort = jobManager.values().get(0);
            restPort = Integer.parseInt(jobManager.values().get(1));
            write(
                    "client/config.yaml",
                    "execution.target: remote\nrest.address: localhost\nrest.port: %d\n"
                            .formatted(restPort));
            write(
                    "client/log4j.properties",
                    LOG4J.formatted("FILE\nappender.out.fileName = ${sys:log.file}"));
            startTaskManager();
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** The address of the REST API and the web interface. */
    String url() {
        return "http://localhost:" + restPort;
    }

    /** Starts another TaskManager, and waits until it has registered. */
    void startTaskManager() {
        taskManager =
                start(
                                "taskmanager",
                                List.of("-Xmx640m", "-XX:MaxDirectMemorySize=320m"),
                                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                                List.of("-Djobmanager.rpc.port=" + rpcPort),
                                "Successful registration at resource manager")
                        .process();
    }

    /** Kills the TaskManager that was started last, as {@code kill -9} does. */
    void killTaskManager() {
        taskManager.destroyForcibly().onExit().join();
    }

    /**
     * Starts an SQL client, whose log is a file in the folder of the cluster.
     *
     * @param arguments those of sql-client.sh
     */
    Process sqlClient(
            ProcessBuilder.Redirect in, ProcessBuilder.Redirect out, List<String> arguments)
            throws IOException {
        List<String> command = java("client", List.of("-Xmx512m", "-Dlog.file=" + log("client")));
        command.add("org.apache.flink.table.client.SqlClient");
        command.add("embedded");
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectInput(in)
                        .redirectOutput(out)
                        .redirectError(
                                out == ProcessBuilder.Redirect.INHERIT
                                        ? out
                                        : ProcessBuilder.Redirect.to(log("client-err").toFile()));
        builder.environment().put("FLINK_CONF_DIR", folder.resolve("client").toString());
        return processes.start(builder);
    }

    /** The log of {@code jobmanager}, {@code taskmanager} or {@code client}. */
    Path log(String process) {
        return folder.resolve("log").resolve(process + ".log");
    }

    private FlinkProcesses.Started start(
            String name,
            List<String> options,
            String mainClass,
            List<String> arguments,
            String... patterns) {
        // Ctrl-C reaches all processes of a terminal, but in an SQL client it only ends a query.
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "trap '' INT; exec \"$@\"", name));
        command.addAll(java("conf", options));
        command.add(mainClass);
        command.add("--configDir");
        command.add(folder.resolve("conf").toString());
        command.addAll(arguments);
        return processes.startAndAwait(name, command, log(name), patterns);
    }

    private List<String> java(String conf, List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String opened : List.of("java.util", "java.lang", "java.time")) {
            command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        command.addAll(options);
        command.add("-Djava.io.tmpdir=" + folder.resolve("tmp"));
        command.add(
                "-Dlog4j2.configurationFile="
                        + folder.resolve(conf).resolve("log4j.properties").toUri());
        command.add("-cp");
        command.add(home.resolve("lib") + "/*");
        return command;
    }

    /** Kills all processes and waits until they have ended. */
    @Override
    public void close() {
        processes.close();
    }
}
