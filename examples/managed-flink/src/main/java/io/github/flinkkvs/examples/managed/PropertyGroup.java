/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed;

import org.apache.flink.configuration.Configuration;

import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** A group of application properties. What it rejects, it rejects by group and key. */
final class PropertyGroup {

    private final String id;
    private final Map<String, String> others = new TreeMap<>();
    private final Set<String> known = new TreeSet<>();

    PropertyGroup(String id, Properties properties) {
        this.id = id;
        properties.stringPropertyNames().forEach(key -> others.put(key, value(properties, key)));
    }

    private static String value(Properties properties, String key) {
        return properties.getProperty(key).trim();
    }

    /** A value, or nothing if it is missing or blank. */
    Optional<String> optional(String key) {
        known.add(key);
        return Optional.ofNullable(others.remove(key)).filter(value -> !value.isEmpty());
    }

    /**
     * @throws IllegalArgumentException if it is missing or blank
     */
    String required(String key) {
        return optional(key)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "Property '"
                                                + key
                                                + "' is missing in property group '"
                                                + id
                                                + "'"));
    }

    /**
     * A whole number above 0.
     *
     * @throws IllegalArgumentException if it is something else
     */
    int count(String key, int defaultValue) {
        String text = optional(key).orElse(String.valueOf(defaultValue));
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Rejected below.
        }
        throw wrong(key, text, "a whole number above 0");
    }

    /** The properties that nobody has asked for. */
    Configuration others() {
        return Configuration.fromMap(others);
    }

    /**
     * @throws IllegalArgumentException if there are properties that nobody has asked for
     */
    void rejectOthers() {
        if (!others.isEmpty()) {
            throw new IllegalArgumentException(
                    "Property group '"
                            + id
                            + "' has unknown properties "
                            + others.keySet()
                            + ". There are: "
                            + known);
        }
    }

    /**
     * @throws IllegalArgumentException unless the condition is true
     */
    void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException("Property group '" + id + "': " + otherwise);
        }
    }

    /**
     * Makes something of this group.
     *
     * @throws IllegalArgumentException if that fails with one; the message names the group, too
     */
    <T> T make(Supplier<T> maker) {
        try {
            return maker.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Property group '" + id + "': " + e.getMessage(), e);
        }
    }

    IllegalArgumentException wrong(String key, String value, String expected) {
        return new IllegalArgumentException(
                "Property '"
                        + key
                        + "' of property group '"
                        + id
                        + "' is '"
                        + value
                        + "', but must be "
                        + expected);
    }
}
