/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.faults.AckError;
import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlElement;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The tags in one Tags element of a producer. Immutable. */
final class ProducerTags {
    /** The producer's own mark: nothing more comes for this fragment. */
    private static final String END_OF_FRAGMENT = "AWS_KINESISVIDEO_END_OF_FRAGMENT";

    /** Those that producers may use in spite of {@link #RESERVED}. */
    private static final Set<String> INSTRUCTIONS =
            Set.of(
                    END_OF_FRAGMENT,
                    "AWS_KINESISVIDEO_IMAGE_GENERATION",
                    "AWS_KINESISVIDEO_IMAGE_PREFIX",
                    "AWS_KINESISVIDEO_NOTIFICATION");

    private static final String RESERVED = "AWS";
    private static final int MAX_NAME_BYTES = 128;
    private static final int MAX_VALUE_BYTES = 256;

    private final int count;
    private final boolean endOfFragment;

    private ProducerTags(int count, boolean endOfFragment) {
        this.count = count;
        this.endOfFragment = endOfFragment;
    }

    /**
     * @param content the content of a Tags element
     * @param limited whether names and values have the service's limits
     */
    static ProducerTags of(byte[] content, boolean limited) throws IngestException {
        int count = 0;
        boolean end = false;
        int offset = 0;
        EbmlElement element;
        while ((element = EbmlElement.within(content, offset, content.length)) != null) {
            if (element.id == Ebml.TAG || element.id == Ebml.SIMPLE_TAG) {
                offset = element.payload;
                continue;
            }
            if (element.id == Ebml.TAG_NAME) {
                String name = element.text();
                end |= name.equals(END_OF_FRAGMENT);
                if (!INSTRUCTIONS.contains(name)) {
                    count++;
                    check(limited, name, MAX_NAME_BYTES);
                    if (limited && name.startsWith(RESERVED)) {
                        throw refused("A tag is called '" + name + "'");
                    }
                }
            } else if (element.id == Ebml.TAG_STRING) {
                check(limited, element.text(), MAX_VALUE_BYTES);
            }
            offset = (int) element.end();
        }
        return new ProducerTags(count, end);
    }

    private static void check(boolean limited, String text, int most) throws IngestException {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (limited && length > most) {
            throw refused("A tag's name or value has " + length + " bytes, not at most " + most);
        }
    }

    private static IngestException refused(String reason) {
        return new IngestException(AckError.FRAGMENT_METADATA_LIMIT_REACHED, reason);
    }

    /** Without those by which the producer instructs the service. */
    int count() {
        return count;
    }

    /** Whether they end the fragment. */
    boolean endOfFragment() {
        return endOfFragment;
    }
}
