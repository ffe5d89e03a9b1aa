/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.testing.EmbeddedKvsMain;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** All examples by their names; what {@code examples/run.sh} starts. */
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
            SqlExample.class
        },
        commandListHeading = "Jobs (each with its own --help):%n")
final class Examples implements Runnable {

    static final int FAILED = 1;
    static final int WRONG_OPTIONS = 2;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    private boolean help;

    @Spec private CommandSpec spec;

    private Examples() {}

    public static void main(String[] arguments) {
        main(commandLine(), arguments);
    }

    static CommandLine commandLine() {
        // Its help and its errors say how it is called here.
        CommandLine server = new CommandLine(new EmbeddedKvsMain()).setCommandName("server");
        return new CommandLine(new Examples()).addSubcommand(server);
    }

    /** Runs a command as a process: its result is the exit code. */
    static void main(CommandLine line, String[] arguments) {
        line.setOut(utf8(FileDescriptor.out)).setErr(utf8(FileDescriptor.err));
        int exitCode = execute(line, arguments);
        line.getOut().flush();
        line.getErr().flush();
        // All that counts is over. A shutdown hook of Flink's may find its classes gone already,
        // and
        // its stack trace would be taken for the result.
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {});
        // Threads of the SDK and of Flink may live on for a while.
        System.exit(exitCode);
    }

    /** Runs a command; whatever goes wrong is one line on its {@code err}. */
    static int execute(CommandLine line, String... arguments) {
        // What stands for a file name must reach the job as it is.
        line.setExpandAtFiles(false)
                .setParameterExceptionHandler(
                        (e, args) ->
                                fail(
                                        e.getCommandLine(),
                                        Failures.line(e.getMessage())
                                                + " (see "
                                                + e.getCommandLine()
                                                        .getCommandSpec()
                                                        .qualifiedName()
                                                + " --help)",
                                        WRONG_OPTIONS))
                .setExecutionExceptionHandler(
                        (e, command, parsed) -> fail(command, Failures.describe(e), FAILED));
        return line.execute(arguments);
    }

    private static int fail(CommandLine command, String message, int exitCode) {
        command.getErr().println("error: " + message);
        command.getErr().flush();
        return exitCode;
    }

    private static PrintWriter utf8(FileDescriptor file) {
        return new PrintWriter(
                new OutputStreamWriter(new FileOutputStream(file), StandardCharsets.UTF_8));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Which job? There are: " + String.join(", ", spec.subcommands().keySet()));
    }
}
