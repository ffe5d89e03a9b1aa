/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Follows every link of the documentation to a file or a heading of this repository. */
class DocumentedLinksTest {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```");

    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    private static final Pattern CLASS = Pattern.compile("`([A-Z]\\w*)`");

    @Test
    void allLinksLeadSomewhere() throws IOException {
        Set<String> broken = new TreeSet<>();
        int followed = 0;
        for (Path page : DocumentedCodeTest.pages()) {
            for (String link : links(page)) {
                if (link.matches("[a-z]+:.*")) {
                    continue;
                }
                String[] parts = link.split("#", 2);
                Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
                boolean leadsSomewhere =
                        Files.exists(target)
                                && (parts.length == 1 || anchors(target).contains(parts[1]));
                if (!leadsSomewhere) {
                    broken.add(page.getFileName() + ": " + link);
                }
                followed++;
            }
        }
        assertThat(broken).isEmpty();
        assertThat(followed).isGreaterThan(100);
    }

    /** Every page can be reached from the README. */
    @Test
    void everyPageIsLinkedFromTheReadme() throws IOException {
        Path readme = Path.of("..", "README.md");
        Set<String> linked =
                links(readme).stream()
                        .map(link -> link.replaceFirst("#.*", ""))
                        .collect(Collectors.toSet());
        // The README links its pages directly.
        Set<String> pages =
                DocumentedCodeTest.pages().stream()
                        .map(page -> readme.getParent().relativize(page).toString())
                        .map(page -> page.replace('\\', '/'))
                        .filter(page -> !Set.of("README.md", "docs/media.md").contains(page))
                        .collect(Collectors.toSet());
        assertThat(linked).containsAll(pages);
    }

    /** Classes move and are renamed; the page must name them as they are. */
    @Test
    void everyClassInTheTableOfWhereThingsAreExists() throws IOException {
        String section =
                text(Path.of("..", "CONTRIBUTING.md"))
                        .replaceFirst("(?s)^.*\n## Where things are\n", "")
                        .replaceFirst("(?s)\n## .*", "");
        Set<String> named =
                Pattern.compile("(?m)^\\|[^|]*\\|([^|]*)\\|")
                        .matcher(section)
                        .results()
                        .flatMap(row -> CLASS.matcher(row.group(1)).results())
                        .map(code -> code.group(1) + ".java")
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> sources = new TreeSet<>();
        for (String module : List.of("", "-media", "-testing")) {
            Path main = Path.of("..", "flink-connector-kvs" + module, "src", "main", "java");
            try (Stream<Path> files = Files.walk(main)) {
                files.forEach(file -> sources.add(file.getFileName().toString()));
            }
        }
        assertThat(named).hasSizeGreaterThan(10);
        assertThat(sources).containsAll(named);
    }

    private static Set<String> links(Path page) throws IOException {
        return LINK.matcher(text(page))
                .results()
                .map(link -> link.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> anchors(Path page) throws IOException {
        return HEADING.matcher(text(page))
                .results()
                .map(DocumentedLinksTest::anchor)
                .collect(Collectors.toSet());
    }

    /** The name that GitHub gives a heading: its text without markup and punctuation. */
    private static String anchor(MatchResult heading) {
        return heading.group(1)
                .strip()
                .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    private static String text(Path page) throws IOException {
        return BLOCK.matcher(Files.readString(page)).replaceAll("");
    }
}
