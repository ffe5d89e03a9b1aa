/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks the page of metrics against the metrics that the sources of this module register. */
class MediaMetricsDocsTest {

    private static final Pattern REGISTERED =
            Pattern.compile("\\.(?:counter|gauge|meter|histogram)\\(\\s*([^,)]+)");

    private static final Predicate<String> LITERAL = Pattern.compile("\"\\w+\"").asMatchPredicate();

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| [^|]+ \\| `(\\w+)` \\| counter \\| ([^|]+) \\| ([^|]+) \\|$");

    @Test
    void everyMetricHasUnitAndMeaning() throws IOException {
        Set<String> documented = new TreeSet<>();
        Matcher row = ROW.matcher(Files.readString(Path.of("..", "docs", "monitoring.md")));
        while (row.find()) {
            documented.add(row.group(1));
            assertThat(row.group(2)).as("unit of %s", row.group(1)).isNotBlank();
            assertThat(row.group(3)).as("meaning of %s", row.group(1)).isNotBlank();
        }
        assertThat(documented).isEqualTo(registered());
    }

    private static Set<String> registered() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            sources =
                    files.filter(file -> file.toString().endsWith(".java"))
                            .collect(Collectors.toList());
        }
        List<String> names = new ArrayList<>();
        for (Path source : sources) {
            Matcher metric = REGISTERED.matcher(Files.readString(source));
            while (metric.find()) {
                names.add(metric.group(1));
            }
        }
        assertThat(names).as("names, as literals, so that they are found").allMatch(LITERAL);
        return names.stream()
                .map(name -> name.replace("\"", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
