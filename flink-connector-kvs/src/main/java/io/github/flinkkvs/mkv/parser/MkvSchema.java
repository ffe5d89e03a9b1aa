/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All elements that the specifications of Matroska and EBML define, from a table beside the code.
 */
@Internal
public final class MkvSchema {

    private static final String TABLE = "matroska-elements.txt";

    private static final Map<Integer, Element> BY_ID = new LinkedHashMap<>();
    private static final Map<String, Element> BY_NAME = new HashMap<>();

    static {
        load();
    }

    /** An element in the specification. */
    public static final class Element {

        private final int id;
        private final ElementType type;
        private final String path;
        private final String name;
        @Nullable private final String defaultValue;

        /** A line of the table. */
        private Element(String line) {
            String[] columns = line.split(" ");
            id = Integer.parseUnsignedInt(columns[0], 16);
            type = ElementType.ofSchema(columns[1]);
            path = columns[2];
            defaultValue = columns.length > 3 ? columns[3] : null;
            // \Segment\Tags\Tag\+SimpleTag may be inside itself, \(-\)Void inside everything.
            name = path.replaceFirst(".*[\\\\+)]", "");
        }

        public int id() {
            return id;
        }

        public String name() {
            return name;
        }

        public ElementType type() {
            return type;
        }

        /** The value of an empty element; null if the specification defines none. */
        @Nullable
        public String defaultValue() {
            return defaultValue;
        }

        /** Where the element is allowed, in the notation of RFC 8794, section 11.1.6.2. */
        public String path() {
            return path;
        }
    }

    /** The element with an id; null if no specification defines it. */
    @Nullable
    public static Element find(int id) {
        return BY_ID.get(id);
    }

    /** The element with a name; null if no specification defines it. */
    @Nullable
    public static Element find(String name) {
        return BY_NAME.get(name);
    }

    /** In the order of the specification. */
    public static Collection<Element> all() {
        return Collections.unmodifiableCollection(BY_ID.values());
    }

    private static void load() {
        try (InputStream in = MkvSchema.class.getResourceAsStream(TABLE);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (!line.startsWith("#")) {
                    Element element = new Element(line);
                    BY_ID.put(element.id, element);
                    BY_NAME.put(element.name, element);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MkvSchema() {}
}
