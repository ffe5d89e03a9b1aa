/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.sql;

import io.github.flinkkvs.examples.errors.ExampleException;

import org.junit.jupiter.api.Test;

import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SqlTranscriptTest {

    private static final String PREAMBLE =
            "\u001B[34;1m[INFO] Executing SQL from file.\u001B[0m\n\nCommand history file path: h\n";
    private static final String FAREWELL = "Shutting down the session...\ndone.\n";

    private final StringWriter out = new StringWriter();

    private String transcript(String script, String client) throws Exception {
        try (PrintWriter writer = new PrintWriter(out)) {
            new SqlTranscript(SqlScript.statements(script), writer)
                    .write(new StringReader(PREAMBLE + client + FAREWELL));
        }
        return out.toString().replace("\r\n", "\n");
    }

    @Test
    void aStatementIsAsInTheScriptHoweverMuchIsEchoed() throws Exception {
        String script = "-- All.\nSELECT a,\n  b\nFROM t;\n";
        String result = "+---+\n| a |\n+---+\n1 row in set\n\n";
        String expected = "Flink SQL> " + script + result;
        for (String echo : new String[] {"", "-- All.\n> SELECT a,\n>   b\n> FR", "-- A"}) {
            out.getBuffer().setLength(0);
            assertThat(transcript(script, "Flink SQL> " + echo + result + "Flink SQL> \n"))
                    .isEqualTo(expected);
        }
    }

    @Test
    void colorsAreLeftOut() throws Exception {
        assertThat(
                        transcript(
                                "SET 'a' = 'b';\nSELECT 1;",
                                "Flink SQL> \u001B[34;1m[INFO] Execute statement succeeded."
                                        + "\u001B[0m\n\nFlink SQL> SELEEmpty set\n"))
                .isEqualTo(
                        "Flink SQL> SET 'a' = 'b';\n[INFO] Execute statement succeeded.\n\n"
                                + "Flink SQL> SELECT 1;\nEmpty set\n");
    }

    @Test
    void anErrorIsItsReason() {
        assertThatThrownBy(
                        () ->
                                transcript(
                                        "SELECT b;",
                                        "Flink SQL> \u001B[31;1m[ERROR] Could not execute SQL"
                                                + " statement. Reason:\norg.x.SomeException: No b:"
                                                + " there is a\u001B[0m\n\n"))
                .isInstanceOf(ExampleException.class)
                .hasMessage("No b: there is a");
    }

    /** Whatever the client says besides, it has ended with exit code 0. */
    @Test
    void anErrorBeforeTheFirstStatement() {
        assertThatThrownBy(
                        () ->
                                transcript(
                                        "SELECT b;",
                                        "\u001B[31;1m[ERROR] Could not execute SQL statement."
                                                + " Reason:\norg.x.SomeException: No a\u001B[0m\n\n"))
                .isInstanceOf(ExampleException.class)
                .hasMessage("No a");
    }

    @Test
    void statementsThatWereNotExecuted() {
        assertThatThrownBy(
                        () ->
                                transcript(
                                        "SELECT 1;\nSELECT 2;\nSELECT 3;",
                                        "Flink SQL> Empty set\n\n"))
                .isInstanceOf(ExampleException.class)
                .hasMessage("The SQL client ended before the statement\nSELECT 2");
    }
}
