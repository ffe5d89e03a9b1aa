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
import io.github.flinkkvs.examples.input.PhoneLine;
import io.github.flinkkvs.examples.input.StreamChoice;
import io.github.flinkkvs.examples.output.WriteWav;
import io.github.flinkkvs.examples.run.ExampleJob;
import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.examples.run.FirstFragments;
import io.github.flinkkvs.media.audio.CallAudioFunction;
import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import javax.annotation.Nullable;

import java.nio.file.Path;

/** Writes the audio of calls as WAV files, and prints a line per file. */
@Command(
        name = "audio",
        header = "Writes the audio of calls, such as Amazon Connect's, as WAV files.",
        description = {
            "Writes a WAV file per call and track to DIR/STREAM/, and prints its name and its"
                    + " length.",
            "",
            "Without options it reads two simulated calls of a phone line in an embedded service.",
            ""
        })
public final class CallAudioJob extends ExampleJob {

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "audio",
            description =
                    "The folder of the files; ${DEFAULT-VALUE} in the working directory by default.")
    private Path folder;

    @Option(
            names = "--stereo",
            description =
                    "One file for both sides of a call: the customer on the left, what the customer"
                            + " hears on the right.")
    private boolean stereo;

    @Option(
            names = "--call-tags",
            split = ",",
            paramLabel = "TAG",
            description =
                    "The tags that tell the calls of a stream apart; by default those of Amazon"
                            + " Connect and of the Amazon Chime SDK.")
    private String[] callTags = {};

    public static void main(String[] arguments) {
        ExampleMain.main(new CommandLine(new CallAudioJob()), arguments);
    }

    @Override
    protected Input simulated(@Nullable Long fragments, StreamChoice streams) {
        return PhoneLine.open(fragments == null ? 0 : fragments, streams);
    }

    @Override
    protected String unit() {
        return "file";
    }

    @Override
    protected DataStream<String> define(StreamExecutionEnvironment env, Input input) {
        return FirstFragments.lines(env, input, fragments -> files(fragments, input));
    }

    private DataStream<String> files(DataStream<Fragment> fragments, Input input) {
        CallAudioFunction.Builder audio = CallAudioFunction.builder().stereo(stereo);
        if (callTags.length > 0) {
            audio.callTags(callTags);
        }
        return fragments
                .keyBy(Fragment::streamName, Types.STRING)
                .process(audio.build())
                .uid("audio")
                .map(new WriteWav(folder.toString(), input.labels()))
                .uid("write");
    }
}
