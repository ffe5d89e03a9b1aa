/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an SQL client prints while it executes a script, made fit to read: each statement as it is
 * in the script, then its result. The client itself echoes of a statement as much as it happens to
 * have read, and in colors.
 */
final class SqlTranscript {

    private static final String PROMPT = "Flink SQL> ";

    private static final String GOODBYE = "Shutting down the session...";

    private static final Pattern COLOR = Pattern.compile("\u001B\\[[0-9;]*m");

    /** How results begin: in color, with the border of a table, or with words. */
    private static final Pattern RESULT =
            Pattern.compile("\u001B\\[|\\+-[-+]*\\+$|Empty set$|\\[(INFO|ERROR|WARNING)]");

    private static final String ERROR = "[ERROR] ";

    private static final Pattern FAILURE = Pattern.compile("\u001B\\[[0-9;]*m\\[ERROR]");

    private final List<String> statements;
    private final PrintWriter out;

    private int next;

    /** From the first prompt to the last result. */
    private boolean begun;

    /** The statement whose echo may still come; null if its result has begun. */
    @Nullable private String echo;

    /** What the client says of an error, line by line; null if there was none. */
    @Nullable private List<String> error;

    /**
     * @param statements what the client executes
     * @param out where the transcript goes
     */
    SqlTranscript(List<String> statements, PrintWriter out) {
        this.statements = statements;
        this.out = out;
    }

    /**
     * Writes the transcript as the client goes on, until it ends.
     *
     * @throws ExampleException with what the client said if a statement failed, or if not all were
     *     executed
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
        // What comes behind the last result is the farewell.
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
        // Of a script that is executed before this one, the client says nothing but errors.
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

    /** The first line behind that which says that there was an error, without its class. */
    private static String message(List<String> error) {
        String reason = error.isEmpty() ? "The SQL client says no more than [ERROR]" : error.get(0);
        return reason.replaceFirst("^[\\w.$]+(Exception|Error): ", "");
    }
}
