/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Tag;

import javax.annotation.Nullable;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tags that identify the calls of a stream. Immutable. */
final class CallTags implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The first group with a tag in the fragment identifies its call. */
    static final CallTags KNOWN =
            new CallTags(
                    List.of(
                            // Amazon Connect
                            List.of(CallAudio.CONTACT_ID),
                            // Amazon Chime SDK, media stream pipelines
                            List.of("meetingId", "attendeeId"),
                            // Amazon Chime SDK, Voice Connector
                            List.of("TransactionId"),
                            List.of("CallId")));

    /** The service allows 10 tags for a fragment, of 128 and 256 characters. */
    private static final int MAX_CHARS = 1 << 14;

    private final List<List<String>> groups;

    private CallTags(List<List<String>> groups) {
        this.groups = groups;
    }

    /** All of these together. */
    static CallTags of(List<String> names) {
        return new CallTags(List.of(List.copyOf(names)));
    }

    /** The id of a fragment's call; null if the fragment has none of the tags. */
    @Nullable
    CallId idOf(Fragment fragment) {
        for (List<String> names : groups) {
            List<String> values = new ArrayList<>();
            for (String name : names) {
                String value = CallTracks.sensible(fragment.tag(name));
                values.add(value == null ? "" : value);
            }
            if (values.stream().anyMatch(value -> !value.isEmpty())) {
                return CallId.of(names, values);
            }
        }
        return null;
    }

    /** Adds the tags of a fragment, as far as they are of a sensible size. */
    static void add(Fragment fragment, Map<String, String> tags) {
        Map<String, String> all = new LinkedHashMap<>(tags);
        for (Tag tag : fragment.userTags()) {
            all.put(tag.name(), tag.value());
        }
        long chars =
                all.entrySet().stream()
                        .mapToLong(tag -> tag.getKey().length() + tag.getValue().length())
                        .sum();
        if (chars <= MAX_CHARS) {
            tags.putAll(all);
        }
    }
}
