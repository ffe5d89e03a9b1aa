/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** The packages of the client and of tables. */
@AnalyzeClasses(
        packages = {"io.github.flinkkvs.client", "io.github.flinkkvs.table"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ClientArchitectureTest {

    @ArchTest
    static final ArchRule ROOMS_OF_THE_CLIENT_DEPEND_ON_THOSE_BELOW =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("connection")
                    .definedBy("io.github.flinkkvs.client")
                    .layer("media")
                    .definedBy("io.github.flinkkvs.client.media")
                    .layer("streams")
                    .definedBy("io.github.flinkkvs.client.streams")
                    .layer("sdk")
                    .definedBy("io.github.flinkkvs.client.sdk")
                    .layer("errors")
                    .definedBy("io.github.flinkkvs.client.errors")
                    .layer("aws")
                    .definedBy("io.github.flinkkvs.client.aws")
                    .whereLayer("connection")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("media")
                    .mayOnlyBeAccessedByLayers("connection")
                    .whereLayer("streams")
                    .mayOnlyBeAccessedByLayers("connection", "media")
                    .whereLayer("sdk")
                    .mayOnlyBeAccessedByLayers("connection", "media", "streams")
                    .whereLayer("errors")
                    .mayOnlyBeAccessedByLayers("connection", "media", "streams", "sdk");

    @ArchTest
    static final ArchRule ROOMS_OF_TABLES_DEPEND_ON_THOSE_BELOW =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("catalog")
                    .definedBy("io.github.flinkkvs.table.catalog")
                    .layer("factory")
                    .definedBy("io.github.flinkkvs.table.factory")
                    .layer("scan")
                    .definedBy("io.github.flinkkvs.table.scan")
                    .layer("rows")
                    .definedBy("io.github.flinkkvs.table.rows")
                    .layer("options")
                    .definedBy("io.github.flinkkvs.table")
                    .whereLayer("catalog")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("factory")
                    .mayOnlyBeAccessedByLayers("catalog")
                    .whereLayer("scan")
                    .mayOnlyBeAccessedByLayers("catalog", "factory")
                    .whereLayer("rows")
                    .mayOnlyBeAccessedByLayers("catalog", "factory", "scan");

    @ArchTest
    static final ArchRule ROOMS_ARE_FREE_OF_CYCLES =
            slices().matching("io.github.flinkkvs.(**)").should().beFreeOfCycles();

    /** So that messages about the configuration are written where it is read. */
    @ArchTest
    static final ArchRule ONLY_AWS_CONFIG_READS_CONFIGURATIONS =
            noClasses()
                    .that()
                    .resideInAPackage("io.github.flinkkvs.client..")
                    .and()
                    .resideOutsideOfPackage("io.github.flinkkvs.client.aws")
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("org\\.apache\\.flink\\.configuration\\.ReadableConfig");
}
