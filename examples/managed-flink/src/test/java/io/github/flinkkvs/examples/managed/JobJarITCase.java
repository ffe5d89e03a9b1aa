/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The jar for the service has everything that it needs, and nothing that the service brings. */
class JobJarITCase {

    /** The first is about the jar, the others about what the two modules of the connector use. */
    private static final List<String> NOTICES =
            List.of(
                    "META-INF/NOTICE",
                    "META-INF/flink-sql-connector-kvs/NOTICE",
                    "META-INF/flink-sql-connector-kvs-media/NOTICE");

    /** The class files of Java 11, on which the service runs Flink 1.20. */
    private static final int JAVA_11 = 55;

    private static final int MEGABYTE = 1 << 20;

    private static final Path FILE = Path.of("target", "managed-flink-job.jar");

    private static JarFile jar;
    private static List<String> entries;

    @BeforeAll
    static void open() throws IOException {
        jar = new JarFile(FILE.toFile());
        entries =
                jar.stream()
                        .filter(entry -> !entry.isDirectory())
                        .map(JarEntry::getName)
                        .collect(Collectors.toList());
    }

    @AfterAll
    static void close() throws IOException {
        jar.close();
    }

    private static String text(String entry) throws IOException {
        byte[] bytes = jar.getInputStream(jar.getJarEntry(entry)).readAllBytes();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void theManifestNamesTheJob() throws IOException {
        assertThat(jar.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS))
                .isEqualTo(ManagedFlinkJob.class.getName());
        assertThat(entries).contains(ManagedFlinkJob.class.getName().replace('.', '/') + ".class");
    }

    @Test
    void hasNothingElse() {
        assertThat(entries)
                .doesNotHaveDuplicates()
                .allMatch(
                        name ->
                                name.matches(
                                        "(io/github/flinkkvs|io/netty|org/reactivestreams|org/bytedeco"
                                                + "|org/ebml|software/amazon)/.+"
                                                + "|META-INF/.+|mime\\.types|VersionInfo\\.java"));
        assertThat(entries)
                .noneMatch(name -> name.startsWith("io/github/flinkkvs/testing/"))
                .noneMatch(name -> name.matches("META-INF/[^/]+\\.(SF|DSA|RSA)"))
                .noneMatch(name -> name.endsWith("module-info.class"));
    }

    /** The service's is linux-x86_64, wherever the jar was built. */
    @Test
    void hasFFmpegForThePlatformOfTheServiceOnly() {
        assertThat(entries)
                .contains(
                        "org/bytedeco/ffmpeg/linux-x86_64/libjniavcodec.so",
                        "org/bytedeco/javacpp/linux-x86_64/libjnijavacpp.so")
                .noneMatch(
                        name ->
                                name.matches(
                                        "org/bytedeco/\\w+/(macosx|windows|linux-(?!x86_64)).*"));
    }

    /** The service takes up to 512 MB, but each start of the application loads the jar. */
    @Test
    void isSmall() throws IOException {
        assertThat(Files.size(FILE)).isLessThan(60L * MEGABYTE);
    }

    @Test
    void runsOnJava11() throws IOException {
        Map<String, Integer> newer = new TreeMap<>();
        for (String entry : entries) {
            if (entry.endsWith(".class")) {
                try (DataInputStream in =
                        new DataInputStream(jar.getInputStream(jar.getJarEntry(entry)))) {
                    in.readInt();
                    in.readUnsignedShort();
                    int version = in.readUnsignedShort();
                    if (version > JAVA_11) {
                        newer.put(entry, version);
                    }
                }
            }
        }
        assertThat(newer).isEmpty();
    }

    /** The classes that the jar names for a service of Java's. */
    private static List<String> implementations(String service) throws IOException {
        return text("META-INF/services/" + service)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .collect(Collectors.toList());
    }

