/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.sql.it;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A built jar: its entries, their texts, and the names within its classes. */
final class SqlJar implements AutoCloseable {

    /** An artifact that went into a jar, and the file that it was taken from. */
    record Bundled(String groupId, String artifactId, String version, Path file) {

        /** As the NOTICE names it; one entry stands for all platforms. */
        String coordinates() {
            return groupId + ":" + artifactId + ":" + version;
        }
    }

    private final Path folder;
    private final Path file;
    private final JarFile jar;

    /**
     * @param module the module of the jar
     */
    SqlJar(String module) throws IOException {
        folder = Path.of("..", module, "target");
        file = onClassPath(module);
        jar = new JarFile(file.toFile());
    }

    /** The jar that Maven built or, if only this module is built, installed. */
    private static Path onClassPath(String module) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> path.getFileName().toString().matches(module + "-[0-9].*\\.jar"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No jar of " + module + " in class path"));
    }

    Path file() {
        return file;
    }

    /** The names of all files in it; a duplicate name occurs twice. */
    List<String> entries() {
        List<String> names = new ArrayList<>();
        for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
            JarEntry entry = all.nextElement();
            if (!entry.isDirectory()) {
                names.add(entry.getName());
            }
        }
        return names;
    }

    String text(String entry) throws IOException {
        return new String(bytes(entry), StandardCharsets.UTF_8);
    }

    private byte[] bytes(String entry) throws IOException {
        return jar.getInputStream(jar.getJarEntry(entry)).readAllBytes();
    }

    /** All names and texts in a class: types, members and literals. */
    Set<String> constants(String classFile) throws IOException {
        Set<String> texts = new LinkedHashSet<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes(classFile)))) {
            // Magic number and version.
            in.readLong();
            int count = in.readUnsignedShort();
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case 1 -> texts.add(in.readUTF());
                    case 7, 8, 16, 19, 20 -> in.skipBytes(2);
                    case 15 -> in.skipBytes(3);
                    case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipBytes(4);
                    case 5, 6 -> {
                        in.skipBytes(8);
                        // They take two indices.
                        i++;
                    }
                    default -> throw new IOException(classFile + " has a constant of kind " + tag);
                }
            }
        }
        return texts;
    }

    /** The module's run time dependencies according to Maven, without those that Flink provides. */
    List<Bundled> bundled() throws IOException {
        List<Bundled> artifacts = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("bundled.txt"))) {
            // group:artifact:type[:classifier]:version:scope:file, then maybe its Java module.
            String[] parts = line.strip().split(" -- ")[0].split(":");
            if (parts.length >= 6) {
                int end = parts.length;
                artifacts.add(
                        new Bundled(parts[0], parts[1], parts[end - 3], Path.of(parts[end - 1])));
            }
        }
        return artifacts;
    }

    /**
     * The artifacts whose {@code pom.properties} are in the jar, as {@code group:artifact:version}.
     */
    List<String> described() throws IOException {
        List<String> coordinates = new ArrayList<>();
        for (String entry : entries()) {
            if (entry.matches("META-INF/maven/.+/pom\\.properties")) {
                Properties pom = new Properties();
                pom.load(new ByteArrayInputStream(bytes(entry)));
                coordinates.add(
                        Stream.of("groupId", "artifactId", "version")
                                .map(pom::getProperty)
                                .collect(Collectors.joining(":")));
            }
        }
        return coordinates;
    }

    /** The classes of one of the artifacts, by their names in the jar that they come from. */
    static List<String> classes(Bundled artifact) throws IOException {
        try (JarFile jar = new JarFile(artifact.file().toFile())) {
            return jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
                    .filter(name -> !name.equals("module-info.class"))
                    .toList();
        }
    }

    @Override
    public void close() throws IOException {
        jar.close();
    }
}
