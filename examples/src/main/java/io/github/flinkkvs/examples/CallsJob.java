/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.examples.input.CallCenter;
import io.github.flinkkvs.examples.input.Input;
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
import java.time.Duration;

/** Finds calls as they begin, and writes the WAV file of each as soon as it is over. */
@Command(
        name = "calls",
        header = "Finds calls as they begin, and writes the WAV file of each when it is over.",
        description = {
            "For contact centers in which each call has a stream, as in Amazon Connect: finds the"
                    + " streams by the prefix of their names, reads each call to its end, writes both"
                    + " sides in stereo to DIR/STREAM/, and prints the name of the file and its"
                    + " length.",
            "",
            "Without options it reads calls in an embedded service that creates a stream when a call"
                    + " begins, and deletes it after the call.",
            ""
        })
public final class CallsJob extends ExampleJob {

    /** How many calls the simulation has by default. */
    private static final int CALLS = 5;

    @Option(
            names = "--calls",
            paramLabel = "N",
            description = {
                "Stops after N files.",
                "Without --region, this many calls begin, one every two seconds; "
                        + CALLS
                        + " by default."
            })
    @Nullable
    private Integer calls;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "calls",
            description =
                    "The folder of the files; ${DEFAULT-VALUE} in the working directory by default.")
    private Path folder;

    @Option(
            names = "--quiet",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description =
                    "A call is over when it was quiet for so long; ${DEFAULT-VALUE} by default.")
    private int quietSeconds;

    private int files;

    public static void main(String[] arguments) {
        ExampleMain.main(new CommandLine(new CallsJob()), arguments);
    }

    @Override
    public Integer call() throws Exception {
        check(calls == null || calls > 0, "--calls must be greater than 0");
        check(quietSeconds > 0, "--quiet must be greater than 0");
        return super.call();
    }

    @Override
    protected Input simulated(@Nullable Long fragments, StreamChoice streams) {
        if (calls == null) {
            calls = CALLS;
        }
        return CallCenter.open(fragments == null ? 0 : fragments, calls, streams);
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
        return fragments
                .keyBy(Fragment::streamName, Types.STRING)
                .process(
                        CallAudioFunction.builder()
                                .stereo(true)
                                .quietTime(Duration.ofSeconds(quietSeconds))
                                .build())
                .uid("audio")
                .map(new WriteWav(folder.toString(), input.labels()))
                .uid("write");
    }

    @Override
    protected boolean show(String line, Input input) {
        super.show(line, input);
        files++;
        return calls == null || files < calls;
    }
}
