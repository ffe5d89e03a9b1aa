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

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.TableDescriptor;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.util.ExceptionUtils;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static org.apache.flink.table.api.Expressions.sourceWatermark;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Errors of a table appear when it is used, say what to do, and contain no secrets. */
class TableErrorsITCase extends TableTestBase {

    private EmbeddedStream stream;

    @BeforeEach
    void createStream() {
        stream = kvs.createStream("hall");
        push(stream, 1);
    }

    /** All messages of the failure of a query on this table. */
    private String failure(String columns, Map<String, String> options) {
        tables.executeSql("DROP TABLE IF EXISTS cameras");
        Throwable failure =
                catchThrowable(
                        () -> {
                            create(columns, options);
                            query("SELECT * FROM cameras");
                        });
        assertThat(failure).isNotNull();
        String all = ExceptionUtils.stringifyException(failure);
        assertThat(all).doesNotContain(SECRET);
        assertThat(ExceptionUtils.findThrowable(failure, ValidationException.class)).isPresent();
        return all;
    }

    private String failureWith(String... keysAndValues) {
        return failure("payload BYTES", with(bounded(stream), keysAndValues));
    }

    @Test
    void columnsThatDoNotExist() {
        assertThat(failure("payload BYTES, size_in_bytes BIGINT", bounded(stream)))
                .contains(
                        "has one column for the bytes of a fragment, or none, but there are payload,"
                                + " size_in_bytes")
                .contains("'fragment-number' STRING");
        assertThat(failure("payload STRING", bounded(stream)))
                .contains("Column payload, for the bytes of a fragment, must be BYTES, not STRING");
        // Nothing would truncate them to that length.
        assertThat(failure("payload VARBINARY(4)", bounded(stream)))
                .contains(
                        "Column payload, for the bytes of a fragment, must be BYTES, not VARBINARY(4)");
        assertThat(failure("payload BYTES, x STRING METADATA", bounded(stream)))
                .contains(
                        "There is no metadata 'x' for column x. With 'record' = 'fragment' there are:"
                                + " 'stream-name' STRING, ");
        assertThat(failure("k BOOLEAN METADATA FROM 'key-frame'", bounded(stream)))
                .contains(
                        "There is no metadata 'key-frame' for column k with 'record' = 'fragment'");
        assertThat(failure("s ROW<x INT> METADATA FROM 'stream-name'", bounded(stream)))
                .contains("stream-name");
        for (String type : List.of("BIGINT", "DECIMAL(38, 0)", "BYTES")) {
            assertThat(failure("n " + type + " METADATA FROM 'fragment-number'", bounded(stream)))
                    .contains(
                            "Column n is declared as "
                                    + type
                                    + ", but 'fragment-number' is text: declare it as STRING");
        }
    }

    @Test
    void optionsThatDoNotExist() {
        assertThat(failureWith("source.memory.limit", "1 mb"))
                .contains("Unsupported options found for 'kvs'")
                .contains("source.memory.limit")
                .contains("source.memory.budget");
        assertThat(failureWith("aws.credentials.basic.accesskey", "x"))
                .contains("There is no option 'aws.credentials.basic.accesskey'");
        assertThat(failureWith("record", "picture")).contains("fragment").contains("frame");
        assertThat(failureWith("source.memory.budget", "much")).contains("source.memory.budget");
        assertThat(failureWith("source.memory.budget", "0 b"))
                .contains("source.memory.budget is 0: give at least the size of some fragments");
    }

    @Test
    void optionsThatContradictEachOtherOrTheService() {
        assertThat(failureWith("source.session.quiet-time", "4 s"))
                .contains("source.session.quiet-time is 4 s: give a time of at least 1 ms and at")
                .contains("most 2500 ms");
        assertThat(failureWith("source.session.silence-timeout", "2 s"))
                .contains("source.session.silence-timeout is 2 s: give a time of at least 4 s");
        assertThat(failureWith("source.retry.initial-backoff", "2 min"))
                .contains("source.retry.initial-backoff (2 min) is above source.retry.max-backoff");
    }

    @Test
    void streamsThatCannotBe() {
        assertThat(failureWith("streams", "front door")).contains("'front door' is not a name");
        assertThat(failureWith("streams", "hall;hall")).contains("Stream 'hall' is named twice");
        assertThat(failureWith("aws.region", null))
                .contains("There is no region: set aws.region, or give the streams by ARN");
        assertThat(failureWith("streams", "hall,attic"))
                .contains("'streams' has 'hall,attic': write ; between streams, not a comma");
        assertThat(failureWith("streams", null))
                .contains("The table has no streams: name them in 'streams'")
                .contains("'stream-prefix', 'stream-pattern' or 'stream-tags'");
        assertThat(failureWith("stream-prefix", "h", "stream-pattern", "ha.*"))
                .contains(
                        "'streams' names streams, and 'stream-prefix', 'stream-pattern' selects"
                                + " them: remove one or the other");
    }

