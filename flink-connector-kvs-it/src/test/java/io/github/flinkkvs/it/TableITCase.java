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
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.PlanReference;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The results of queries on Kinesis video. */
class TableITCase extends TableTestBase {

    private static final String STREAM_AND_NUMBER =
            "stream_name STRING METADATA FROM 'stream-name',"
                    + " fragment_number STRING METADATA FROM 'fragment-number'";

    private static final String FRAME_COLUMNS =
            "picture BYTES,"
                    + " fragment_number STRING METADATA FROM 'fragment-number',"
                    + " frame_index INT METADATA FROM 'frame-index',"
                    + " track_number BIGINT METADATA FROM 'track-number',"
                    + " track_name STRING METADATA FROM 'track-name',"
                    + " track_type STRING METADATA FROM 'track-type',"
                    + " codec_id STRING METADATA FROM 'codec-id',"
                    + " codec_private BYTES METADATA FROM 'codec-private',"
                    + " frame_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'frame-timestamp',"
                    + " key_frame BOOLEAN METADATA FROM 'key-frame',"
                    + " `size` BIGINT METADATA,"
                    + " arrival_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'arrival-timestamp',"
                    + " receive_duration BIGINT METADATA FROM 'receive-duration',"
                    + " millis_behind_now BIGINT METADATA FROM 'millis-behind-now',"
                    + " stream_arn STRING METADATA FROM 'stream-arn',"
                    + " tags MAP<STRING, STRING> METADATA";

    private static MediaFragment tagged(int seed) {
        return MediaFragment.ofSize(4_000, seed).toBuilder()
                .tagBefore("room", "hall-" + seed)
                .tagBefore("room", "last-" + seed)
                .tagBefore("ContactId", "c-" + seed)
                .build();
    }

    // ---- columns --------------------------------------------------------------------------

    @Test
    void fragmentsWithAllTheirMetadata() throws Exception {
        EmbeddedStream stream = kvs.createStream("hall");
        for (int i = 0; i < 3; i++) {
            stream.push(tagged(i));
        }
        create(FRAGMENT_COLUMNS, bounded(stream));
        Instant begin = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        List<Row> rows = query("SELECT * FROM cameras");
        assertThat(rows).hasSize(3);
        assertArrivedSince(begin, rows);
        for (int i = 0; i < 3; i++) {
            Row row = rows.get(i);
            StoredFragment truth = stream.pushed().get(i);
            byte[] payload = (byte[]) row.getField("payload");
            assertThat(truth.matches(ByteBuffer.wrap(payload))).isTrue();
            assertThat(row.getField("stream_name")).isEqualTo("hall");
            assertThat(row.getField("stream_arn")).isEqualTo(stream.arn());
            assertThat(row.getField("fragment_number")).isEqualTo(truth.number());
            assertThat(row.getField("server_timestamp"))
                    .isEqualTo(Instant.ofEpochMilli(truth.serverTimestampMillis()));
            assertThat(row.getField("producer_timestamp"))
                    .isEqualTo(Instant.ofEpochMilli(truth.producerTimestampMillis()));
            assertThat((Long) row.getField("millis_behind_now")).isNotNegative();
            assertThat(row.getField("size")).isEqualTo((long) payload.length);
            assertThat(row.getField("tags"))
                    .isEqualTo(Map.of("room", "last-" + i, "ContactId", "c-" + i));
            assertThat((Row[]) row.getField("tag_list"))
                    .containsExactly(
                            Row.of("room", "hall-" + i),
                            Row.of("room", "last-" + i),
                            Row.of("ContactId", "c-" + i));
            assertThat((Row[]) row.getField("tracks"))
                    .containsExactly(
                            Row.of(
                                    1L,
                                    "filler",
                                    "VIDEO",
                                    "V_UNCOMPRESSED",
                                    null,
                                    16,
                                    16,
                                    null,
                                    null));
        }
    }

