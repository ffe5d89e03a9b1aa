/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

@AnalyzeClasses(
        packages = "io.github.flinkkvs",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

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
    static final ArchRule NOTHING_BORROWED =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "com.google.common..",
                            "lombok..",
                            "org.apache.flink.shaded..",
                            "org.apache.flink.runtime..",
                            "sun..",
                            "com.sun..");

    /** The SDK's own; it is met only to end its threads in time. */
    @ArchTest
    static final ArchRule NETTY_FOR_EVENT_LOOPS_ONLY =
            noClasses()
                    .that()
                    .doNotHaveFullyQualifiedName("io.github.flinkkvs.client.sdk.EventLoops")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.netty..");

    @ArchTest static final ArchRule NO_STANDARD_STREAMS = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest static final ArchRule NO_OTHER_LOGGING = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
}
