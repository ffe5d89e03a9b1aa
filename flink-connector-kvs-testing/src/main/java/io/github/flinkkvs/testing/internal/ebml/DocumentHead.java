/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ebml;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The elements of a fragment's document before its Cluster. Immutable. */
public final class DocumentHead {
    /** The children of the Segment before its Cluster, in order. */
    public final List<EbmlElement> elements;

    /** The service's Tags among them. */
    public final EbmlElement serviceTags;

    /** Where the Cluster begins. */
    public final int end;

    private DocumentHead(List<EbmlElement> elements, EbmlElement serviceTags, int end) {
        this.elements = List.copyOf(elements);
        this.serviceTags = serviceTags;
        this.end = end;
    }

    /**
     * Reads the head of a document.
     *
     * @return null if it has none, because it is corrupt
     */
    @Nullable
    public static DocumentHead of(byte[] document, int limit) {
        try {
            return read(document, limit);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Nullable
    private static DocumentHead read(byte[] document, int limit) {
        EbmlElement header = EbmlElement.within(document, 0, limit);
        EbmlElement segment =
                header == null ? null : EbmlElement.at(document, (int) header.end(), limit);
        if (segment == null || segment.id != Ebml.SEGMENT) {
            return null;
        }
        List<EbmlElement> elements = new ArrayList<>();
        EbmlElement serviceTags = null;
        int offset = segment.payload;
        EbmlElement element;
        while ((element = EbmlElement.at(document, offset, limit)) != null
                && element.id != Ebml.CLUSTER) {
            if (element.unknownSize() || element.end() > limit) {
                return null;
            }
            elements.add(element);
            if (element.id == Ebml.TAGS && hasNumber(document, element)) {
                serviceTags = element;
            }
            offset = (int) element.end();
        }
        return serviceTags == null ? null : new DocumentHead(elements, serviceTags, offset);
    }

    private static boolean hasNumber(byte[] document, EbmlElement tags) {
        int offset = tags.payload;
        EbmlElement element;
        while ((element = EbmlElement.within(document, offset, (int) tags.end())) != null) {
            if (element.id == Ebml.TAG_NAME && element.text().equals(ServiceTags.FRAGMENT_NUMBER)) {
                return true;
            }
            boolean within = element.id == Ebml.TAG || element.id == Ebml.SIMPLE_TAG;
            offset = within ? element.payload : (int) element.end();
        }
        return false;
    }
}
