/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.table.KvsModule;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.PhoneCall;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import javax.imageio.ImageIO;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Queries on a table whose column {@code payload} holds fragments. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class SqlFunctionsITCase {

    private static final long START = 1_750_000_000_000L;

    private static InMemoryReporter reporter;

    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    () -> {
                        reporter = InMemoryReporter.createWithRetainedMetrics();
                        return new MiniClusterResourceConfiguration.Builder()
                                .setConfiguration(reporter.addToConfiguration(new Configuration()))
                                .setNumberSlotsPerTaskManager(2)
                                .build();
                    });

    private static EmbeddedKvs kvs;
    private static List<byte[]> camera;
    private static byte[] tagged;
    private static List<byte[]> call;
    private static short[] customer;

    private StreamExecutionEnvironment env;
    private StreamTableEnvironment tables;

    @BeforeAll
    static void film() {
        kvs = EmbeddedKvs.start();
        EmbeddedStream front = kvs.createStream("front");
        Camera.builder(front)
                .fragments(3)
                .unlimitedSpeed()
                .start()
                .awaitDone(Duration.ofSeconds(30));
        camera = payloads(front);
        EmbeddedStream gate = kvs.createStream("gate");
        gate.push(
                MediaFragment.ofSize(3_000).toBuilder()
                        .producerTimestampMillis(START)
                        .tagBefore("place", "gate")
                        .tagAfter("place", "roof")
                        .build());
        tagged = payloads(gate).get(0);
        EmbeddedStream line = kvs.createStream("line");
        Random random = new Random(7);
        customer = new short[12_000];
        for (int i = 0; i < customer.length; i++) {
            customer[i] = (short) random.nextInt();
        }
        PhoneCall.builder("call-1").fromCustomer(customer).build().pushTo(line);
        call = payloads(line);
    }

    @AfterAll
    static void close() {
        kvs.close();
    }

    private static List<byte[]> payloads(EmbeddedStream stream) {
        return stream.pushed().stream().map(StoredFragment::bytes).collect(Collectors.toList());
    }

    @BeforeEach
    void environment() {
        env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(1);
        tables = StreamTableEnvironment.create(env);
    }

    /** The table {@code fragments} with a row for each payload. */
    private void table(List<byte[]> payloads) {
        List<Row> rows = new ArrayList<>();
        for (byte[] payload : payloads) {
            rows.add(Row.of(rows.size(), payload));
        }
        tables.dropTemporaryView("fragments");
        tables.createTemporaryView(
                "fragments",
                env.fromData(
                        rows,
                        Types.ROW_NAMED(
                                new String[] {"id", "payload"},
                                Types.INT,
                                Types.PRIMITIVE_ARRAY(Types.BYTE))),
                Schema.newBuilder()
                        .column("id", DataTypes.INT())
                        .column("payload", DataTypes.BYTES())
                        .build());
    }

    private List<Row> query(String sql) throws Exception {
        List<Row> rows = new ArrayList<>();
        try (CloseableIterator<Row> result = tables.executeSql(sql).collect()) {
            result.forEachRemaining(rows::add);
        }
        return rows;
    }

    private static BufferedImage image(Object jpeg) throws Exception {
        return ImageIO.read(new ByteArrayInputStream((byte[]) jpeg));
    }

    /** The result of the DataStream API for the same bytes. */
    private static List<byte[]> jpegs(byte[] payload, PictureOptions options) throws Exception {
        List<byte[]> jpegs = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(options.jpeg())) {
            decoder.decode(
                    fragment(payload), picture -> jpegs.add(PictureWriter.jpeg().encode(picture)));
        }
        return jpegs;
    }

    private static Fragment fragment(byte[] payload) throws Exception {
        return FragmentReader.readAll("camera", null, payload).get(0);
    }

    // ---- tags ---------------------------------------------------------------------------------

    @Test
    void tags() throws Exception {
        tables.executeSql("LOAD MODULE kvs");
        table(Arrays.asList(tagged, camera.get(0), null, new byte[] {1, 2}));

        List<Row> rows =
                query(
                        "SELECT id, KVS_TAG(payload, 'place'), kvs_tag(payload, 'none'),"
                                + " CAST(KVS_TAG(payload, 'AWS_KINESISVIDEO_PRODUCER_TIMESTAMP')"
                                + " AS DECIMAL(20, 3)) FROM fragments WHERE id <> 1");

        assertThat(rows)
                .containsExactlyInAnyOrder(
                        Row.of(0, "roof", null, new BigDecimal("1750000000.000")),
                        Row.of(2, null, null, null),
                        Row.of(3, null, null, null));
        assertThat(
                        query(
                                "SELECT id, tag_name, tag_value, tag_place FROM fragments,"
                                        + " LATERAL TABLE(KVS_TAGS(payload)) WHERE NOT of_service"))
                .containsExactlyInAnyOrder(
                        Row.of(0, "place", "gate", "BEFORE_MEDIA"),
                        Row.of(0, "place", "roof", "AFTER_MEDIA"));
    }

    @Test
    void aConstantIsWorthItsValue() throws Exception {
        tables.executeSql("LOAD MODULE kvs");
        StringBuilder literal = new StringBuilder();
        for (byte b : tagged) {
            literal.append(String.format("%02x", b));
        }

        assertThat(
                        query(
                                "SELECT KVS_TAG(CAST(x'"
                                        + literal
                                        + "' AS BYTES), 'place'),"
                                        + " KVS_WIDTH(CAST(x'"
                                        + literal
                                        + "' AS BYTES)),"
                                        + " KVS_TAG(CAST(x'00' AS BYTES), 'place'),"
                                        + " KVS_WAV(CAST(NULL AS BYTES))"))
                .containsExactly(Row.of("roof", 16, null, null));
    }

    @Test
    void damageIsCountedByFunction() throws Exception {
        tables.executeSql("LOAD MODULE kvs");
        table(Arrays.asList(tagged, new byte[] {1, 2}, new byte[0]));

        TableResult result =
                tables.executeSql(
                        "SELECT KVS_TAG(payload, 'place'), KVS_WIDTH(payload),"
                                + " KVS_TAG(payload, 'other') FROM fragments");
        List<Row> rows = new ArrayList<>();
        try (CloseableIterator<Row> values = result.collect()) {
            values.forEachRemaining(rows::add);
        }

        assertThat(rows)
                .containsExactly(
                        Row.of("roof", 16, null),
                        Row.of(null, null, null),
                        Row.of(null, null, null));
        JobID job = result.getJobClient().orElseThrow().getJobID();
        assertThat(damaged(job, "KVS_TAG")).isEqualTo(4);
        assertThat(damaged(job, "KVS_WIDTH")).isEqualTo(2);
    }

    private static long damaged(JobID job, String function) {
        return reporter.getMetricsByIdentifiers(job).entrySet().stream()
                .filter(metric -> metric.getKey().endsWith(function + ".damagedPayloads"))
                .mapToLong(metric -> ((Counter) metric.getValue()).getCount())
                .sum();
    }

    // ---- frames and pictures ------------------------------------------------------------------

    @Test
    void frames() throws Exception {
        tables.executeSql("LOAD MODULE kvs");
        table(camera);

        List<Row> rows =
                query(
                        "SELECT id, frame_index, track_number, track_name, track_type, codec_id,"
                                + " codec_private, frame_timestamp, key_frame, frame_size, data"
                                + " FROM fragments, LATERAL TABLE(KVS_FRAMES(payload))");

        List<Row> expected = new ArrayList<>();
        for (int id = 0; id < camera.size(); id++) {
            Fragment fragment = fragment(camera.get(id));
            Track track = fragment.tracks().get(0);
            for (Frame frame : fragment.frames()) {
                byte[] data = new byte[frame.sizeBytes()];
                frame.data().get(data);
                expected.add(
                        Row.of(
                                id,
                                frame.index(),
                                track.number(),
                                track.name(),
                                "VIDEO",
                                "V_MPEG4/ISO/AVC",
                                track.codecPrivate(),
                                Instant.ofEpochMilli(frame.timestampMillis()),
                                frame.isKeyFrame(),
                                data.length,
                                data));
            }
        }
        assertThat(expected).hasSize(75);
        assertThat(rows).isEqualTo(expected);
    }

    @Test
    void noFragmentHasNoFrames() throws Exception {
        tables.executeSql("LOAD MODULE kvs");
        table(Arrays.asList(null, new byte[] {1, 2}));

        assertThat(
                        query(
                                "SELECT id, frame_index FROM fragments LEFT JOIN"
                                        + " LATERAL TABLE(KVS_FRAMES(payload)) ON TRUE"))
                .containsExactly(Row.of(0, null), Row.of(1, null));
    }

    @Test
    void argumentsMayBeNamed() throws Exception {
        tables.executeSql("LOAD MODULE kvs");
        table(camera);
        List<Row> rows =
                query(
                        "SELECT KVS_JPEG(payload => payload, width => 32) ="
                                + " KVS_JPEG(payload, 0, 32),"
                                + " KVS_JPEG(quality => 2E-1, picture => 1, payload => payload) ="
                                + " KVS_JPEG(payload, 1, 0, 0.2),"
                                + " KVS_JPEG(payload => payload) = KVS_JPEG(payload),"
                                + " KVS_WIDTH(payload => payload) = KVS_WIDTH(payload),"
                                + " KVS_HEIGHT(payload => payload) = KVS_HEIGHT(payload),"
                                + " KVS_TAG(name => 'AWS_KINESISVIDEO_FRAGMENT_NUMBER',"
                                + " payload => payload) = KVS_TAG(payload,"
                                + " 'AWS_KINESISVIDEO_FRAGMENT_NUMBER'),"
                                + " KVS_WAV(payload => payload) IS NULL"
                                + " FROM fragments");
        assertThat(rows)
                .hasSize(camera.size())
                .containsOnly(Row.of(true, true, true, true, true, true, true));
        assertThat(
                        query(
                                "SELECT KVS_FRAME_JPEG(width => 32, data => data, codec_id => codec_id,"
                                        + " codec_private => codec_private) ="
                                        + " KVS_FRAME_JPEG(data, codec_id, codec_private, 32)"
                                        + " FROM fragments,"
                                        + " LATERAL TABLE(KVS_FRAMES(payload => payload))"
                                        + " WHERE key_frame"))
                .isNotEmpty()
                .containsOnly(Row.of(true));
        assertThat(
                        query(
                                "SELECT tag_name FROM fragments, LATERAL TABLE(KVS_TAGS(payload => payload))"))
                .isNotEmpty();
    }

    @Test
    void picturesAreThoseOfTheDecoder() throws Exception {
        tables.executeSql("LOAD MODULE kvs");
        table(camera);

        List<Row> rows =
                query(
                        "SELECT id, KVS_JPEG(payload), KVS_JPEG(payload, 24, 80),"
                                + " KVS_JPEG(payload, 24, 80, 0.5), KVS_JPEG(payload, 25),"
                                + " KVS_WIDTH(payload), KVS_HEIGHT(payload) FROM fragments");

        assertThat(rows).hasSize(3);
        PictureOptions small = PictureOptions.defaults().size(80, 0);
        for (Row row : rows) {
            byte[] payload = camera.get(row.<Integer>getFieldAs(0));
            assertThat(image(row.getField(1)).getWidth()).isEqualTo(160);
            assertThat(row.<byte[]>getFieldAs(1))
                    .isEqualTo(jpegs(payload, PictureOptions.defaults()).get(0));
            assertThat(image(row.getField(2)).getHeight()).isEqualTo(60);
            assertThat(row.<byte[]>getFieldAs(2)).isEqualTo(jpegs(payload, small).get(24));
            assertThat(row.<byte[]>getFieldAs(3).length)
                    .isLessThan(row.<byte[]>getFieldAs(2).length);
            assertThat(row.getField(4)).isNull();
            assertThat(row.getField(5)).isEqualTo(160);
            assertThat(row.getField(6)).isEqualTo(120);
        }
    }

    @Test
    void keyFramesOfATableOfFrames() throws Exception {
        tables.executeSql("LOAD MODULE kvs");
        table(camera.subList(0, 1));

        List<Row> rows =
                query(
                        "SELECT frame_index, KVS_FRAME_JPEG(data, codec_id, codec_private),"
                                + " KVS_FRAME_JPEG(data, codec_id, codec_private, 40),"
                                + " KVS_FRAME_JPEG(data, codec_id, codec_private, 40, 0.5)"
                                + " FROM fragments, LATERAL TABLE(KVS_FRAMES(payload))"
                                + " WHERE key_frame");

        assertThat(rows).hasSize(5);
        List<byte[]> jpegs = jpegs(camera.get(0), PictureOptions.defaults());
        for (Row row : rows) {
            assertThat(row.<byte[]>getFieldAs(1)).isEqualTo(jpegs.get(row.<Integer>getFieldAs(0)));
            assertThat(image(row.getField(2)).getWidth()).isEqualTo(40);
            assertThat(image(row.getField(3)).getHeight()).isEqualTo(30);
        }
    }

    @Test
    void aWrongArgumentFailsTheQueryAndSaysWhatIsRight() {
        tables.executeSql("LOAD MODULE kvs");
        table(camera);

        assertThatThrownBy(() -> query("SELECT KVS_JPEG(payload, 0, 0, 85) FROM fragments"))
                .hasStackTraceContaining(
                        "KVS_JPEG: quality is from 0, small, to 1, good, not 85.0");
    }

    // ---- sound --------------------------------------------------------------------------------

    @Test
    void soundOfACall() throws Exception {
        tables.executeSql("LOAD MODULE kvs");
        table(call);

        List<Row> rows =
                query(
                        "SELECT id, KVS_TAG(payload, 'ContactId'),"
                                + " KVS_WAV(payload, 'AUDIO_FROM_CUSTOMER'),"
                                + " KVS_WAV(payload, 'AUDIO_TO_CUSTOMER'), KVS_WAV(payload)"
                                + " FROM fragments");

        assertThat(rows).hasSize(call.size());
        rows.sort((a, b) -> a.<Integer>getFieldAs(0) - b.<Integer>getFieldAs(0));
        ByteBuffer expected =
                ByteBuffer.allocate(2 * customer.length).order(ByteOrder.LITTLE_ENDIAN);
        expected.asShortBuffer().put(customer);
        for (Row row : rows) {
            assertThat(row.getField(1)).isEqualTo("call-1");
            try (AudioInputStream wav =
                    AudioSystem.getAudioInputStream(
                            new ByteArrayInputStream(row.<byte[]>getFieldAs(2)))) {
                assertThat(wav.getFormat().getSampleRate()).isEqualTo(8000);
                byte[] samples = wav.readAllBytes();
                byte[] part = new byte[samples.length];
                expected.get(part);
                assertThat(samples).isEqualTo(part);
            }
            assertThat(row.getField(3)).isNull();
            assertThat(row.<byte[]>getFieldAs(4)).isEqualTo(row.<byte[]>getFieldAs(2));
        }
        assertThat(expected.hasRemaining()).isFalse();
    }

    // ---- how they get in ----------------------------------------------------------------------

    @Test
    void functionsOneByOne() throws Exception {
        tables.executeSql(
                "CREATE TEMPORARY SYSTEM FUNCTION PLACE AS 'io.github.flinkkvs.media.table.KvsTag'");
        tables.executeSql(
                "CREATE TEMPORARY FUNCTION PARTS AS 'io.github.flinkkvs.media.table.KvsFrames'");
        table(List.of(tagged));

        assertThat(query("SELECT PLACE(payload, 'place') FROM fragments"))
                .containsExactly(Row.of("roof"));
        assertThat(query("SELECT track_name FROM fragments, LATERAL TABLE(PARTS(payload))"))
                .isNotEmpty()
                .allMatch(row -> row.equals(Row.of("filler")));
    }

    @Test
    void theModuleInJava() throws Exception {
        tables.loadModule(KvsModule.NAME, new KvsModule());
        table(List.of(tagged));

        assertThat(tables.listModules()).contains("core", "kvs");
        assertThat(tables.listFunctions()).containsAll(new KvsModule().listFunctions());
        assertThat(query("SELECT KVS_TAG(payload, 'place') FROM fragments"))
                .containsExactly(Row.of("roof"));
        tables.unloadModule(KvsModule.NAME);
        assertThatThrownBy(() -> query("SELECT KVS_TAG(payload, 'place') FROM fragments"))
                .hasMessageContaining("KVS_TAG");
    }

    @Test
    void aViewOfASource() throws Exception {
        tables.executeSql("LOAD MODULE kvs");
        KvsSource<Fragment> source =
                KvsTestBase.<Fragment>source(kvs, List.of("front"))
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .setStoppingPosition(StoppingPosition.now())
                        .build();
        tables.createTemporaryView(
                "fragments",
                tables.fromDataStream(
                                env.fromSource(source, WatermarkStrategy.noWatermarks(), "front")
                                        .map(
                                                fragment -> {
                                                    byte[] bytes = new byte[fragment.sizeBytes()];
                                                    fragment.bytes().get(bytes);
                                                    return bytes;
                                                }))
                        .as("payload"));

        List<Row> rows =
                query(
                        "SELECT KVS_TAG(payload, 'AWS_KINESISVIDEO_FRAGMENT_NUMBER'),"
                                + " KVS_JPEG(payload, 0, 80) FROM fragments");

        assertThat(rows.stream().map(row -> row.<String>getFieldAs(0)))
                .containsExactlyElementsOf(
                        kvs.stream("front").pushed().stream()
                                .map(StoredFragment::number)
                                .collect(Collectors.toList()));
        for (Row row : rows) {
            assertThat(image(row.getField(1)).getWidth()).isEqualTo(80);
        }
    }

    @Test
    void optionsOfTheModuleAreRefused() {
        assertThatThrownBy(() -> tables.executeSql("LOAD MODULE kvs WITH ('width' = '640')"))
                .hasStackTraceContaining("Unsupported options")
                .hasStackTraceContaining("width");
    }

    // ---- documentation ------------------------------------------------------------------------

    /** The SQL in docs/sql-functions.md runs and returns rows for all kinds of media. */
    @Test
    void documentedQueries() throws Exception {
        List<byte[]> payloads = new ArrayList<>(camera);
        payloads.addAll(call);
        payloads.add(tagged);
        table(payloads);
        Matcher block =
                Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(Path.of("..", "docs", "sql-functions.md")));
        int queries = 0;
        while (block.find()) {
            for (String statement : block.group(1).split(";\\s*\n")) {
                if (statement.contains("SELECT")) {
                    assertThat(query(statement)).as(statement).isNotEmpty();
                    queries++;
                } else {
                    tables.executeSql(statement);
                }
            }
        }
        assertThat(queries).isGreaterThan(3);
    }
}
