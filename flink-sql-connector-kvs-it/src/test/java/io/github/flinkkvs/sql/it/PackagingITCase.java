/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.sql.it;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The SQL jars contain everything that is needed, under names that conflict with no others, and
 * nothing else.
 */
class PackagingITCase {

    private static final String CONNECTOR = "flink-sql-connector-kvs";
    private static final String MEDIA = "flink-sql-connector-kvs-media";

    private static final String SHADED = "io/github/flinkkvs/shaded/";

    /** Names in packages of others, but not within other names, such as {@code http/nio/netty}. */
    private static final Pattern FOREIGN =
            Pattern.compile(
                    "(?<![\\w./$])/?(L?)(software[./]amazon|io[./]netty|org[./]reactivestreams)[./]");

    /** Types of others in a signature, after the first of them. */
    private static final Pattern FOREIGN_TYPE =
            Pattern.compile("L(software/amazon|io/netty|org/reactivestreams)/");

    /** References in a jar's classes to the original names of relocated packages. */
    private static Set<String> foreignNames(SqlJar jar) throws Exception {
        Set<String> names = new TreeSet<>();
        for (String entry : jar.entries()) {
            if (entry.endsWith(".class")) {
                for (String text : jar.constants(entry)) {
                    // Sentences are for people, not references.
                    if (text.indexOf(' ') < 0
                            && (FOREIGN.matcher(text).find()
                                    || FOREIGN_TYPE.matcher(text).find())) {
                        names.add(entry + ": " + text);
                    }
                }
            }
        }
        return names;
    }

    private static List<String> otherThan(SqlJar jar, String... patterns) {
        return jar.entries().stream()
                .filter(entry -> List.of(patterns).stream().noneMatch(entry::matches))
                .toList();
    }

    @Test
    void connectorJarHasNothingElse() throws Exception {
        try (SqlJar jar = new SqlJar(CONNECTOR)) {
            assertThat(jar.entries()).doesNotHaveDuplicates();
            assertThat(
                            otherThan(
                                    jar,
                                    "META-INF/(MANIFEST\\.MF|LICENSE|NOTICE)",
                                    "META-INF/licenses/.+",
                                    "META-INF/maven/.+/pom\\.properties",
                                    "META-INF/services/.+",
                                    "io/github/flinkkvs/(client|mkv|source|table)/.+",
                                    SHADED + "(io/netty|org/reactivestreams)/.+\\.class",
                                    SHADED + "software/amazon/.+\\.(class|json)",
                                    SHADED + "software/amazon/awssdk/core/util/mime\\.types"))
                    .isEmpty();
        }
    }

    @Test
    void mediaJarHasNothingElse() throws Exception {
        try (SqlJar jar = new SqlJar(MEDIA)) {
            assertThat(jar.entries()).doesNotHaveDuplicates();
            assertThat(
                            otherThan(
                                    jar,
                                    "META-INF/(MANIFEST\\.MF|LICENSE|NOTICE)",
                                    "META-INF/licenses/.+",
                                    "META-INF/maven/.+/pom\\.properties",
                                    "META-INF/services/org\\.apache\\.flink\\..+",
                                    "io/github/flinkkvs/media/.+",
                                    "org/bytedeco/(ffmpeg|javacpp)/.+\\.class",
                                    "org/bytedeco/javacpp/properties/.+\\.properties",
                                    // Without programs, filters and devices.
                                    "org/bytedeco/ffmpeg/\\w+-\\w+/(?!.*(avdevice|avfilter)).*\\..+",
                                    "org/bytedeco/javacpp/\\w+-\\w+/.+",
                                    "org/ebml/.+\\.class"))
                    .isEmpty();
            assertThat(jar.entries())
                    .anyMatch(entry -> entry.matches("org/bytedeco/ffmpeg/.*jniavcodec\\..*"))
                    .anyMatch(entry -> entry.matches("org/bytedeco/ffmpeg/.*jniavformat\\..*"));
        }
    }

    /** They are used together: a class in both could be loaded from either. */
    @Test
    void theTwoHaveNoClassInCommon() throws Exception {
        try (SqlJar connector = new SqlJar(CONNECTOR);
                SqlJar media = new SqlJar(MEDIA)) {
            assertThat(connector.entries().stream().filter(name -> name.endsWith(".class")))
                    .doesNotContainAnyElementsOf(media.entries());
        }
    }

    @Test
    void allOfEachArtifactIsThere() throws Exception {
        try (SqlJar jar = new SqlJar(CONNECTOR)) {
            Set<String> entries = Set.copyOf(jar.entries());
            for (SqlJar.Bundled artifact : jar.bundled()) {
                assertThat(SqlJar.classes(artifact))
                        .as(artifact.coordinates())
                        .isNotEmpty()
                        .allMatch(name -> entries.contains(SHADED + name));
            }
        }
        try (SqlJar jar = new SqlJar(MEDIA)) {
            Set<String> entries = Set.copyOf(jar.entries());
            for (SqlJar.Bundled artifact : jar.bundled()) {
                assertThat(entries)
                        .as(artifact.coordinates())
                        .containsAll(SqlJar.classes(artifact));
            }
        }
    }