    @Test
    void selectionsThatCannotBe() {
        assertThat(failureWith("streams", null, "stream-prefix", "front door"))
                .contains("No name of a Kinesis video stream begins with 'front door'");
        assertThat(failureWith("streams", null, "stream-pattern", "ha[ll"))
                .contains("'ha[ll' is not a regular expression for names of streams");
        assertThat(failureWith("streams", null, "stream-tags", "site")).contains("stream-tags");
        assertThat(
                        failureWith(
                                "streams",
                                null,
                                "stream-prefix",
                                "h",
                                "scan.startup.stream.attic.mode",
                                "now"))
                .contains("stream 'attic', which is not among the streams to read")
                .contains("all streams with prefix h");
        assertThat(failureWith("scan.startup.new-streams.mode", "fragment-number"))
                .contains("'scan.startup.new-streams.mode' = 'fragment-number'")
                .contains("no number for all new streams");
        assertThat(failureWith("scan.startup.new-streams.mode", "server-timestamp"))
                .contains("needs 'scan.startup.new-streams.timestamp'");
        assertThat(failureWith("scan.startup.new-streams.timestamp", "2026-01-31T08:00:00Z"))
                .contains("does not go with 'scan.startup.new-streams.mode' = 'earliest'");
    }

    @Test
    void positionsThatContradictThemselves() {
        assertThat(failureWith("scan.startup.stream.hall.mod", "now"))
                .contains("There is no option 'scan.startup.stream.hall.mod'")
                .contains("scan.startup.stream.NAME.mode");
        assertThat(failureWith("scan.startup.stream.attic.mode", "earliest"))
                .contains("A starting position is set for stream 'attic', which is not among");
        assertThat(failureWith("scan.bounded.stream.hall.mod", "now"))
                .contains("There is no option 'scan.bounded.stream.hall.mod'")
                .contains("scan.bounded.stream.NAME.mode");
        assertThat(failureWith("scan.bounded.stream.attic.mode", "now"))
                .contains("A stopping position is set for stream 'attic', which is not among");
        assertThat(failureWith("scan.bounded.stream.hall.mode", "fragment-number"))
                .contains("needs 'scan.bounded.stream.hall.fragment-number'");
        assertThat(failureWith("scan.startup.mode", "from-fragment-number"))
                .contains("'scan.startup.mode' = 'from-fragment-number' needs")
                .contains("'scan.startup.fragment-number'");
        assertThat(
                        failureWith(
                                "scan.startup.mode",
                                "from-fragment-number",
                                "scan.startup.fragment-number",
                                "8",
                                "scan.bounded.stream.hall.mode",
                                "fragment-number",
                                "scan.bounded.stream.hall.fragment-number",
                                "7"))
                .contains("There is nothing between the starting position (fragment 8)")
                .contains("of stream 'hall'");
        assertThat(failureWith("scan.startup.stream.hall.timestamp", "1000"))
                .contains("'scan.startup.stream.hall.timestamp' does not go with");
        assertThat(
                        failureWith(
                                "scan.startup.mode",
                                "server-timestamp",
                                "scan.startup.timestamp",
                                "-10 min"))
                .contains("nor a time before now such as -PT10M (ten minutes ago)");
        assertThat(failureWith("scan.startup.mode", "server-timestamp"))
                .contains(
                        "'scan.startup.mode' = 'server-timestamp' needs 'scan.startup.timestamp'");
        assertThat(failureWith("scan.startup.timestamp", "2026-01-31T08:00:00Z"))
                .contains(
                        "'scan.startup.timestamp' does not go with 'scan.startup.mode' ="
                                + " 'earliest'");
        assertThat(
                        failureWith(
                                "scan.bounded.mode",
                                "server-timestamp",
                                "scan.bounded.timestamp",
                                "yesterday"))
                .contains("'scan.bounded.timestamp' is 'yesterday', neither a time such as");
        assertThat(
                        failureWith(
                                "scan.startup.mode",
                                "server-timestamp",
                                "scan.startup.timestamp",
                                "+999999999-01-01T00:00:00Z"))
                .contains("'scan.startup.timestamp' is '+999999999-01-01T00:00:00Z', neither");
        assertThat(
                        failureWith(
                                "scan.bounded.mode",
                                "fragment-number",
                                "scan.bounded.fragment-number",
                                "x"))
                .contains("fragment number");
        assertThat(
                        failureWith(
                                "scan.startup.mode",
                                "producer-timestamp",
                                "scan.startup.timestamp",
                                "2000",
                                "scan.bounded.mode",
                                "producer-timestamp",
                                "scan.bounded.timestamp",
                                "1000"))
                .contains("There is nothing between the starting position");
    }

