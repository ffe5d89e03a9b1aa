/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.streams.StreamArn;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * The streams to read: either named one by one, by name or ARN, or selected among those of the
 * region by the beginning of their name, by a regular expression and by tags, all of which must
 * fit. Immutable.
 */
@Internal
public final class StreamSelector implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Characters that mean themselves in a regular expression, and may be in a stream's name. */
    private static final String LITERAL = "[a-zA-Z0-9_-]";

    /** What lets the character before it be absent. */
    private static final String QUANTIFIERS = "?*{";

    /** The service's limit of a stream's tags. */
    private static final int MAX_TAGS = 50;

    private final List<String> namesOrArns;

    /** The same by ARN without creation time, and by name if that is all that the user gave. */
    private final Map<String, String> spellings;

    private final String prefix;
    @Nullable private final Pattern pattern;
    private final Map<String, String> tags;

    /** Only these names; null: any. */
    @Nullable private final Set<String> only;

    /** The region that names refer to; null: any. */
    @Nullable private final String region;

    private StreamSelector(
            List<String> namesOrArns,
            String prefix,
            @Nullable Pattern pattern,
            Map<String, String> tags,
            @Nullable Set<String> only,
            @Nullable String region) {
        this.namesOrArns = namesOrArns;
        this.spellings =
                namesOrArns.stream()
                        .collect(Collectors.toMap(StreamSelector::key, s -> s, (a, b) -> a));
        this.prefix = prefix;
        this.pattern = pattern;
        this.tags = tags;
        this.only = only;
        this.region = region;
    }

    /**
     * Streams that are named one by one.
     *
     * @throws IllegalArgumentException if one is neither a name nor an ARN
     */
    public static StreamSelector named(List<String> namesOrArns) {
        for (String stream : namesOrArns) {
            if (StreamArn.isArn(stream)) {
                StreamArn.parse(stream);
            } else if (!StreamArn.isName(stream)) {
                throw new IllegalArgumentException(
                        "'"
                                + stream
                                + "' is not a name of a Kinesis video stream: letters, digits and _.-"
                                + " only, at most 256");
            }
        }
        return new StreamSelector(List.copyOf(namesOrArns), "", null, Map.of(), null, null);
    }

    /**
     * Streams that fit all of what is given.
     *
     * @param prefix the beginning of the names; null: any
     * @param pattern a regular expression for the whole name; null: any
     * @param tags that a stream must have, among others
     * @throws IllegalArgumentException if no stream can fit
     */
    public static StreamSelector selected(
            @Nullable String prefix, @Nullable String pattern, Map<String, String> tags) {
        if (prefix != null && !StreamArn.isName(prefix)) {
            throw new IllegalArgumentException(
                    "No name of a Kinesis video stream begins with '"
                            + prefix
                            + "': names have 1 to 256 letters, digits and _.-");
        }
        if (tags.size() > MAX_TAGS) {
            throw new IllegalArgumentException(
                    "No stream has "
                            + tags.size()
                            + " tags: the service allows "
                            + MAX_TAGS
                            + ". Select by fewer");
        }
        return new StreamSelector(
                List.of(),
                prefix == null ? "" : prefix,
                pattern == null ? null : compiled(pattern),
                Map.copyOf(tags),
                null,
                null);
    }

    /** The same streams, with names that refer to one region. An ARN has its own region. */
    public StreamSelector in(String newRegion) {
        return new StreamSelector(namesOrArns, prefix, pattern, tags, only, newRegion);
    }

    private static Pattern compiled(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "'"
                            + regex
                            + "' is not a regular expression for names of streams: "
                            + e.getDescription()
                            + (e.getIndex() < 0 ? "" : " at character " + (e.getIndex() + 1))
                            + ". Java's rules apply, and the expression must fit the whole name",
                    e);
        }
    }

    /** Whether the streams are named one by one. */
    public boolean isNamed() {
        return !namesOrArns.isEmpty();
    }

    /** The streams as the user named them; empty if they are selected. */
    public List<String> namesOrArns() {
        return namesOrArns;
    }

    /** The tags that a selected stream must have, besides its name. */
    public Map<String, String> tags() {
        return tags;
    }

    /** What is selected, as text that is part of the state: it must not change. */
    public String selection() {
        return String.join(
                "\n",
                region == null ? "" : region,
                prefix,
                new TreeMap<>(tags).toString(),
                only == null ? "" : new TreeSet<>(only).toString(),
                regex());
    }

    /** With what the names of all selected streams begin, as far as it is known; may be empty. */
    public String namePrefix() {
        String beginning = pattern == null ? "" : literalBeginning(pattern.pattern());
        String longer = beginning.length() > prefix.length() ? beginning : prefix;
        if (only != null) {
            String common = commonBeginning(only);
            longer = common.length() > longer.length() ? common : longer;
        }
        return longer;
    }

    /** The characters at the beginning of whatever fits a regular expression. */
    private static String literalBeginning(String regex) {
        if (regex.indexOf('|') >= 0) {
            return "";
        }
        int end = 0;
        while (end < regex.length() && regex.substring(end, end + 1).matches(LITERAL)) {
            end++;
        }
        if (end > 0 && end < regex.length() && QUANTIFIERS.indexOf(regex.charAt(end)) >= 0) {
            end--;
        }
        return regex.substring(0, end);
    }

    private static String commonBeginning(Collection<String> names) {
        TreeSet<String> sorted = new TreeSet<>(names);
        String first = sorted.first();
        String last = sorted.last();
        int end = 0;
        while (end < Math.min(first.length(), last.length())
                && first.charAt(end) == last.charAt(end)) {
            end++;
        }
        return first.substring(0, end);
    }

    /**
     * Whether a stream is among those to read, whatever its creation time and, if streams are
     * selected, whatever its tags.
     */
    public boolean contains(StreamArn arn) {
        return contains(arn.toString());
    }

    /**
     * The same of an ARN as text.
     *
     * @param arn with or without creation time
     */
    public boolean contains(String arn) {
        return isNamed()
                ? spelling(arn) != null
                : isHere(StreamArn.region(arn)) && selectsName(lastPart(key(arn)));
    }

    /** Whether names refer to streams of a region. */
    private boolean isHere(String regionOfStream) {
        return region == null || region.equals(regionOfStream);
    }

    /**
     * How the user named a stream.
     *
     * @param arn with or without creation time
     * @return a name or an ARN; null if the user did not name the stream
     */
    @Nullable
    public String spelling(String arn) {
        String key = key(arn);
        String spelling = spellings.get(key);
        return spelling == null && isHere(StreamArn.region(arn))
                ? spellings.get(lastPart(key))
                : spelling;
    }

    /** A name, or an ARN without creation time. */
    private static String key(String nameOrArn) {
        return StreamArn.isArn(nameOrArn) ? StreamArn.withoutCreationTime(nameOrArn) : nameOrArn;
    }

    /** The name in an ARN without creation time, or what is a name already. */
    private static String lastPart(String key) {
        return key.substring(key.lastIndexOf('/') + 1);
    }

    /** Whether the name of a stream is one of those to select. */
    public boolean selectsName(String name) {
        return name.startsWith(prefix)
                && (pattern == null || pattern.matcher(name).matches())
                && (only == null || only.contains(name));
    }

    /** Whether the tags of a stream are those to select. */
    public boolean selectsTags(Map<String, String> tagsOfStream) {
        return tagsOfStream.entrySet().containsAll(tags.entrySet());
    }

    /**
     * The streams among these with one of the given names.
     *
     * @return null if there are certainly none
     */
    @Nullable
    public StreamSelector withNames(Set<String> names) {
        if (isNamed()) {
            List<String> fewer =
                    namesOrArns.stream()
                            .filter(stream -> names.contains(StreamArn.nameOf(stream)))
                            .collect(Collectors.toList());
            return fewer.isEmpty()
                    ? null
                    : new StreamSelector(fewer, prefix, pattern, tags, only, region);
        }
        Set<String> fewer =
                names.stream()
                        .filter(StreamArn::isName)
                        .filter(this::selectsName)
                        .collect(Collectors.toUnmodifiableSet());
        return fewer.isEmpty()
                ? null
                : new StreamSelector(List.of(), prefix, pattern, tags, fewer, region);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof StreamSelector)) {
            return false;
        }
        StreamSelector other = (StreamSelector) object;
        return namesOrArns.equals(other.namesOrArns)
                && prefix.equals(other.prefix)
                && regex().equals(other.regex())
                && tags.equals(other.tags)
                && Objects.equals(only, other.only)
                && Objects.equals(region, other.region);
    }

    @Override
    public int hashCode() {
        return Objects.hash(namesOrArns, prefix, regex(), tags, only, region);
    }

    private String regex() {
        return pattern == null ? "" : pattern.pattern();
    }

    /** The names, or what a stream must be like. */
    @Override
    public String toString() {
        if (isNamed()) {
            return String.join(", ", namesOrArns);
        }
        return "all streams"
                + (prefix.isEmpty() ? "" : " with prefix " + prefix)
                + (pattern == null ? "" : " with pattern " + pattern)
                + (tags.isEmpty() ? "" : " with tags " + new TreeMap<>(tags))
                + (only == null ? "" : " named " + String.join(" or ", new TreeSet<>(only)));
    }
}
