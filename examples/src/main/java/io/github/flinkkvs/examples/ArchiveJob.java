/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.media.RecordFiles;
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

/** Writes fragments to files, as they are or merged. */
@Command(
        name = "archive",
        header = "Writes fragments to files: each byte for byte, or merged.",
        description = {
            "Writes each fragment to DIR/STREAM/FRAGMENT_NUMBER.mkv, exactly as it came, and prints"
                    + " the file's name.",
            "",
            "Without options it reads two scripted cameras in an embedded service and stops after"
                    + " 20 fragments.",
            ""
        })
public final class ArchiveJob extends ExampleJob {

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The folder, made if it is missing. Without it, archive.")
    private String out = "archive";

    @Option(
            names = "--merge",
            description = {
                "Makes one playable file of consecutive fragments, named after the first of them; a"
                        + " change of tracks or a time that goes back begins another.",
                "Prints a line for each fragment: the file that it went into."
            })
    private boolean merge;

    public static void main(String[] arguments) {
        Examples.main(new CommandLine(new ArchiveJob()), arguments);
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
        FileName name = new FileName(Map.copyOf(input.labels()));
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "Kinesis video streams")
                .uid("kvs")
                .map(merge ? new MergeToFiles(folder(), name) : new ToFile(folder(), name))
                .uid("files");
    }

    private Path folder() {
        // Relative to where it was typed, unless it is on another file system.
        Path path = new Path(out);
        return path.toUri().getScheme() != null
                ? path
                : Path.fromLocalFile(new File(out).getAbsoluteFile());
    }

    /** STREAM/FRAGMENT_NUMBER.mkv. */
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
