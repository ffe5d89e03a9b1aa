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

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;

import static org.assertj.core.api.Assertions.assertThat;

/** The embedded service as {@code run.sh server}: what goes wrong is one line there, too. */
class ServerExampleTest {

    @Test
    void aMistakeNamesTheCommandThatHelps() {
        assertFails(
                ExampleMain.WRONG_OPTIONS,
                "error: --stream names 'a' twice (see examples/run.sh server --help)",
                "--stream",
                "a",
                "a");
    }

    @Test
    void aPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());
            assertFails(
                    ExampleMain.FAILED,
                    "error: Cannot listen on port " + port + " of 0.0.0.0: ",
                    "--listen",
                    "0.0.0.0",
                    "--port",
                    port);
        }
    }

    private static void assertFails(int exitCode, String message, String... arguments) {
        StringWriter err = new StringWriter();
        CommandLine line = Examples.commandLine().setErr(new PrintWriter(err, true));
        String[] all = new String[arguments.length + 1];
        all[0] = "server";
        System.arraycopy(arguments, 0, all, 1, arguments.length);

        assertThat(ExampleMain.execute(line, all)).isEqualTo(exitCode);

        assertThat(err.toString()).startsWith(message);
        assertThat(err.toString().lines()).hasSize(1);
    }
}
