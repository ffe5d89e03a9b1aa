/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.EbmlCursor;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The names of the tags that the service adds to each fragment. */
@PublicEvolving
public final class ServiceTags {

    public static final String FRAGMENT_NUMBER = "AWS_KINESISVIDEO_FRAGMENT_NUMBER";
    public static final String SERVER_TIMESTAMP = "AWS_KINESISVIDEO_SERVER_TIMESTAMP";
    public static final String PRODUCER_TIMESTAMP = "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP";
    public static final String MILLIS_BEHIND_NOW = "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW";
    public static final String CONTINUATION_TOKEN = "AWS_KINESISVIDEO_CONTINUATION_TOKEN";
    public static final String ERROR_CODE = "AWS_KINESISVIDEO_ERROR_CODE";
    public static final String ERROR_ID = "AWS_KINESISVIDEO_ERROR_ID";

    // These names are in the documentation of archived media; real responses have those above.
    static final String SERVER_SIDE_TIMESTAMP = "AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP";
    static final String PRODUCER_SIDE_TIMESTAMP = "AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP";
    static final String EXCEPTION_ERROR_CODE = "AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE";
    static final String EXCEPTION_MESSAGE = "AWS_KINESISVIDEO_EXCEPTION_MESSAGE";

    private static final String[] NAMES = {
        FRAGMENT_NUMBER,
        SERVER_TIMESTAMP,
        PRODUCER_TIMESTAMP,
        MILLIS_BEHIND_NOW,
        CONTINUATION_TOKEN,
        ERROR_CODE,
        ERROR_ID,
        SERVER_SIDE_TIMESTAMP,
        PRODUCER_SIDE_TIMESTAMP,
        EXCEPTION_ERROR_CODE,
        EXCEPTION_MESSAGE,
    };

    private static final byte[][] SPELT =
            Arrays.stream(NAMES)
                    .map(name -> name.getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new);

    private static final Set<String> ALL = Set.of(NAMES);

    static final Set<String> NUMBERS = Set.of(FRAGMENT_NUMBER);

    static final Set<String> ERRORS =
            Set.of(ERROR_CODE, ERROR_ID, EXCEPTION_ERROR_CODE, EXCEPTION_MESSAGE);

    static final Set<String> NUMBERS_AND_ERRORS =
            Set.of(FRAGMENT_NUMBER, ERROR_CODE, ERROR_ID, EXCEPTION_ERROR_CODE, EXCEPTION_MESSAGE);

    /**
     * Whether the service adds tags with this name. The prefix does not suffice: producers send
     * tags such as {@code AWS_KINESISVIDEO_IMAGE_PREFIX}.
     */
    public static boolean isServiceTag(String name) {
        return ALL.contains(name);
    }

    /** The tags that the service did not add, in their order. */
    static List<Tag> without(List<Tag> tags) {
        return tags.stream()
                .filter(tag -> !isServiceTag(tag.name()))
                .collect(Collectors.toUnmodifiableList());
    }

    /** The name in the payload of an element; null if it is none of them. */
    @Nullable
    static String find(EbmlCursor element) {
        for (int i = 0; i < SPELT.length; i++) {
            if (element.hasData(SPELT[i])) {
                return NAMES[i];
            }
        }
        return null;
    }

    private ServiceTags() {}
}
