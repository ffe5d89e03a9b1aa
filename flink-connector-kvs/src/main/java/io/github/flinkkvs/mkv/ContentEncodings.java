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
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * How the producer packed the frames and the CodecPrivate of a track (RFC 9559, section
 * 5.1.4.1.31). Undoes zlib and header stripping; other encodings, such as encryption, are only
 * named in messages. Immutable.
 */
final class ContentEncodings implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The limit for one track: each encoding may expand its input a thousandfold. */
    private static final int MAX_ENCODINGS = 4;

    private static final int SCOPE_FRAMES = 1;
    private static final int SCOPE_PRIVATE = 2;
    private static final int SCOPE_NEXT = 4;

    private static final int TYPE_COMPRESSION = 0;

    private static final int ZLIB = 0;
    private static final int HEADER_STRIPPING = 3;

    private static final String[] CIPHERS = {"none", "DES", "3DES", "Twofish", "Blowfish", "AES"};
    private static final String[] COMPRESSIONS = {"zlib", "bzlib", "lzo1x", "header stripping"};

    /** A ContentEncoding. */
    private static final class Encoding implements Serializable {

        private static final long serialVersionUID = 1L;

        private long order;
        private long scope;

        /** What header stripping removed; null for zlib. */
        @Nullable private byte[] header;

        /** Why the encoding cannot be undone; null if it can. */
        @Nullable private String obstacle;

        private byte[] undo(byte[] bytes, int from, int to, int max) throws DataFormatException {
            return header == null
                    ? inflate(bytes, from, to, max)
                    : withHeader(bytes, from, to, max);
        }

        private byte[] withHeader(byte[] bytes, int from, int to, int max)
                throws DataFormatException {
            if (to - from > max - header.length) {
                throw tooLarge(max);
            }
            byte[] whole = Arrays.copyOf(header, header.length + to - from);
            System.arraycopy(bytes, from, whole, header.length, to - from);
            return whole;
        }

        private static byte[] inflate(byte[] bytes, int from, int to, int max)
                throws DataFormatException {
            Inflater inflater = new Inflater();
            try {
                inflater.setInput(bytes, from, to - from);
                // One byte above the limit shows that the limit is exceeded.
                byte[] out = new byte[(int) Math.min(max + 1L, 64 + 3L * (to - from))];
                int size = 0;
                while (!inflater.finished()) {
                    if (size > max) {
                        throw tooLarge(max);
                    }
                    if (size == out.length) {
                        out = Arrays.copyOf(out, (int) Math.min(max + 1L, 2L * size));
                    }
                    int count = inflater.inflate(out, size, out.length - size);
                    size += count;
                    boolean stuck = count == 0 && !inflater.finished();
                    if (stuck && (inflater.needsInput() || inflater.needsDictionary())) {
                        throw new DataFormatException("it is cut off");
                    }
                }
                return Arrays.copyOf(out, size);
            } finally {
                // The inflater has native memory.
                inflater.end();
            }
        }

        private static DataFormatException tooLarge(int max) {
            return new DataFormatException(
                    "it has more than the " + max + " bytes that are left for it");
        }

        @Override
        public boolean equals(Object object) {
            if (!(object instanceof Encoding)) {
                return false;
            }
            Encoding other = (Encoding) object;
            return order == other.order
                    && scope == other.scope
                    && Arrays.equals(header, other.header)
                    && Objects.equals(obstacle, other.obstacle);
        }

        @Override
        public int hashCode() {
            return Objects.hash(order, scope, Arrays.hashCode(header), obstacle);
        }
    }

    /** In the order of undoing. */
    private final Encoding[] encodings;

    private ContentEncodings(Encoding[] encodings) {
        this.encodings = encodings;
    }

    /** Reads the children of a ContentEncodings element; null if there is nothing to undo. */
    @Nullable
    static ContentEncodings read(EbmlCursor element) throws MkvException {
        List<Encoding> encodings = new ArrayList<>();
        while (element.next()) {
            if (element.id() == MkvElements.CONTENT_ENCODING) {
                Encoding encoding = readEncoding(element.children());
                if (encodings.size() < MAX_ENCODINGS) {
                    encodings.add(encoding);
                } else {
                    encodings.get(0).obstacle =
                            "it is packed more than " + MAX_ENCODINGS + " times";
                }
            }
        }
        encodings.sort((one, other) -> Long.compareUnsigned(other.order, one.order));
        return encodings.isEmpty()
                ? null
                : new ContentEncodings(encodings.toArray(new Encoding[0]));
    }

    private static Encoding readEncoding(EbmlCursor element) throws MkvException {
        Encoding encoding = new Encoding();
        encoding.scope = SCOPE_FRAMES;
        long type = TYPE_COMPRESSION;
        long algorithm = ZLIB;
        byte[] settings = {};
        String cipher = "unnamed";
        while (element.next()) {
            switch (element.id()) {
                case MkvElements.CONTENT_ENCODING_ORDER:
                    encoding.order = element.unsigned();
                    break;
                case MkvElements.CONTENT_ENCODING_SCOPE:
                    encoding.scope = element.unsigned();
                    break;
                case MkvElements.CONTENT_ENCODING_TYPE:
                    type = element.unsigned();
                    break;
                case MkvElements.CONTENT_COMPRESSION:
                    EbmlCursor compression = element.children();
                    while (compression.next()) {
                        if (compression.id() == MkvElements.CONTENT_COMP_ALGO) {
                            algorithm = compression.unsigned();
                        } else if (compression.id() == MkvElements.CONTENT_COMP_SETTINGS) {
                            settings = compression.binary();
                        }
                    }
                    break;
                case MkvElements.CONTENT_ENCRYPTION:
                    EbmlCursor encryption = element.children();
                    while (encryption.next()) {
                        if (encryption.id() == MkvElements.CONTENT_ENC_ALGO) {
                            cipher = name(CIPHERS, encryption.unsigned());
                        }
                    }
                    break;
                default:
                    break;
            }
        }
        if (type != TYPE_COMPRESSION) {
            encoding.obstacle = "it is encrypted (cipher: " + cipher + ")";
        } else if ((encoding.scope & SCOPE_NEXT) != 0) {
            encoding.obstacle = "how it is packed is packed, too (ContentEncodingScope 4)";
        } else if (algorithm == HEADER_STRIPPING) {
            encoding.header = settings;
        } else if (algorithm != ZLIB) {
            encoding.obstacle = "it is compressed with " + name(COMPRESSIONS, algorithm);
        }
        return encoding;
    }

    private static String name(String[] names, long value) {
        return value >= 0 && value < names.length
                ? names[(int) value]
                : "number " + Long.toUnsignedString(value);
    }

    /** How many bytes of heap the encodings take. */
    int retainedBytes() {
        int bytes = 16 + Footprint.ofArray(4, encodings.length);
        for (Encoding encoding : encodings) {
            bytes +=
                    40 + Footprint.ofArray(encoding.header) + Footprint.ofString(encoding.obstacle);
        }
        return bytes;
    }

    /** Whether frames are packed. */
    boolean areOfFrames() {
        for (Encoding encoding : encodings) {
            if ((encoding.scope & SCOPE_FRAMES) != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Unpacks a frame.
     *
     * @param max the limit of its size in bytes
     * @throws DataFormatException if the frame cannot be unpacked; the message says why
     */
    byte[] undoFrame(byte[] bytes, int from, int to, int max) throws DataFormatException {
        return undo(SCOPE_FRAMES, bytes, from, to, max);
    }

    /** Unpacks a CodecPrivate; null if that is not possible. */
    @Nullable
    byte[] undoPrivate(byte[] codecPrivate, int max) {
        try {
            return undo(SCOPE_PRIVATE, codecPrivate, 0, codecPrivate.length, max);
        } catch (DataFormatException e) {
            return null;
        }
    }

    private byte[] undo(int scope, byte[] packed, int packedFrom, int packedTo, int max)
            throws DataFormatException {
        byte[] bytes = packed;
        int from = packedFrom;
        int to = packedTo;
        for (Encoding encoding : encodings) {
            if ((encoding.scope & scope) == 0) {
                continue;
            }
            if (encoding.obstacle != null) {
                throw new DataFormatException(encoding.obstacle);
            }
            bytes = encoding.undo(bytes, from, to, max);
            from = 0;
            to = bytes.length;
        }
        return bytes == packed ? Arrays.copyOfRange(bytes, from, to) : bytes;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof ContentEncodings
                && Arrays.equals(encodings, ((ContentEncodings) object).encodings);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encodings);
    }
}
