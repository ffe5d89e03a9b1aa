/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.examples.input.Input;
import io.github.flinkkvs.examples.output.MergeToFiles;
import io.github.flinkkvs.examples.run.ExampleJob;
import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.media.file.RecordFiles;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.File;
import java.util.Map;

/** Writes fragments to MKV files, each by itself or merged. */
@Command(
        name = "archive",
        header = "Writes fragments to MKV files, each by itself or merged.",
        description = {
            "Writes each fragment to DIR/STREAM/FRAGMENT_NUMBER.mkv, byte for byte, and prints the"
                    + " name of the file.",
            "",
            "Without options it reads two simulated cameras in an embedded service and stops after"
                    + " 20 fragments.",
            ""
        })
public final class ArchiveJob extends ExampleJob {

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The folder of the files, created if it is missing; archive by default.")
    private String out = "archive";

    @Option(
            names = "--merge",
            description = {
                "Writes consecutive fragments into one playable file, named after the first of them."
                        + " A change of tracks, or a time that goes back, begins another file.",
                "Prints, for each fragment, the file into which it went."
            })
    private boolean merge;

    public static void main(String[] arguments) {
        ExampleMain.main(new CommandLine(new ArchiveJob()), arguments);
    }

    @Override
    protected DataStream<String> define(StreamExecutionEnvironment env, Input input) {
        KvsSource<Fragment> source =
                input.<Fragment>source()
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .build();
        FileName name = new FileName(Map.copyOf(input.labels()));
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "Kinesis video streams")
                .uid("kvs")
                .map(merge ? new MergeToFiles(folder(), name) : new ToFile(folder(), name))
                .uid("files");
    }

    private Path folder() {
        // Relative to the working directory, unless it names another file system.
        Path path = new Path(out);
        return path.toUri().getScheme() != null
                ? path
                : Path.fromLocalFile(new File(out).getAbsoluteFile());
    }

    /** Makes the name STREAM/FRAGMENT_NUMBER.mkv. */
    private record FileName(Map<String, String> labels) implements RecordFiles.Name<Fragment> {
        @Override
        public String of(Fragment fragment) {
            String stream = fragment.streamName();
            return labels.getOrDefault(stream, stream) + "/" + fragment.number() + ".mkv";
        }
    }

    private static final class ToFile implements MapFunction<Fragment, String> {
        private static final long serialVersionUID = 1L;

        private final RecordFiles<Fragment> files;

        ToFile(Path folder, FileName name) {
            files = new RecordFiles<>(folder, name, Fragment::writeTo);
        }

        @Override
        public String map(Fragment fragment) throws Exception {
            return files.write(fragment).getPath();
        }
    }
}
