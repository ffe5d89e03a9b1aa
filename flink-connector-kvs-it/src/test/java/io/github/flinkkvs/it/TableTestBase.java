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
import io.github.flinkkvs.testing.log.StoredFragment;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.BeforeEach;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tables over the embedded service, with queries in the cluster of {@link KvsTestBase}. */
abstract class TableTestBase extends KvsTestBase {

    /** Every metadata column of fragments. */
    static final String FRAGMENT_COLUMNS =
            "payload BYTES,"
                    + " stream_name STRING METADATA FROM 'stream-name',"
                    + " stream_arn STRING METADATA FROM 'stream-arn',"
                    + " fragment_number STRING METADATA FROM 'fragment-number',"
                    + " server_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'server-timestamp',"
                    + " producer_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'producer-timestamp',"
                    + " arrival_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'arrival-timestamp',"
                    + " receive_duration BIGINT METADATA FROM 'receive-duration',"
                    + " millis_behind_now BIGINT METADATA FROM 'millis-behind-now',"
                    + " `size` BIGINT METADATA,"
                    + " tags MAP<STRING, STRING> METADATA,"
                    + " tag_list ARRAY<ROW<name STRING, `value` STRING>> METADATA FROM 'tag-list',"
                    + " tracks ARRAY<ROW<number BIGINT, name STRING, type STRING, codec_id STRING,"
                    + " codec_private BYTES, width INT, height INT, sampling_frequency DOUBLE,"
                    + " channels INT>> METADATA";

    TableEnvironment tables;

    @BeforeEach
    final void startTables() {
        tables = tables(EnvironmentSettings.inStreamingMode());
    }

    final TableEnvironment tables(EnvironmentSettings settings) {
        TableEnvironment env = TableEnvironment.create(settings);
        env.getConfig().set("table.local-time-zone", "UTC");
        env.getConfig().set("parallelism.default", "2");
        return env;
    }

    /** Options of a table that starts with the earliest fragment, without long delays. */
    final Map<String, String> options(EmbeddedStream... streams) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("connector", "kvs");
        options.put(
                "streams",
                Arrays.stream(streams).map(EmbeddedStream::name).collect(Collectors.joining(";")));
        options.put("scan.startup.mode", "earliest");
        options.putAll(quick());
        options.put("aws.region", kvs.region());
        options.put("aws.endpoint", kvs.endpoint().toString());
        options.put("aws.credentials.basic.accesskeyid", "AKIDEXAMPLE");
        options.put("aws.credentials.basic.secretkey", SECRET);
        return options;
    }

    private static Map<String, String> quick() {
        return Map.of(
                "source.session.quiet-time", IDLE_END.dividedBy(2).toMillis() + " ms",
                "source.session.idle-interval", "300 ms",
                "source.retry.initial-backoff", "50 ms");
    }

    /** The same, up to the present. */
    final Map<String, String> bounded(EmbeddedStream... streams) {
        Map<String, String> options = options(streams);
        options.put("scan.bounded.mode", "now");
        return options;
    }

    static Map<String, String> with(Map<String, String> options, String... keysAndValues) {
        Map<String, String> all = new LinkedHashMap<>(options);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            if (keysAndValues[i + 1] == null) {
                all.remove(keysAndValues[i]);
            } else {
                all.put(keysAndValues[i], keysAndValues[i + 1]);
            }
        }
        return all;
    }

    static String create(String table, String columns, Map<String, String> options) {
        return "CREATE TABLE "
                + table
                + " ("
                + columns
                + ") WITH ("
                + options.entrySet().stream()
                        .map(option -> "'" + option.getKey() + "' = '" + option.getValue() + "'")
                        .collect(Collectors.joining(", "))
                + ")";
    }

    final void create(String columns, Map<String, String> options) {
        tables.executeSql(create("cameras", columns, options));
    }

    /** All rows of a bounded query. */
    final List<Row> query(String sql) throws Exception {
        return query(tables, sql);
    }

    static List<Row> query(TableEnvironment env, String sql) throws Exception {
        return rows(env.executeSql(sql), Integer.MAX_VALUE);
    }

    /** The first rows of a query, which is then cancelled if it has not ended. */
    static List<Row> rows(TableResult result, int count) throws Exception {
        List<Row> rows = new ArrayList<>();
        try (CloseableIterator<Row> iterator = result.collect()) {
            while (rows.size() < count && iterator.hasNext()) {
                rows.add(iterator.next());
            }
        }
        return rows;
    }

    /** Numbers of all fragments of streams, one stream after the other. */
    static List<String> numbers(EmbeddedStream... streams) {
        return Arrays.stream(streams)
                .flatMap(stream -> stream.pushed().stream())
                .map(StoredFragment::number)
                .collect(Collectors.toList());
    }

    static List<Object> column(List<Row> rows, int index) {
        return rows.stream().map(row -> row.getField(index)).collect(Collectors.toList());
    }

    /** The statement to run. */
    final String plan(String sql) {
        String plan = tables.explainSql(sql);
        return plan.substring(plan.indexOf("== Optimized Execution Plan =="));
    }

    /** Configuration for single tests. */
    final void set(String key, String value) {
        tables.getConfig().set(key, value);
    }
}
