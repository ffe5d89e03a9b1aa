/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Native libraries in processes of their own. */
class NativesITCase {

    @TempDir Path folder;

    /** What the processes run. */
    public static final class Load {
        public static void main(String[] arguments) {
            try {
                FFmpegLibrary.load();
                System.out.println("loaded");
            } catch (MediaException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private Process start(String classPath, Path out, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin/java");
        command.addAll(Arrays.asList(options));
        command.addAll(List.of("-cp", classPath, Load.class.getName()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
    }

    @Test
    void whereTheyAreMissingTheMessageSaysWhatToDo() throws Exception {
        String without =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> !entry.matches(".*(linux|macosx)-[a-z0-9_]+\\.jar"))
                        .collect(Collectors.joining(File.pathSeparator));
        Path out = folder.resolve("out");

        assertThat(start(without, out, "-Djava.io.tmpdir=" + folder).waitFor()).isZero();

        assertThat(Files.readString(out, StandardCharsets.UTF_8))
                .startsWith("FFmpeg cannot be loaded on ")
                .contains("org.bytedeco:ffmpeg", "classifier", "Flink's lib folder")
                .doesNotContain("\tat ");
    }

    @Test
    void processesUnpackThemAtTheSameTime() throws Exception {
        String classPath = System.getProperty("java.class.path");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Path out = folder.resolve("out" + i);
            processes.add(start(classPath, out, "-Djava.io.tmpdir=" + folder.resolve("tmp")));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(processes.get(i).waitFor()).isZero();
            assertThat(Files.readString(folder.resolve("out" + i))).isEqualTo("loaded\n");
        }
        assertThat(folder.resolve("tmp")).isDirectoryContaining("glob:**/javacpp-*");
    }

    @Test
    void theUsersFolderIsKept() throws Exception {
        Path own = folder.resolve("own");
        Path out = folder.resolve("out");

        String classPath = System.getProperty("java.class.path");
        start(classPath, out, "-Dorg.bytedeco.javacpp.cachedir=" + own).waitFor();

        assertThat(Files.readString(out)).isEqualTo("loaded\n");
        assertThat(own).isNotEmptyDirectory();
    }
}
