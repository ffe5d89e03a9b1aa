/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.examples.input.StoredHistory;
import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The job as a process: what it says on the way, how it ends, and its exit code. */
class BackfillJobITCase {

    private static final Map<String, String> CREDENTIALS =
            Map.of("AWS_ACCESS_KEY_ID", "any", "AWS_SECRET_ACCESS_KEY", "thing");

    private static final String ONCE = ": every fragment came once, in order: ";

    @TempDir Path folder;

    private RunExample.Result backfill(String... arguments) throws Exception {
        return RunExample.run(
                folder,
                CREDENTIALS,
                Stream.concat(Stream.of("backfill"), Arrays.stream(arguments)).toList());
    }

    @Test
    void readsHistoryAndGoesOnLive() throws Exception {
        RunExample.Result result = backfill();

        assertThat(result.exitCode()).as("%s", result.err()).isZero();
        assertThat(result.out()).hasSize(1);
        Matcher counts =
                Pattern.compile(
                                "front-door"
                                        + ONCE
                                        + "(\\d+) from the archive, (\\d+) from GetMedia")
                        .matcher(result.out().get(0));
        assertThat(counts.matches()).as("%s", result.out()).isTrue();
        int archived = Integer.parseInt(counts.group(1));
        int fromGetMedia = Integer.parseInt(counts.group(2));
        // The last minute is left to GetMedia.
        assertThat(archived).isGreaterThan(StoredHistory.FRAGMENTS - 100);
        assertThat(archived + fromGetMedia).isGreaterThanOrEqualTo(StoredHistory.FRAGMENTS + 3);

        List<String> progress = result.err();
        assertThat(progress)
                .contains(
                        "front-door: goes on with GetMedia after "
                                + archived
                                + " fragments of the archive")
                .endsWith("backfill: " + (archived + fromGetMedia) + " fragments");
        assertThat(progress)
                .anyMatch(
                        line ->
                                line.matches(
                                        "\\d{4}-\\d\\d-\\d\\dT[0-9:]{8}Z, \\d+ fragments, \\d+/s,"
                                                + " .* behind, live in .*"));
        assertThat(progress).allMatch(line -> line.matches("\\P{Cntrl}*"));
    }

    @Test
    void withGetMediaOnly() throws Exception {
        RunExample.Result result = backfill("--history", "live", "--fragments", "15");

        assertThat(result.exitCode()).as("%s", result.err()).isZero();
        assertThat(result.out())
                .containsExactly("front-door" + ONCE + "0 from the archive, 15 from GetMedia");
    }

    @Test
    void severalStreamsOfAServer() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            for (String name : List.of("a", "b")) {
                Camera.builder(kvs.createStream(name)).start();
            }

            RunExample.Result result =
                    backfill(
                            "--endpoint=" + kvs.endpoint(),
                            "--region=" + kvs.region(),
                            "--streams=a,b",
                            "--from=earliest",
                            "--live=2");

            assertThat(result.exitCode()).as("%s", result.err()).isZero();
            assertThat(result.out()).hasSize(2);
            assertThat(result.out().get(0)).startsWith("a" + ONCE);
            assertThat(result.out().get(1)).startsWith("b" + ONCE);
        }
    }

    @Test
    void wrongOptions() throws Exception {
        RunExample.Result result = backfill("--live", "0");
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasSize(1);
        assertThat(result.err().get(0)).startsWith("error: --live must be greater than 0");
        assertThat(result.exitCode()).isEqualTo(ExampleMain.WRONG_OPTIONS);
    }
}
