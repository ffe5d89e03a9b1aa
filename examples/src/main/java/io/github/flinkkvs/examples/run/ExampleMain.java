/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.run;

import io.github.flinkkvs.examples.errors.Failures;

import picocli.CommandLine;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Runs a command of the examples as a process. Results go to standard output; an error is one line
 * on standard error.
 */
public final class ExampleMain {

    /** The exit code of every error except wrong options. */
    public static final int FAILED = 1;

    /** The exit code when the options are wrong. */
    public static final int WRONG_OPTIONS = 2;

    private ExampleMain() {}

    /** Runs a command and ends this process with its result as the exit code. */
    public static void main(CommandLine line, String[] arguments) {
        line.setOut(utf8(FileDescriptor.out)).setErr(utf8(FileDescriptor.err));
        int exitCode = execute(line, arguments);
        line.getOut().flush();
        line.getErr().flush();
        // A shutdown hook of Flink may find that its classes are gone, and print a stack trace that
        // users would take for the result.
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {});
        // Threads of the SDK and of Flink can outlive the command.
        System.exit(exitCode);
    }

    /**
     * Runs a command. Whatever goes wrong is one line on its {@code err}.
     *
     * @return the exit code: 0, {@link #FAILED} or {@link #WRONG_OPTIONS}
     */
    public static int execute(CommandLine line, String... arguments) {
        // A file name that begins with @ must reach the job unchanged.
        line.setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
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
}
