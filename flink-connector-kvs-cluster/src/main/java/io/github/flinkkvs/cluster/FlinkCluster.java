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

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A Flink made of released artifacts, as processes of their own: a JobManager, TaskManagers,
 * clients. Their class path is the lib folder of a distribution, and what the builder adds. All
 * ports are free ones. All processes end with {@link #close()} or with this process.
 *
 * <p>Not thread-safe, except for {@link #close()}, {@link #rest()} and {@link #taskManagers()}.
 */
public final class FlinkCluster implements AutoCloseable {

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

    private final FlinkClusterBuilder settings;
    private final ProcessGroup processes = new ProcessGroup();

    /** Guarded by itself. */
    private final List<ClusterProcess> taskManagers = new ArrayList<>();

    @Nullable private ClusterProcess jobManager;
    @Nullable private String rpcPort;
    @Nullable private volatile FlinkRest rest;

    FlinkCluster(FlinkClusterBuilder settings) {
        this.settings = settings;
    }

    /**
     * Returns a builder.
     *
     * @param home a folder with {@code lib}, in which the jars of a Flink are
     * @param work for configuration, logs and temporary files; made if it is missing
     */
    public static FlinkClusterBuilder builder(Path home, Path work) {
        return new FlinkClusterBuilder(home, work);
    }

    void startAll(int number) {
        Map<String, String> config = new LinkedHashMap<>();
        for (String address :
                List.of(
                        "jobmanager.rpc.address",
                        "jobmanager.bind-host",
                        "rest.address",
                        "rest.bind-address",
                        "taskmanager.host",
                        "taskmanager.bind-host")) {
            config.put(address, "localhost");
        }
        for (String port : List.of("jobmanager.rpc.port", "rest.port", "rest.bind-port")) {
            config.put(port, "0");
        }
        config.put("taskmanager.numberOfTaskSlots", String.valueOf(settings.slots));
        config.put("taskmanager.cpu.cores", String.valueOf(settings.cores));
        config.putAll(settings.memory.config());
        config.putAll(settings.config);
        createFolder("log");
        createFolder("tmp");
        write("conf/config.yaml", config);
        write("conf/log4j.properties", LOG4J.formatted("CONSOLE"));
        write(
                "client/log4j.properties",
                LOG4J.formatted("FILE\nappender.out.fileName = ${sys:log.file}"));
        startJobManager();
        for (int i = 0; i < number; i++) {
            startTaskManager();
        }
    }

    private void write(String name, Map<String, String> config) {
        write(
                name,
                config.entrySet().stream()
                        .map(
                                entry ->
                                        "%s: '%s'\n"
                                                .formatted(
                                                        entry.getKey(),
                                                        entry.getValue().replace("'", "''")))
                        .collect(Collectors.joining()));
    }

    private void write(String name, String text) {
        try {
            Path file = settings.work.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void createFolder(String name) {
        try {
            Files.createDirectories(settings.work.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a JobManager, after the one before was killed, and waits until it is up. Its ports are
     * new ones. A TaskManager finds it if the cluster has high availability, and otherwise only if
     * it is started afterwards.
     */
    public ClusterProcess startJobManager() {
        if (jobManager != null && jobManager.isAlive()) {
            throw new ClusterException("There is a JobManager: " + jobManager);
        }
        jobManager =
                start(
                        "jobmanager",
                        List.of("-Xmx512m"),
                        "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                        List.of());
        rpcPort = jobManager.await("started at pekko\\.tcp://flink@[^:]+:(\\d+)");
        String restPort = jobManager.await("Rest endpoint listening at [^:]+:(\\d+)");
        rest = new FlinkRest("http://localhost:" + restPort);
        write(
                "client/config.yaml",
                Map.of(
                        "execution.target",
                        "remote",
                        "rest.address",
                        "localhost",
                        "rest.port",
                        restPort));
        return jobManager;
    }

    /** Starts another TaskManager, and waits until it has registered. */
    public ClusterProcess startTaskManager() {
        List<String> options = new ArrayList<>(settings.memory.jvmOptions());
        options.addAll(settings.taskManagerOptions);
        ClusterProcess started =
                start(
                        "taskmanager",
                        options,
                        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                        List.of("-Djobmanager.rpc.port=" + rpcPort));
        started.await("Successful registration at resource manager");
        synchronized (taskManagers) {
            taskManagers.add(started);
        }
        return started;
    }

    /** The JobManager that was started last. */
    public ClusterProcess jobManager() {
        return jobManager;
    }

    /** The TaskManagers that have not ended, in the order in which they were started. */
    public List<ClusterProcess> taskManagers() {
        synchronized (taskManagers) {
            taskManagers.removeIf(process -> !process.isAlive());
            return List.copyOf(taskManagers);
        }
    }

    /** The REST API of the JobManager that was started last. */
    public FlinkRest rest() {
        return rest;
    }

    /**
     * Starts a client of the cluster, with a configuration folder that names its REST API.
     *
     * @param name of its log, see {@link #log}
     * @param mainClass in the class path of the cluster
     */
    public Process startClient(
            String name,
            String mainClass,
            List<String> arguments,
            ProcessBuilder.Redirect in,
            ProcessBuilder.Redirect out) {
        List<String> command = java("client", List.of("-Xmx512m", "-Dlog.file=" + log(name)));
        command.add(mainClass);
        command.addAll(arguments);
        ProcessBuilder builder =
                builder(command)
                        .redirectInput(in)
                        .redirectOutput(out)
                        .redirectError(
                                out == ProcessBuilder.Redirect.INHERIT
                                        ? out
                                        : ProcessBuilder.Redirect.to(log(name + "-err").toFile()));
        builder.environment().put("FLINK_CONF_DIR", settings.work.resolve("client").toString());
        return processes.start(builder);
    }

    /** The log of a client. Those of other processes are in the same folder. */
    public Path log(String name) {
        return settings.work.resolve("log").resolve(name + ".log");
    }

    private ClusterProcess start(
            String role, List<String> options, String mainClass, List<String> arguments) {
        // Ctrl-C reaches all processes of a terminal, but in an SQL client it only ends a query.
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "trap '' INT; exec \"$@\"", role));
        command.addAll(java("conf", options));
        command.add(mainClass);
        command.add("--configDir");
        command.add(settings.work.resolve("conf").toString());
        command.addAll(arguments);
        String name = unused(role);
        return processes.start(name, builder(command), log(name));
    }

    /** So that each process has a log of its own, also in a work folder that was used before. */
    private String unused(String role) {
        String name = role;
        for (int i = 2; Files.exists(log(name)); i++) {
            name = role + "-" + i;
        }
        return name;
    }

    private ProcessBuilder builder(List<String> command) {
        List<String> words = new ArrayList<>(settings.commandPrefix);
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words);
        if (settings.environment != null) {
            builder.environment().clear();
            builder.environment().putAll(settings.environment);
        }
        return builder;
    }

    private List<String> java(String conf, List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(settings.javaHome.resolve("bin").resolve("java").toString());
        for (String opened : List.of("java.util", "java.lang", "java.time")) {
            command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        command.addAll(settings.jvmOptions);
        command.addAll(options);
        command.add("-Djava.io.tmpdir=" + settings.work.resolve("tmp"));
        command.add(
                "-Dlog4j2.configurationFile="
                        + settings.work.resolve(conf).resolve("log4j.properties").toUri());
        command.add("-cp");
        command.add(String.join(File.pathSeparator, settings.classPath));
        return command;
    }

    /** Kills all processes and waits until they have ended. */
    @Override
    public void close() {
        processes.close();
    }
}