    /**
     * The versions that a vulnerability scanner finds in the jar are those it was built from.
     * Versions of the network libraries are fixed here, so that no other dependency changes them
     * unnoticed.
     */
    @Test
    void versionsAreThoseThatWereChosen() throws Exception {
        try (SqlJar jar = new SqlJar(CONNECTOR)) {
            assertThat(versions(jar, "io.netty")).containsOnly("4.1.140.Final");
            assertThat(versions(jar, "software.amazon.awssdk")).containsOnly("2.40.2");
        }
        try (SqlJar jar = new SqlJar(MEDIA)) {
            assertThat(versions(jar, "org.bytedeco")).containsOnly("1.5.13", "8.0.1-1.5.13");
            assertThat(versions(jar, "com.github.kokorin")).containsOnly("2.3.1");
        }
        for (String module : List.of(CONNECTOR, MEDIA)) {
            try (SqlJar jar = new SqlJar(module)) {
                Set<String> bundled =
                        jar.bundled().stream()
                                .map(SqlJar.Bundled::coordinates)
                                .collect(Collectors.toSet());
                assertThat(jar.described())
                        // Ours, and the library in Netty's own jar.
                        .filteredOn(
                                name -> !name.matches("(io\\.github\\.flinkkvs|org\\.jctools):.*"))
                        .isNotEmpty()
                        .isSubsetOf(bundled);
            }
        }
    }

    private static List<String> versions(SqlJar jar, String group) throws Exception {
        return jar.described().stream()
                .filter(coordinates -> coordinates.startsWith(group + ":"))
                .map(coordinates -> coordinates.substring(coordinates.lastIndexOf(':') + 1))
                .toList();
    }

    @Test
    void noClassKnowsTheFormerNames() throws Exception {
        try (SqlJar jar = new SqlJar(CONNECTOR)) {
            assertThat(foreignNames(jar)).isEmpty();
        }
        try (SqlJar jar = new SqlJar(MEDIA)) {
            assertThat(foreignNames(jar)).isEmpty();
        }
    }

    @Test
    void servicesNameClassesThatAreThere() throws Exception {
        for (String module : List.of(CONNECTOR, MEDIA)) {
            try (SqlJar jar = new SqlJar(module)) {
                Set<String> entries = Set.copyOf(jar.entries());
                for (String service : entries) {
                    if (service.startsWith("META-INF/services/")) {
                        String type = service.substring("META-INF/services/".length());
                        assertThat(type)
                                .satisfiesAnyOf(
                                        name -> assertThat(name).startsWith("org.apache.flink."),
                                        name -> assertThat(entries).contains(classFile(name)));
                        assertThat(implementations(jar.text(service)))
                                .as(service)
                                .isNotEmpty()
                                .allMatch(name -> entries.contains(classFile(name)));
                    }
                }
            }
        }
    }

    private static String classFile(String name) {
        return name.replace('.', '/') + ".class";
    }

    private static List<String> implementations(String service) {
        return service.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {CONNECTOR, MEDIA})
    void noticeNamesWhatIsInIt(String module) throws Exception {
        try (SqlJar jar = new SqlJar(module)) {
            Matcher named =
                    Pattern.compile("(?m)^- ([\\w.]+:[\\w.-]+:[\\w.-]+)$")
                            .matcher(jar.text("META-INF/NOTICE"));
            List<String> artifacts = new ArrayList<>();
            while (named.find()) {
                artifacts.add(named.group(1));
            }
            assertThat(artifacts)
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(
                            jar.bundled().stream()
                                    .map(SqlJar.Bundled::coordinates)
                                    .collect(Collectors.toSet()));
        }
    }

    /** The jar contains exactly the texts that are referred to. */
    @ParameterizedTest
    @ValueSource(strings = {CONNECTOR, MEDIA})
    void licensesAreThere(String module) throws Exception {
        try (SqlJar jar = new SqlJar(module)) {
            Set<String> texts = new TreeSet<>();
            for (String entry : jar.entries()) {
                if (entry.matches("META-INF/(NOTICE|licenses/LICENSE\\.ffmpeg-parts)")) {
                    Matcher name =
                            Pattern.compile("META-INF/(?:licenses/)?LICENSE(?:[\\w.-]*\\w)?")
                                    .matcher(jar.text(entry));
                    while (name.find()) {
                        texts.add(name.group());
                    }
                }
            }
            assertThat(jar.entries().stream().filter(entry -> entry.contains("LICENSE")))
                    .containsExactlyInAnyOrderElementsOf(texts);
            assertThat(jar.text("META-INF/LICENSE")).contains("Apache License");
        }
    }
}
