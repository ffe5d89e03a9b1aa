/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.sql;

import io.github.flinkkvs.examples.RunExample;
import io.github.flinkkvs.examples.run.ExampleMain;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.imageio.ImageIO;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The example as a process, with its cluster and its client: what it prints, and its exit code. */
class SqlExampleITCase {

    @TempDir Path folder;

    private RunExample.Result sql(String... arguments) throws Exception {
        List<String> all =
                new ArrayList<>(List.of("sql", "--out", folder.resolve("files").toString()));
        all.addAll(Arrays.asList(arguments));
        return RunExample.run(folder, Map.of(), all);
    }

    /** The rows of the table that follows the first line with this text, as their cells. */
    private static List<List<String>> table(List<String> out, String statement) {
        int begin = 0;
        while (!out.get(begin).contains(statement)) {
            begin++;
        }
        List<List<String>> rows = new ArrayList<>();
        int borders = 0;
        for (String line : out.subList(begin, out.size())) {
            if (line.startsWith("+-") && ++borders == 3) {
                break;
            }
            if (borders == 2 && line.startsWith("|")) {
                rows.add(Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList());
            }
        }
        return rows;
    }

    @Test
    void queriesAndTheirResults() throws Exception {
        RunExample.Result result = sql();

        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        List<String> out = result.out();
        assertThat(out.get(0))
                .isEqualTo("Flink SQL> SET 'sql-client.execution.result-mode' = 'tableau';");

        List<List<String>> windows = table(out, "Fragments and bytes per minute");
        // The first fragment can be a few seconds late. Then the last ones are in another minute.
        assertThat(windows).hasSizeBetween(6, 8);
        for (String stream : List.of("front-door", "backyard")) {
            assertThat(
                            windows.stream()
                                    .filter(row -> row.get(1).equals(stream))
                                    .mapToLong(row -> Long.parseLong(row.get(2)))
                                    .sum())
                    .isEqualTo(90);
            assertThat(windows)
                    .filteredOn(row -> row.get(1).equals(stream))
                    .anyMatch(row -> row.get(0).equals("2026-01-01 08:01:00.000"));
        }
        assertThat(table(out, "The latest fragment"))
                .extracting(row -> row.get(0))
                .containsExactly("backyard", "front-door");
        assertThat(table(out, "more than 10 s late"))
                .containsExactly(List.of("backyard", "89"), List.of("front-door", "89"));
        assertThat(table(out, "Tags of fragments"))
                .containsExactly(
                        List.of("backyard", "garden", "cat", "feed it", "15"),
                        List.of("backyard", "garden", "person", "somebody is there", "30"),
                        List.of("front-door", "entrance", "cat", "feed it", "15"),
                        List.of("front-door", "entrance", "person", "somebody is there", "30"));
        assertThat(table(out, "COUNT(jpeg)"))
                .extracting(row -> row.subList(0, 3))
                .containsExactly(
                        List.of("backyard", "90", "90"), List.of("front-door", "90", "90"));
        assertPictures(folder.resolve("files/pictures"));
    }

    private static void assertPictures(Path files) throws Exception {
        int pictures = 0;
        try (Stream<Path> all = Files.list(files)) {
            for (Path file : all.toList()) {
                for (String line : Files.readAllLines(file)) {
                    byte[] jpeg = new ObjectMapper().readTree(line).get("jpeg").binaryValue();
                    BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
                    assertThat(image.getWidth()).isEqualTo(80);
                    assertThat(image.getHeight()).isEqualTo(60);
                    pictures++;
                }
            }
        }
        assertThat(pictures).isEqualTo(180);
    }

    @Test
    void ownScriptUpToItsMistake() throws Exception {
        String text =
                """
                CREATE TABLE mine (stream_name STRING METADATA FROM 'stream-name') WITH (
                    'connector' = 'kvs',
                    'streams' = 'backyard',
                    'scan.startup.mode' = 'earliest',
                    'scan.bounded.mode' = 'now',
                    'source.session.quiet-time' = '100 ms',
                    'source.session.idle-interval' = '200 ms',
                    'aws.region' = '${region}',
                    'aws.endpoint' = '${endpoint}',
                    'aws.credentials.basic.accesskeyid' = 'any',
                    'aws.credentials.basic.secretkey' = 'thing');
                -- a comment; SELECT absent; it's not run
                /* don't; */
                SELECT stream_name, 'a;
                b' AS t FROM mine LIMIT 2; SELECT 'x;' AS x -- it's one
                ; // it's a plan;
                SET 'execution.runtime-mode' = 'streaming';
                CREATE TABLE names (name STRING) WITH ('connector' = 'blackhole');
                COMPILE PLAN '${out}.json' FOR STATEMENT SET BEGIN
                INSERT INTO names SELECT stream_name FROM mine /*+ OPTIONS('streams' = 'backyard;front-door') */;
                INSERT INTO names SELECT 'x'; END;
                SELECT nothing FROM cameras;
                SELECT 1;
                """;
        Path script =
                Files.writeString(folder.resolve("own.sql"), "\uFEFF" + text.replace("\n", "\r\n"));

        RunExample.Result result = sql("-f", script.toString());

        assertThat(result.err()).hasSize(1);
        assertThat(result.err().get(0)).startsWith("error: ").contains("nothing");
        assertThat(result.exitCode()).isEqualTo(ExampleMain.FAILED);
        assertThat(table(result.out(), "LIMIT 2")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(table(result.out(), "SELECT 'x;' AS x -- it's one"))
                .containsExactly(List.of("x;"));
        assertThat(folder.resolve("files.json")).content().contains("front-door");
        assertThat(result.out()).doesNotContain("Flink SQL> SELECT 1;");
    }

    @Test
    void wrongOptions() throws Exception {
        RunExample.Result both = sql("-i", "-f", "any.sql");
        assertThat(both.err())
                .containsExactly(
                        "error: --file and --interactive exclude each other (see examples/run.sh sql"
                                + " --help)");
        assertThat(both.exitCode()).isEqualTo(ExampleMain.WRONG_OPTIONS);

        RunExample.Result missing = sql("-f", folder.resolve("none.sql").toString());
        assertThat(missing.err()).hasSize(1);
        assertThat(missing.err().get(0)).startsWith("error: Cannot read ").contains("none.sql");
        assertThat(missing.exitCode()).isEqualTo(ExampleMain.FAILED);
    }
}
