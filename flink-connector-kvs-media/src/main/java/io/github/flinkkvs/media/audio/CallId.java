/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.Quoted;

import javax.annotation.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Identifies a call within its stream: the names of its identifying tags, and their values.
 * Immutable.
 */
final class CallId {

    /** The names of the tags; null in state of a version that did not keep them. */
    @Nullable private final String tags;

    private final String text;

    /** As earlier versions wrote it: underscores within values look like those between. */
    private final String earlierText;

    private CallId(@Nullable String tags, String text, String earlierText) {
        this.tags = tags;
        this.text = text;
        this.earlierText = earlierText;
    }

    /**
     * The id from the values of tags.
     *
     * @param values one for each name; empty for a missing tag
     */
    static CallId of(List<String> names, List<String> values) {
        String joined = String.join("_", values);
        String text =
                values.size() == 1
                        ? joined
                        : values.stream().map(CallId::escaped).collect(Collectors.joining("_"));
        return new CallId(String.join(",", names), text, joined);
    }

    /** The id as stored in state; without the names of the tags if an earlier version wrote it. */
    static CallId restored(@Nullable String tags, String text) {
        return new CallId(tags, text, text);
    }

    private static String escaped(String value) {
        return value.replace("%", "%25").replace("_", "%5F");
    }

    @Nullable
    String tags() {
        return tags;
    }

    /**
     * The value; of several tags their values with underscores between them, and {@code %5F} for an
     * underscore within one.
     */
    String text() {
        return text;
    }

    /** The id as earlier versions stored it. */
    CallId inEarlierVersions() {
        return new CallId(null, earlierText, earlierText);
    }

    /** Whether a fragment with the id {@code told} belongs to this call. */
    boolean isSameAs(CallId told) {
        return equals(tags == null ? told.inEarlierVersions() : told);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof CallId
                && Objects.equals(tags, ((CallId) object).tags)
                && text.equals(((CallId) object).text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(tags, text);
    }

    @Override
    public String toString() {
        return Quoted.of(text);
    }
}
