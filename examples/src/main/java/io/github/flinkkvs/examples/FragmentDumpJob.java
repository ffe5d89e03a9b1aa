/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import javax.annotation.Nullable;

/** Shows fragments as they arrive: all their elements, as a tree. */
@Command(
        name = "dump",
        header = "Shows fragments as they arrive: all their elements, as a tree.",
        description = {
            "Prints a line for each fragment, then one for each of its elements, then an empty one.",
            "",
            "Without options it reads two scripted cameras in an embedded service and stops after"
                    + " 2 fragments.",
            ""
        })
public final class FragmentDumpJob extends ExampleJob {

    public static void main(String[] arguments) {
        Examples.main(new CommandLine(new FragmentDumpJob()), arguments);
    }

    @Override
    Input scripted(@Nullable Long fragments) {
        return Cameras.open(fragments == null ? 2 : fragments);
    }

    @Override
    DataStream<String> define(StreamExecutionEnvironment env, Input input) {
        KvsSource<Fragment> source =
                KvsSource.<Fragment>builder()
                        .setRegion(input.region())
                        .setEndpoint(input.endpoint())
                        .setStreams(input.streams())
                        .setStartingPosition(input.start())
                        .setStoppingPosition(input.stop())
                        .setSourceConfig(input.config())
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .build();
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "Kinesis video streams")
                .uid("kvs")
                .map(new FragmentToTree(input.labels()))
                .uid("tree");
    }
}
