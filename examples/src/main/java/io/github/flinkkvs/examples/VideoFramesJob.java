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
import io.github.flinkkvs.examples.output.WritePictures;
import io.github.flinkkvs.examples.run.ExampleJob;
import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.examples.run.FirstFragments;
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.video.DecodeFragments;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;

/** Writes frames of video as JPEGs, and a contact sheet per stream. */
@Command(
        name = "frames",
        header = "Writes frames of video as JPEGs, and a contact sheet per stream.",
        description = {
            "Decodes video, writes every n-th frame as a JPEG to DIR/STREAM/, and prints its name."
                    + " At the end it writes the latest pictures to "
                    + WritePictures.CONTACT_SHEET
                    + " in the same folder.",
            "",
            "Without options it reads two simulated cameras in an embedded service and stops after"
                    + " 20 fragments.",
            ""
        })
public final class VideoFramesJob extends ExampleJob {

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "frames",
            description =
                    "The folder of the files; ${DEFAULT-VALUE} in the working directory by default.")
    private Path folder;

    @Option(
            names = "--every",
            paramLabel = "N",
            defaultValue = "25",
            description =
                    "Every N-th frame of a fragment, from its first; ${DEFAULT-VALUE} by default.")
    private int every;

    @Spec private CommandSpec spec;

    public static void main(String[] arguments) {
        ExampleMain.main(new CommandLine(new VideoFramesJob()), arguments);
    }

    @Override
    public Integer call() throws Exception {
        if (every < 1) {
            throw new ParameterException(spec.commandLine(), "--every must be greater than 0");
        }
        return super.call();
    }

    @Override
    protected String unit() {
        return "picture";
    }

    @Override
    protected DataStream<String> define(StreamExecutionEnvironment env, Input input) {
        return FirstFragments.lines(env, input, fragments -> pictures(fragments, input));
    }

    private DataStream<String> pictures(DataStream<Fragment> fragments, Input input) {
        return fragments
                .flatMap(new DecodeFragments(PictureOptions.defaults().every(every).jpeg()))
                .uid("decode")
                .keyBy(Picture::streamName, Types.STRING)
                .process(new WritePictures(folder.toString(), input.labels()))
                .uid("write");
    }
}
