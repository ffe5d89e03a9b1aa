/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.testing.EmbeddedStream;

import org.apache.flink.table.api.StatementSet;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several sinks of one table. Scans that they do not share have separate connections, of which the
 * service allows 3 per stream.
 */
class StatementSetITCase extends TableTestBase {

    private static final Pattern SCAN = Pattern.compile("TableSourceScan\\(");

    /** One column of text each. */
    private static final List<String> SELECTED =
            List.of(
                    "fragment_number",
                    "stream_name || ' ' || fragment_number",
                    "CAST(`size` AS STRING)",
                    "CAST(server_timestamp AS STRING)");

    private EmbeddedStream hall;
    private EmbeddedStream attic;

    @BeforeEach
    void pushFragments() {
        hall = kvs.createStream("hall");
        attic = kvs.createStream("attic");
        push(hall, 3);
        push(attic, 2);
    }

    /** Inserts each query into its own sink. */
    private StatementSet statements(List<String> selects) {
        StatementSet set = tables.createStatementSet();
        for (int i = 0; i < selects.size(); i++) {
            tables.executeSql(
                    "CREATE TABLE sink_"
                            + i
                            + " (line STRING) WITH ('connector' = 'filesystem', 'format' = 'raw',"
                            + " 'path' = '"
                            + folder.resolve("sink-" + i).toUri()
                            + "')");
            set.addInsertSql("INSERT INTO sink_" + i + " " + selects.get(i));
        }
        return set;
    }

    private StatementSet statementsWhere(String condition) {
        List<String> selects = new ArrayList<>();
        for (int i = 0; i < SELECTED.size(); i++) {
            selects.add(
                    "SELECT "
                            + SELECTED.get(i)
                            + " FROM cameras WHERE "
                            // Different in all of them.
                            + condition.replace("#", String.valueOf(i)));
        }
        return statements(selects);
    }

    private static long scans(StatementSet set) {
        String plan = set.explain();
        return SCAN.matcher(plan.substring(plan.indexOf("== Optimized Execution Plan ==")))
                .results()
                .count();
    }

    private List<String> lines(int sink) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder.resolve("sink-" + sink))) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private static String watermark(String expression) {
        return expression.isEmpty() ? "" : ", WATERMARK FOR producer_timestamp AS " + expression;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SOURCE_WATERMARK() | `size` > #",
                "SOURCE_WATERMARK() | stream_name <> 'x#'",
                "SOURCE_WATERMARK() | stream_name IN ('hall', 'attic', 'x#')",
                "SOURCE_WATERMARK() | server_timestamp > TIMESTAMP '2000-01-1# 00:00:00'",
                "producer_timestamp - INTERVAL '5' SECOND | `size` > #",
                "'' | `size` > #"
            })
    void conditionsThatLeaveOutNothingLeaveTheScanShared(String expression, String condition)
            throws Exception {
        create(
                FRAGMENT_COLUMNS + watermark(expression),
                with(
                        bounded(hall, attic),
                        "scan.startup.mode",
                        "server-timestamp",
                        "scan.startup.timestamp",
                        "2001-01-01T00:00:00Z"));
        StatementSet set = statementsWhere(condition);
        assertThat(scans(set)).isEqualTo(1);
        set.execute().await();
        for (int i = 0; i < SELECTED.size(); i++) {
            assertThat(lines(i)).hasSize(5);
        }
        assertThat(lines(0)).containsExactlyInAnyOrderElementsOf(numbers(hall, attic));
    }

    /** Queries that share a scan still have their own times. */
    @Test
    void windowsOverASharedScan() throws Exception {
        EmbeddedStream cellar = kvs.createStream("cellar");
        for (int i = 0; i < 5; i++) {
            pushAt(cellar, i * 100_000_000L);
        }
        create(
                "stream_name STRING METADATA FROM 'stream-name',"
                        + " `size` BIGINT METADATA,"
                        + " producer_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'producer-timestamp',"
                        + " WATERMARK FOR producer_timestamp AS SOURCE_WATERMARK()",
                bounded(cellar));
        StatementSet set =
                statements(
                        List.of(
                                "SELECT stream_name FROM cameras WHERE `size` > 1",
                                "SELECT CAST(COUNT(*) AS STRING) FROM TABLE(TUMBLE(TABLE cameras,"
                                        + " DESCRIPTOR(producer_timestamp), INTERVAL '1' DAY))"
                                        + " WHERE `size` > 2 GROUP BY window_start, window_end"));
        assertThat(scans(set)).isEqualTo(1);
        set.execute().await();
        assertThat(lines(0)).hasSize(5).containsOnly("cellar");
        assertThat(lines(1)).hasSize(5).containsOnly("1");
    }

    @Test
    void conditionsThatLeaveOutStreamsAreUsed() throws Exception {
        create(FRAGMENT_COLUMNS + watermark("SOURCE_WATERMARK()"), bounded(hall, attic));
        StatementSet set =
                statements(
                        List.of(
                                "SELECT fragment_number FROM cameras WHERE stream_name = 'hall'",
                                "SELECT fragment_number FROM cameras WHERE stream_name = 'attic'"));
        assertThat(scans(set)).isEqualTo(2);
        set.execute().await();
        assertThat(lines(0)).containsExactlyInAnyOrderElementsOf(numbers(hall));
        assertThat(lines(1)).containsExactlyInAnyOrderElementsOf(numbers(attic));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SOURCE_WATERMARK()", ""})
    void withoutPushDownAllShareOneScan(String expression) throws Exception {
        create(
                FRAGMENT_COLUMNS + watermark(expression),
                with(bounded(hall, attic), "scan.filter-push-down", "false"));
        StatementSet set = statementsWhere("stream_name = 'hall' AND `size` > #");
        assertThat(scans(set)).isEqualTo(1);
        set.execute().await();
        assertThat(lines(0)).containsExactlyInAnyOrderElementsOf(numbers(hall));
        assertThat(lines(3)).hasSize(3);
    }

    /** With separate connections, the fourth query would never get one. */
    @Test
    void moreSinksThanConnections() throws Exception {
        create(FRAGMENT_COLUMNS + watermark("SOURCE_WATERMARK()"), options(hall));
        var job = statementsWhere("`size` > #").execute().getJobClient().orElseThrow();
        try {
            // One of four scans would be refused before any has a second call accepted.
            kvs.log().awaitSessions("hall", 5, TIME);
            assertThat(kvs.log().calls("GetMedia", "hall"))
                    .allSatisfy(call -> assertThat(call.status()).isEqualTo(200));
        } finally {
            job.cancel().get();
        }
    }

    /** Two references to a table in one statement, with conditions that do not concern streams. */
    @Test
    void aTableJoinedWithItself() throws Exception {
        create(FRAGMENT_COLUMNS + watermark("SOURCE_WATERMARK()"), bounded(hall));
        assertThat(
                        query(
                                "SELECT a.fragment_number FROM cameras AS a JOIN cameras AS b ON"
                                        + " a.fragment_number = b.fragment_number WHERE a.`size` > 1"
                                        + " AND b.millis_behind_now >= 0"))
                .hasSize(3);
        assertThat(
                        query(
                                "SELECT fragment_number FROM cameras WHERE `size` > 1 UNION ALL"
                                        + " SELECT fragment_number FROM cameras WHERE `size` > 2"))
                .hasSize(6);
    }
}
