/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/** The packages of the embedded service, and their allowed contents. */
@AnalyzeClasses(
        packages = "io.github.flinkkvs.testing",
        importOptions = ImportOption.DoNotIncludeTests.class)
class TestingArchitectureTest {
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final int MAX_LINES = 400;
    private static final int MAX_FILES = 15;
    private static final String ROOT = "io.github.flinkkvs.testing";

    @ArchTest
    static final ArchRule NO_CYCLES_OF_PACKAGES =
            slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule IMPORTS_ONLY_POINT_DOWN =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("cli")
                    .definedBy(ROOT + ".cli")
                    .layer("admin")
                    .definedBy(ROOT + ".admin")
                    .layer("face")
                    .definedBy(ROOT)
                    .layer("operations")
                    .definedBy(
                            ROOT + ".internal.api",
                            ROOT + ".internal.operations..",
                            ROOT + ".internal.calls",
                            ROOT + ".internal.sts")
                    .layer("body")
                    .definedBy(
                            ROOT + ".internal.body",
                            ROOT + ".internal.clip",
                            ROOT + ".internal.ingest")
                    .layer("http")
                    .definedBy(ROOT + ".internal.http")
                    .layer("streams")
                    .definedBy(ROOT + ".internal.streams")
                    .layer("store")
                    .definedBy(ROOT + ".internal.store")
                    .layer("internal log")
                    .definedBy(ROOT + ".internal.log")
                    .layer("media")
                    .definedBy(ROOT + ".media")
                    .layer("ebml")
                    .definedBy(ROOT + ".internal.ebml")
                    .layer("values")
                    .definedBy(ROOT + ".behavior..", ROOT + ".faults", ROOT + ".log")
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("admin")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("face")
                    .mayOnlyBeAccessedByLayers("cli", "admin")
                    .whereLayer("operations")
                    .mayOnlyBeAccessedByLayers("face")
                    .whereLayer("body")
                    .mayOnlyBeAccessedByLayers("operations")
                    .whereLayer("http")
                    .mayOnlyBeAccessedByLayers("admin", "face", "operations", "body")
                    .whereLayer("streams")
                    .mayOnlyBeAccessedByLayers("face", "operations", "body", "http")
                    .whereLayer("store")
                    .mayOnlyBeAccessedByLayers("face", "operations", "body", "streams")
                    .whereLayer("internal log")
                    .mayOnlyBeAccessedByLayers("operations", "body", "streams", "store")
                    .whereLayer("media")
                    .mayOnlyBeAccessedByLayers("cli", "admin", "face", "store")
                    .whereLayer("ebml")
                    .mayOnlyBeAccessedByLayers("body", "store", "media")
                    .whereLayer("values")
                    .mayOnlyBeAccessedByLayers(
                            "cli",
                            "admin",
                            "face",
                            "operations",
                            "body",
                            "http",
                            "streams",
                            "store",
                            "internal log",
                            "media",
                            "ebml");

    @ArchTest
    static final ArchRule THE_STATE_KNOWS_NOTHING_OF_HTTP =
            noClasses()
                    .that()
                    .resideInAnyPackage(ROOT + ".internal.streams", ROOT + ".internal.store")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.vertx.core.http..", "com.fasterxml..");

    /** A handler answers calls; only the table knows all handlers. */
    @ArchTest
    static final ArchRule ONLY_THE_TABLE_KNOWS_HANDLERS =
            classes()
                    .that()
                    .resideInAPackage(ROOT + ".internal.operations..")
                    .should()
                    .onlyHaveDependentClassesThat()
                    .resideInAnyPackage(ROOT + ".internal.operations..", ROOT + ".internal.api");

    /** The reference for tests of the connector and its parser must not come from them. */
    @ArchTest
    static final ArchRule NEITHER_FLINK_NOR_THE_CONNECTOR =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.apache.flink..",
                            "software.amazon..",
                            "io.github.flinkkvs.source..",
                            "io.github.flinkkvs.client..",
                            "io.github.flinkkvs.table..",
                            "io.github.flinkkvs.mkv..",
                            "io.github.flinkkvs.media..");

    @Test
    void noFileIsLong() throws IOException {
        for (Path file : sources()) {
            try (Stream<String> lines = Files.lines(file)) {
                assertThat(lines.count()).as(file.toString()).isLessThanOrEqualTo(MAX_LINES);
            }
        }
    }

    @Test
    void noPackageIsLarge() throws IOException {
        Map<Path, Long> sizes =
                sources().stream()
                        .filter(file -> !file.endsWith("package-info.java"))
                        .collect(Collectors.groupingBy(Path::getParent, Collectors.counting()));
        assertThat(sizes).isNotEmpty();
        sizes.forEach(
                (folder, files) ->
                        assertThat(files).as(folder.toString()).isLessThanOrEqualTo(MAX_FILES));
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toList());
        }
    }
}
