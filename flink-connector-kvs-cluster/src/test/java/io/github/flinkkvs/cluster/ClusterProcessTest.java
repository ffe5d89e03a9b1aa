/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.cluster;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Processes, with shells in place of Flink. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class ClusterProcessTest {

    @TempDir Path folder;

    private final ProcessGroup processes = new ProcessGroup();

    @AfterEach
    void close() {
        processes.close();
    }

    private ClusterProcess shell(String script) {
        return processes.start(
                "shell", new ProcessBuilder("sh", "-c", script), folder.resolve("shell.log"));
    }

    @Test
    void awaitsFurtherLinesInTheirOrder() throws Exception {
        ClusterProcess process = shell("echo port 1; echo other; echo port 2; echo port 3");

        assertThat(process.await("port (\\d)")).isEqualTo("1");
        assertThat(process.await("port (\\d)", "3"::equals)).isEqualTo("3");
        process.onExit().get();
        assertThat(process.log()).hasContent("port 1\nother\nport 2\nport 3");
    }

    @Test
    void aPatternWithoutGroupReturnsWhatMatches() {
        assertThat(shell("echo it is up now").await("is up")).isEqualTo("is up");
    }

    @Test
    void passesOverLinesAndSaysHowALogEnds() throws Exception {
        ClusterProcess process = shell("echo a; echo b; exit 3");
        assertThat(process.onExit().get()).isEqualTo(3);
        assertThat(process.await("a")).isEqualTo("a");

        process.skip();

        assertThatThrownBy(() -> process.await("b"))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("shell ended before its log had a line like 'b'")
                .hasMessageEndingWith("a%nb".formatted());
    }

    @Test
    void theLogOfAnEarlierProcessIsKeptAndPassedOver() throws Exception {
        shell("echo up at 1").onExit().get();

        ClusterProcess second = shell("echo up at 2");
        assertThat(second.await("up at (\\d)")).isEqualTo("2");
        second.onExit().get();
        assertThat(folder.resolve("shell.log")).hasContent("up at 1\nup at 2");
    }

    @Test
    void aPausedProcessGoesOnOnlyWhenItIsResumed() throws Exception {
        ProcessBuilder cat = new ProcessBuilder("cat");
        ClusterProcess process = processes.start("cat", cat, folder.resolve("cat.log"));
        process.pause();
        assertThat(Files.readString(Path.of("/proc/" + process.pid() + "/stat"))).contains(") T ");
        process.resume();
        assertThat(Files.readString(Path.of("/proc/" + process.pid() + "/stat")))
                .doesNotContain(") T ");

        process.pause();
        process.kill();
        assertThat(process.onExit().get()).isEqualTo(137);
        assertThatThrownBy(process::pause)
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith("Cannot send STOP to cat: ");
    }

    @Test
    void aProcessReadsTheLinesThatItIsSent() {
        ClusterProcess process =
                processes.start("cat", new ProcessBuilder("cat"), folder.resolve("cat.log"));
        process.send("first");
        process.send("second");
        assertThat(process.await("first|second")).isEqualTo("first");
        assertThat(process.await("first|second")).isEqualTo("second");

        process.kill();
        assertThatThrownBy(() -> process.send("third"))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith("Cannot write to cat: ");
    }

    @Test
    void allProcessesEndWithTheGroup() {
        ClusterProcess process = shell("sleep 600");
        processes.close();

        assertThat(process.isAlive()).isFalse();
        assertThatThrownBy(() -> shell("true"))
                .isInstanceOf(ClusterException.class)
                .hasMessage("The group of processes is closed");
    }

    @Test
    void saysWhatCannotBeStarted() {
        ProcessBuilder missing = new ProcessBuilder("/no/such/java");
        assertThatThrownBy(() -> processes.start("x", missing, folder.resolve("x.log")))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith("Cannot start /no/such/java: ");
    }
}
