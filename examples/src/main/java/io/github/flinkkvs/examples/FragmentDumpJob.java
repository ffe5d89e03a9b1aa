/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.examples.input.Cameras;
import io.github.flinkkvs.examples.input.Input;
import io.github.flinkkvs.examples.input.StreamChoice;
import io.github.flinkkvs.examples.output.FragmentToTree;
import io.github.flinkkvs.examples.run.ExampleJob;
import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import javax.annotation.Nullable;

/** Prints all elements of fragments as a tree, as they arrive. */
@Command(
        name = "dump",
        header = "Prints all elements of fragments as a tree, as they arrive.",
        description = {
            "Prints a line per fragment, then a line per element, then an empty line.",
            "",
            "Without options it reads two simulated cameras in an embedded service and stops after"
                    + " 2 fragments.",
            ""
        })
public final class FragmentDumpJob extends ExampleJob {

    public static void main(String[] arguments) {
        ExampleMain.main(new CommandLine(new FragmentDumpJob()), arguments);
    }

    @Override
    protected Input simulated(@Nullable Long fragments, StreamChoice streams) {
        return Cameras.open(fragments == null ? 2 : fragments, streams);
    }

    @Override
    protected DataStream<String> define(StreamExecutionEnvironment env, Input input) {
        KvsSource<Fragment> source =
                input.<Fragment>source()
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .build();
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "Kinesis video streams")
                .uid("kvs")
                .map(new FragmentToTree(input.labels()))
                .uid("tree");
    }
}
