/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.document.MkvElement;
import io.github.flinkkvs.mkv.document.MkvNode;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** The packages of {@code mkv}, from the top down. */
@AnalyzeClasses(
        packages = "io.github.flinkkvs.mkv",
        importOptions = ImportOption.DoNotIncludeTests.class)
class MkvArchitectureTest {

    @ArchTest
    static final ArchRule IMPORTS_ONLY_POINT_DOWN =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("bitstream")
                    .definedBy("io.github.flinkkvs.mkv.bitstream")
                    .layer("assembler")
                    .definedBy("io.github.flinkkvs.mkv.assembler")
                    .layer("mkv")
                    .definedBy("io.github.flinkkvs.mkv")
                    .layer("document")
                    .definedBy("io.github.flinkkvs.mkv.document")
                    .layer("parser")
                    .definedBy("io.github.flinkkvs.mkv.parser")
                    .whereLayer("bitstream")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("assembler")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("mkv")
                    .mayOnlyBeAccessedByLayers("bitstream", "assembler")
                    .whereLayer("document")
                    .mayOnlyBeAccessedByLayers("mkv");

    /** MkvNode and MkvElement count as one: a tree node has elements, and they are nodes. */
    private static final SliceAssignment TOP_LEVEL_CLASSES =
            new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                    String topLevel = javaClass.getName().split("\\$")[0];
                    return SliceIdentifier.of(
                            topLevel.equals(MkvElement.class.getName())
                                    ? MkvNode.class.getName()
                                    : topLevel);
                }

                @Override
                public String getDescription() {
                    return "top-level classes";
                }
            };

    @ArchTest
    static final ArchRule NO_CIRCLES_OF_CLASSES =
            slices().assignedFrom(TOP_LEVEL_CLASSES).should().beFreeOfCycles();

    /** The public API uses only annotations of Flink: the code runs without it. */
    @ArchTest
    static final ArchRule NEITHER_FLINK_NOR_AWS =
            noClasses()
                    .that()
                    .resideInAPackage("io.github.flinkkvs.mkv..")
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage(
                                            "org.apache.flink..",
                                            "software.amazon..",
                                            "com.amazonaws..",
                                            "org.slf4j..")
                                    .and(not(resideInAPackage("org.apache.flink.annotation"))));
}
