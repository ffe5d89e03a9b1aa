/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** The packages, and what the job's jar may need. */
@AnalyzeClasses(
        packages = "io.github.flinkkvs.chaos",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ChaosArchitectureTest {
    private static final String ROOT = "io.github.flinkkvs.chaos";

    @ArchTest
    static final ArchRule NO_CYCLES_OF_PACKAGES =
            slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule THE_JOB_NEEDS_ONLY_WHAT_IS_IN_ITS_JAR =
            noClasses()
                    .that()
                    .resideInAnyPackage(ROOT + ".job", ROOT + ".record")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            ROOT + ".ledger",
                            ROOT + ".service",
                            ROOT + ".world",
                            "io.github.flinkkvs.testing..",
                            "picocli..");

    @ArchTest
    static final ArchRule THE_VERDICT_DOES_NOT_ASK_FLINK =
            noClasses()
                    .that()
                    .resideInAnyPackage(ROOT + ".check", ROOT + ".ledger", ROOT + ".plan")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.apache.flink..", "io.github.flinkkvs.cluster..");
}
