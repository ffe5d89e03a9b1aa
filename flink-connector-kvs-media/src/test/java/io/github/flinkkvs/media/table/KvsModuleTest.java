/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import org.apache.flink.configuration.Configuration;
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
        return FactoryUtil.createModule(
                "kvs", options, new Configuration(), KvsModuleTest.class.getClassLoader());
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
