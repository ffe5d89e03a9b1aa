/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** A user's program that looks for streams until it is cancelled. */
public final class FleetJob {

    private FleetJob() {}

    /**
     * @param arguments the beginning of the streams' names, and keys and values of options
     */
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSource(
                        KvsSource.<Fragment>builder()
                                .setStreamPrefix(arguments[0])
                                .setStartingPosition(StartingPosition.earliest())
                                .setDeserializationSchema(KvsDeserializationSchema.fragments())
                                .setSourceConfig(MediaJob.options(arguments, 1))
                                .build(),
                        WatermarkStrategy.noWatermarks(),
                        "fleet")
                .sinkTo(new DiscardingSink<>());
        env.execute();
    }
}
