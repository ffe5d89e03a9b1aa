/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.check;

import io.github.flinkkvs.chaos.record.OutputRow;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class CommittedOutputTest {

    private static final OutputRow FIRST = new OutputRow("door", 1, BigInteger.TEN, -1, 7, 8);
    private static final OutputRow SECOND = new OutputRow("door", 2, BigInteger.TEN, 0, 9, 10);

    @TempDir Path folder;

    @Test
    void readsEachFileOnceItIsCommitted() throws Exception {
        Path pending = folder.resolve(".part-0-0.inprogress.1");
        Files.writeString(pending, FIRST.toLine() + "\n");
        Files.createDirectory(folder.resolve(".staging"));
        try (CommittedOutput output = new CommittedOutput(folder)) {
            assertThat(output.rows()).isEmpty();
            assertThat(output.await(rows -> !rows.isEmpty(), Duration.ofMillis(1))).isFalse();

            Files.move(pending, folder.resolve("part-0-0"));
            assertThat(output.await(rows -> !rows.isEmpty(), Duration.ofSeconds(30))).isTrue();
            assertThat(output.rows()).containsExactly(FIRST);
        }
    }

    @Test
    void isToldOfFiles() throws Exception {
        try (CommittedOutput output = new CommittedOutput(folder)) {
            CompletableFuture<Void> written =
                    CompletableFuture.runAsync(() -> write("part-0-1", SECOND));
            assertThat(output.await(rows -> rows.contains(SECOND), Duration.ofSeconds(30)))
                    .isTrue();
            written.join();
        }
    }

    private void write(String name, OutputRow row) {
        try {
            Path pending = folder.resolve("." + name);
            Files.writeString(pending, row.toLine());
            Files.move(pending, folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
