/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Loads native libraries in separate processes. */
class NativesITCase {

    @TempDir Path folder;

    /** The program of the processes: a job whose task is restarted. */
    public static final class Load {
        public static void main(String[] arguments) {
            for (int i = 0; i < 2; i++) {
                try {
                    FFmpegLibrary.load();
                    System.out.println("loaded");
                    return;
                } catch (MediaException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    private Process start(String classPath, Path out, String... options) throws Exception {
        return start(List.of(), classPath, out, options);
    }

    private Process start(List<String> before, String classPath, Path out, String... options)
            throws Exception {
        List<String> command = new ArrayList<>(before);
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
                .doesNotContain("\tat ", "noexec");
    }

    /** The message is the same the second time, when Java only reports an uninitialized class. */
    private static void assertSaidTwice(Path out, String... parts) throws Exception {
        List<String> said =
                Files.readAllLines(out, StandardCharsets.UTF_8).stream()
                        // The JVM warns of damaged libraries in its own words.
                        .filter(line -> line.startsWith("FFmpeg"))
                        .collect(Collectors.toList());
        assertThat(said).hasSize(2);
        assertThat(said.get(1)).isEqualTo(said.get(0));
        assertThat(said.get(0))
                .startsWith("FFmpeg cannot be loaded on ")
                .contains(parts)
                .doesNotContain("classifier", "must be writable");
    }

    @Test
    void aFileSystemFromWhichNothingRuns() throws Exception {
        List<String> mount =
                List.of(
                        "unshare",
                        "--map-root-user",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o noexec none '" + folder + "' && exec \"$@\"",
                        "sh");
        List<String> trial = new ArrayList<>(mount);
        trial.add("true");
        try {
            assumeTrue(new ProcessBuilder(trial).start().waitFor() == 0, "May not mount");
        } catch (IOException e) {
            abort("No program to mount with: " + e.getMessage());
        }
        Path out = Files.createTempFile("natives", ".out");
        try {
            String classPath = System.getProperty("java.class.path");
            String[] options = {"-Dorg.bytedeco.javacpp.cachedir=" + folder, "-Duser.name=kim"};
            start(mount, classPath, out, options).waitFor();

            // The system's message, and the path.
            assertSaidTwice(out, folder.toString(), ".so: failed to map segment", "noexec");
        } finally {
            Files.delete(out);
        }
    }

    @Test
    void aFolderThatIsNone() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Path out = folder.resolve("out");

        String classPath = System.getProperty("java.class.path");
        start(classPath, out, "-Dorg.bytedeco.javacpp.cachedir=" + file).waitFor();

        assertSaidTwice(out, file.toString(), "no folder to unpack", "cachedir");
    }

    /** Its file exists, with the right size and time. */
    @Test
    void aLibraryThatIsDamaged() throws Exception {
        Path own = folder.resolve("own");
        Path out = folder.resolve("out");
        String classPath = System.getProperty("java.class.path");
        String option = "-Dorg.bytedeco.javacpp.cachedir=" + own;
        start(classPath, out, option).waitFor();
        assertThat(Files.readString(out)).isEqualTo("loaded\n");
        try (Stream<Path> files = Files.walk(own)) {
            for (Path file : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
                FileTime time = Files.getLastModifiedTime(file);
                Files.write(file, new byte[(int) Files.size(file)]);
                Files.setLastModifiedTime(file, time);
            }
        }

        start(classPath, out, option).waitFor();

        assertSaidTwice(out, own.toString(), "invalid ELF header");
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
