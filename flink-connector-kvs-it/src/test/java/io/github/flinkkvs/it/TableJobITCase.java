/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.lineage.DatasetConfigFacet;
import org.apache.flink.streaming.api.lineage.SourceLineageVertex;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

import org.junit.jupiter.api.Test;

import javax.annotation.Nullable;

import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** Jobs of queries: what happens when they fail, and what memory they take. */
class TableJobITCase extends TableTestBase {

    private static final String COLUMNS =
            "payload BYTES,"
                    + " stream_name STRING METADATA FROM 'stream-name',"
                    + " fragment_number STRING METADATA FROM 'fragment-number'";

    private static final String FRAME_COLUMNS =
            COLUMNS + ", frame_index INT METADATA FROM 'frame-index'";

    /** Starts a query with rows of one column and a sink that knows which are committed. */
    private Job<String> start(
            String columns,
            Map<String, String> options,
            String sql,
            int parallelism,
            @Nullable String from,
            Integer... failAt)
            throws Exception {
        Configuration config = new Configuration();
        if (from != null) {
            config.set(StateRecoveryOptions.SAVEPOINT_PATH, from);
        }
        StreamExecutionEnvironment env = environment(config, 3);
        env.setParallelism(parallelism);
        StreamTableEnvironment bridge = StreamTableEnvironment.create(env);
        bridge.getConfig().set("table.exec.uid.generation", "ALWAYS");
        bridge.getConfig().set("table.exec.uid.format", "<type>_<transformation>");
        bridge.executeSql(create("cameras", columns, options));
        DataStream<String> rows =
                bridge.toDataStream(bridge.sqlQuery(sql))
                        .map(row -> (String) row.getField(0))
                        .returns(Types.STRING)
                        .uid("first-column")
                        .name("first column")
                        .map(new FailOnce<>(failAt))
                        .returns(Types.STRING)
                        .uid("fail-once")
                        .name("fail once");
        return start(env, rows);
    }

    @Test
    void eachRowOnceOverFailuresAndSavepoints() throws Exception {
        EmbeddedStream[] all = {
            kvs.createStream("a"), kvs.createStream("b"), kvs.createStream("c")
        };
        for (EmbeddedStream stream : all) {
            push(stream, 3);
        }
        String sql = "SELECT fragment_number FROM cameras";
        Job<String> job = start(COLUMNS, options(all), sql, 2, null, 4);
        assertThat(job.results.awaitCommitted(9)).containsExactlyInAnyOrderElementsOf(numbers(all));
        for (EmbeddedStream stream : all) {
            push(stream, 2);
        }
        String savepoint = job.stopWithSavepoint();
        Job<String> restored = start(COLUMNS, options(all), sql, 1, savepoint, 4);
        assertThat(restored.results.awaitCommitted(15))
                .containsExactlyInAnyOrderElementsOf(numbers(all));
    }

    @Test
    void eachFrameOnceOverFailuresAndSavepoints() throws Exception {
        EmbeddedStream stream = kvs.createStream("a");
        for (int i = 0; i < 3; i++) {
            stream.push(MediaFragment.ofSize(40_000, i));
        }
        int frames = stream.pushed().size() * MediaFragment.ofSize(40_000).frames().size();
        String sql = "SELECT fragment_number || '.' || CAST(frame_index AS STRING) FROM cameras";
        Map<String, String> options = with(options(stream), "record", "frame");
        Job<String> job = start(FRAME_COLUMNS, options, sql, 1, null, 4);
        List<String> rows = job.results.awaitCommitted(frames);
        String savepoint = job.stopWithSavepoint();
        assertThat(rows).hasSize(frames).doesNotHaveDuplicates();
        stream.push(MediaFragment.ofSize(40_000, 3));
        Job<String> restored = start(FRAME_COLUMNS, options, sql, 2, savepoint, 4);
        assertThat(restored.results.awaitCommitted(frames / 3 * 4))
                .hasSize(frames / 3 * 4)
                .doesNotHaveDuplicates();
    }

    /** Readers forget how much they emitted; the query does not. */
    @Test
    void limitsOverFailures() throws Exception {
        EmbeddedStream one = kvs.createStream("a");
        EmbeddedStream two = kvs.createStream("b");
        push(one, 12);
        push(two, 12);
        String sql = "SELECT fragment_number FROM cameras LIMIT 8";
        Job<String> job = start(COLUMNS, bounded(one, two), sql, 2, null, 4);
        assertThat(job.awaitFinished()).hasSize(8).doesNotHaveDuplicates();
    }

    @Test
    void theSourceHasAUidAndItsParallelism() throws Exception {
        EmbeddedStream stream = kvs.createStream("a");
        StreamExecutionEnvironment env = environment(new Configuration(), 0);
        StreamTableEnvironment bridge = StreamTableEnvironment.create(env);
        bridge.getConfig().set("table.exec.uid.generation", "ALWAYS");
        bridge.executeSql(
                create("cameras", COLUMNS, with(bounded(stream), "scan.parallelism", "3")));
        bridge.toDataStream(bridge.sqlQuery("SELECT fragment_number FROM cameras")).print();
        assertThat(env.getStreamGraph().getStreamNodes())
                .anySatisfy(
                        node -> {
                            // Until Flink 2.2, Flink itself determines the name.
                            assertThat(node.getTransformationUID()).matches("\\d+_(source|kvs)");
                            assertThat(node.getParallelism()).isEqualTo(3);
                        });
    }

    @Test
    void listenersLearnWhatIsRead() {
        var vertex =
                (SourceLineageVertex)
                        source(List.of("a", "b"))
                                .setDeserializationSchema(KvsDeserializationSchema.fragments())
                                .build()
                                .getLineageVertex();
        assertThat(vertex.boundedness()).isEqualTo(Boundedness.CONTINUOUS_UNBOUNDED);
        assertThat(vertex.datasets())
                .extracting(dataset -> dataset.namespace() + "/" + dataset.name())
                .containsExactly(
                        "kinesisvideo://" + kvs.region() + "/a",
                        "kinesisvideo://" + kvs.region() + "/b");
        assertThat(vertex.datasets())
                .extracting(
                        dataset -> ((DatasetConfigFacet) dataset.facets().get("config")).config())
                .containsOnly(Map.of("region", kvs.region()));
    }

    @Test
    void withoutThePayloadNothingIsBuffered() throws Exception {
        int streams = 50;
        int fragments = 2;
        EmbeddedStream[] all = new EmbeddedStream[streams];
        for (int i = 0; i < streams; i++) {
            all[i] = kvs.createStream("camera-" + i);
            for (int k = 0; k < fragments; k++) {
                all[i].push(MediaFragment.ofSize(2 << 20, k));
            }
        }
        // Buffered fragments stay within the budget; evictions are counted.
        Job<String> job =
                start(
                        COLUMNS + ", `size` BIGINT METADATA",
                        with(options(all), "source.memory.budget", "512 kb"),
                        "SELECT CAST(`size` AS STRING) FROM cameras",
                        2,
                        null);
        long most = 0;
        for (int i = 1; i <= streams * fragments; i++) {
            job.results.awaitSeen(i);
            most = Math.max(most, metric(job, "KinesisVideo.bufferedBytes"));
        }
        assertThat(most).isLessThan(1_000_000);
        assertThat(metric(job, "KinesisVideo.evictions")).isZero();
        assertThat(job.results.seen())
                .allSatisfy(size -> assertThat(Integer.parseInt(size)).isGreaterThan(2_000_000));
    }
}
