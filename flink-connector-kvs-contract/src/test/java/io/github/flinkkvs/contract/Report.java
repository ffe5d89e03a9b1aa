/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was found out, as Markdown: the open questions first, then each statement's verdict. */
final class Report {

    private final List<String> verdicts = new ArrayList<>();
    private final Map<Question, List<String>> answers = new EnumMap<>(Question.class);
    private final Map<Question, List<String>> evidence = new EnumMap<>(Question.class);
    private final List<String> left = new ArrayList<>();
    private final String target;
    private int broken;

    Report(Target target) {
        this.target = target.toString();
    }

    /**
     * Records which way the service went.
     *
     * @param seen what shows it, without credentials or media
     * @throws AssertionError if the embedded service has no switch for that
     */
    void answer(Question question, Object answer, String seen) {
        String text = String.valueOf(answer);
        answers.computeIfAbsent(question, q -> new ArrayList<>()).add(text);
        evidence.computeIfAbsent(question, q -> new ArrayList<>()).add(seen);
        if (!question.answers.isEmpty() && !question.answers.contains(text)) {
            throw new AssertionError(
                    question.text
                            + " The answer '"
                            + text
                            + "' is none of "
                            + question.answers
                            + ": "
                            + seen);
        }
    }

    /** The answers that a question got, in their order. */
    List<String> answers(Question question) {
        return answers.getOrDefault(question, List.of());
    }

    void holds(String statement) {
        verdicts.add("| " + cell(statement) + " | holds |");
    }

    void broken(String statement, Throwable why) {
        broken++;
        verdicts.add("| " + cell(statement) + " | **broken**: " + cell(String.valueOf(why)) + " |");
    }

    /** A stream that could not be deleted. */
    void left(String stream) {
        left.add(stream);
    }

    String text() {
        StringBuilder text = new StringBuilder("# The contract with " + target + "\n\n");
        if (!left.isEmpty()) {
            text.append("**Delete these streams, which cost money:**\n\n");
            left.forEach(stream -> text.append("- ").append(stream).append('\n'));
            text.append('\n');
        }
        text.append("## Open questions\n\n| question | answer | `Behavior` | evidence |\n");
        text.append("|---|---|---|---|\n");
        for (Question question : Question.values()) {
            boolean asked = answers.containsKey(question);
            text.append("| ")
                    .append(question.text)
                    .append(" | ")
                    .append(asked ? cell(String.join("; ", answers.get(question))) : "not asked")
                    .append(" | ")
                    .append(
                            question.behaviorSwitch.isEmpty()
                                    ? "–"
                                    : "`" + question.behaviorSwitch + "`")
                    .append(" | ")
                    .append(asked ? cell(String.join("; ", evidence.get(question))) : "–")
                    .append(" |\n");
        }
        text.append("\n## Statements\n\n")
                .append(verdicts.size() - broken)
                .append(" hold, ")
                .append(broken)
                .append(" are broken.\n\n| statement | verdict |\n|---|---|\n");
        verdicts.forEach(verdict -> text.append(verdict).append('\n'));
        return text.toString();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replaceAll("\\s+", " ").trim();
    }

    /** Writes it to a file. */
    void write(Path file) throws IOException {
        Files.writeString(file, text());
    }
}
