/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Splits an SQL script into statements. The SQL client itself expects each statement to begin on a
 * line of its own.
 */
final class SqlScript {

    private static final Pattern STATEMENT_SET =
            Pattern.compile(
                    "(EXECUTE|(EXPLAIN|COMPILE)\\b.*?)\\s+STATEMENT\\s+SET\\s+BEGIN\\b.*", flags());

    private static final Pattern END = Pattern.compile(".*;\\s*END", flags());

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final List<String> statements = new ArrayList<>();

    /** The statement that is being read: as it is, and, in {@link #code}, without its comments. */
    private final StringBuilder text = new StringBuilder();

    private final StringBuilder code = new StringBuilder();

    /** Whether the text ends with a comment that extends to the end of its line. */
    private boolean lineComment;

    private SqlScript() {}

    private static int flags() {
        return Pattern.CASE_INSENSITIVE | Pattern.DOTALL;
    }

    /**
     * Returns the statements, each with the comments before and in it, without its semicolon.
     * Comments that begin with {@code //} begin with {@code --} then.
     *
     * @param script a text that may begin with a byte order mark, as some editors write it
     */
    static List<String> statements(String script) {
        SqlScript reader = new SqlScript();
        reader.read(script.startsWith(BYTE_ORDER_MARK) ? script.substring(1) : script);
        return reader.statements;
    }

    /** Returns the script that an SQL client executes statement by statement. */
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
                // A hint is code: its texts can contain the marks of comments.
                end = at + 2;
                code.append(' ');
            } else if (script.startsWith("/*", at)) {
                end = endOf(script, "*/", at + 2);
                code.append(' ');
            } else if (c == '\'' || c == '`' || c == '"') {
                // A doubled quote ends one text and begins the next.
                end = endOf(script, String.valueOf(c), at + 1);
                code.append("''");
            } else if (c == ';' && endsStatement()) {
                endStatement();
                at = end;
                continue;
            } else {
                code.append(c);
            }
            if (script.startsWith("//", at)) {
                // The SQL client takes a quote in a comment of this form for the begin of a text.
                text.append("--").append(script, at + 2, end);
            } else {
                text.append(script, at, end);
            }
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
            // A semicolon on the line of a comment would belong to the comment.
            statements.add(text.toString().strip() + (lineComment ? "\n" : ""));
        }
        text.setLength(0);
        code.setLength(0);
        lineComment = false;
    }
}
