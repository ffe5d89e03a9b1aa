/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.ledger;

import io.github.flinkkvs.chaos.ledger.PushedFragment.Fate;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class LedgerTest {

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void file() {
        file = folder.resolve("ledger.csv");
    }

    @Test
    void saysWhatBecameOfEachFragment() throws Exception {
        try (LedgerWriter writer = new LedgerWriter(file)) {
            writer.stream("door", StreamKind.CAMERA, 1700);
            writer.begun("door", "11", 5, List.of(1L, 2L));
            writer.completed("door", "11", 300);
            writer.bad("door", "12", List.of(3L));
            writer.begun("door", "13", 6, List.of());
        }

        PushedStream door = Ledger.read(file).streams().get("door");
        assertThat(door.kind()).isEqualTo(StreamKind.CAMERA);
        assertThat(door.creationMillis()).isEqualTo(1700);
        assertThat(door.recordedEnd()).isEqualTo(300);
        assertThat(door.fragments().values())
                .containsExactly(
                        new PushedFragment(
                                BigInteger.valueOf(11), 5, List.of(1L, 2L), Fate.COMPLETE, 300),
                        new PushedFragment(BigInteger.valueOf(12), 0, List.of(3L), Fate.BAD, 0),
                        new PushedFragment(
                                BigInteger.valueOf(13), 6, List.of(), Fate.ABANDONED, 0));
        assertThat(door.count(Fate.COMPLETE)).isOne();
    }

    @Test
    void aFileThatIsMissingIsAnEmptyLedger() throws Exception {
        assertThat(Ledger.read(file).streams()).isEmpty();
    }

    @Test
    void aLineThatAKillToreIsNoLine() throws Exception {
        try (LedgerWriter writer = new LedgerWriter(file)) {
            writer.stream("door", StreamKind.CAMERA, 1);
        }
        Files.writeString(file, "BEGUN,door,11,5,1;2", StandardOpenOption.APPEND);
        assertThat(Ledger.read(file).streams().get("door").fragments()).isEmpty();

        try (LedgerWriter writer = new LedgerWriter(file)) {
            writer.stream("yard", StreamKind.HISTORY, 2);
        }
        assertThat(Files.readAllLines(file))
                .containsExactly("STREAM,door,CAMERA,1", "STREAM,yard,HISTORY,2");
    }

    @Test
    void aRecordingGoesOnWhereTheLedgerEnds() throws Exception {
        try (Recordings recordings = new Recordings(folder.resolve("recordings"))) {
            recordings.open("door", 0);
            assertThat(recordings.append("door", new byte[] {1, 2})).isEqualTo(2);
            assertThat(recordings.append("door", new byte[] {3})).isEqualTo(3);
        }
        try (Recordings recordings = new Recordings(folder.resolve("recordings"))) {
            recordings.open("door", 2);
            assertThat(recordings.append("door", new byte[] {4})).isEqualTo(3);
            assertThat(recordings.file("door")).hasBinaryContent(new byte[] {1, 2, 4});
        }
    }
}