    @Test
    void framesOfFragments() {
        assertThat(failureWith("frame.key-frames-only", "true"))
                .contains("Options frame.* choose among frames, but rows are fragments");
        assertThat(failureWith("record", "frame", "frame.every-nth", "0"))
                .contains("Every n-th frame, with n of 1 or more, not 0");
    }

    @Test
    void watermarksThatCannotBe() {
        assertThat(failureWith("scan.source-watermark.max-out-of-orderness", "-1 s"))
                .contains("max-out-of-orderness");
        assertThat(failureWith("scan.watermark.alignment.group", "g"))
                .contains("scan.watermark.alignment.max-drift");
    }

    /** It would follow another clock than that of the column, and make its rows late. */
    @Test
    void sourceWatermarksOfOtherColumns() {
        String column = "t TIMESTAMP_LTZ(3) METADATA FROM '%s', WATERMARK FOR t AS %s";
        assertThat(
                        failure(
                                String.format(column, "server-timestamp", "SOURCE_WATERMARK()"),
                                bounded(stream)))
                .contains(
                        "With 'record' = 'fragment' SOURCE_WATERMARK() is for a column"
                                + " TIMESTAMP_LTZ(3) METADATA FROM 'producer-timestamp', but t is"
                                + " 'server-timestamp'");
        assertThat(
                        failure(
                                String.format(column, "producer-timestamp", "source_watermark()"),
                                with(bounded(stream), "record", "frame")))
                .contains("METADATA FROM 'frame-timestamp', but t is 'producer-timestamp'");
        String producer = "p TIMESTAMP_LTZ(3) METADATA FROM 'producer-timestamp', ";
        assertThat(
                        failure(
                                producer
                                        + "s TIMESTAMP_LTZ(3) METADATA FROM 'server-timestamp',"
                                        + " t AS s, WATERMARK FOR t AS SOURCE_WATERMARK()",
                                bounded(stream)))
                .contains("but t is no METADATA column");
        assertThat(
                        failure(
                                producer
                                        + "t AS CAST(p AS TIMESTAMP(3)), WATERMARK FOR t AS"
                                        + " SOURCE_WATERMARK()",
                                bounded(stream)))
                .contains("but t is no METADATA column");
    }

    /** A local time differs from the watermark by its offset from UTC. */
    @Test
    void sourceWatermarksOfOtherTypes() {
        String column =
                "t %s METADATA FROM 'producer-timestamp', WATERMARK FOR t AS SOURCE_WATERMARK()";
        for (String type : List.of("TIMESTAMP(3)", "TIMESTAMP_LTZ(0)")) {
            assertThat(failure(String.format(column, type), bounded(stream)))
                    .contains(
                            "SOURCE_WATERMARK() is for a column TIMESTAMP_LTZ(3) METADATA FROM"
                                    + " 'producer-timestamp', but t is a "
                                    + type);
        }
    }

    @Test
    void sourceWatermarksOfTheTableApi() {
        for (String key : List.of("producer-timestamp", "server-timestamp")) {
            TableDescriptor.Builder table =
                    TableDescriptor.forConnector("kvs")
                            .schema(
                                    Schema.newBuilder()
                                            .columnByMetadata(
                                                    "t",
                                                    key.startsWith("producer")
                                                            ? DataTypes.TIMESTAMP(3)
                                                            : DataTypes.TIMESTAMP_LTZ(3),
                                                    key)
                                            .watermark("t", sourceWatermark())
                                            .build());
            with(bounded(stream), "connector", null).forEach(table::option);
            String name = key.replace('-', '_');
            tables.createTemporaryTable(name, table.build());
            assertThatThrownBy(() -> query("SELECT * FROM " + name))
                    .hasStackTraceContaining(
                            "SOURCE_WATERMARK() is for a column TIMESTAMP_LTZ(3) METADATA FROM"
                                    + " 'producer-timestamp', but t is");
        }
    }

    @Test
    void plansHaveNoSecrets() {
        create(FRAGMENT_COLUMNS, bounded(stream));
        assertThat(plan("SELECT * FROM cameras"))
                .doesNotContain(SECRET)
                .doesNotContain("AKIDEXAMPLE");
        assertThat(tables.executeSql("EXPLAIN JSON_EXECUTION_PLAN SELECT * FROM cameras").collect())
                .toIterable()
                .allSatisfy(row -> assertThat(row.toString()).doesNotContain(SECRET));
    }
}
