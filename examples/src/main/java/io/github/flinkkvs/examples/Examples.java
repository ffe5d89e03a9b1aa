/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.examples.sql.SqlExample;
import io.github.flinkkvs.testing.cli.EmbeddedKvsMain;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** All examples by their names. {@code examples/run.sh} starts this class. */
@Command(
        name = "examples/run.sh",
        description = "Runs an example of the Kinesis Video Streams source for Apache Flink.",
        synopsisSubcommandLabel = "JOB",
        subcommands = {
            FragmentTagsJob.class,
            VideoFramesJob.class,
            CallAudioJob.class,
            ArchiveJob.class,
            FragmentDumpJob.class,
            BackfillJob.class,
            CallsJob.class,
            ClipsJob.class,
            SqlExample.class
        },
        commandListHeading = "Jobs (each with its own --help):%n")
final class Examples implements Runnable {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    private boolean help;

    @Spec private CommandSpec spec;

    private Examples() {}

    public static void main(String[] arguments) {
        ExampleMain.main(commandLine(), arguments);
    }

    static CommandLine commandLine() {
        // Help and errors of the server show the name by which it is called here.
        CommandLine server = new CommandLine(new EmbeddedKvsMain()).setCommandName("server");
        return new CommandLine(new Examples()).addSubcommand(server);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Which job? There are: " + String.join(", ", spec.subcommands().keySet()));
    }
}
