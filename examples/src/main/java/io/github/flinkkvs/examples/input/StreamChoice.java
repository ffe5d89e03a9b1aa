/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.examples.errors.ExampleException;
import io.github.flinkkvs.source.KvsSourceBuilder;

import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClient;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which streams a job reads: those that are named, or those that exist now or later and fit all of
 * the rest.
 *
 * @param names names or ARNs; empty if the rest chooses
 * @param prefix how their names begin; null for any
 * @param pattern what their whole names match; null for any
 * @param tags the tags that they have; empty for any
 */
public record StreamChoice(
        List<String> names,
        @Nullable String prefix,
        @Nullable Pattern pattern,
        Map<String, String> tags) {

    private static final String ARN = "arn:";

    /** Chooses streams by their names or ARNs. */
    static StreamChoice named(List<String> names) {
        return new StreamChoice(names, null, null, Map.of());
    }

    StreamChoice withPrefix(String newPrefix) {
        return new StreamChoice(names, newPrefix, pattern, tags);
    }

    /** Whether anything is chosen. */
    boolean isEmpty() {
        return names.isEmpty() && !isSelection();
    }

    /** Whether streams are chosen by what they have in common, rather than by their names. */
    boolean isSelection() {
        return prefix != null || pattern != null || !tags.isEmpty();
    }

    /** A name for a simulated stream that begins as those of the selection. */
    public String simulated(String name) {
        return prefix == null ? name : prefix + name;
    }

    /**
     * Which of simulated streams to read: all of them, unless this is a selection.
     *
     * @param streams the tags of the simulated streams, by their names
     * @throws ExampleException if the selection has none of them
     */
    public StreamChoice among(Map<String, Map<String, String>> streams) {
        if (!isSelection()) {
            return named(List.copyOf(streams.keySet()));
        }
        if (countOf(streams) == 0) {
            List<String> all = new ArrayList<>();
            streams.forEach((name, itsTags) -> all.add(name + " " + itsTags));
            throw new ExampleException(
                    this + " selects none of the simulated streams: " + String.join(", ", all));
        }
        return this;
    }

    /** How many of simulated streams {@link #among} chooses. */
    long countOf(Map<String, Map<String, String>> streams) {
        return isSelection()
                ? streams.entrySet().stream()
                        .filter(stream -> selects(stream.getKey(), stream.getValue()))
                        .count()
                : streams.size();
    }

    /** Whether the selection has a stream with this name and these tags. */
    private boolean selects(String name, Map<String, String> itsTags) {
        return (prefix == null || name.startsWith(prefix))
                && (pattern == null || pattern.matcher(name).matches())
                && itsTags.entrySet().containsAll(tags.entrySet());
    }

    /**
     * Which of some streams are chosen. If that depends on their tags, asks the service.
     *
     * @param streams names or ARNs
     * @param input where they are
     */
    public Set<String> chosen(Collection<String> streams, Input input) {
        Set<String> chosen = new LinkedHashSet<>(streams);
        if (!isSelection()) {
            Set<String> own = names.stream().map(StreamChoice::nameOf).collect(Collectors.toSet());
            chosen.removeIf(stream -> !own.contains(nameOf(stream)));
            return chosen;
        }
        chosen.removeIf(stream -> !selects(nameOf(stream), tags));
        if (!tags.isEmpty()) {
            try (KinesisVideoAsyncClient control = SdkClients.control(input)) {
                chosen.removeIf(
                        stream -> !selects(nameOf(stream), SdkClients.tags(control, stream)));
            }
        }
        return chosen;
    }

    static boolean isArn(String stream) {
        return stream.startsWith(ARN);
    }

    /** The name in an ARN, which ends with it and with the time of creation. */
    private static String nameOf(String stream) {
        String[] parts = stream.split("/");
        return isArn(stream) && parts.length > 1 ? parts[1] : stream;
    }

    void setOn(KvsSourceBuilder<?> source) {
        if (!isSelection()) {
            source.setStreams(names);
            return;
        }
        if (prefix != null) {
            source.setStreamPrefix(prefix);
        }
        if (pattern != null) {
            source.setStreamPattern(pattern.pattern());
        }
        if (!tags.isEmpty()) {
            source.setStreamTags(tags);
        }
    }

    /** As options of an example. */
    @Override
    public String toString() {
        List<String> options = new ArrayList<>();
        if (!names.isEmpty()) {
            options.add("--streams " + String.join(",", names));
        }
        if (prefix != null) {
            options.add("--stream-prefix " + prefix);
        }
        if (pattern != null) {
            options.add("--stream-pattern " + pattern);
        }
        tags.forEach((key, value) -> options.add("--stream-tag " + key + "=" + value));
        return String.join(" ", options);
    }
}
