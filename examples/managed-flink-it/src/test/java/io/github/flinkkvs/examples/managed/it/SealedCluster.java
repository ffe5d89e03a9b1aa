/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Flink with the settings of the service that are known, in sealed processes: a JobManager, and a
 * TaskManager with one slot.
 */
final class SealedCluster implements AutoCloseable {

    /** Of the TaskManager, in MB. All of it is touched at the start. */
    static final int HEAP = 768;

    /** The service's settings, with less memory, and with checkpoints once a second. */
    private static final String CONFIG =
            """
            jobmanager.rpc.address: localhost
            jobmanager.rpc.port: 0
            jobmanager.bind-host: localhost
            rest.address: localhost
            rest.bind-address: localhost
            rest.port: 0
            rest.bind-port: 0
            taskmanager.host: localhost
            taskmanager.bind-host: localhost
            taskmanager.numberOfTaskSlots: 1
            taskmanager.cpu.cores: 1.0
            taskmanager.memory.framework.heap.size: 128m
            taskmanager.memory.framework.off-heap.size: 128m
            taskmanager.memory.task.heap.size: 640m
            taskmanager.memory.task.off-heap.size: 256m
            taskmanager.memory.managed.size: 64m
            taskmanager.memory.network.min: 64m
            taskmanager.memory.network.max: 64m
            taskmanager.memory.jvm-metaspace.size: 256m
            taskmanager.memory.jvm-overhead.min: 192m
            taskmanager.memory.jvm-overhead.max: 192m
            execution.program-config.enabled: false
            execution.checkpointing.interval: 1 s
            execution.checkpointing.dir: %s
            execution.checkpointing.incremental: true
            state.backend.type: rocksdb
            restart-strategy.type: exponential-delay
            """;

    private static final String LOG4J =
            """
            status = ERROR
            rootLogger.level = INFO
            rootLogger.appenderRef.out.ref = Out
            appender.out.name = Out
            appender.out.type = CONSOLE
            appender.out.layout.type = PatternLayout
            appender.out.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} - %m%n%xEx
            """;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path flink = Path.of(System.getProperty("cluster.flink"));
    private final Path etc;
    private final Path work;
    private final Path conf;
    private final SealedProcess jobManager;
    private final SealedProcess taskManager;
    private final String url;

    /**
     * @param etc a folder whose files are in /etc
     * @param work a folder within /tmp, for the configuration and for what would be in /tmp on the
     *     service: processes that are killed leave files
     */
    SealedCluster(Path etc, Path work) throws Exception {
        this.etc = etc;
        this.work = work;
        conf = Files.createDirectories(work.resolve("conf"));
        Files.writeString(
                conf.resolve("config.yaml"), CONFIG.formatted(work.resolve("checkpoints").toUri()));
        Files.writeString(conf.resolve("log4j.properties"), LOG4J);
        jobManager =
                start(
                        List.of("-Xmx512m"),
                        "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint");
        SealedProcess started = null;
        try {
            String rpc = jobManager.await("started at pekko\\.tcp://flink@[^:]+:(\\d+)");
            url = "http://localhost:" + jobManager.await("Rest endpoint listening at [^:]+:(\\d+)");
            started =
                    start(
                            List.of(
                                    "-Xms" + HEAP + "m",
                                    "-Xmx" + HEAP + "m",
                                    "-XX:+AlwaysPreTouch",
                                    "-XX:MaxDirectMemorySize=448m",
                                    "-XX:MaxMetaspaceSize=256m"),
                            "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                            "-Djobmanager.rpc.port=" + rpc);
            started.await("Successful registration at resource manager");
        } catch (Throwable e) {
            close(started, jobManager);
            throw e;
        }
        taskManager = started;
    }

    private SealedProcess start(List<String> options, String mainClass, String... settings)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("cluster.java.home"), "bin", "java").toString());
        for (String opened : List.of("java.util", "java.lang", "java.time")) {
            command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        // What runs for seconds only is not worth the optimizing compiler.
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(options);
        command.add("-Djava.io.tmpdir=" + work);
        command.add("-Dlog4j2.configurationFile=" + conf.resolve("log4j.properties").toUri());
        command.add("-cp");
        command.add(flink.resolve("lib") + "/*");
        command.add(mainClass);
        command.addAll(List.of("--configDir", conf.toString()));
        command.addAll(List.of(settings));
        return new SealedProcess(etc, command);
    }

    /** Uploads a jar and runs its main class without arguments, as the service does. */
    void run(Path jar) throws Exception {
        String boundary = "----kvs";
        String head =
                "--"
                        + boundary
                        + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
                        + jar.getFileName()
                        + "\"\r\nContent-Type: application/java-archive\r\n\r\n";
        HttpRequest upload =
                HttpRequest.newBuilder(URI.create(url + "/jars/upload"))
                        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                        .POST(
                                BodyPublishers.concat(
                                        BodyPublishers.ofString(head),
                                        BodyPublishers.ofFile(jar),
                                        BodyPublishers.ofString("\r\n--" + boundary + "--\r\n")))
                        .build();
        String id = find("\"filename\":\".*/([^/\"]+)\"", send(upload));
        send(
                HttpRequest.newBuilder(URI.create(url + "/jars/" + id + "/run"))
                        .POST(BodyPublishers.ofString("{}"))
                        .build());
    }

    private String send(HttpRequest request) throws Exception {
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new AssertionError(request.uri() + ": " + response.body());
        }
        return response.body();
    }

    private static String find(String pattern, String text) {
        Matcher match = Pattern.compile(pattern).matcher(text);
        if (!match.find()) {
            throw new AssertionError("No " + pattern + " in " + text);
        }
        return match.group(1);
    }

    /** Waits for the end of a checkpoint that begins from now on. */
    void awaitCheckpoint() throws InterruptedException {
        jobManager.skip();
        long begun = Long.parseLong(jobManager.await("Triggering checkpoint (\\d+) "));
        // One that is declined is followed by another.
        jobManager.await("Completed checkpoint (\\d+) for job", id -> Long.parseLong(id) >= begun);
    }

    /** The files that the TaskManager has mapped into its memory. */
    List<String> mapped() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + taskManager.pid() + "/maps"));
    }

    /** How much memory the TaskManager had at most, beside its heap, in MB. */
    long nativeMemory() throws IOException {
        String status = Files.readString(Path.of("/proc/" + taskManager.pid() + "/status"));
        return Long.parseLong(find("VmHWM:\\s*(\\d+) kB", status)) / 1024 - HEAP;
    }

    @Override
    public void close() {
        close(taskManager, jobManager);
    }

    private static void close(SealedProcess... processes) {
        for (SealedProcess process : processes) {
            if (process != null) {
                process.close();
            }
        }
    }
}
