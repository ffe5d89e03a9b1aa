/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks that the code contains the messages that the page on errors explains: users search for
 * their words.
 */
class DocumentedMessagesTest {

    /** A name, number or reason separates two literals of a message. */
    private static final String VARIABLE = "…|: ";

    @Test
    void everyMessageIsInTheCode() throws IOException {
        String code = textsOfTheConnector();
        Set<String> missing = new TreeSet<>();
        List<String> messages = messages();
        for (String message : messages) {
            for (String part : message.split(VARIABLE)) {
                if (!code.contains(part.strip())) {
                    missing.add(part.strip());
                }
            }
        }
        assertThat(messages).hasSizeGreaterThan(10);
        assertThat(missing).isEmpty();
    }

    /** The first column of the table of messages. */
    private static List<String> messages() throws IOException {
        String section =
                new DocsPage("errors.md")
                        .text()
                        .replaceFirst("(?s)^.*\n## Messages of a failed job\n", "")
                        .replaceFirst("(?s)\n## .*", "");
        return section.lines()
                .filter(line -> line.startsWith("| `"))
                .flatMap(line -> Stream.of(line.split("\\|")[1].split("`")))
                .filter(text -> text.length() > 2)
                .collect(Collectors.toList());
    }

    /** All sources, with concatenated literals joined. */
    private static String textsOfTheConnector() throws IOException {
        StringBuilder code = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            for (Path file : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
                code.append(Files.readString(file));
            }
        }
        return code.toString().replaceAll("\"\\s*\\+\\s*\"", "");
    }
}
