/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.examples.FragmentTagsJob;
import io.github.flinkkvs.examples.run.ExampleMain;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** What is wrong before any job begins: one line, nothing on standard output. */
class InputOptionsTest {

    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int tags(String... arguments) {
        return ExampleMain.execute(
                new CommandLine(new FragmentTagsJob())
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err)),
                arguments);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--fast | Unknown option: '--fast'",
                "file.mkv | Unmatched argument",
                "--replay | Missing required parameter",
                "--fragments 0 | --fragments must be greater than 0",
                "--fragments -1 | --fragments must be greater than 0",
                "--fragments many | 'many' is not a long",
                "--streams a | --streams and --from need --region",
                "--replay f --from now | --streams and --from need --region",
                "--replay f --stream-tag a=b | --replay reads all of its recordings",
                "--endpoint http://h | --endpoint needs --region",
                "--region r | --region needs --streams, --stream-prefix,",
                "--region r --streams a,,b | --streams has an empty name",
                "--region r --streams a --replay f | exclude each other",
                "--region r --streams a --stream-prefix b | --streams excludes --stream-prefix",
                "--region r --streams a --stream-tag b=c | --streams excludes --stream-prefix",
                "--region r --stream-pattern a[ | --stream-pattern is no regular expression: Uncl",
                "--region r --stream-tag a | should be in KEY=VALUE format but was a",
                "--region r --streams a --history now | expected one of",
                "--endpoint h --region r --streams a | must be a URL with http or https",
                "--endpoint ftp://h --region r --streams a | must be a URL with http or https",
                "--endpoint http://h --region r --streams a --from noon | 'noon' is none of",
                "--region r --streams a,b --from 12 | A fragment number belongs to one stream",
                "--region r --stream-prefix a --from 12 | A fragment number belongs to one stream"
            })
    void wrongOptions(String arguments, String message) {
        assertThat(tags(arguments.split(" "))).isEqualTo(ExampleMain.WRONG_OPTIONS);
        assertOneLine(message);
        assertThat(err.toString()).contains("--help");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--stream-tag location=cellar",
                "--stream-pattern .*door --stream-tag location=garden"
            })
    void aSelectionWithoutSimulatedStreams(String arguments) {
        assertThat(tags(arguments.split(" "))).isEqualTo(ExampleMain.FAILED);
        assertOneLine(
                arguments
                        + " selects none of the simulated streams: front-door {location=entrance},"
                        + " backyard {location=garden}");
    }

    @Test
    void recordingsThatAreNone() throws Exception {
        Path text = Files.writeString(folder.resolve("text.mkv"), "Dear camera\n");
        assertThat(tags("--replay", text.toString())).isEqualTo(ExampleMain.FAILED);
        assertOneLine("text.mkv is not output of GetMedia");
    }

    @Test
    void emptyRecording() throws Exception {
        Path empty = Files.createFile(folder.resolve("empty.mkv"));
        assertThat(tags("--replay", empty.toString())).isEqualTo(ExampleMain.FAILED);
        assertOneLine("empty.mkv is not output of GetMedia");
    }

    @Test
    void missingRecording() {
        assertThat(tags("--replay", folder.resolve("none.mkv").toString()))
                .isEqualTo(ExampleMain.FAILED);
        assertOneLine("There is no file");
    }

    @Test
    void folderAsRecording() {
        assertThat(tags("--replay", folder.toString())).isEqualTo(ExampleMain.FAILED);
        assertOneLine("is a directory");
    }

    @Test
    void help() {
        assertThat(tags("--help")).isZero();
        assertThat(out.toString())
                .contains("--replay", "--endpoint", "--region", "--streams", "--from")
                .contains("--stream-prefix", "--stream-pattern", "--stream-tag", "--history")
                .contains("--fragments");
        assertThat(err.toString()).isEmpty();
    }

    private void assertOneLine(String message) {
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines()).hasSize(1).allMatch(line -> line.contains(message));
    }
}
