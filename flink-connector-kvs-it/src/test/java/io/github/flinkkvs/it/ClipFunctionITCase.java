/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedStream;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** KVS_CLIP in queries that join events with cameras. */
class ClipFunctionITCase extends KvsTestBase {

    private EmbeddedStream front;
    private EmbeddedStream back;
    private StreamExecutionEnvironment env;
    private StreamTableEnvironment tables;

    @BeforeEach
    void film() {
        front = camera("front");
        back = camera("back");
        kvs.clock().shift(Duration.ofMinutes(5));
        env = environment(new Configuration(), 0);
        env.setParallelism(2);
        tables = StreamTableEnvironment.create(env);
    }

    private EmbeddedStream camera(String name) {
        EmbeddedStream stream = kvs.createStream(name);
        Camera.builder(stream).fragments(10).unlimitedSpeed().start().awaitDone(TIME);
        return stream;
    }

    private void loadModule(Map<String, String> more) {
        tables.executeSql("LOAD MODULE kvs WITH (" + options(more) + ")");
    }

    private String options(Map<String, String> more) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("aws.region", kvs.region());
        options.put("aws.endpoint", kvs.endpoint().toString());
        options.put("aws.credentials.basic.accesskeyid", "AKIDEXAMPLE");
        options.put("aws.credentials.basic.secretkey", SECRET);
        options.putAll(more);
        return options.entrySet().stream()
                .map(option -> "'" + option.getKey() + "' = '" + option.getValue() + "'")
                .collect(Collectors.joining(", "));
    }

    private static Instant second(EmbeddedStream stream, int second) {
        return Instant.ofEpochMilli(stream.pushed().get(0).producerTimestampMillis())
                .plusSeconds(second);
    }

    /** The tables {@code events} and {@code cameras}. */
    private void tables(Row... events) {
        tables.createTemporaryView(
                "events",
                tables.fromDataStream(
                        env.fromData(events)
                                .returns(
                                        Types.ROW_NAMED(
                                                new String[] {"place", "moment"},
                                                Types.STRING,
                                                Types.INSTANT)),
                        Schema.newBuilder()
                                .column("place", DataTypes.STRING())
                                .column("moment", DataTypes.TIMESTAMP_LTZ(3))
                                .build()));
        tables.createTemporaryView(
                "cameras",
                tables.fromValues(
                        DataTypes.ROW(
                                DataTypes.FIELD("place", DataTypes.STRING()),
                                DataTypes.FIELD("camera", DataTypes.STRING())),
                        Row.of("door", "front"),
                        Row.of("yard", back.arn()),
                        Row.of("roof", "nobody")));
    }

    private List<Row> query(String query) throws Exception {
        List<Row> rows = new ArrayList<>();
        try (CloseableIterator<Row> results = tables.executeSql(query).collect()) {
            results.forEachRemaining(rows::add);
        }
        return rows;
    }

    private static String head(byte[] file, int from, int to) {
        return new String(file, from, to - from, StandardCharsets.ISO_8859_1);
    }

    @Test
    void eventsJoinedWithCameras() throws Exception {
        loadModule(Map.of());
        tables(
                Row.of("door", second(front, 3)),
                Row.of("yard", second(back, 5)),
                Row.of("yard", null));

        List<Row> rows =
                query(
                        "SELECT e.place, KVS_CLIP(camera, moment - INTERVAL '2' SECOND, moment) AS mkv,"
                                + " KVS_CLIP(camera, moment, moment + INTERVAL '1' SECOND, 'mp4') AS mp4"
                                + " FROM events AS e JOIN cameras AS c ON e.place = c.place");

        assertThat(rows).hasSize(3);
        for (Row row : rows) {
            byte[] mkv = row.getFieldAs("mkv");
            byte[] mp4 = row.getFieldAs("mp4");
            if (mkv == null) {
                // The event without a time.
                assertThat(row.getField("place")).isEqualTo("yard");
                assertThat(mp4).isNull();
                continue;
            }
            assertThat(head(mkv, 0, 4)).isEqualTo("\u001aE\u00df\u00a3");
            assertThat(head(mp4, 4, 8)).isEqualTo("ftyp");
            assertThat(mkv.length).isGreaterThan(30_000);
        }
    }

    /** A clip is fetched once, although the query says twice what to do with it. */
    @Test
    void aClipThatIsUsedTwice() throws Exception {
        loadModule(Map.of());
        tables(Row.of("door", second(front, 3)));

        List<Row> rows =
                query(
                        "SELECT clip FROM (SELECT KVS_CLIP(camera, moment, moment) AS clip FROM"
                                + " events AS e JOIN cameras AS c ON e.place = c.place) WHERE clip"
                                + " IS NOT NULL");

        assertThat(rows).hasSize(1);
        assertThat(kvs.log().sessions("GetMediaForFragmentList", "front")).hasSize(1);
    }

    /** Runs what the page of clips shows. */
    @Test
    void documentedQueries() throws Exception {
        tables(Row.of("front", second(front, 6)), Row.of("back", second(back, 3)));
        tables.createTemporaryView(
                "alarms",
                tables.sqlQuery("SELECT place AS camera, moment AS alarm_time FROM events"));
        Matcher block =
                Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(Path.of("..", "docs", "clips.md")));
        List<Row> rows = new ArrayList<>();
        while (block.find()) {
            for (String statement : block.group(1).split(";\n")) {
                if (statement.strip().startsWith("SELECT")) {
                    rows.addAll(query(statement));
                } else {
                    tables.executeSql(
                            statement.replace("'aws.region' = 'eu-central-1'", options(Map.of())));
                }
            }
        }
        assertThat(rows)
                .extracting(row -> row.getField("camera"))
                .containsExactlyInAnyOrder("front", "back");
        assertThat(rows)
                .allSatisfy(
                        row ->
                                assertThat(head(row.<byte[]>getFieldAs("clip"), 4, 8))
                                        .isEqualTo("ftyp"));
    }

    @Test
    void nullInPlaceOfAFailure() throws Exception {
        loadModule(Map.of("clip.on-failure", "NULL"));
        tables(
                Row.of("door", second(front, 100)),
                Row.of("roof", second(front, 1)),
                Row.of("yard", second(back, 5)));

        List<Row> rows =
                query(
                        "SELECT e.place, KVS_CLIP(camera, moment, moment) IS NULL,"
                                + " KVS_CLIP('no name', moment, moment) IS NULL,"
                                + " KVS_CLIP(camera, moment, moment - INTERVAL '1' SECOND) IS NULL"
                                + " FROM events AS e JOIN cameras AS c ON e.place = c.place");

        assertThat(rows)
                .containsExactlyInAnyOrder(
                        Row.of("door", true, true, true),
                        Row.of("roof", true, true, true),
                        Row.of("yard", false, true, true));
    }

    @Test
    void aFailureFailsTheQuery() {
        loadModule(Map.of());
        tables(Row.of("roof", second(front, 1)));
        assertThatThrownBy(
                        () ->
                                query(
                                        "SELECT KVS_CLIP(camera, moment, moment) FROM events AS e JOIN"
                                                + " cameras AS c ON e.place = c.place"))
                .hasStackTraceContaining("There is no clip of stream nobody from")
                .hasStackTraceContaining("Check name, region and account");
    }

    @Test
    void wrongArguments() {
        loadModule(Map.of("clip.on-failure", "NULL"));
        tables(Row.of("door", second(front, 1)));
        assertThatThrownBy(
                        () -> query("SELECT KVS_CLIP('front', moment, moment, 'avi') FROM events"))
                .hasStackTraceContaining("KVS_CLIP: format is 'MKV' or 'MP4', not 'avi'");
        assertThatThrownBy(() -> query("SELECT KVS_CLIP('front', moment) FROM events"))
                .hasStackTraceContaining("KVS_CLIP");
        assertThatThrownBy(() -> query("SELECT KVS_CLIP(1, moment, moment) FROM events"))
                .hasStackTraceContaining("KVS_CLIP");
    }

    @Test
    void secretsAreNotShown() {
        loadModule(Map.of());
        tables(Row.of("door", second(front, 1)));
        String shown =
                tables.explainSql("SELECT KVS_CLIP('front', moment, moment) FROM events")
                        + List.of(tables.listFullModules())
                        + List.of(tables.listFunctions())
                        + tables.getConfig().getConfiguration();
        assertThat(shown).contains("KVS_CLIP").doesNotContain(SECRET);
    }
}
