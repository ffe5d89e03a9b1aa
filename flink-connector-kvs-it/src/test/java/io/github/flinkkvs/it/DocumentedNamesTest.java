/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.document.MkvDocument;
import io.github.flinkkvs.mkv.document.MkvElement;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;

import org.apache.flink.table.api.Expressions;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks that every method of ours in the text and tables of the documentation exists. */
class DocumentedNamesTest {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```");

    /** What is in backticks within a line. */
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

    /** A call and those on its result, such as {@code fragment.document().print(out)}. */
    private static final Pattern CALLS =
            Pattern.compile("([A-Za-z]\\w*\\.)?[a-z]\\w*\\(.*\\)(\\.[a-z]\\w*\\(.*\\))*");

    private static final Pattern ONE_CALL = Pattern.compile("\\.?(\\w+)\\(");

    /** Variables whose names differ from their types. */
    private static final Map<String, Class<?>> VARIABLES =
            Map.of(
                    "document", MkvDocument.class,
                    "element", MkvElement.class,
                    "kvs", EmbeddedKvs.class,
                    "stream", EmbeddedStream.class);

    /** All public types, of which many may be called {@code Builder}. */
    private final List<Class<?>> types = new ArrayList<>();

    /** By the names of types and of variables. */
    private final Map<String, Class<?>> named = new TreeMap<>(VARIABLES);

    /** Flink's methods that users import statically. */
    private static final Set<Class<?>> STATIC_IMPORTS = Set.of(Expressions.class);

    DocumentedNamesTest() throws Exception {
        for (Class<?> one : List.of(Fragment.class, VideoDecoder.class, EmbeddedKvs.class)) {
            addTypesBeside(one);
        }
        types.addAll(STATIC_IMPORTS);
    }

    private void addTypesBeside(Class<?> one) throws Exception {
        URI place = one.getProtectionDomain().getCodeSource().getLocation().toURI();
        if (place.getPath().endsWith(".jar")) {
            try (FileSystem jar = FileSystems.newFileSystem(Path.of(place))) {
                addTypes(jar.getPath("/"));
            }
        } else {
            addTypes(Path.of(place));
        }
    }

    private void addTypes(Path root) throws IOException, ClassNotFoundException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.collect(Collectors.toList())) {
                String name = root.relativize(file).toString().replace('\\', '/');
                if (name.matches("io/github/flinkkvs/.*\\.class")
                        && !name.endsWith("-info.class")) {
                    Class<?> type =
                            Class.forName(
                                    name.replace('/', '.').replaceFirst("\\.class$", ""),
                                    false,
                                    getClass().getClassLoader());
                    if (Modifier.isPublic(type.getModifiers())) {
                        types.add(type);
                        String simple = type.getSimpleName();
                        named.putIfAbsent(simple, type);
                        named.putIfAbsent(simple.toLowerCase(Locale.ROOT), type);
                    }
                }
            }
        }
    }

    @Test
    void allMethodsAreThere() throws IOException {
        Set<String> missing = new TreeSet<>();
        int found = 0;
        for (Path page : DocumentedCodeTest.pages()) {
            for (String line : BLOCK.matcher(Files.readString(page)).replaceAll("").split("\n")) {
                Matcher code = CODE.matcher(ofOurs(page, line));
                while (code.find()) {
                    if (!CALLS.matcher(code.group(1)).matches()) {
                        continue;
                    }
                    if (isThere(code.group(1))) {
                        found++;
                    } else {
                        missing.add(page.getFileName() + ": " + code.group(1));
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(found).isGreaterThan(100);
    }

    /** The page on migration names methods of others in the first column of its tables. */
    private static String ofOurs(Path page, String line) {
        return page.endsWith("migration.md") ? line.replaceFirst("^\\|[^|]*\\|", "|") : line;
    }

    private boolean isThere(String calls) {
        int dot = calls.indexOf('.');
        String first = dot > 0 ? calls.substring(0, dot) : "";
        if (first.matches("\\w+")) {
            Class<?> type = named.get(first);
            return type != null && isThere(type, calls.substring(dot));
        }
        return types.stream().anyMatch(type -> isThere(type, calls));
    }

    /** Whether a type has this chain of calls. */
    private static boolean isThere(Class<?> type, String calls) {
        Matcher call = ONE_CALL.matcher(calls);
        if (!call.lookingAt()) {
            return calls.isEmpty();
        }
        List<String> arguments = new ArrayList<>();
        int end = arguments(calls, call.end(), arguments);
        for (Method method : type.getMethods()) {
            if (method.getName().equals(call.group(1))
                    && (arguments.contains("...")
                            || method.isVarArgs()
                            || method.getParameterCount() == arguments.size())
                    && isThere(method.getReturnType(), calls.substring(end))) {
                return true;
            }
        }
        return false;
    }

    /** Returns where the call ends. */
    private static int arguments(String calls, int begin, List<String> arguments) {
        int depth = 0;
        int from = begin;
        for (int i = begin; i < calls.length(); i++) {
            char c = calls.charAt(i);
            boolean end = depth == 0 && c == ')';
            if (end || depth == 0 && c == ',') {
                if (!calls.substring(from, i).isBlank()) {
                    arguments.add(calls.substring(from, i).trim());
                }
                from = i + 1;
            }
            if (end) {
                return from;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
        return calls.length();
    }
}
