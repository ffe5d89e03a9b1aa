/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.PackagedProgramUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A session cluster in a separate process: one TaskManager with only Flink in its class path. Jobs
 * are submitted as jars with separate class loaders, as {@code flink run} does.
 */
final class SessionCluster implements AutoCloseable {

    /** Marks answers among log lines. */
    private static final String ANSWER = "> ";

    private static final String SEPARATOR = File.pathSeparator;

    private final Process process;
    private final BufferedReader answers;

    /**
     * Starts the cluster, which runs the same programs repeatedly.
     *
     * @param folder for all temporary files
     * @param log the file for all logs
     * @param jars the programs and their dependencies
     * @param atOnce how many jobs of a program run at the same time
     * @param program main class and arguments of a job that ends by itself
     * @param endless those of a job that runs meanwhile and is then cancelled
     */
    SessionCluster(
            java.nio.file.Path folder,
            java.nio.file.Path log,
            List<String> jars,
            int atOnce,
            int rounds,
            List<String> program,
            List<String> endless)
            throws IOException {
        Set<String> names = jars.stream().map(SessionCluster::name).collect(Collectors.toSet());
        String lib =
                Stream.of(System.getProperty("java.class.path").split(SEPARATOR))
                        .filter(entry -> !names.contains(name(entry)))
                        .collect(Collectors.joining(SEPARATOR));
        List<String> command =
                new ArrayList<>(
                        List.of(
                                System.getProperty("java.home") + "/bin/java",
                                "-Xmx512m",
                                // Softly reachable objects count as garbage.
                                "-XX:SoftRefLRUPolicyMSPerMB=0",
                                "-Djava.io.tmpdir=" + folder,
                                "-cp",
                                lib,
                                SessionCluster.class.getName(),
                                String.join(SEPARATOR, jars),
                                String.valueOf(atOnce),
                                String.valueOf(rounds),
                                String.valueOf(program.size())));
        command.addAll(program);
        command.addAll(endless);
        process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static String name(String entry) {
        return new File(entry).getName();
    }

    /**
     * The counts of the jobs of the next round, then what remains in the process after these jobs
     * and a garbage collection.
     */
    Map<String, Long> nextRound() throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(ANSWER)) {
                Map<String, Long> numbers = new LinkedHashMap<>();
                for (String number : line.substring(ANSWER.length()).split(", ")) {
                    numbers.put(number.split("=")[0], Long.valueOf(number.split("=")[1]));
                }
                return numbers;
            }
        }
        throw new AssertionError("The cluster's process has ended");
    }

    /** Waits until it ends after its last round, like a cluster that is stopped. */
    void awaitEnd() throws InterruptedException {
        if (process.waitFor() != 0) {
            throw new AssertionError("The cluster's process failed");
        }
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        process.waitFor();
        answers.close();
    }

    // ---- the other process --------------------------------------------------------------------

    public static void main(String[] arguments) throws Exception {
        List<File> jars = Stream.of(arguments[0].split(SEPARATOR)).map(File::new).toList();
        int atOnce = Integer.parseInt(arguments[1]);
        int rounds = Integer.parseInt(arguments[2]);
        List<String> programs = Arrays.asList(arguments).subList(4, arguments.length);
        int programSize = Integer.parseInt(arguments[3]);
        List<String> program = programs.subList(0, programSize);
        List<String> endless = programs.subList(programSize, programs.size());
        Configuration config = new Configuration();
        config.setString("rest.bind-port", "0");
        MiniClusterConfiguration cluster =
                new MiniClusterConfiguration.Builder()
                        .setConfiguration(config)
                        .setNumTaskManagers(1)
                        .setNumSlotsPerTaskManager(atOnce + 1)
                        .build();
        try (MiniCluster flink = new MiniCluster(cluster)) {
            flink.start();
            for (int round = 0; round < rounds; round++) {
                Map<String, Long> numbers = new LinkedHashMap<>();
                JobID running = submit(flink, jars, endless);
                run(flink, jars, atOnce, program)
                        .forEach((what, count) -> numbers.put(what, ((Number) count).longValue()));
                flink.cancelJob(running).get();
                flink.requestJobResult(running).get();
                numbers.putAll(remains());
                String answer = numbers.toString();
                System.out.println(ANSWER + answer.substring(1, answer.length() - 1));
            }
        }
        // Flink leaves threads behind that would keep the process alive.
        System.exit(0);
    }

    /** Returns what the last of the jobs has counted. */
    private static Map<String, Object> run(
            MiniCluster flink, List<File> jars, int atOnce, List<String> program) throws Exception {
        List<CompletableFuture<JobResult>> results = new ArrayList<>();
        for (int i = 0; i < atOnce; i++) {
            results.add(flink.requestJobResult(submit(flink, jars, program)));
        }
        Map<String, Object> counted = Map.of();
        for (CompletableFuture<JobResult> result : results) {
            counted =
                    result.get()
                            .toJobExecutionResult(SessionCluster.class.getClassLoader())
                            .getAllAccumulatorResults();
        }
        return counted;
    }

    private static JobID submit(MiniCluster flink, List<File> jars, List<String> program)
            throws Exception {
        JobGraph job = job(jars, program);
        flink.submitJob(job).get();
        return job.getJobID();
    }

    private static JobGraph job(List<File> jars, List<String> arguments) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (File jar : jars) {
            urls.add(jar.toURI().toURL());
        }
        List<String> options = arguments.subList(1, arguments.size());
        try (PackagedProgram program =
                PackagedProgram.newBuilder()
                        .setEntryPointClassName(arguments.get(0))
                        .setUserClassPaths(urls)
                        .setArguments(options.toArray(new String[0]))
                        .build()) {
            JobGraph job =
                    PackagedProgramUtils.createJobGraph(program, new Configuration(), 1, true);
            // Not their original paths: they are copied to the TaskManager under names of the job.
            job.setClasspaths(List.of());
            jars.forEach(jar -> job.addJar(new Path(jar.toURI())));
            return job;
        }
    }

    private static Map<String, Long> remains() throws Exception {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Map<String, Long> numbers = new LinkedHashMap<>();
        numbers.put(
                "classes", (long) ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getName().equals("Metaspace")) {
                numbers.put("metaspace", pool.getUsage().getUsed());
            }
        }
        numbers.put("threads", (long) Thread.getAllStackTraces().size());
        java.nio.file.Path open = java.nio.file.Path.of("/proc/self/fd");
        if (Files.isDirectory(open)) {
            try (Stream<java.nio.file.Path> files = Files.list(open)) {
                numbers.put("open files", files.count());
            }
        }
        return numbers;
    }
}
