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

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns the output of an SQL client that executes a script into a transcript: each statement as it
 * is in the script, then its result. The client itself echoes as much of a statement as it happens
 * to have read, and uses colors.
 */
final class SqlTranscript {

    private static final String PROMPT = "Flink SQL> ";

    private static final String GOODBYE = "Shutting down the session...";

    private static final Pattern COLOR = Pattern.compile("\u001B\\[[0-9;]*m");

    /** How results begin: with a color, with the border of a table, or with words. */
    private static final Pattern RESULT =
            Pattern.compile("\u001B\\[|\\+-[-+]*\\+$|Empty set$|\\[(INFO|ERROR|WARNING)]");

    private static final String ERROR = "[ERROR] ";

    private static final Pattern FAILURE = Pattern.compile("\u001B\\[[0-9;]*m\\[ERROR]");

    private final List<String> statements;
    private final PrintWriter out;

    private int next;

    /** True from the first prompt to the last result. */
    private boolean begun;

    /** The statement whose echo can still come; null when its result has begun. */
    @Nullable private String echo;

    /** The lines that follow an error; null if there was no error. */
    @Nullable private List<String> error;

    /**
     * @param statements the statements that the client executes
     * @param out receives the transcript
     */
    SqlTranscript(List<String> statements, PrintWriter out) {
        this.statements = statements;
        this.out = out;
    }

    /**
     * Writes the transcript while the client runs, until it ends.
     *
     * @throws ExampleException if a statement failed, with the message of the client, or if the
     *     client did not execute all statements
     */
    void write(Reader client) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = client.read(); c >= 0; c = client.read()) {
            if (c == '\n') {
                endOfLine(line.toString());
                line.setLength(0);
            } else if (c != '\r') {
                line.append((char) c);
                if (line.length() == PROMPT.length() && line.toString().equals(PROMPT)) {
                    prompt();
                }
            }
        }
        endOfLine(line.toString());
        if (error != null) {
            throw new ExampleException(message(error));
        }
        if (next < statements.size()) {
            throw new ExampleException(
                    "The SQL client ended before the statement\n" + statements.get(next));
        }
    }

    private void prompt() {
        // After the last result comes the farewell.
        begun = next < statements.size();
        if (begun) {
            echo = statements.get(next++) + ";";
            out.println(PROMPT + echo);
            out.flush();
        }
    }

    private void endOfLine(String raw) {
        String line = raw.startsWith(PROMPT) ? raw.substring(PROMPT.length()) : raw;
        if (line.equals(GOODBYE)) {
            begun = false;
        }
        // For the script that runs before this one, only errors matter.
        if (!begun && error == null && !FAILURE.matcher(line).find()) {
            return;
        }
        if (echo != null) {
            Matcher result = RESULT.matcher(line);
            if (result.find()) {
                line = line.substring(result.start());
            } else if (line.isBlank() || echo.contains(line.replaceFirst("^> ", ""))) {
                return;
            }
            echo = null;
        }
        line = COLOR.matcher(line).replaceAll("");
        if (line.startsWith(ERROR)) {
            error = new ArrayList<>();
        } else if (error != null) {
            error.add(line);
        } else {
            out.println(line);
            out.flush();
        }
    }

    /** Returns the line that follows the mark of an error, without the class of the exception. */
    private static String message(List<String> error) {
        String reason = error.isEmpty() ? "The SQL client says only [ERROR]" : error.get(0);
        return reason.replaceFirst("^[\\w.$]+(Exception|Error): ", "");
    }
}