    @Test
    void servicesNameClassesThatAreThere() throws IOException {
        Set<String> classes = Set.copyOf(entries);
        for (String entry : entries) {
            if (entry.startsWith("META-INF/services/")) {
                String service = entry.substring("META-INF/services/".length());
                assertThat(implementations(service))
                        .as(service)
                        .isNotEmpty()
                        .allMatch(name -> classes.contains(name.replace('.', '/') + ".class"));
            }
        }
        // Those of both modules.
        assertThat(implementations("org.apache.flink.table.factories.Factory"))
                .anyMatch(name -> name.startsWith("io.github.flinkkvs.table."))
                .anyMatch(name -> name.startsWith("io.github.flinkkvs.media."));
    }

    /** Whoever passes the jar on, passes FFmpeg on: its license demands notice and text. */
    @Test
    void noticesNameEachLibrary() throws IOException {
        StringBuilder notices = new StringBuilder();
        for (String notice : NOTICES) {
            notices.append(text(notice));
        }
        Set<String> libraries = new TreeSet<>();
        for (String entry : entries) {
            if (entry.matches("META-INF/maven/.+/pom\\.properties")) {
                Properties library = new Properties();
                library.load(new StringReader(text(entry)));
                libraries.add(
                        library.getProperty("groupId")
                                + ":"
                                + library.getProperty("artifactId")
                                + ":"
                                + library.getProperty("version"));
            }
        }
        // Ours, and the library in Netty's own jar.
        libraries.removeIf(name -> name.matches("(io\\.github\\.flinkkvs|org\\.jctools):.*"));

        assertThat(libraries)
                .anyMatch(name -> name.startsWith("org.bytedeco:ffmpeg:"))
                .anyMatch(name -> name.startsWith("com.github.kokorin:jebml:"))
                .anyMatch(name -> name.startsWith("io.netty:"))
                .anyMatch(name -> name.startsWith("software.amazon.awssdk:"))
                .allSatisfy(name -> assertThat(notices).contains("\n- " + name + "\n"));
        assertThat(notices).doesNotContain("${");
        assertThat(text("META-INF/NOTICE")).startsWith("managed-flink-job\n");
    }

    /** The jar contains exactly the texts that are referred to. */
    @Test
    void licensesAreThere() throws IOException {
        Pattern license = Pattern.compile("META-INF/(?:licenses/)?LICENSE(?:[\\w.-]*\\w)?");
        Set<String> texts = new TreeSet<>();
        for (String entry : entries) {
            if (entry.matches("META-INF/(.+/)?(NOTICE|LICENSE\\.ffmpeg-parts)")) {
                license.matcher(text(entry))
                        .results()
                        .forEach(reference -> texts.add(reference.group()));
            }
        }

        assertThat(entries.stream().filter(name -> name.matches("META-INF/.*LICENSE.*")))
                .containsExactlyInAnyOrderElementsOf(texts)
                .contains("META-INF/licenses/LICENSE.lgpl-3.0");
        assertThat(entries.stream().filter(name -> name.matches("META-INF/.*NOTICE.*")))
                .containsExactlyInAnyOrderElementsOf(NOTICES);
        assertThat(text("META-INF/LICENSE")).contains("Apache License");
        assertThat(text("META-INF/licenses/LICENSE.lgpl-3.0"))
                .contains("GNU LESSER GENERAL PUBLIC LICENSE");
    }

    /** With Apache's client beside them, somebody would have to choose. */
    @Test
    void hasOneHttpClientOfEachKind() throws IOException {
        assertThat(implementations("software.amazon.awssdk.http.SdkHttpService"))
                .containsExactly(
                        "software.amazon.awssdk.http.urlconnection.UrlConnectionSdkHttpService");
        assertThat(implementations("software.amazon.awssdk.http.async.SdkAsyncHttpService"))
                .containsExactly("software.amazon.awssdk.http.nio.netty.NettySdkAsyncHttpService");
    }
}
