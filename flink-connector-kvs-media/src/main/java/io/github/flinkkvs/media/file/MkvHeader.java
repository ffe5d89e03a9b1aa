/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import org.ebml.Element;
import org.ebml.FloatElement;
import org.ebml.MasterElement;
import org.ebml.ProtoType;
import org.ebml.UnsignedIntegerElement;
import org.ebml.io.DataWriter;
import org.ebml.matroska.MatroskaDocTypes;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The elements that jebml writes: all but Tracks and blocks, which are copied. */
final class MkvHeader {

    private static final String APPLICATION = "flink-connector-kvs";

    /** An unknown size: the Segment ends with its file. */
    private static final byte[] UNKNOWN_SIZE = {1, -1, -1, -1, -1, -1, -1, -1};

    private MkvHeader() {}

    /** EBML header, the beginning of a Segment, and Info without a duration. */
    static byte[] bytes(long timestampScale) {
        return bytes(timestampScale, 0);
    }

    /**
     * EBML header, the beginning of a Segment, and Info.
     *
     * @param duration in units of TimestampScale; 0 if it is not known
     */
    static byte[] bytes(long timestampScale, double duration) {
        MasterElement ebml = MatroskaDocTypes.EBML.getInstance();
        add(ebml, MatroskaDocTypes.EBMLVersion, 1);
        add(ebml, MatroskaDocTypes.EBMLReadVersion, 1);
        add(ebml, MatroskaDocTypes.EBMLMaxIDLength, 4);
        add(ebml, MatroskaDocTypes.EBMLMaxSizeLength, 8);
        text(ebml, MatroskaDocTypes.DocType, "matroska");
        add(ebml, MatroskaDocTypes.DocTypeVersion, 4);
        add(ebml, MatroskaDocTypes.DocTypeReadVersion, 2);
        MasterElement info = MatroskaDocTypes.Info.getInstance();
        add(info, MatroskaDocTypes.TimecodeScale, timestampScale);
        if (duration > 0) {
            FloatElement element = MatroskaDocTypes.Duration.getInstance();
            element.setValue(duration);
            info.addChildElement(element);
        }
        text(info, MatroskaDocTypes.MuxingApp, APPLICATION);
        text(info, MatroskaDocTypes.WritingApp, APPLICATION);

        Memory memory = new Memory();
        ebml.writeElement(memory);
        memory.write(MatroskaDocTypes.Segment.getInstance().getType().duplicate());
        memory.write(ByteBuffer.wrap(UNKNOWN_SIZE));
        info.writeElement(memory);
        return memory.out.toByteArray();
    }

    /** The element Tracks with this content. */
    static byte[] tracks(byte[] content) {
        Memory memory = new Memory();
        master(MatroskaDocTypes.Tracks, content, memory);
        return memory.out.toByteArray();
    }

    /**
     * A TrackEntry.
     *
     * @param others its elements, but for those that declare its coding
     */
    static byte[] trackEntry(byte[] others, AudioDeclaration declared) {
        Memory content = new Memory();
        content.write(ByteBuffer.wrap(others));
        Element codec = MatroskaDocTypes.CodecID.getInstance();
        codec.setData(ByteBuffer.wrap(declared.codecId.getBytes(StandardCharsets.US_ASCII)));
        codec.writeElement(content);
        if (declared.codecPrivate != null) {
            Element codecPrivate = MatroskaDocTypes.CodecPrivate.getInstance();
            codecPrivate.setData(ByteBuffer.wrap(declared.codecPrivate));
            codecPrivate.writeElement(content);
        }
        MasterElement audio = MatroskaDocTypes.Audio.getInstance();
        FloatElement rate = MatroskaDocTypes.SamplingFrequency.getInstance();
        rate.setValue(declared.samplesPerSecond);
        audio.addChildElement(rate);
        add(audio, MatroskaDocTypes.Channels, declared.channels);
        add(audio, MatroskaDocTypes.BitDepth, declared.bitDepth);
        audio.writeElement(content);
        Memory entry = new Memory();
        master(MatroskaDocTypes.TrackEntry, content.out.toByteArray(), entry);
        return entry.out.toByteArray();
    }

    private static void master(ProtoType<MasterElement> type, byte[] content, Memory memory) {
        memory.write(type.getInstance().getType().duplicate());
        memory.write(ByteBuffer.wrap(Element.makeEbmlCodedSize(content.length)));
        memory.write(ByteBuffer.wrap(content));
    }

    /** The beginning of a Cluster, up to its blocks. */
    static byte[] cluster(long timestamp, long blockBytes) {
        UnsignedIntegerElement time = MatroskaDocTypes.Timecode.getInstance();
        time.setValue(timestamp);
        Memory memory = new Memory();
        memory.write(MatroskaDocTypes.Cluster.getInstance().getType().duplicate());
        long size = time.getTotalSize() + blockBytes;
        memory.write(ByteBuffer.wrap(Element.makeEbmlCodedSize(size)));
        time.writeElement(memory);
        return memory.out.toByteArray();
    }

    private static void add(
            MasterElement parent, ProtoType<UnsignedIntegerElement> type, long value) {
        UnsignedIntegerElement element = type.getInstance();
        element.setValue(value);
        parent.addChildElement(element);
    }

    private static <T extends Element> void text(
            MasterElement parent, ProtoType<T> type, String value) {
        T element = type.getInstance();
        element.setData(ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
        parent.addChildElement(element);
    }

    /** Memory that jebml writes to. It never seeks while it writes whole elements. */
    private static final class Memory implements DataWriter {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();

        @Override
        public int write(byte value) {
            out.write(value);
            return 1;
        }

        @Override
        public int write(ByteBuffer buffer) {
            int length = buffer.remaining();
            byte[] bytes = new byte[length];
            buffer.get(bytes);
            out.write(bytes, 0, length);
            return length;
        }

        @Override
        public long length() {
            return out.size();
        }

        @Override
        public long getFilePointer() {
            return out.size();
        }

        @Override
        public boolean isSeekable() {
            return false;
        }

        @Override
        public long seek(long position) {
            throw new UnsupportedOperationException("seek");
        }
    }
}
