/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.output;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Tag;

import org.apache.flink.api.common.functions.MapFunction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Map;

/** Describes a fragment without its media as one line of JSON. */
public final class FragmentToJson implements MapFunction<Fragment, String> {

    private static final long serialVersionUID = 1L;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Always with three digits of milliseconds, unlike {@link Instant#toString()}. */
    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final Map<String, String> labels;

    /**
     * @param labels the names of streams in the output, by the names that the service knows
     */
    public FragmentToJson(Map<String, String> labels) {
        this.labels = labels;
    }

    @Override
    public String map(Fragment fragment) throws JsonProcessingException {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("stream", labels.getOrDefault(fragment.streamName(), fragment.streamName()));
        // A string, because it has more digits than JSON parsers keep in a number.
        json.put("fragmentNumber", fragment.number().toString());
        json.put("serverTimestamp", time(fragment.serverTimestampMillis()));
        json.put("producerTimestamp", time(fragment.producerTimestampMillis()));
        json.put("millisBehindNow", fragment.millisBehindNow());
        json.put("sizeBytes", fragment.sizeBytes());
        ObjectNode frames = json.putObject("frames");
        fragment.frameCounts().forEach((track, count) -> frames.put(track.toString(), count));
        ArrayNode tags = json.putArray("tags");
        for (Tag tag : fragment.userTags()) {
            tags.addObject().put("name", tag.name()).put("value", tag.value());
        }
        return MAPPER.writeValueAsString(json);
    }

    private static String time(long epochMillis) {
        return MILLIS.format(Instant.ofEpochMilli(epochMillis));
    }
}
