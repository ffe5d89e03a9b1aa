/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.factory;

import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.table.KvsTableOptions;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Which streams a table has, according to its options. */
final class StreamOptions {

    private static final List<ConfigOption<?>> SELECTION =
            List.of(
                    KvsTableOptions.STREAM_PREFIX,
                    KvsTableOptions.STREAM_PATTERN,
                    KvsTableOptions.STREAM_TAGS);

    /**
     * @throws ValidationException if no streams are given, or in two ways
     * @throws IllegalArgumentException if no stream can be like that
     */
    static StreamSelector selector(ReadableConfig options) {
        List<String> named = options.getOptional(KvsTableOptions.STREAMS).orElse(List.of());
        List<String> selecting =
                SELECTION.stream()
                        .filter(option -> options.getOptional(option).isPresent())
                        .map(ConfigOption::key)
                        .collect(Collectors.toList());
        if (selecting.isEmpty() && named.isEmpty()) {
            throw new ValidationException(
                    "The table has no streams: name them in 'streams', by name or ARN, or select them"
                            + " by 'stream-prefix', 'stream-pattern' or 'stream-tags'");
        }
        if (!selecting.isEmpty() && !named.isEmpty()) {
            throw new ValidationException(
                    "'streams' names streams, and '"
                            + String.join("', '", selecting)
                            + "' selects them: remove one or the other");
        }
        if (!named.isEmpty()) {
            named.forEach(StreamOptions::checkSeparator);
            return StreamSelector.named(named);
        }
        Map<String, String> tags =
                options.getOptional(KvsTableOptions.STREAM_TAGS).orElse(Map.of());
        return StreamSelector.selected(
                options.get(KvsTableOptions.STREAM_PREFIX),
                options.get(KvsTableOptions.STREAM_PATTERN),
                tags);
    }

    private static void checkSeparator(String stream) {
        if (stream.contains(",")) {
            throw new ValidationException(
                    "'"
                            + KvsTableOptions.STREAMS.key()
                            + "' has '"
                            + stream
                            + "': write ; between streams, not a comma");
        }
    }

    private StreamOptions() {}
}
