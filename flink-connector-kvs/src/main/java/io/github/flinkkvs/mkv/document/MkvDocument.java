/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.document;

import io.github.flinkkvs.mkv.parser.EbmlCursor;

import org.apache.flink.annotation.PublicEvolving;

import java.io.IOException;

/**
 * A fragment as a tree of all its elements. Each call reads elements from the fragment's bytes. For
 * tags, tracks and frames, {@code Fragment} has shorter methods.
 *
 * <pre>{@code
 * MkvElement muxer = fragment.document().child("Segment/Info/MuxingApp");
 * }</pre>
 */
@PublicEvolving
public final class MkvDocument extends MkvNode {

    /**
     * The tree of a whole document.
     *
     * @param bytes not copied, so not to be changed any more
     */
    public MkvDocument(byte[] bytes) {
        super(bytes, 0);
    }

    @Override
    public String path() {
        return "";
    }

    /**
     * Writes the whole tree as text: a line per element, indented by depth, with its value. Binary
     * elements are shown as size and first bytes, blocks as a summary of their frames, and
     * unreadable elements as an error.
     *
     * @throws IOException if {@code out} does
     */
    public void print(Appendable out) throws IOException {
        new MkvPrinter(out).print(this);
    }

    @Override
    EbmlCursor cursor() {
        return new EbmlCursor(documentBytes(), 0, documentBytes().length, 0);
    }

    @Override
    public String toString() {
        return "document of " + documentBytes().length + " bytes";
    }
}
