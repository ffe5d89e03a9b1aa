/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.factory;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

import javax.annotation.Nullable;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The options of a position: its mode, and the timestamp or fragment number that the mode needs.
 * Immutable.
 *
 * @param <M> the modes
 */
final class PositionOptions<M extends Enum<M>> {

    private static final String STREAM = "stream.";
    private static final String MODE = "mode";
    private static final String TIMESTAMP = "timestamp";
    private static final String FRAGMENT_NUMBER = "fragment-number";
    private static final List<String> NAMES = List.of(MODE, TIMESTAMP, FRAGMENT_NUMBER);

    private final String prefix;
    private final ConfigOption<M> mode;
    private final ConfigOption<String> timestamp;
    private final ConfigOption<String> fragmentNumber;

    /**
     * @param prefix what the keys begin with
     * @param defaultMode without an option
     */
    PositionOptions(String prefix, M defaultMode) {
        this.prefix = prefix;
        this.mode =
                ConfigOptions.key(prefix + MODE)
                        .enumType(defaultMode.getDeclaringClass())
                        .defaultValue(defaultMode);
        this.timestamp = text(prefix + TIMESTAMP);
        this.fragmentNumber = text(prefix + FRAGMENT_NUMBER);
    }

    private static ConfigOption<String> text(String key) {
        return ConfigOptions.key(key).stringType().noDefaultValue();
    }

    /** What the keys of options for one stream begin with. */
    String streamPrefix() {
        return prefix + STREAM;
    }

    /**
     * The names of streams that have options of their own.
     *
     * @throws ValidationException if there is no such option
     */
    Set<String> streams(Set<String> keys) {
        return keys.stream()
                .filter(key -> key.startsWith(streamPrefix()))
                .map(this::streamOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private String streamOf(String key) {
        for (String name : NAMES) {
            int end = key.length() - name.length() - 1;
            if (key.endsWith("." + name) && end > streamPrefix().length()) {
                return key.substring(streamPrefix().length(), end);
            }
        }
        throw new ValidationException(
                "There is no option '"
                        + key
                        + "'. For one stream there are: "
                        + NAMES.stream()
                                .map(name -> streamPrefix() + "NAME." + name)
                                .collect(Collectors.joining(", ")));
    }

    /** The same options for one stream. */
    PositionOptions<M> ofStream(String name) {
        return new PositionOptions<>(streamPrefix() + name + ".", mode.defaultValue());
    }

    M mode(ReadableConfig options) {
        return options.get(mode);
    }

    /** The key of the timestamp, for messages. */
    String timestampKey() {
        return timestamp.key();
    }

    /**
     * The timestamp, if the mode is one of those that need it; else null.
     *
     * @throws ValidationException if it is missing, or the mode does not need it
     */
    @SafeVarargs
    @Nullable
    final String timestamp(ReadableConfig options, M... needing) {
        return valueOf(options, timestamp, List.of(needing));
    }

    /** As {@link #timestamp}. */
    @SafeVarargs
    @Nullable
    final String fragmentNumber(ReadableConfig options, M... needing) {
        return valueOf(options, fragmentNumber, List.of(needing));
    }

    @Nullable
    private String valueOf(ReadableConfig options, ConfigOption<String> option, List<M> needing) {
        M chosen = mode(options);
        boolean needed = needing.contains(chosen);
        String value = options.getOptional(option).orElse(null);
        if (needed && value == null) {
            throw new ValidationException(
                    "'" + mode.key() + "' = '" + chosen + "' needs '" + option.key() + "': set it");
        }
        if (!needed && value != null) {
            throw new ValidationException(
                    "'"
                            + option.key()
                            + "' does not go with '"
                            + mode.key()
                            + "' = '"
                            + chosen
                            + "': remove it, or set another mode");
        }
        return value;
    }
}
