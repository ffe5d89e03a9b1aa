/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.apache.flink.annotation.Experimental;
import org.apache.flink.annotation.PublicEvolving;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The list of public types in the documentation matches the code. {@code -Dkvs.docs.update} makes
 * the test regenerate it.
 */
class PublicApiTest {

    private static final String ROOT = "io.github.flinkkvs";

    /** Of the embedded service, which has no annotations of Flink. */
    private static final String TESTING = ROOT + ".testing";

    private static final Path PAGE = Path.of("..", "docs", "architecture.md");
    private static final String BEGIN = "<!-- public api -->\n";
    private static final String END = "<!-- end of public api -->";

    @Test
    void theDocumentationListsAllPublicTypes() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        String expected = page.substring(0, from) + table() + page.substring(page.indexOf(END));
        if (System.getProperty("kvs.docs.update") != null) {
            Files.writeString(PAGE, expected);
        } else {
            assertThat(page)
                    .as("run the test with -Dkvs.docs.update to regenerate the list")
                    .isEqualTo(expected);
        }
    }

    private static String table() {
        Map<String, StringJoiner> packages = new TreeMap<>();
        new ClassFileImporter()
                .importPackages(ROOT).stream()
                        .filter(PublicApiTest::isPublic)
                        .sorted(Comparator.comparing(JavaClass::getSimpleName))
                        .forEach(
                                type ->
                                        packages.computeIfAbsent(
                                                        type.getPackageName()
                                                                .substring(ROOT.length() + 1),
                                                        key -> new StringJoiner(", "))
                                                .add(name(type)));
        StringBuilder table = new StringBuilder("| package | types |\n|---|---|\n");
        packages.forEach((name, types) -> table.append("| `" + name + "` | " + types + " |\n"));
        return table.toString();
    }

    private static boolean isPublic(JavaClass type) {
        if (!type.isTopLevelClass() || !type.getModifiers().contains(JavaModifier.PUBLIC)) {
            return false;
        }
        String name = type.getPackageName() + ".";
        return name.startsWith(TESTING + ".")
                ? !name.startsWith(TESTING + ".internal.")
                : type.isAnnotatedWith(PublicEvolving.class)
                        || type.isAnnotatedWith(Experimental.class);
    }

    private static String name(JavaClass type) {
        String name = "`" + type.getSimpleName() + "`";
        return type.isAnnotatedWith(Experimental.class) ? "*" + name + "*" : name;
    }
}
