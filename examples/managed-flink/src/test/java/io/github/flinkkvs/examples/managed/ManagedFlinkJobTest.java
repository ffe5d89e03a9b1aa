/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed;

import org.apache.flink.client.program.MutatedConfigurationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ManagedFlinkJobTest {

    private static final String STREAMS = "'aws.region': 'eu-central-1', 'streams': 'front-door'";
    private static final String FOLDER = "'folder': 's3://bucket/pictures'";

    @TempDir private Path folder;

    private StreamGraph submit(String kvs, String output) throws Exception {
        String[] arguments = {properties(kvs, output)};
        return ServiceEnvironment.submit(() -> ManagedFlinkJob.main(arguments));
    }

    private String properties(String kvs, String output) throws IOException {
        String json =
                "[{'PropertyGroupId': 'kvs', 'PropertyMap': {"
                        + kvs
                        + "}}, {'PropertyGroupId': 'output', 'PropertyMap': {"
                        + output
                        + "}}]";
        return Files.writeString(folder.resolve("properties.json"), json.replace('\'', '"'))
                .toString();
    }

    @Test
    void theServiceTakesTheJob() throws Exception {
        StreamGraph job = submit(STREAMS, FOLDER);

        assertThat(job.getStreamNodes())
                .extracting(StreamNode::getTransformationUID)
                .containsExactlyInAnyOrder("kvs", "decode", "pictures");
    }

    @Test
    void theServiceTakesTheJobWithTheFileBesideTheModule() throws Exception {
        String[] arguments = {"application-properties.json"};

        assertThat(ServiceEnvironment.submit(() -> ManagedFlinkJob.main(arguments))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`'aws.region': 'eu-central-1', 'streams': 'front-door , backyard'`",
                "'streams': 'arn:aws:kinesisvideo:eu-central-1:123456789012:stream/a/1546300800000'",
                "`'aws.region': 'eu-central-1', 'stream-prefix': 'cam-', 'stream-pattern': '.*-hd'`",
                "`'aws.region': 'eu-central-1', 'streams': 'a', 'start': '2026-01-31T08:00:00Z'`",
                "`'aws.region': 'eu-central-1', 'streams': 'a', 'source.history': 'LIVE'`",
            })
    void whatToReadIsAMatterOfProperties(String kvs) throws Exception {
        assertThat(submit(kvs, FOLDER)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'aws.region': 'eu-central-1'|give either streams, or stream-prefix",
                "'streams': 'a', 'stream-prefix': 'b'|give either streams, or stream-prefix",
                "'streams': 'a'|There is no region: set aws.region",
                "'streams': 'a', 'aws.region': 'eu-central-1', 'sorce.history': 'LIVE'"
                        + "|There is no option 'sorce.history'",
                "'streams': 'a', 'aws.region': 'eu-central-1', 'source.history': 'SOME'"
                        + "|source.history",
                "'streams': 'a', 'start': 'later'|start' of property group 'kvs' is 'later'",
            })
    void namesTheGroupAndWhatIsWrong(String kvs, String message) {
        assertThatThrownBy(() -> submit(kvs, FOLDER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("roperty group 'kvs'")
                .hasMessageContaining(message);
    }

    @Test
    void theFolderIsNeeded() {
        assertThatThrownBy(() -> submit(STREAMS, "'every': '5'"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Property 'folder' is missing in property group 'output'");
    }

    /** So that the service's refusal of a job would show above. */
    @ParameterizedTest
    @MethodSource("changes")
    void theServiceRefusesAJobThatConfiguresFlink(Consumer<StreamExecutionEnvironment> change) {
        assertThatThrownBy(() -> ServiceEnvironment.submit(() -> run(change)))
                .isInstanceOf(MutatedConfigurationException.class)
                .hasMessageContaining("Not allowed configuration change(s) were detected");
    }

    private static Stream<Consumer<StreamExecutionEnvironment>> changes() {
        return Stream.of(
                env -> env.enableCheckpointing(1000),
                env -> env.setParallelism(3),
                env -> env.getCheckpointConfig().setMinPauseBetweenCheckpoints(7),
                env ->
                        configure(
                                env,
                                new Configuration()
                                        .set(StateBackendOptions.STATE_BACKEND, "hashmap")),
                env ->
                        configure(
                                env,
                                new Configuration()
                                        .set(RestartStrategyOptions.RESTART_STRATEGY, "none")));
    }

    private static void configure(StreamExecutionEnvironment env, Configuration changes) {
        env.configure(changes);
    }

    @Test
    void theServiceTakesAJobThatSetsWhatItMay() throws Exception {
        assertThat(ServiceEnvironment.submit(() -> run(env -> env.getConfig().enableObjectReuse())))
                .isNotNull();
    }

    private static void run(Consumer<StreamExecutionEnvironment> change) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        change.accept(env);
        env.fromData(1, 2).sinkTo(new DiscardingSink<>());
        env.execute();
    }
}
