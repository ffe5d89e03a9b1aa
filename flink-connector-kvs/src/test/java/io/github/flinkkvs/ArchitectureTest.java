/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs;

import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceBuilder;

import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

@AnalyzeClasses(
        packages = "io.github.flinkkvs",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final int MAX_LINES = 400;

    @ArchTest
    static final ArchRule IMPORTS_ONLY_POINT_DOWN =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .withOptionalLayers(true)
                    .layer("table")
                    .definedBy("io.github.flinkkvs.table..")
                    .layer("source")
                    .definedBy("io.github.flinkkvs.source..")
                    .layer("client")
                    .definedBy("io.github.flinkkvs.client..")
                    .layer("mkv")
                    .definedBy("io.github.flinkkvs.mkv..")
                    .whereLayer("table")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("source")
                    .mayOnlyBeAccessedByLayers("table")
                    .whereLayer("client")
                    .mayOnlyBeAccessedByLayers("table", "source");

    @ArchTest
    static final ArchRule READING_POINTS_DOWN =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("reader")
                    .definedBy("io.github.flinkkvs.source.reader..")
                    .layer("session")
                    .definedBy("io.github.flinkkvs.source.session..")
                    .layer("fetch")
                    .definedBy("io.github.flinkkvs.source.fetch..")
                    .layer("resources")
                    .definedBy("io.github.flinkkvs.source.resources..")
                    .whereLayer("reader")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("session")
                    .mayOnlyBeAccessedByLayers("reader")
                    .whereLayer("fetch")
                    .mayOnlyBeAccessedByLayers("session");

    @ArchTest
    static final ArchRule NO_CYCLES_IN_THE_SOURCE =
            slices().matching("io.github.flinkkvs.source.(*)..").should().beFreeOfCycles();

    /** The rest of the package, such as positions and options, may be used below as well. */
    @ArchTest
    static final ArchRule ONLY_USERS_KNOW_THE_SOURCE_ITSELF =
            noClasses()
                    .that()
                    .resideInAPackage("io.github.flinkkvs.source.*..")
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(KvsSource.class, KvsSourceBuilder.class);

    /** Each package is a slice; the source's user-facing classes are above all of them. */
    @ArchTest
    static final ArchRule NO_CYCLES_OF_PACKAGES =
            slices().assignedFrom(
                            new SliceAssignment() {
                                @Override
                                public SliceIdentifier getIdentifierOf(JavaClass type) {
                                    return SliceIdentifier.of(
                                            FACE.contains(outermost(type).getName())
                                                    ? "the source itself"
                                                    : type.getPackageName());
                                }

                                @Override
                                public String getDescription() {
                                    return "packages";
                                }
                            })
                    .should()
                    .beFreeOfCycles();

    private static final Set<String> FACE =
            Set.of(KvsSource.class.getName(), KvsSourceBuilder.class.getName());

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    /** A public type says whether users may rely on it. */
    @ArchTest
    static final ArchRule PUBLIC_TYPES_SAY_FOR_WHOM_THEY_ARE =
            classes()
                    .that()
                    .arePublic()
                    .and()
                    .areTopLevelClasses()
                    .should()
                    .beAnnotatedWith(PublicEvolving.class)
                    .orShould()
                    .beAnnotatedWith(Internal.class);

    @Test
    void noFileIsTooLong() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            sources =
                    files.filter(file -> file.toString().endsWith(".java"))
                            .collect(Collectors.toList());
        }
        assertThat(sources).isNotEmpty();
        for (Path source : sources) {
            assertThat(Files.readAllLines(source).size())
                    .as("lines of %s", source)
                    .isLessThanOrEqualTo(MAX_LINES);
        }
    }

    @ArchTest
    static final ArchRule NOTHING_BORROWED =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "com.google.common..",
                            "lombok..",
                            "org.apache.flink.shaded..",
                            "sun..",
                            "com.sun..");

    /** Nothing else unregisters a metric; a test does it with the groups of Flink. */
    @ArchTest
    static final ArchRule RUNTIME_FOR_GAUGES_ONLY =
            noClasses()
                    .that()
                    .doNotHaveFullyQualifiedName("io.github.flinkkvs.source.metrics.StreamGauges")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.apache.flink.runtime..");

    /**
     * The SDK's own; used only to end its threads in time, to pool its buffers, and to choose what
     * encrypts.
     */
    @ArchTest
    static final ArchRule NETTY_FOR_THREADS_BUFFERS_AND_TLS_ONLY =
            noClasses()
                    .that()
                    .haveNameNotMatching(
                            "io\\.github\\.flinkkvs\\.client\\.sdk"
                                    + "\\.(EventLoops|PooledChannels(\\$PoolSetter)?|TlsLibrary)")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.netty..");

    @ArchTest static final ArchRule NO_STANDARD_STREAMS = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest static final ArchRule NO_OTHER_LOGGING = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
}
