/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.document;

import io.github.flinkkvs.mkv.parser.BlockHeader;
import io.github.flinkkvs.mkv.parser.EbmlCursor;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Writes a document as an indented list, in the manner of mkvinfo. */
final class MkvPrinter {

    /** How many bytes of a binary element are shown. */
    private static final int SHOWN_BYTES = 16;

    private final Appendable out;

    /** Converts the times of blocks to seconds. */
    private long timestampScale = MkvElements.DEFAULT_TIMESTAMP_SCALE_NANOS;

    private long clusterTimestamp;

    MkvPrinter(Appendable out) {
        this.out = out;
    }

    void print(MkvNode parent) throws IOException {
        try {
            EbmlCursor children = parent.cursor();
            while (children.next()) {
                MkvElement child = new MkvElement(parent, children);
                begin(parent).append(child.name()).append(value(child)).append('\n');
                print(child);
            }
        } catch (MkvException e) {
            begin(parent).append("malformed: ").append(e.getMessage()).append('\n');
        }
    }

    private Appendable begin(MkvNode parent) throws IOException {
        if (parent.depth() > 0) {
            out.append('|').append(" ".repeat(parent.depth() - 1));
        }
        return out.append("+ ");
    }

    private String value(MkvElement element) {
        try {
            switch (element.type()) {
                case MASTER:
                    return element.isUnknownSized() ? " (unknown size)" : "";
                case UNSIGNED:
                    return ": " + Long.toUnsignedString(unsigned(element));
                case SIGNED:
                    return ": " + element.longValue();
                case FLOAT:
                    return ": " + element.doubleValue();
                case DATE:
                    return ": " + element.dateValue();
                case BINARY:
                    return ": " + binary(element);
                default:
                    return ": " + printable(element.stringValue());
            }
        } catch (MkvException e) {
            return ": malformed: " + e.getMessage();
        }
    }

    private long unsigned(MkvElement element) throws MkvException {
        long value = element.longValue();
        if (element.id() == MkvElements.TIMESTAMP_SCALE) {
            timestampScale = value;
        } else if (element.id() == MkvElements.TIMESTAMP) {
            clusterTimestamp = value;
        }
        return value;
    }

    private String binary(MkvElement element) throws MkvException {
        if (element.id() == MkvElements.SIMPLE_BLOCK || element.id() == MkvElements.BLOCK) {
            return block(element);
        }
        StringBuilder text = new StringBuilder(bytes(element.dataSize()));
        ByteBuffer data = element.data();
        for (int i = 0; i < SHOWN_BYTES && data.hasRemaining(); i++) {
            text.append(i == 0 ? ", " : " ").append(String.format("%02x", data.get()));
        }
        return text.append(data.hasRemaining() ? " …" : "").toString();
    }

    private String block(MkvElement element) throws MkvException {
        int from = element.offset() + element.headerSize();
        int end = from + element.dataSize();
        byte[] document = element.documentBytes();
        BlockHeader block = new BlockHeader();
        block.read(document, from, end, element.id(), element.offset());
        int[] sizes = block.frameSizes(document, from, end);
        boolean simple = element.id() == MkvElements.SIMPLE_BLOCK;
        return "track "
                + Long.toUnsignedString(block.trackNumber())
                + ", "
                + seconds(block.relativeTimestamp())
                + (simple && block.isKeyFrame() ? ", key frame" : "")
                + (block.isInvisible() ? ", invisible" : "")
                + (simple && block.isDiscardable() ? ", discardable" : "")
                + ", "
                + (sizes.length == 1 ? "1 frame of " : sizes.length + " frames of ")
                + Arrays.stream(sizes).mapToObj(String::valueOf).collect(Collectors.joining(", "))
                + " bytes";
    }

    private String seconds(short relativeTimestamp) {
        // Both factors may have 64 bits.
        BigInteger nanos =
                unsigned(clusterTimestamp)
                        .add(BigInteger.valueOf(relativeTimestamp))
                        .multiply(unsigned(timestampScale));
        return new BigDecimal(nanos, 9).toPlainString() + " s";
    }

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }

    private static String bytes(int count) {
        return count == 1 ? "1 byte" : count + " bytes";
    }

    /** On one line, without control characters that a terminal would obey. */
    private static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints()
                .forEach(
                        c -> {
                            if (Character.isISOControl(c)) {
                                printable.append(String.format("\\u%04X", c));
                            } else {
                                printable.appendCodePoint(c);
                            }
                        });
        return printable.toString();
    }
}
