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
import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.faults.Fault;

import org.apache.flink.table.api.PlanReference;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.types.Row;
import org.apache.flink.util.ExceptionUtils;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/** The streams of an account as a catalog of tables. */
class CatalogITCase extends TableTestBase {

    @AfterEach
    void closeCatalog() {
        tables.executeSql("USE CATALOG default_catalog");
        tables.executeSql("DROP CATALOG IF EXISTS cams");
    }

    private void createCatalog(String... keysAndValues) {
        Map<String, String> options = new LinkedHashMap<>(options());
        options.remove("connector");
        options.remove("streams");
        options.put("type", "kvs");
        tables.executeSql(
                "CREATE CATALOG cams WITH ("
                        + with(options, keysAndValues).entrySet().stream()
                                .map(o -> "'" + o.getKey() + "' = '" + o.getValue() + "'")
                                .collect(Collectors.joining(", "))
                        + ")");
    }

    @Test
    void showsStreams() throws Exception {
        kvs.createStream("front-door");
        kvs.createStream("back.yard");
        createCatalog();
        assertThat(query("SHOW DATABASES FROM cams"))
                .containsExactly(Row.of("fragments"), Row.of("frames"));
        assertThat(query("SHOW TABLES FROM cams.fragments"))
                .containsExactlyInAnyOrder(Row.of("front-door"), Row.of("back.yard"), Row.of("*"));
        tables.executeSql("USE CATALOG cams");
        assertThat(query("SHOW CURRENT DATABASE")).containsExactly(Row.of("fragments"));
        assertThat(column(query("DESCRIBE cams.frames.`front-door`"), 0))
                .contains("payload", "stream_name", "frame_timestamp", "key_frame");
        assertThat(query("SHOW CREATE TABLE cams.fragments.`front-door`").toString())
                .contains("WATERMARK FOR `producer_timestamp` AS `SOURCE_WATERMARK`()")
                .contains("'streams' = 'front-door'")
                .contains("'record' = 'fragment'")
                .contains("'aws.region'")
                .doesNotContain(SECRET)
                .doesNotContain("AKIDEXAMPLE");
        kvs.deleteStream("front-door");
        assertThat(query("SHOW TABLES FROM cams.frames"))
                .containsExactlyInAnyOrder(Row.of("back.yard"), Row.of("*"));
    }

    @Test
    void fragmentsAndFramesCanBeQueried() throws Exception {
        EmbeddedStream stream = kvs.createStream("front-door");
        push(stream, 3);
        createCatalog("scan.bounded.mode", "now");
        assertThat(column(query("SELECT fragment_number FROM cams.fragments.`front-door`"), 0))
                .isEqualTo(numbers(stream));
        List<Row> frames =
                query("SELECT fragment_number, frame_index, payload FROM cams.frames.`front-door`");
        assertThat(frames).hasSize(3);
        assertThat(
                        query(
                                "SELECT fragment_number FROM cams.fragments.`front-door` /*+"
                                        + " OPTIONS('scan.startup.mode' = 'fragment-number',"
                                        + " 'scan.startup.fragment-number' = '"
                                        + stream.pushed().get(1).number()
                                        + "') */"))
                .containsExactly(Row.of(stream.pushed().get(2).number()));
        // Its watermark is there, too.
        assertThat(
                        query(
                                "SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE cams.fragments.`front-door`,"
                                        + " DESCRIPTOR(producer_timestamp), INTERVAL '1000' DAY(4)))"
                                        + " GROUP BY window_start, window_end"))
                .containsExactly(Row.of(3L));
    }

    /** Frame options apply to only one of the two databases. */
    @Test
    void optionsOfFramesAreThoseOfFramesOnly() throws Exception {
        push(kvs.createStream("front-door"), 2);
        createCatalog("scan.bounded.mode", "now", "frame.every-nth", "1000");
        for (String database : List.of("fragments", "frames")) {
            assertThat(query("SELECT fragment_number FROM cams." + database + ".`front-door`"))
                    .hasSize(2);
        }
    }

