/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import org.apache.flink.core.fs.Path;
import org.apache.flink.util.InstantiationUtil;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The name of a record is its first word, its content the rest. */
class RecordFilesTest {

    @TempDir java.nio.file.Path folder;

    private RecordFiles<String> files() {
        return new RecordFiles<>(
                Path.fromLocalFile(folder.toFile()),
                record -> record.split(" ")[0],
                (record, out) -> {
                    out.write(record.split(" ")[1].getBytes(StandardCharsets.UTF_8));
                    if (record.endsWith("fails")) {
                        throw new IOException("Scripted");
                    }
                });
    }

    private List<String> all() throws IOException {
        try (Stream<java.nio.file.Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    @Test
    void aFileForEachRecord() throws Exception {
        Path written = files().write("a/b.txt one");
        files().write("c.txt two");
        assertThat(java.nio.file.Path.of(written.getPath())).hasContent("one");
        assertThat(all()).containsExactly("a/b.txt", "c.txt");
        try (Stream<java.nio.file.Path> left = Files.list(folder.resolve("a"))) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void whatIsThereIsLeft() throws Exception {
        files().write("a.txt one");
        files().write("a.txt two");
        assertThat(folder.resolve("a.txt")).hasContent("one");
    }

    @Test
    void aFailureLeavesNothing() throws Exception {
        assertThatThrownBy(() -> files().write("a.txt part fails")).hasMessage("Scripted");
        assertThat(all()).isEmpty();
        files().write("a.txt whole");
        assertThat(folder.resolve("a.txt")).hasContent("whole");
    }

    /** Only the next attempt cleans up after a killed process. */
    @Test
    void anEarlierAttemptIsCleanedUp() throws Exception {
        Files.createDirectories(folder.resolve(".a.txt.tmp"));
        Files.writeString(folder.resolve(".a.txt.tmp/0"), "par");
        files().write("a.txt whole");
        assertThat(all()).containsExactly("a.txt");
    }

    /** A process that was killed after it had renamed the file. */
    @Test
    void whatAnAttemptLeftBesideItsFileIsCleanedUp() throws Exception {
        files().write("a.txt whole");
        Files.createDirectories(folder.resolve(".a.txt.tmp"));
        files().write("a.txt again");
        assertThat(folder.resolve("a.txt")).hasContent("whole");
        assertThat(folder.resolve(".a.txt.tmp")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../a", "a/../b", "/a", "a//b", "a/", "", "..", ".a", "a/.b", "c:a", "a\\b", "a\nb"
            })
    void namesThatEscapeAreRefused(String name) throws Exception {
        RecordFiles<String> files =
                new RecordFiles<>(
                        Path.fromLocalFile(folder.toFile()), record -> name, (record, out) -> {});
        assertThatThrownBy(() -> files.write("any"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Not a file name within the folder")
                .message()
                .doesNotContain("\n");
        assertThat(all()).isEmpty();
    }

    @Test
    void theSinkIsSerializable() throws Exception {
        assertThat(InstantiationUtil.clone(files().sink())).hasToString(files().sink().toString());
    }
}
