/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.rounds;

import io.github.flinkkvs.benchmarks.parser.media.MediaSet;
import io.github.flinkkvs.benchmarks.parser.peers.Task;

import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A separate JVM for one set, so that no set affects the measurement of another. */
public final class MeasuringJvm {

    /** Without a pre-touched heap, the kernel's page faults would be measured. */
    public static final List<String> OPTIONS =
            List.of("-XX:+UseG1GC", "-Xms4g", "-Xmx4g", "-XX:+AlwaysPreTouch");

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Starts the JVM and waits for its result. */
    public static SetResult measure(Task task, MediaSet set, Rounds rounds)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("parser-benchmark");
        Path setFile = folder.resolve("set.json");
        Path roundsFile = folder.resolve("rounds.json");
        Path resultFile = folder.resolve("result.json");
        try {
            JSON.writeValue(setFile.toFile(), set);
            JSON.writeValue(roundsFile.toFile(), rounds);
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(OPTIONS);
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.add(MeasuringJvm.class.getName());
            command.addAll(
                    List.of(
                            task.name(),
                            setFile.toString(),
                            roundsFile.toString(),
                            resultFile.toString()));
            int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (exit != 0) {
                throw new IOException(
                        "The JVM that measures " + set.label() + " ended with " + exit);
            }
            return JSON.readValue(resultFile.toFile(), SetResult.class);
        } finally {
            for (Path file : List.of(setFile, roundsFile, resultFile, folder)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * The main method of that JVM. Its arguments are the task and the files of the set, the rounds
     * and the result, which it writes.
     */
    public static void main(String[] args) throws Exception {
        Task task = Task.valueOf(args[0]);
        MediaSet set = JSON.readValue(Path.of(args[1]).toFile(), MediaSet.class);
        Rounds rounds = JSON.readValue(Path.of(args[2]).toFile(), Rounds.class);
        JSON.writeValue(Path.of(args[3]).toFile(), rounds.measure(task, set));
        System.exit(0);
    }

    private MeasuringJvm() {}
}
