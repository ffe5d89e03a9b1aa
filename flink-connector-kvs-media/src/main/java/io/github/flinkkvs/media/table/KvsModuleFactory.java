/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.ModuleFactory;
import org.apache.flink.table.module.Module;

import java.util.Set;

/** Creates the module for {@code LOAD MODULE kvs}, with the options of {@link KvsModuleOptions}. */
@Internal
public final class KvsModuleFactory implements ModuleFactory {

    @Override
    public String factoryIdentifier() {
        return KvsModule.NAME;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.copyOf(KvsModuleOptions.ofModule());
    }

    @Override
    public Module createModule(Context context) {
        // Credentials of custom providers may have any key.
        FactoryUtil.createModuleFactoryHelper(this, context).validateExcept("aws.credentials");
        Configuration config = Configuration.fromMap(context.getOptions());
        // Flink has no asynchronous functions in batch mode (FLINK-41482), and its message says
        // only that KVS_CLIP cannot be used.
        if (!config.contains(KvsModuleOptions.CLIP_ASYNCHRONOUS)
                && context.getConfiguration().get(ExecutionOptions.RUNTIME_MODE)
                        == RuntimeExecutionMode.BATCH) {
            config.set(KvsModuleOptions.CLIP_ASYNCHRONOUS, false);
        }
        return new KvsModule(config);
    }
}