    private static void assertArrivedSince(Instant begin, List<Row> rows) {
        Duration most = Duration.between(begin, Instant.now());
        assertThat(rows)
                .extracting(row -> (Instant) row.getField("arrival_timestamp"))
                .isSorted()
                .allSatisfy(arrival -> assertThat(arrival).isBetween(begin, Instant.now()));
        assertThat(rows)
                .extracting(row -> (Long) row.getField("receive_duration"))
                .allSatisfy(duration -> assertThat(duration).isBetween(0L, most.toMillis()));
    }

    @Test
    void framesWithAllTheirMetadata() throws Exception {
        EmbeddedStream stream = kvs.createStream("hall");
        byte[] codecPrivate = {1, 2, 3};
        StoredFragment truth =
                stream.push(
                        MediaFragment.builder()
                                .track(MediaTrack.video(1, "eye", "V_TEST", codecPrivate, 64, 48))
                                .track(MediaTrack.audio(2, "ear", "A_TEST", null, 8_000, 1))
                                .tagBefore("room", "hall")
                                .producerTimestampMillis(1_000_000)
                                .frame(MediaFrame.of(1, 0, true, new byte[] {10, 11}))
                                .frame(MediaFrame.of(2, 5, true, new byte[] {20}))
                                .frame(MediaFrame.of(1, 40, false, new byte[] {12, 13, 14}))
                                .build());
        create(FRAME_COLUMNS, with(bounded(stream), "record", "frame"));
        Instant begin = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        List<Row> rows = query("SELECT * FROM cameras");
        assertThat(column(rows, 0))
                .containsExactly(new byte[] {10, 11}, new byte[] {20}, new byte[] {12, 13, 14});
        assertArrivedSince(begin, rows);
        assertThat(rows)
                .extracting(row -> row.getField("fragment_number"))
                .containsOnly(truth.number());
        assertThat(rows).extracting(row -> row.getField("frame_index")).containsExactly(0, 1, 2);
        assertThat(rows)
                .extracting(row -> row.getField("track_number"))
                .containsExactly(1L, 2L, 1L);
        assertThat(rows)
                .extracting(row -> row.getField("track_name"))
                .containsExactly("eye", "ear", "eye");
        assertThat(rows)
                .extracting(row -> row.getField("track_type"))
                .containsExactly("VIDEO", "AUDIO", "VIDEO");
        assertThat(rows)
                .extracting(row -> row.getField("codec_id"))
                .containsExactly("V_TEST", "A_TEST", "V_TEST");
        assertThat(rows)
                .extracting(row -> row.getField("codec_private"))
                .containsExactly(codecPrivate, null, codecPrivate);
        assertThat(rows)
                .extracting(row -> ((Instant) row.getField("frame_timestamp")).toEpochMilli())
                .containsExactly(1_000_000L, 1_000_005L, 1_000_040L);
        assertThat(rows)
                .extracting(row -> row.getField("key_frame"))
                .containsExactly(true, true, false);
        assertThat(rows).extracting(row -> row.getField("size")).containsExactly(2L, 1L, 3L);
        assertThat(rows).extracting(row -> row.getField("millis_behind_now")).containsOnlyNulls();
        assertThat(rows).extracting(row -> row.getField("stream_arn")).containsOnly(stream.arn());
        assertThat(rows)
                .extracting(row -> row.getField("tags"))
                .containsOnly(Map.of("room", "hall"));
    }

