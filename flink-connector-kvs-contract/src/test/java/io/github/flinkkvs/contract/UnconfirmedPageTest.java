/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.archive.ArchiveBehavior;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The page on what is unconfirmed has each question, each switch, and only tests that exist. */
class UnconfirmedPageTest {

    private static final Path PAGE = Path.of("../docs/unconfirmed.md");

    private static final Path TESTS =
            Path.of(
                    "../flink-connector-kvs-it/src/test/java/io/github/flinkkvs/it/UnconfirmedITCase.java");

    /** Of producers, and of the embedded service itself. */
    private static final Set<String> NOT_FOR_READERS = Set.of("idleAckInterval", "archive.seed");

    /** Rows of the table: question, what the source does, switch, test. */
    private static List<String[]> rows() throws Exception {
        String page = Files.readString(PAGE);
        String table =
                page.substring(
                        page.indexOf("<!-- questions -->"),
                        page.indexOf("<!-- end of questions -->"));
        return Arrays.stream(table.split("\n"))
                .filter(line -> line.startsWith("| ") && !line.startsWith("| question"))
                .map(line -> line.substring(2).split(" \\| ?"))
                .collect(Collectors.toList());
    }

    @Test
    void eachQuestionWithASwitchHasItsRow() throws Exception {
        List<String> expected = new ArrayList<>();
        for (Question question : Question.values()) {
            if (!question.behaviorSwitch.isEmpty()) {
                expected.add(question.text + " `" + question.behaviorSwitch + "`");
            }
        }
        assertThat(rows())
                .extracting(row -> row[0] + " " + row[2])
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(rows()).allSatisfy(row -> assertThat(row[1]).isNotBlank());
    }

    @Test
    void eachSwitchHasItsQuestion() {
        Set<String> switches = new TreeSet<>(switches(Behavior.class, ""));
        switches.addAll(switches(ArchiveBehavior.class, "archive."));
        switches.removeAll(NOT_FOR_READERS);
        switches.remove("archive");
        assertThat(
                        Arrays.stream(Question.values())
                                .map(question -> question.behaviorSwitch)
                                .filter(name -> !name.isEmpty()))
                .containsExactlyInAnyOrderElementsOf(switches);
    }

    /** The methods that change a copy. */
    private static Set<String> switches(Class<?> type, String prefix) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getReturnType() == type)
                .filter(method -> method.getParameterCount() == 1)
                .map(Method::getName)
                .map(name -> prefix + name)
                .collect(Collectors.toSet());
    }

    @Test
    void eachTestExistsAndIsNamed() throws Exception {
        Set<String> named = new TreeSet<>();
        for (String[] row : rows()) {
            Arrays.stream(row[3].replaceAll("[` |]", "").split(",")).forEach(named::add);
        }
        Set<String> tests = new TreeSet<>();
        String[] source = Files.readString(TESTS).split("@Test\n");
        for (String test : Arrays.asList(source).subList(1, source.length)) {
            tests.add(test.trim().replaceFirst("(?s)^void (\\w+)\\(.*", "$1"));
        }
        assertThat(named).isEqualTo(tests);
    }
}
