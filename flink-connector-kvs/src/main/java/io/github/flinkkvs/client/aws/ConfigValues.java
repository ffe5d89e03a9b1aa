/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads values of options. No message contains a value, and no exception has a cause that does: a
 * value in the wrong place may be a secret.
 */
final class ConfigValues {

    /** The value without surrounding white space; a blank one counts as not set. */
    static Optional<String> text(ReadableConfig config, ConfigOption<String> option) {
        return config.getOptional(option).map(String::trim).filter(value -> !value.isEmpty());
    }

    /** Whether there is a value, readable or not. */
    static boolean isSet(ReadableConfig config, ConfigOption<?> option) {
        try {
            return config.getOptional(option).isPresent();
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    /**
     * @throws IllegalArgumentException if the value is neither true nor false
     */
    static boolean flag(ReadableConfig config, ConfigOption<Boolean> option) {
        try {
            return config.get(option);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + option.key() + "' is neither true nor false.");
        }
    }

    /**
     * @throws IllegalArgumentException if the value is none of the enum
     */
    static <E extends Enum<E>> E choice(ReadableConfig config, ConfigOption<E> option) {
        try {
            return config.get(option);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'"
                            + option.key()
                            + "' is none of "
                            + Arrays.toString(
                                    option.defaultValue().getDeclaringClass().getEnumConstants())
                            + ": set it to one of them.");
        }
    }

    /**
     * The URL of a service.
     *
     * @throws IllegalArgumentException if it is not one with http or https and a host
     */
    static Optional<URI> url(ReadableConfig config, ConfigOption<String> option) {
        return text(config, option).map(value -> url(option.key(), value));
    }

    private static URI url(String key, String value) {
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException e) {
            uri = null;
        }
        if (uri == null
                || !("https".equalsIgnoreCase(uri.getScheme())
                        || "http".equalsIgnoreCase(uri.getScheme()))
                || uri.getHost() == null
                || uri.getRawUserInfo() != null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "'"
                            + key
                            + "' is not a URL of a service: give scheme, host and optionally port"
                            + " and path, as in"
                            + " https://host:443.");
        }
        return uri;
    }

    /**
     * A file on this machine.
     *
     * @throws IllegalArgumentException if there is no such file that can be read
     */
    static Path readableFile(String key, String value) {
        Path path;
        try {
            path = Paths.get(value);
        } catch (InvalidPathException e) {
            path = null;
        }
        if (path == null || !Files.isReadable(path) || Files.isDirectory(path)) {
            throw new IllegalArgumentException(
                    String.format(
                            "'%s' is not the path of a readable file on this machine: correct it,"
                                    + " or provide the file on every machine of the cluster.",
                            key));
        }
        return path;
    }

    private ConfigValues() {}
}
