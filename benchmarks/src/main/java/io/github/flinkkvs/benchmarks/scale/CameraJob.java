/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

import java.util.HashMap;
import java.util.Map;

/**
 * The job that is measured: reads whole fragments of all streams whose name begins with a prefix,
 * from now on, and checks that none is missing. It is in a jar with the connector, and nothing of
 * this module but {@link SequenceCheck}.
 */
public final class CameraJob {

    static final String PREFIX = "prefix";
    static final String FRAGMENT_MILLIS = "fragment-millis";

    private CameraJob() {}

    /**
     * @param arguments options of the source as {@code key=value}, and the two above
     */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            options.put(argument.substring(0, at), argument.substring(at + 1));
        }
        String prefix = options.remove(PREFIX);
        long fragmentMillis = Long.parseLong(options.remove(FRAGMENT_MILLIS));
        KvsSource<Fragment> source =
                KvsSource.<Fragment>builder()
                        .setSourceConfig(Configuration.fromMap(options))
                        .setStreamPrefix(prefix)
                        .setStartingPosition(StartingPosition.now())
                        .setStartingPositionOfNewStreams(StartingPosition.now())
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .build();
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "kvs")
                .uid("kvs")
                .map(new SequenceCheck(fragmentMillis))
                .uid("check")
                .name("check")
                .sinkTo(new DiscardingSink<>());
        env.execute(prefix);
    }
}
