/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.sql.it;

import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import javax.imageio.ImageIO;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Queries with the shipped jars on Flink {@code -Dflink.test.version}, with real calls. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class SqlJarITCase {

    private static final Duration IDLE = Duration.ofMillis(200);

    private EmbeddedKvs kvs;
    private TableEnvironment tables;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().https(true).limits(Limits.none().idleEnd(IDLE)).start();
        tables = TableEnvironment.create(EnvironmentSettings.inBatchMode());
        tables.getConfig().set("parallelism.default", "2");
        tables.getConfig().set("table.local-time-zone", "UTC");
    }

    @AfterEach
    void stop() {
        kvs.close();
    }

    private static String option(String key, Object value) {
        return ", '" + key + "' = '" + value + "'";
    }

    private void create(String table, String streams, String columns, String options) {
        tables.executeSql(
                "CREATE TABLE "
                        + table
                        + " ("
                        + columns
                        + ") WITH ('connector' = 'kvs'"
                        + option("streams", streams)
                        + option("scan.startup.mode", "earliest")
                        + option("scan.bounded.mode", "now")
                        + option("source.session.quiet-time", IDLE.dividedBy(2).toMillis() + " ms")
                        + option("source.session.idle-interval", IDLE.toMillis() + " ms")
                        + option("aws.region", kvs.region())
                        + option("aws.endpoint", kvs.endpoint())
                        + option("aws.truststore.path", kvs.trustStoreFile())
                        + option("aws.truststore.password", kvs.trustStorePassword())
                        + option("aws.credentials.basic.accesskeyid", "any")
                        + option("aws.credentials.basic.secretkey", "thing")
                        + options
                        + ")");
    }

    private List<Row> query(String sql) throws Exception {
        List<Row> rows = new ArrayList<>();
        try (CloseableIterator<Row> all = tables.executeSql(sql).collect()) {
            all.forEachRemaining(rows::add);
        }
        return rows;
    }

    /** Only the jars run: the class path has no other connector and no AWS SDK. */
    @Test
    void nothingElseIsOnTheClassPath() throws Exception {
        for (String module : List.of("flink-sql-connector-kvs", "flink-sql-connector-kvs-media")) {
            try (SqlJar jar = new SqlJar(module)) {
                String ours =
                        module.endsWith("media") ? "media.file.RecordFiles" : "source.KvsSource";
                Path loadedFrom =
                        Path.of(
                                Class.forName("io.github.flinkkvs." + ours)
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI());
                assertThat(loadedFrom).isEqualTo(jar.file().toAbsolutePath());
            }
        }
        assertThatThrownBy(() -> Class.forName("software.amazon.awssdk.regions.Region"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    /** The relocated SDK makes signed calls over TLS and finds its resources. */
    @Test
    void rowsAreTheFragments() throws Exception {
        EmbeddedStream front = kvs.createStream("front-door");
        EmbeddedStream back = kvs.createStream("backyard");
        Map<Row, StoredFragment> pushed = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            EmbeddedStream stream = i % 3 == 0 ? back : front;
            StoredFragment fragment =
                    stream.push(
                            MediaFragment.ofSize(5_000, i).toBuilder()
                                    .producerTimestampMillis(1_700_000_000_000L + i * 1_000L)
                                    .tagAfter("number", String.valueOf(i))
                                    .build());
            pushed.put(
                    Row.of(
                            stream.name(),
                            fragment.number(),
                            Instant.ofEpochMilli(fragment.producerTimestampMillis()),
                            Map.of("number", String.valueOf(i))),
                    fragment);
        }
        create(
                "cameras",
                "front-door;backyard",
                "payload BYTES, stream_name STRING METADATA FROM 'stream-name',"
                        + " fragment_number STRING METADATA FROM 'fragment-number',"
                        + " producer_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'producer-timestamp',"
                        + " tags MAP<STRING, STRING> METADATA",
                "");

        List<Row> rows =
                query(
                        "SELECT stream_name, fragment_number, producer_timestamp, tags, payload"
                                + " FROM cameras");
        assertThat(rows).hasSize(20);
        for (Row row : rows) {
            StoredFragment fragment = pushed.remove(Row.project(row, new int[] {0, 1, 2, 3}));
            assertThat(fragment).as("%s", row.getField(1)).isNotNull();
            assertThat(fragment.matches(ByteBuffer.wrap(row.getFieldAs(4)))).isTrue();
        }
        assertThat(
                        query(
                                "SELECT stream_name, COUNT(*) FROM cameras WHERE"
                                        + " CAST(tags['number'] AS INT) < 10 GROUP BY stream_name"))
                .containsExactlyInAnyOrder(Row.of("front-door", 6L), Row.of("backyard", 4L));
    }

    /** The second jar uses classes of the first, and FFmpeg from within itself. */
    @Test
    void picturesOfFragments() throws Exception {
        Camera.builder(kvs.createStream("front-door"))
                .fragments(3)
                .unlimitedSpeed()
                .start()
                .awaitDone(Duration.ofSeconds(30));
        create("cameras", "front-door", "payload BYTES", "");
        tables.executeSql("LOAD MODULE kvs");

        List<Row> rows = query("SELECT KVS_WIDTH(payload), KVS_JPEG(payload, 0, 80) FROM cameras");

        assertThat(rows).hasSize(3);
        for (Row row : rows) {
            assertThat(row.getField(0)).isEqualTo(160);
            byte[] jpeg = row.getFieldAs(1);
            assertThat(ImageIO.read(new ByteArrayInputStream(jpeg)).getWidth()).isEqualTo(80);
        }
    }

    /** The second jar calls the service through the first, and writes MP4 with its own FFmpeg. */
    @Test
    void clipsOfEvents() throws Exception {
        EmbeddedStream stream = kvs.createStream("front-door");
        Camera.builder(stream)
                .fragments(5)
                .unlimitedSpeed()
                .start()
                .awaitDone(Duration.ofSeconds(30));
        kvs.clock().shift(Duration.ofMinutes(5));
        tables.executeSql(
                "LOAD MODULE kvs WITH ('clip.timeout' = '30 s'"
                        + option("aws.region", kvs.region())
                        + option("aws.endpoint", kvs.endpoint())
                        + option("aws.truststore.path", kvs.trustStoreFile())
                        + option("aws.truststore.password", kvs.trustStorePassword())
                        + option("aws.credentials.basic.accesskeyid", "any")
                        + option("aws.credentials.basic.secretkey", "thing")
                        + ")");

        long moment = stream.pushed().get(2).producerTimestampMillis() + 500;
        List<Row> rows =
                query(
                        "SELECT KVS_CLIP('front-door', TO_TIMESTAMP_LTZ(t, 3), TO_TIMESTAMP_LTZ(t,"
                                + " 3), 'MP4') FROM (VALUES "
                                + moment
                                + ") AS events (t)");

        byte[] mp4 = rows.get(0).getFieldAs(0);
        assertThat(new String(mp4, 4, 4, StandardCharsets.US_ASCII)).isEqualTo("ftyp");
    }

    /** Messages of the connector's exceptions, and of those that the SDK reads from answers. */
    @Test
    void errorsAreTheConnectors() {
        create("cameras", "nobody", "payload BYTES", "");

        assertThatThrownBy(() -> query("SELECT COUNT(*) FROM cameras"))
                .hasStackTraceContaining("nobody")
                .hasStackTraceContaining(
                        "io.github.flinkkvs.shaded.software.amazon.awssdk.services.kinesisvideo"
                                + ".model.ResourceNotFoundException");
    }
}
