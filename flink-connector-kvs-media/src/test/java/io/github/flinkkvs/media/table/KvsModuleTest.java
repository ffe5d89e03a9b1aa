/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import org.apache.flink.FlinkVersion;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.ModuleFactory;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.module.Module;
import org.apache.flink.util.InstantiationUtil;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class KvsModuleTest {

    private final KvsModule module = new KvsModule();

    @Test
    void everyFunctionIsDocumented() throws Exception {
        List<String> documented =
                Pattern.compile("(?m)^\\| `(KVS_[A-Z_]+)\\(")
                        .matcher(Files.readString(Path.of("..", "docs", "sql-functions.md")))
                        .results()
                        .map(row -> row.group(1))
                        .collect(Collectors.toList());

        assertThat(documented).containsExactlyInAnyOrderElementsOf(module.listFunctions());
    }

    @Test
    void functionsAreFoundInEitherCase() {
        assertThat(module.getFunctionDefinition("KVS_TAG")).get().isInstanceOf(KvsTag.class);
        assertThat(module.getFunctionDefinition("kvs_frame_jpeg"))
                .get()
                .isInstanceOf(KvsFrameJpeg.class);
        assertThat(module.getFunctionDefinition("KVS_NONE")).isEmpty();
    }

    @Test
    void functionsTravelToTheCluster() throws Exception {
        for (String name : module.listFunctions()) {
            FunctionDefinition function = module.getFunctionDefinition(name).orElseThrow();
            // What the archive has changes.
            assertThat(function.isDeterministic()).as(name).isEqualTo(!name.equals("KVS_CLIP"));
            UserDefinedFunction copy = InstantiationUtil.clone((UserDefinedFunction) function);
            // One that was never opened has nothing to close.
            copy.close();
        }
    }

    @Test
    void flinkFindsTheModule() {
        assertThat(
                        FactoryUtil.discoverFactory(
                                getClass().getClassLoader(), ModuleFactory.class, "kvs"))
                .isInstanceOf(KvsModuleFactory.class);
    }

    private static Module load(Map<String, String> options) {
        return load(options, new Configuration());
    }

    private static Module load(Map<String, String> options, Configuration session) {
        return FactoryUtil.createModule(
                "kvs", options, session, KvsModuleTest.class.getClassLoader());
    }

    /** Flink has asynchronous functions in streaming mode only, and those of 1.20 are broken. */
    @Test
    void clipsAreAsynchronousWhereFlinkCan() {
        boolean flink1 = FlinkVersion.current() == FlinkVersion.v1_20;
        Configuration batch =
                new Configuration().set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
        Map<String, String> asynchronous = Map.of("clip.asynchronous", "true");
        Map<String, String> synchronous = Map.of("clip.asynchronous", "false");

        assertThat(clip(load(Map.of()))).isInstanceOf(flink1 ? KvsClip.class : KvsClipAsync.class);
        assertThat(clip(load(Map.of(), batch))).isInstanceOf(KvsClip.class);
        assertThat(clip(load(synchronous))).isInstanceOf(KvsClip.class);
        if (flink1) {
            assertThatThrownBy(() -> load(asynchronous))
                    .hasStackTraceContaining("clip.asynchronous is true: Flink 1.20 mixes up");
        } else {
            // Batch mode may be over when the query comes.
            assertThat(clip(load(asynchronous, batch))).isInstanceOf(KvsClipAsync.class);
        }
    }

    private static FunctionDefinition clip(Module module) {
        return module.getFunctionDefinition("KVS_CLIP").orElseThrow();
    }

    @Test
    void optionsOfClips() {
        Module loaded =
                load(
                        Map.of(
                                "aws.region", "eu-central-1",
                                "aws.credentials.provider", "BASIC",
                                "aws.credentials.basic.accesskeyid", "id",
                                "aws.credentials.basic.secretkey", "word",
                                "clip.max-bytes", "10 mb",
                                "clip.timeout", "30 s",
                                "clip.on-failure", "null",
                                "clip.clock", "server"));
        FunctionDefinition clip = loaded.getFunctionDefinition("KVS_CLIP").orElseThrow();
        assertThat(clip.toString() + ((UserDefinedFunction) clip).functionIdentifier())
                .doesNotContain("word");
    }

    @Test
    void wrongOptionsAreToldWhereTheModuleIsLoaded() {
        assertThatThrownBy(() -> load(Map.of("clip.max-byte", "1")))
                .hasStackTraceContaining("clip.max-byte")
                .hasStackTraceContaining("clip.max-bytes");
        assertThatThrownBy(() -> load(Map.of("clip.concurrency", "0")))
                .hasStackTraceContaining("clip.concurrency is 0: give at least 1");
        assertThatThrownBy(() -> load(Map.of("clip.max-bytes", "2 gb")))
                .hasStackTraceContaining("give 1 to 1 GiB");
        assertThatThrownBy(() -> load(Map.of("clip.timeout", "0 s")))
                .hasStackTraceContaining("clip.timeout is 0 ms: give 1 ms to 1 day");
        assertThatThrownBy(() -> load(Map.of("clip.on-failure", "skip")))
                .hasStackTraceContaining("clip.on-failure");
        assertThatThrownBy(() -> load(Map.of("aws.region", "Europe")))
                .hasStackTraceContaining("aws.region");
    }
}
