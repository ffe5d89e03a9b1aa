/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.streams;

import org.apache.flink.annotation.Internal;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ARN of a stream, and its parts. An ARN ends with the stream's creation time: a stream that
 * was deleted and created again under its old name has another ARN, and is another stream.
 * Immutable.
 */
@Internal
public final class StreamArn implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final Pattern PATTERN =
            Pattern.compile(
                    "(arn:[a-z\\d-]+:kinesisvideo:([a-z0-9-]+):[0-9]+:[a-z]+/([a-zA-Z0-9_.-]+))/([0-9]{1,18})");

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,256}");

    private final String text;
    private final String withoutCreationTime;
    private final String region;
    private final String name;

    private StreamArn(String text, Matcher parts) {
        this.text = text;
        this.withoutCreationTime = parts.group(1);
        this.region = parts.group(2);
        this.name = parts.group(3);
    }

    /**
     * @throws IllegalArgumentException if the text is no ARN of a Kinesis video stream
     */
    public static StreamArn parse(String text) {
        Matcher parts = PATTERN.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "Not the ARN of a Kinesis video stream"
                            + " (arn:aws:kinesisvideo:REGION:ACCOUNT:stream/NAME/CREATION_MILLIS): '"
                            + text
                            + "'");
        }
        return new StreamArn(text, parts);
    }

    /** Whether the text is meant to be an ARN rather than a name. */
    public static boolean isArn(String text) {
        return text.startsWith("arn:");
    }

    /**
     * The name of a stream that is given by its name or its ARN.
     *
     * @throws IllegalArgumentException if it begins like an ARN and is none
     */
    public static String nameOf(String nameOrArn) {
        return isArn(nameOrArn) ? parse(nameOrArn).name() : nameOrArn;
    }

    /**
     * The region of an ARN.
     *
     * @param arn with or without creation time
     */
    public static String region(String arn) {
        return arn.split(":", 5)[3];
    }

    /**
     * The part of an ARN that stays the same if the stream is deleted and created again.
     *
     * @param arn with or without creation time
     */
    public static String withoutCreationTime(String arn) {
        int end = arn.indexOf('/', arn.indexOf('/') + 1);
        return end < 0 ? arn : arn.substring(0, end);
    }

    /** Whether a stream can have this name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** The part that stays the same if the stream is deleted and created again. */
    public String withoutCreationTime() {
        return withoutCreationTime;
    }

    /** When the stream was created, by the service's clock: epoch millis. */
    public long createdMillis() {
        return Long.parseLong(text.substring(text.lastIndexOf('/') + 1));
    }

    public String region() {
        return region;
    }

    /** The stream's name. */
    public String name() {
        return name;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamArn && text.equals(((StreamArn) other).text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The whole ARN. */
    @Override
    public String toString() {
        return text;
    }
}
