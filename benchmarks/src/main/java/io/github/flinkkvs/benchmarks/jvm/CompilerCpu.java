/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.jvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The CPU time of the compiler threads of a JVM, which no management bean reports. A job that runs
 * for days does not compile; a job that is measured for seconds does.
 */
public final class CompilerCpu {

    /** Makes the JVM start all compiler threads at once and end none. */
    public static final String FLAG = "-XX:-UseDynamicNumberOfCompilerThreads";

    /** The file of Linux for each compiler thread; its first number is nanoseconds of CPU time. */
    private final List<Path> files;

    private CompilerCpu(String process) {
        files = files(Path.of("/proc", process));
    }

    /** That of this JVM. */
    public static CompilerCpu own() {
        return new CompilerCpu("self");
    }

    /** That of another JVM. */
    public static CompilerCpu of(long pid) {
        return new CompilerCpu(Long.toString(pid));
    }

    /** Returns the CPU time in nanoseconds; 0 on systems other than Linux. */
    public long nanos() {
        long nanos = 0;
        for (Path file : files) {
            try {
                nanos += Long.parseLong(Files.readString(file).split(" ")[0]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return nanos;
    }

    private static List<Path> files(Path process) {
        if (!Files.isReadable(process.resolve("schedstat"))) {
            return List.of();
        }
        try (var folders = Files.list(process.resolve("task"))) {
            return folders.filter(CompilerCpu::isCompiler)
                    .map(folder -> folder.resolve("schedstat"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isCompiler(Path folder) {
        try {
            // "C1 CompilerThread0" or "C2 CompilerThread0"; Linux keeps 15 characters of the name.
            return Files.readString(folder.resolve("comm")).matches("C[12] CompilerThre\\s*");
        } catch (IOException e) {
            // The thread has ended, so it was not a compiler thread.
            return false;
        }
    }
}
