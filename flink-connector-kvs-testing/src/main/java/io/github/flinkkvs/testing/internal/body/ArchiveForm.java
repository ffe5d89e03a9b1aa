/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.body;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.ErrorDocument;
import io.github.flinkkvs.testing.behavior.archive.ArchiveTags;
import io.github.flinkkvs.testing.behavior.archive.BodyShape;
import io.github.flinkkvs.testing.internal.ebml.DocumentHead;
import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlElement;
import io.github.flinkkvs.testing.internal.ebml.ServiceTags;
import io.github.flinkkvs.testing.internal.store.StoredDocument;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the bytes of archived fragments and of errors in their place, in the shape and with the
 * tags that the switches choose. Owned by the event loop of its connection.
 */
final class ArchiveForm {
    private static final int NOT_FOUND_CAPTURED = 3000;
    private static final int NOT_FOUND_DOCUMENTED = 4000;

    /** Info and Tracks of the Segment that goes on; null if the next fragment begins a new one. */
    @Nullable private ByteBuf segment;

    /** The bytes of a fragment; without a copy if they are sent as they are. */
    List<ByteBuf> fragment(StoredDocument fragment, Behavior behavior) {
        boolean oneSegment = behavior.archive().bodyShape() == BodyShape.ONE_SEGMENT;
        boolean documented = behavior.archive().tags() == ArchiveTags.DOCUMENTED;
        if (!oneSegment && !documented) {
            segment = null;
            return List.of(fragment.archived());
        }
        byte[] bytes = fragment.archivedBytes();
        ByteBuf whole = Unpooled.wrappedBuffer(bytes);
        DocumentHead head = DocumentHead.of(bytes, bytes.length);
        if (head == null) {
            segment = null;
            return List.of(whole);
        }
        ByteBuf header = header(whole, head);
        boolean goesOn = oneSegment && header.equals(segment);
        segment = oneSegment && fragment.afterBreak() == null ? header : null;
        List<ByteBuf> parts = new ArrayList<>();
        if (!goesOn) {
            parts.add(whole.slice(0, head.elements.get(0).start));
        }
        for (EbmlElement element : head.elements) {
            if (element == head.serviceTags && documented) {
                parts.add(
                        Unpooled.wrappedBuffer(
                                ServiceTags.leadingAsDocumented(
                                        fragment.number(),
                                        fragment.serverTimestampMillis(),
                                        fragment.producerTimestampMillis())));
            } else if (!goesOn || !isHeader(element)) {
                parts.add(slice(whole, element));
            }
        }
        parts.add(whole.slice(head.end, whole.readableBytes() - head.end));
        return parts;
    }

    private static ByteBuf header(ByteBuf whole, DocumentHead head) {
        return Unpooled.copiedBuffer(
                head.elements.stream()
                        .filter(ArchiveForm::isHeader)
                        .map(element -> slice(whole, element))
                        .toArray(ByteBuf[]::new));
    }

    private static boolean isHeader(EbmlElement element) {
        return element.id == Ebml.INFO || element.id == Ebml.TRACKS;
    }

    private static ByteBuf slice(ByteBuf whole, EbmlElement element) {
        return whole.slice(element.start, (int) element.end() - element.start);
    }

    /** The error in place of a fragment that is not found. */
    ByteBuf notFound(BigInteger number, Behavior behavior) {
        return behavior.archive().tags() == ArchiveTags.DOCUMENTED
                ? error(
                        ServiceTags.exception(
                                NOT_FOUND_DOCUMENTED,
                                behavior.notFoundCode(),
                                number.toString(),
                                behavior.errorDocument()),
                        behavior)
                : error(NOT_FOUND_CAPTURED, behavior.notFoundCode(), number, behavior);
    }

    /** An error in place of a fragment. */
    ByteBuf error(int id, String code, BigInteger number, Behavior behavior) {
        return error(
                ServiceTags.error(id, code, number.toString(), behavior.errorDocument()), behavior);
    }

    private ByteBuf error(byte[] bytes, Behavior behavior) {
        if (behavior.errorDocument() != ErrorDocument.BARE_TAGS) {
            segment = null;
        }
        return Unpooled.wrappedBuffer(bytes);
    }
}
