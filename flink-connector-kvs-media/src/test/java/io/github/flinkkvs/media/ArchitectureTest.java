/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.apache.flink.annotation.Experimental;
import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

@AnalyzeClasses(
        packages = "io.github.flinkkvs.media",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String MEDIA = "io.github.flinkkvs.media";

    @ArchTest
    static final ArchRule IMPORTS_ONLY_POINT_DOWN =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .withOptionalLayers(true)
                    .layer("table")
                    .definedBy(MEDIA + ".table..")
                    .layer("clip")
                    .definedBy(MEDIA + ".clip..")
                    .layer("video")
                    .definedBy(MEDIA + ".video..")
                    .layer("audio")
                    .definedBy(MEDIA + ".audio")
                    .layer("codec")
                    .definedBy(MEDIA + ".audio.codec..")
                    .layer("file")
                    .definedBy(MEDIA + ".file..")
                    .layer("ffmpeg")
                    .definedBy(MEDIA + ".ffmpeg..")
                    .layer("media")
                    .definedBy(MEDIA)
                    .whereLayer("table")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("clip")
                    .mayOnlyBeAccessedByLayers("table")
                    .whereLayer("video")
                    .mayOnlyBeAccessedByLayers("table", "clip")
                    .whereLayer("audio")
                    .mayOnlyBeAccessedByLayers("table", "clip")
                    .whereLayer("codec")
                    .mayOnlyBeAccessedByLayers("audio", "clip")
                    .whereLayer("file")
                    .mayOnlyBeAccessedByLayers("table", "clip")
                    .whereLayer("ffmpeg")
                    .mayOnlyBeAccessedByLayers("clip", "video", "codec");

    @ArchTest
    static final ArchRule WHAT_IS_PUBLIC_SAYS_FOR_WHOM =
            classes()
                    .that()
                    .arePublic()
                    .and()
                    .areTopLevelClasses()
                    .should()
                    .beAnnotatedWith(PublicEvolving.class)
                    .orShould()
                    .beAnnotatedWith(Experimental.class)
                    .orShould()
                    .beAnnotatedWith(Internal.class);

    @ArchTest
    static final ArchRule FILES_NEED_NO_NATIVE_LIBRARIES =
            noClasses()
                    .that()
                    .resideInAPackage(MEDIA + ".file..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.bytedeco..");

    @ArchTest
    static final ArchRule JEBML_FOR_FILES_ONLY =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(MEDIA + ".file..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.ebml..");

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

    @ArchTest static final ArchRule NO_STANDARD_STREAMS = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest static final ArchRule NO_OTHER_LOGGING = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
}
