/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * One SimpleTag of a fragment: a name with text, with bytes, or with tags of its own. Immutable.
 */
@PublicEvolving
public final class Tag implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Whether a tag is before or after the frames. */
    public enum Place {
        /** Before the first Cluster, and so before the frames. */
        BEFORE_MEDIA,
        /** After the beginning of a Cluster. */
        AFTER_MEDIA
    }

    /** The language of a tag that declares none. */
    static final String UNDETERMINED = "und";

    private final String name;
    @Nullable private final String text;
    @Nullable private final byte[] binary;
    private final String language;
    private final List<Tag> children;
    private final Place place;

    Tag(
            String name,
            @Nullable String text,
            @Nullable byte[] binary,
            String language,
            List<Tag> children,
            Place place) {
        this.name = name;
        this.text = text;
        this.binary = binary;
        this.language = language;
        this.children = children;
        this.place = place;
    }

    /** TagName; several tags of a fragment may have the same name. */
    public String name() {
        return name;
    }

    /** TagString, up to its first NUL; null if the tag has none. */
    @Nullable
    public String text() {
        return text;
    }

    /** TagBinary, a copy; null if the tag has none. */
    @Nullable
    public byte[] binary() {
        return binary == null ? null : binary.clone();
    }

    /** The value as text: TagString, or TagBinary in Base64, or the empty string. */
    public String value() {
        if (text != null) {
            return text;
        }
        return binary == null ? "" : Base64.getEncoder().encodeToString(binary);
    }

    /** TagLanguageBCP47, or TagLanguage, or {@code und}. */
    public String language() {
        return language;
    }

    /** Nested SimpleTags, in order. */
    public List<Tag> children() {
        return children;
    }

    /** Whether the tag is before or after the frames. */
    public Place place() {
        return place;
    }

    /** How many bytes of heap the tag takes. */
    int retainedBytes() {
        return 40
                + Footprint.ofString(name)
                + Footprint.ofString(text)
                + Footprint.ofArray(binary)
                // All tags share this string, unless a tag declares a language.
                + (language == UNDETERMINED ? 0 : Footprint.ofString(language))
                + retainedBytes(children);
    }

    /** How many bytes of heap an immutable list of tags takes. */
    static int retainedBytes(List<Tag> tags) {
        int bytes = Footprint.ofList(tags);
        for (int i = 0; i < tags.size(); i++) {
            bytes += tags.get(i).retainedBytes();
        }
        return bytes;
    }

    /** The value of the last tag with a name; null if there is none. */
    @Nullable
    static String lastValue(List<Tag> tags, String name) {
        for (int i = tags.size() - 1; i >= 0; i--) {
            if (tags.get(i).name.equals(name)) {
                return tags.get(i).value();
            }
        }
        return null;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Tag)) {
            return false;
        }
        Tag other = (Tag) object;
        return name.equals(other.name)
                && Objects.equals(text, other.text)
                && Arrays.equals(binary, other.binary)
                && language.equals(other.language)
                && children.equals(other.children)
                && place == other.place;
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, text, Arrays.hashCode(binary), language, children, place);
    }

    @Override
    public String toString() {
        return name + '=' + value();
    }
}
