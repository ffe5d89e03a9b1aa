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
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.module.Module;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

import static org.apache.flink.util.Preconditions.checkArgument;

/**
 * The SQL functions of fragments, frames and clips: {@code LOAD MODULE kvs}, or {@code
 * tableEnv.loadModule("kvs", new KvsModule())}.
 */
@PublicEvolving
public final class KvsModule implements Module {

    /** Its name in {@code LOAD MODULE}. */
    public static final String NAME = "kvs";

    private static final Map<String, Function<Configuration, FunctionDefinition>> FUNCTIONS =
            Map.ofEntries(
                    Map.entry(KvsTag.NAME, config -> new KvsTag()),
                    Map.entry(KvsTags.NAME, config -> new KvsTags()),
                    Map.entry(KvsFrames.NAME, config -> new KvsFrames()),
                    Map.entry(KvsJpeg.NAME, config -> new KvsJpeg()),
                    Map.entry(KvsFrameJpeg.NAME, config -> new KvsFrameJpeg()),
                    Map.entry(KvsWidth.NAME, config -> new KvsWidth()),
                    Map.entry(KvsHeight.NAME, config -> new KvsHeight()),
                    Map.entry(KvsWav.NAME, config -> new KvsWav()),
                    Map.entry(ClipCalls.NAME, KvsModule::clip));

    /** The last version of Flink that mixes up the rows of asynchronous functions. */
    private static final FlinkVersion SYNCHRONOUS = FlinkVersion.v1_20;

    private final Configuration config;

    /** Without options: KVS_CLIP takes region and credentials from the machines of the cluster. */
    public KvsModule() {
        this(new Configuration());
    }

    /**
     * For a streaming job. In batch mode, set {@link KvsModuleOptions#CLIP_ASYNCHRONOUS} to false.
     *
     * @param config the options of {@link KvsModuleOptions} and of the classes that it names
     * @throws IllegalArgumentException if an option is unknown or out of range
     */
    public KvsModule(Configuration config) {
        this.config = new Configuration(config);
        // Here rather than in a query.
        ClipCalls.checked(config);
        checkArgument(
                !config.get(KvsModuleOptions.CLIP_ASYNCHRONOUS, false) || canBeAsynchronous(),
                "%s is true: Flink %s mixes up the rows of asynchronous functions. Leave the"
                        + " option out, or use Flink 2.",
                KvsModuleOptions.CLIP_ASYNCHRONOUS.key(),
                FlinkVersion.current());
    }

    private static FunctionDefinition clip(Configuration config) {
        return config.get(KvsModuleOptions.CLIP_ASYNCHRONOUS, canBeAsynchronous())
                ? new KvsClipAsync(config)
                : new KvsClip(config);
    }

    private static boolean canBeAsynchronous() {
        return FlinkVersion.current().isNewerVersionThan(SYNCHRONOUS);
    }

    @Override
    public Set<String> listFunctions() {
        return FUNCTIONS.keySet();
    }

    /** The function with this name, in upper or lower case. */
    @Override
    public Optional<FunctionDefinition> getFunctionDefinition(String name) {
        return Optional.ofNullable(FUNCTIONS.get(name.toUpperCase(Locale.ROOT)))
                .map(function -> function.apply(config));
    }
}
