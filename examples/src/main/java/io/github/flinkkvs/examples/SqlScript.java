/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The statements of an SQL script. The SQL client itself wants each to begin in a line of its own.
 */
final class SqlScript {

    private static final Pattern STATEMENT_SET =
            Pattern.compile(
                    "(EXECUTE|(EXPLAIN|COMPILE)\\b.*?)\\s+STATEMENT\\s+SET\\s+BEGIN\\b.*", flags());

    private static final Pattern END = Pattern.compile(".*;\\s*END", flags());

    private final List<String> statements = new ArrayList<>();

    /** The statement that is being read, as it is, and without its comments. */
    private final StringBuilder text = new StringBuilder();

    private final StringBuilder code = new StringBuilder();

    /** Whether a comment that ends with its line is the last of the text. */
    private boolean lineComment;

    private SqlScript() {}

    private static int flags() {
        return Pattern.CASE_INSENSITIVE | Pattern.DOTALL;
    }

    /** The statements, each with the comments before and in it and without its semicolon. */
    static List<String> statements(String script) {
        SqlScript reader = new SqlScript();
        reader.read(script);
        return reader.statements;
    }

    /** The script that an SQL client executes statement by statement. */
    static String join(List<String> statements) {
        return statements.stream()
                .map(statement -> statement + ";\n")
                .collect(Collectors.joining());
    }

    private void read(String script) {
        int at = 0;
        while (at < script.length()) {
            char c = script.charAt(at);
            int end = at + 1;
            boolean comment = script.startsWith("--", at) || script.startsWith("//", at);
            if (comment) {
                end = endOf(script, "\n", at + 2);
                code.append(' ');
            } else if (script.startsWith("/*+", at) || script.startsWith("*/", at)) {
                // A hint is no comment: its texts may have the marks of one.
                end = at + 2;
                code.append(' ');
            } else if (script.startsWith("/*", at)) {
                end = endOf(script, "*/", at + 2);
                code.append(' ');
            } else if (c == '\'' || c == '`' || c == '"') {
                // A quote that is doubled ends one text and begins the next.
                end = endOf(script, String.valueOf(c), at + 1);
                code.append("''");
            } else if (c == ';' && endsStatement()) {
                endStatement();
                at = end;
                continue;
            } else {
                code.append(c);
            }
            text.append(script, at, end);
            lineComment = comment || lineComment && Character.isWhitespace(c);
            at = end;
        }
        endStatement();
    }

    private static int endOf(String script, String mark, int from) {
        int at = script.indexOf(mark, from);
        return at < 0 ? script.length() : at + mark.length();
    }

    private boolean endsStatement() {
        String soFar = code.toString().strip();
        return !STATEMENT_SET.matcher(soFar).matches() || END.matcher(soFar).matches();
    }

    private void endStatement() {
        if (!code.toString().isBlank()) {
            // A semicolon in the line of a comment would belong to the comment.
            statements.add(text.toString().strip() + (lineComment ? "\n" : ""));
        }
        text.setLength(0);
        code.setLength(0);
        lineComment = false;
    }
}