    @Test
    void someFramesOnly() throws Exception {
        EmbeddedStream stream = kvs.createStream("hall");
        MediaFragment.Builder media =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "eye", "V_TEST", null, 64, 48))
                        .track(MediaTrack.audio(2, "ear", "A_TEST", null, 8_000, 1));
        for (int i = 0; i < 12; i++) {
            media.frame(MediaFrame.of(1 + i % 2, i * 10, i % 4 == 0, new byte[] {(byte) i}));
        }
        stream.push(media.build());
        Map<String, String> frames = with(bounded(stream), "record", "frame");
        assertThat(frameIndices(with(frames, "frame.track-types", "AUDIO")))
                .containsExactly(1, 3, 5, 7, 9, 11);
        assertThat(frameIndices(with(frames, "frame.track-types", "audio;VIDEO"))).hasSize(12);
        assertThat(frameIndices(with(frames, "frame.track-numbers", "1")))
                .containsExactly(0, 2, 4, 6, 8, 10);
        assertThat(
                        frameIndices(
                                with(
                                        frames,
                                        "frame.track-names",
                                        "eye;nose",
                                        "frame.every-nth",
                                        "3")))
                .containsExactly(0, 6);
        assertThat(frameIndices(with(frames, "frame.key-frames-only", "true")))
                .containsExactly(0, 4, 8);
    }

    private List<Integer> frameIndices(Map<String, String> options) throws Exception {
        tables.executeSql("DROP TABLE IF EXISTS cameras");
        create("i INT METADATA FROM 'frame-index'", options);
        return column(query("SELECT i FROM cameras"), 0).stream()
                .map(Integer.class::cast)
                .collect(Collectors.toList());
    }

    @Test
    void columnsInAnyOrderAndNumber() throws Exception {
        EmbeddedStream stream = kvs.createStream("hall");
        StoredFragment truth = stream.push(tagged(1));
        create(FRAGMENT_COLUMNS, bounded(stream));
        assertThat(query("SELECT `size`, stream_name, CHAR_LENGTH(fragment_number) FROM cameras"))
                .containsExactly(
                        Row.of((long) truth.bytes().length, "hall", truth.number().length()));
        assertThat(query("SELECT payload, payload FROM cameras").get(0).getField(1))
                .isEqualTo(truth.bytes());
        assertThat(query("SELECT tags['room'], tag_list[1].`value`, tracks[1].width FROM cameras"))
                .containsExactly(Row.of("last-1", "hall-1", 16));
        assertThat(query("SELECT COUNT(*) FROM cameras")).containsExactly(Row.of(1L));
    }

    // ---- positions ------------------------------------------------------------------------

    @Test
    void beginsAndEndsWhereItIsTold() throws Exception {
        EmbeddedStream stream = kvs.createStream("hall");
        for (int i = 0; i < 6; i++) {
            pushAt(stream, i * 1_000L);
        }
        List<String> all = numbers(stream);
        Map<String, String> options = options(stream);
        assertThat(read(with(options, "scan.bounded.mode", "now"))).isEqualTo(all);
        assertThat(
                        read(
                                with(
                                        options,
                                        "scan.startup.mode",
                                        "fragment-number",
                                        "scan.startup.fragment-number",
                                        all.get(1),
                                        "scan.bounded.mode",
                                        "fragment-number",
                                        "scan.bounded.fragment-number",
                                        all.get(4))))
                .isEqualTo(all.subList(2, 5));
        assertThat(
                        read(
                                with(
                                        options,
                                        "scan.startup.mode",
                                        "producer-timestamp",
                                        "scan.startup.timestamp",
                                        "1970-01-01T01:00:02+01:00",
                                        "scan.bounded.mode",
                                        "producer-timestamp",
                                        "scan.bounded.timestamp",
                                        "4000")))
                .isEqualTo(all.subList(2, 5));
        StoredFragment third = stream.pushed().get(2);
        String from = Instant.ofEpochMilli(third.serverTimestampMillis()).toString();
        List<String> since =
                stream.pushed().stream()
                        .filter(f -> f.serverTimestampMillis() >= third.serverTimestampMillis())
                        .map(StoredFragment::number)
                        .collect(Collectors.toList());
        assertThat(
                        read(
                                with(
                                        options,
                                        "scan.startup.mode",
                                        "server-timestamp",
                                        "scan.startup.timestamp",
                                        from,
                                        "scan.bounded.mode",
                                        "now")))
                .isEqualTo(since);
        List<String> until =
                stream.pushed().stream()
                        .filter(f -> f.serverTimestampMillis() <= third.serverTimestampMillis())
                        .map(StoredFragment::number)
                        .collect(Collectors.toList());
        assertThat(
                        read(
                                with(
                                        options,
                                        "scan.bounded.mode",
                                        "server-timestamp",
                                        "scan.bounded.timestamp",
                                        from)))
                .isEqualTo(until);
    }

    private List<Object> read(Map<String, String> options) throws Exception {
        tables.executeSql("DROP TABLE IF EXISTS cameras");
        create(STREAM_AND_NUMBER, options);
        return column(query("SELECT fragment_number FROM cameras"), 0);
    }

    @Test
    void goesOnForEver() throws Exception {
        EmbeddedStream stream = kvs.createStream("hall");
        push(stream, 2);
        create(STREAM_AND_NUMBER, options(stream));
        List<Object> numbers = new ArrayList<>();
        try (var rows = tables.executeSql("SELECT fragment_number FROM cameras").collect()) {
            for (int i = 0; i < 6; i++) {
                if (i >= 2) {
                    push(stream, 1);
                }
                numbers.add(rows.next().getField(0));
            }
        }
        assertThat(numbers).isEqualTo(numbers(stream));
    }

    @Test
    void inBatchMode() throws Exception {
        EmbeddedStream one = kvs.createStream("one");
        EmbeddedStream two = kvs.createStream("two");
        push(one, 3);
        push(two, 4);
        TableEnvironment batch = tables(EnvironmentSettings.inBatchMode());
        batch.executeSql(create("cameras", FRAGMENT_COLUMNS, bounded(one, two)));
        assertThat(
                        query(
                                batch,
                                "SELECT stream_name, COUNT(*), MAX(fragment_number) FROM cameras"
                                        + " GROUP BY stream_name ORDER BY stream_name"))
                .containsExactly(
                        Row.of("one", 3L, numbers(one).get(2)),
                        Row.of("two", 4L, numbers(two).get(3)));
    }

    @Test
    void limitsInBatchMode() throws Exception {
        EmbeddedStream one = kvs.createStream("one");
        EmbeddedStream two = kvs.createStream("two");
        push(one, 30);
        push(two, 30);
        TableEnvironment batch = tables(EnvironmentSettings.inBatchMode());
        batch.executeSql(create("cameras", FRAGMENT_COLUMNS, bounded(one, two)));
        String sql = "SELECT fragment_number FROM cameras LIMIT 4";
        assertThat(batch.explainSql(sql)).contains("limit=[4]");
        List<Object> rows = column(query(batch, sql), 0);
        assertThat(rows).hasSize(4).doesNotHaveDuplicates();
        List<String> first = new ArrayList<>(numbers(one).subList(0, 4));
        first.addAll(numbers(two).subList(0, 4));
        assertThat(first)
                .containsAll(rows.stream().map(String.class::cast).collect(Collectors.toList()));
    }

    // ---- filters --------------------------------------------------------------------------

    @Test
    void streamsThatAConditionLeavesOutAreNotRead() throws Exception {
        EmbeddedStream one = kvs.createStream("one");
        EmbeddedStream two = kvs.createStream("two");
        EmbeddedStream three = kvs.createStream("three");
        for (EmbeddedStream stream : List.of(one, two, three)) {
            push(stream, 2);
        }
        create(STREAM_AND_NUMBER, bounded(one, two, three));
        assertThat(
                        column(
                                query(
                                        "SELECT fragment_number FROM cameras WHERE stream_name = 'two'"),
                                0))
                .isEqualTo(numbers(two));
        assertThat(kvs.log().sessions("two")).isNotEmpty();
        assertThat(kvs.log().sessions("one")).isEmpty();
        assertThat(
                        query(
                                "SELECT stream_name FROM cameras WHERE stream_name IN ('one', 'two',"
                                        + " 'none') AND stream_name <> 'two'"))
                .containsExactly(Row.of("one"), Row.of("one"));
        assertThat(kvs.log().sessions("three")).isEmpty();
        assertThat(query("SELECT stream_name FROM cameras WHERE stream_name = 'none'")).isEmpty();
        assertThat(
                        query(
                                "SELECT stream_name FROM cameras WHERE stream_name = 'one' OR"
                                        + " fragment_number = '"
                                        + numbers(three).get(0)
                                        + "'"))
                .containsExactlyInAnyOrder(Row.of("one"), Row.of("one"), Row.of("three"));
    }

    /** For any time zone, and any form of a time. */
    @ParameterizedTest
    @ValueSource(strings = {"UTC", "America/New_York", "Asia/Kathmandu"})
    void serverTimestampsNarrowWhatIsRead(String zone) throws Exception {
        set("table.local-time-zone", zone);
        EmbeddedStream stream = kvs.createStream("hall");
        List<StoredFragment> pushed = new ArrayList<>();
        kvs.clock().shift(Duration.ofHours(-5));
        for (int i = 0; i < 5; i++) {
            pushed.addAll(push(stream, 1));
            kvs.clock().shift(Duration.ofHours(1));
        }
        create(
                STREAM_AND_NUMBER
                        + ", server_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'server-timestamp'",
                bounded(stream));
        long second = pushed.get(1).serverTimestampMillis();
        long fourth = pushed.get(3).serverTimestampMillis();
        String local = "server_timestamp >= TIMESTAMP '%s' AND server_timestamp < TIMESTAMP '%s'";
        String instant =
                "server_timestamp >= TO_TIMESTAMP_LTZ(%s, 3) AND server_timestamp <"
                        + " TO_TIMESTAMP_LTZ(%s, 3)";
        for (String condition :
                List.of(
                        String.format(local, at(second, zone), at(fourth, zone)),
                        String.format(instant, second, fourth))) {
            String sql = "SELECT fragment_number FROM cameras WHERE " + condition;
            assertThat(column(query(sql), 0)).isEqualTo(numbers(stream).subList(1, 3));
            assertThat(plan(sql)).contains("filter=[and(>=(server_timestamp");
        }
        assertThat(
                        kvs.log().calls("GetMedia", "hall").stream()
                                .map(call -> call.startSelector())
                                .collect(Collectors.toList()))
                .allSatisfy(start -> assertThat(start).contains("SERVER_TIMESTAMP"));
    }

    /** Only they, and the quarter of an hour before, are read. */
    @Test
    void theLastMinutes() throws Exception {
        EmbeddedStream stream = kvs.createStream("hall");
        kvs.clock().shift(Duration.ofHours(-2));
        push(stream, 3);
        kvs.clock().shift(Duration.ofHours(2));
        List<String> late =
                push(stream, 2).stream().map(StoredFragment::number).collect(Collectors.toList());
        create(
                STREAM_AND_NUMBER
                        + ", server_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'server-timestamp'",
                bounded(stream));
        String minuteAgo = Instant.now().minusSeconds(60).toString();
        for (String time :
                List.of(
                        "CURRENT_TIMESTAMP - INTERVAL '10' MINUTE",
                        "TO_TIMESTAMP_LTZ(" + Instant.parse(minuteAgo).toEpochMilli() + ", 3)")) {
            assertThat(
                            column(
                                    query(
                                            "SELECT fragment_number FROM cameras WHERE"
                                                    + " server_timestamp >= "
                                                    + time),
                                    0))
                    .isEqualTo(late);
        }
        assertThat(
                        read(
                                with(
                                        bounded(stream),
                                        "scan.startup.mode",
                                        "server-timestamp",
                                        "scan.startup.timestamp",
                                        "-PT10M")))
                .isEqualTo(late);
        assertThat(kvs.log().calls("GetMedia", "hall"))
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.startSelector()).doesNotContain("EARLIEST"));
    }

    @Test
    void streamsBeginWhereTheyAreTold() throws Exception {
        EmbeddedStream one = kvs.createStream("one");
        EmbeddedStream two = kvs.createStream("two.of");
        push(one, 3);
        push(two, 3);
        Map<String, String> options =
                with(
                        bounded(one, two),
                        "streams",
                        "one;" + two.arn(),
                        "scan.startup.stream.two.of.mode",
                        "fragment-number",
                        "scan.startup.stream.two.of.fragment-number",
                        two.pushed().get(1).number());
        List<String> expected = new ArrayList<>(numbers(one));
        expected.add(two.pushed().get(2).number());
        assertThat(read(options)).hasSize(4).containsAll(expected);
        assertThat(
                        column(
                                query(
                                        "SELECT fragment_number FROM cameras WHERE stream_name ="
                                                + " 'one'"),
                                0))
                .isEqualTo(numbers(one));
    }

    /** A call of one stream, up to the present of the other one. */
    @Test
    void rangesOfStreams() throws Exception {
        EmbeddedStream one = kvs.createStream("one");
        EmbeddedStream two = kvs.createStream("two.of");
        push(one, 3);
        List<String> ofTwo =
                push(two, 5).stream().map(StoredFragment::number).collect(Collectors.toList());
        Map<String, String> options =
                with(
                        options(one, two),
                        "scan.bounded.stream.one.mode",
                        "now",
                        "scan.startup.stream.two.of.mode",
                        "from-fragment-number",
                        "scan.startup.stream.two.of.fragment-number",
                        ofTwo.get(1),
                        "scan.bounded.stream.two.of.mode",
                        "fragment-number",
                        "scan.bounded.stream.two.of.fragment-number",
                        ofTwo.get(3));
        List<String> expected = new ArrayList<>(numbers(one));
        expected.addAll(ofTwo.subList(1, 4));
        assertThat(read(options)).hasSize(6).containsAll(expected);
        // Each of its streams ends, so batch mode takes it.
        TableEnvironment batch = tables(EnvironmentSettings.inBatchMode());
        batch.executeSql(create("cameras", STREAM_AND_NUMBER, options));
        String sql = "SELECT COUNT(*) FROM cameras WHERE stream_name = 'two.of'";
        assertThat(query(batch, sql)).containsExactly(Row.of(3L));
    }

    /** Credentials and the like change while a plan is kept. */
    @Test
    void plansKnowWhatTablesSayToday() throws Exception {
        EmbeddedStream stream = kvs.createStream("hall");
        push(stream, 1);
        create(
                STREAM_AND_NUMBER,
                with(
                        bounded(stream),
                        "aws.endpoint",
                        "http://127.0.0.1:1",
                        "aws.credentials.basic.accesskeyid",
                        null,
                        "aws.credentials.basic.secretkey",
                        null,
                        "aws.credentials.provider",
                        "SYS_PROP"));
        tables.executeSql("CREATE TABLE nowhere (s STRING) WITH ('connector' = 'blackhole')");
        String plan =
                tables.compilePlanSql("INSERT INTO nowhere SELECT fragment_number FROM cameras")
                        .asJsonString();
        tables.executeSql("ALTER TABLE cameras RESET ('aws.credentials.provider')");
        tables.executeSql(
                "ALTER TABLE cameras SET ('aws.endpoint' = '"
                        + kvs.endpoint()
                        + "', 'aws.credentials.basic.accesskeyid' = 'AKIDOFTODAY',"
                        + " 'aws.credentials.basic.secretkey' = '"
                        + SECRET
                        + "')");
        tables.loadPlan(PlanReference.fromJsonString(plan)).execute().await();
        assertThat(kvs.log().calls("GetMedia", "hall"))
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.accessKeyId()).isEqualTo("AKIDOFTODAY"));
    }

    /** Only filters that make a difference are shown, and used. */
    @Test
    void plansShowConditionsThatNarrow() {
        EmbeddedStream one = kvs.createStream("one");
        EmbeddedStream two = kvs.createStream("two");
        create(STREAM_AND_NUMBER, bounded(one, two));
        assertThat(plan("SELECT * FROM cameras WHERE stream_name = 'one'"))
                .contains("filter=[=(stream_name");
        assertThat(plan("SELECT * FROM cameras WHERE stream_name IN ('one', 'two')"))
                .contains("filter=[]");
        assertThat(
                        plan(
                                "SELECT * FROM cameras /*+ OPTIONS('scan.filter-push-down' ="
                                        + " 'false') */ WHERE stream_name = 'one'"))
                .doesNotContain("filter=");
    }

    private static String at(long millis, String zone) {
        return LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneId.of(zone))
                .toString()
                .replace('T', ' ');
    }
}
