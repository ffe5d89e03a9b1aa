/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.module.Module;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The SQL functions of fragments and frames: {@code LOAD MODULE kvs}, or {@code
 * tableEnv.loadModule("kvs", new KvsModule())}.
 */
@PublicEvolving
public final class KvsModule implements Module {

    /** Its name in {@code LOAD MODULE}. */
    public static final String NAME = "kvs";

    private static final Map<String, Supplier<FunctionDefinition>> FUNCTIONS =
            Map.of(
                    KvsTag.NAME, KvsTag::new,
                    KvsTags.NAME, KvsTags::new,
                    KvsFrames.NAME, KvsFrames::new,
                    KvsJpeg.NAME, KvsJpeg::new,
                    KvsFrameJpeg.NAME, KvsFrameJpeg::new,
                    KvsWidth.NAME, KvsWidth::new,
                    KvsHeight.NAME, KvsHeight::new,
                    KvsWav.NAME, KvsWav::new);

    @Override
    public Set<String> listFunctions() {
        return FUNCTIONS.keySet();
    }

    /** The function with this name, in upper or lower case. */
    @Override
    public Optional<FunctionDefinition> getFunctionDefinition(String name) {
        return Optional.ofNullable(FUNCTIONS.get(name.toUpperCase(Locale.ROOT))).map(Supplier::get);
    }
}