    /** Credentials in a query override the catalog's, whichever spelling each uses. */
    @Test
    void credentialsOfAQueryComeBeforeThoseOfTheCatalog() throws Exception {
        push(kvs.createStream("front-door"), 1);
        createCatalog(
                "scan.bounded.mode",
                "now",
                "aws.credentials.basic.accesskeyid",
                null,
                "aws.credentials.provider.basic.accesskeyid",
                "AKIDOFCATALOG");
        assertThat(
                        query(
                                "SELECT fragment_number FROM cams.fragments.`front-door` /*+"
                                        + " OPTIONS('aws.credentials.basic.accesskeyid' ="
                                        + " 'AKIDOFQUERY') */"))
                .hasSize(1);
        assertThat(kvs.log().calls("GetMedia", "front-door"))
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.accessKeyId()).isEqualTo("AKIDOFQUERY"));
    }

    /** Otherwise options of the catalog's provider would contradict it. */
    @Test
    void aProviderOfAQueryGetsNothingOfTheCatalogs() throws Exception {
        push(kvs.createStream("front-door"), 1);
        createCatalog("scan.bounded.mode", "now");
        System.setProperty("aws.accessKeyId", "AKIDOFSYSTEM");
        System.setProperty("aws.secretAccessKey", SECRET);
        try {
            assertThat(
                            query(
                                    "SELECT fragment_number FROM cams.fragments.`front-door` /*+"
                                            + " OPTIONS('aws.credentials.provider' ="
                                            + " 'SYS_PROP') */"))
                    .hasSize(1);
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
        assertThat(kvs.log().calls("GetMedia", "front-door"))
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.accessKeyId()).isEqualTo("AKIDOFSYSTEM"));
    }

    @Test
    void compiledPlansLeaveCredentialsToTheCatalog() throws Exception {
        push(kvs.createStream("front-door"), 1);
        createCatalog("scan.bounded.mode", "now");
        tables.executeSql("CREATE TABLE nowhere (s STRING) WITH ('connector' = 'blackhole')");
        String plan =
                tables.compilePlanSql(
                                "INSERT INTO nowhere SELECT fragment_number FROM"
                                        + " cams.fragments.`front-door` WHERE stream_name ="
                                        + " 'front-door'")
                        .asJsonString();
        assertThat(plan)
                .contains("FilterPushDown")
                .doesNotContain(SECRET)
                .doesNotContain("AKIDEXAMPLE");
        tables.loadPlan(PlanReference.fromJsonString(plan)).execute().await();
        assertThat(kvs.log().calls("GetMedia", "front-door"))
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.accessKeyId()).isEqualTo("AKIDEXAMPLE"));
    }

    /** Otherwise it would be read with other credentials, or fail at run time. */
    @Test
    void aTableLikeOneOfTheCatalogNeedsCredentials() throws Exception {
        push(kvs.createStream("front-door"), 1);
        createCatalog("scan.bounded.mode", "now");
        tables.executeSql("CREATE TABLE mine LIKE cams.fragments.`front-door`");
        assertThatThrownBy(() -> query("SELECT fragment_number FROM mine"))
                .hasStackTraceContaining(
                        "Table default_catalog.default_database.mine was made from a table of catalog"
                                + " cams, but has none of that catalog's credentials");
        tables.executeSql(
                "CREATE TABLE own WITH ('aws.credentials.basic.accesskeyid' = 'AKIDOFMINE',"
                        + " 'aws.credentials.basic.secretkey' = '"
                        + SECRET
                        + "') LIKE cams.fragments.`front-door`");
        assertThat(query("SELECT fragment_number FROM own")).hasSize(1);
        assertThat(kvs.log().calls("GetMedia", "front-door"))
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.accessKeyId()).isEqualTo("AKIDOFMINE"));
    }

    @Test
    void aTableOfAllStreams() throws Exception {
        createCatalog("scan.bounded.mode", "now");
        assertThat(query("SELECT stream_name FROM cams.fragments.`*`")).isEmpty();
        EmbeddedStream door = kvs.createStream("front-door");
        EmbeddedStream yard = kvs.createStream("back.yard");
        push(door, 2);
        push(yard, 3);
        assertThat(column(query("SELECT fragment_number FROM cams.fragments.`*`"), 0))
                .hasSize(5)
                .containsAll(numbers(door, yard));
        assertThat(
                        column(
                                query(
                                        "SELECT fragment_number FROM cams.frames.`*` WHERE"
                                                + " stream_name = 'back.yard'"),
                                0))
                .isEqualTo(numbers(yard));
    }

    /** The service lists them until they are gone, but serves none of them. */
    @Test
    void streamsThatAreBeingDeletedAreNotAmongAllStreams() throws Exception {
        EmbeddedStream door = kvs.createStream("front-door");
        push(door, 2);
        kvs.createStream("gone").status(StreamStatus.DELETING);
        createCatalog("scan.bounded.mode", "now");
        assertThat(column(query("SELECT fragment_number FROM cams.fragments.`*`"), 0))
                .isEqualTo(numbers(door));
    }

    @Test
    void hasMorePagesThanOne() throws Exception {
        // The service lists up to 10,000 at a time.
        for (int i = 0; i < 10_001; i++) {
            kvs.createStream("camera-" + i);
        }
        kvs.faults().nextCall("ListStreams", Fault.throttle());
        kvs.faults().nextCall("ListStreams", Fault.internalFailure());
        createCatalog();
        assertThat(query("SHOW TABLES FROM cams.fragments")).hasSize(10_002);
        assertThat(kvs.log().calls("ListStreams", null)).hasSize(4);
    }

    @Test
    void tellsWhatIsWrong() throws Exception {
        assertThatThrownBy(() -> createCatalog("default-database", "pictures"))
                .hasStackTraceContaining("There is no database 'pictures'")
                .satisfies(
                        e ->
                                assertThat(ExceptionUtils.stringifyException(e))
                                        .doesNotContain(SECRET));
        assertThatThrownBy(() -> createCatalog("aws.regio", "x"))
                .hasStackTraceContaining("Unsupported options");
        assertThatThrownBy(() -> createCatalog("aws.credentials.basic.accesskey", "x"))
                .hasStackTraceContaining("There is no option 'aws.credentials.basic.accesskey'");
        createCatalog("aws.endpoint", "http://127.0.0.1:1");
        assertThatThrownBy(() -> query("SHOW TABLES FROM cams.fragments"))
                .hasStackTraceContaining("Catalog cams: The streams cannot be listed");
        tables.executeSql("DROP CATALOG cams");
        createCatalog();
        assertThatThrownBy(() -> query("SELECT * FROM cams.fragments.nowhere"))
                .isInstanceOf(ValidationException.class)
                .hasStackTraceContaining("nowhere");
        assertThatThrownBy(() -> query("SELECT * FROM cams.fragments.`front door`"))
                .isInstanceOf(ValidationException.class)
                .hasStackTraceContaining("Object 'front door' not found");
        Throwable refused =
                catchThrowable(
                        () ->
                                tables.executeSql(
                                        "CREATE TABLE cams.fragments.x (payload BYTES) WITH"
                                                + " ('connector' = 'kvs')"));
        assertThat(refused)
                .hasStackTraceContaining("create tables, views and functions as TEMPORARY");
    }
}
