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

import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.Test;

import java.time.LocalDateTime;

import static org.assertj.core.api.Assertions.assertThat;

/** Event time of tables: watermarks of each stream, windows, idle and fast streams. */
class TableTimeITCase extends TableTestBase {

    private static final long MINUTE = 60_000;

    private static final String COLUMNS =
            "stream_name STRING METADATA FROM 'stream-name',"
                    + " producer_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'producer-timestamp',"
                    + " WATERMARK FOR producer_timestamp AS ";

    private static final String PER_MINUTE =
            "SELECT window_start, stream_name, COUNT(*) FROM TABLE(TUMBLE(TABLE cameras,"
                    + " DESCRIPTOR(producer_timestamp), INTERVAL '1' MINUTE))"
                    + " GROUP BY window_start, window_end, stream_name";

    private static Row window(int minute, String stream, long count) {
        return Row.of(LocalDateTime.of(1970, 1, 1, 0, minute), stream, count);
    }

    @Test
    void windowsOfSourceWatermarks() throws Exception {
        watermarksOfEachStream("SOURCE_WATERMARK()");
    }

    @Test
    void windowsOfWatermarkExpressions() throws Exception {
        watermarksOfEachStream("producer_timestamp - INTERVAL '5' SECOND");
    }

    /** A stream that is a day ahead does not make the other one late. */
    private void watermarksOfEachStream(String watermark) throws Exception {
        EmbeddedStream behind = kvs.createStream("behind");
        EmbeddedStream ahead = kvs.createStream("ahead");
        for (int i = 0; i < 6; i++) {
            pushAt(behind, i * MINUTE / 2);
            pushAt(ahead, 24 * 60 * MINUTE);
        }
        create(COLUMNS + watermark, bounded(behind, ahead));
        assertThat(plan(PER_MINUTE)).contains("watermark=[").doesNotContain("WatermarkAssigner");
        set("parallelism.default", "1");
        assertThat(query(PER_MINUTE))
                .containsExactlyInAnyOrder(
                        window(0, "behind", 2),
                        window(1, "behind", 2),
                        window(2, "behind", 2),
                        Row.of(LocalDateTime.of(1970, 1, 2, 0, 0), "ahead", 6L));
    }

    @Test
    void theBoundOfSourceWatermarks() throws Exception {
        EmbeddedStream stream = kvs.createStream("hall");
        create(
                COLUMNS + "SOURCE_WATERMARK()",
                with(options(stream), "scan.source-watermark.max-out-of-orderness", "30 s"));
        pushAt(stream, 10_000);
        pushAt(stream, MINUTE + 20_000);
        // Older than the window's end by less than the bound.
        pushAt(stream, 40_000);
        pushAt(stream, MINUTE + 40_000);
        try (CloseableIterator<Row> windows = tables.executeSql(PER_MINUTE).collect()) {
            assertThat(windows.next()).isEqualTo(window(0, "hall", 2));
        }
    }

    @Test
    void anIdleStreamDoesNotHoldBackTheOthers() throws Exception {
        EmbeddedStream stream = kvs.createStream("hall");
        EmbeddedStream silent = kvs.createStream("silent");
        create(
                COLUMNS + "SOURCE_WATERMARK()",
                with(options(stream, silent), "scan.watermark.idle-timeout", "100 ms"));
        pushAt(stream, 10_000);
        pushAt(stream, 3 * MINUTE);
        try (CloseableIterator<Row> windows = tables.executeSql(PER_MINUTE).collect()) {
            assertThat(windows.next()).isEqualTo(window(0, "hall", 1));
        }
    }

    @Test
    void aStreamAheadWaitsForTheOthers() throws Exception {
        EmbeddedStream behind = kvs.createStream("behind");
        EmbeddedStream ahead = kvs.createStream("ahead");
        create(
                COLUMNS + "SOURCE_WATERMARK()",
                with(
                        options(behind, ahead),
                        "scan.source-watermark.max-out-of-orderness",
                        "0 s",
                        "scan.watermark.alignment.group",
                        "cameras",
                        "scan.watermark.alignment.max-drift",
                        "1 min",
                        "scan.watermark.alignment.update-interval",
                        "50 ms"));
        set("parallelism.default", "1");
        pushAt(behind, 0);
        for (int i = 0; i < 200; i++) {
            pushAt(ahead, i * MINUTE);
        }
        int aheadAtFirst = 0;
        try (CloseableIterator<Row> rows =
                tables.executeSql("SELECT stream_name FROM cameras").collect()) {
            // With the limits of the service off, all 201 would come at once.
            while (!rows.next().getField(0).equals("behind")) {
                aheadAtFirst++;
            }
            kvs.awaitOpenConnections("ahead", 1, TIME);
            pushAt(behind, 300 * MINUTE);
            int more = 0;
            while (!rows.next().getField(0).equals("behind")) {
                more++;
            }
            int rest = 200 - aheadAtFirst - more;
            for (int i = 0; i < rest; i++) {
                assertThat(rows.next().getField(0)).isEqualTo("ahead");
            }
        }
    }
}
