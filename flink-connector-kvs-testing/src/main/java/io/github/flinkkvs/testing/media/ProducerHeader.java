/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.media;

import org.ebml.Element;
import org.ebml.FloatElement;
import org.ebml.MasterElement;
import org.ebml.ProtoType;
import org.ebml.StringElement;
import org.ebml.UnsignedIntegerElement;
import org.ebml.io.DataWriter;
import org.ebml.matroska.MatroskaDocTypes;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes with jebml what a producer puts before its media: EBML header, Info and Tracks. */
final class ProducerHeader {
    private static final String APPLICATION = "flinkkvs embedded service";
    private static final long NANOS_PER_MILLISECOND = 1_000_000;

    private ProducerHeader() {}

    static byte[] ebml() {
        MasterElement ebml = MatroskaDocTypes.EBML.getInstance();
        add(ebml, MatroskaDocTypes.EBMLVersion, 1);
        add(ebml, MatroskaDocTypes.EBMLReadVersion, 1);
        add(ebml, MatroskaDocTypes.EBMLMaxIDLength, 4);
        add(ebml, MatroskaDocTypes.EBMLMaxSizeLength, 8);
        add(ebml, MatroskaDocTypes.DocType, "matroska");
        add(ebml, MatroskaDocTypes.DocTypeVersion, 2);
        add(ebml, MatroskaDocTypes.DocTypeReadVersion, 2);
        return bytes(ebml);
    }

    static byte[] info() {
        MasterElement info = MatroskaDocTypes.Info.getInstance();
        add(info, MatroskaDocTypes.TimecodeScale, NANOS_PER_MILLISECOND);
        text(info, MatroskaDocTypes.MuxingApp, APPLICATION);
        text(info, MatroskaDocTypes.WritingApp, APPLICATION);
        return bytes(info);
    }

    static byte[] tracks(List<MediaTrack> tracks) {
        MasterElement all = MatroskaDocTypes.Tracks.getInstance();
        for (MediaTrack track : tracks) {
            MasterElement entry = MatroskaDocTypes.TrackEntry.getInstance();
            add(entry, MatroskaDocTypes.TrackNumber, track.number);
            add(entry, MatroskaDocTypes.TrackUID, track.number);
            add(entry, MatroskaDocTypes.TrackType, track.type);
            add(entry, MatroskaDocTypes.FlagLacing, 0);
            text(entry, MatroskaDocTypes.Name, track.name);
            add(entry, MatroskaDocTypes.CodecID, track.codecId);
            if (track.codecPrivate != null) {
                Element codecPrivate = MatroskaDocTypes.CodecPrivate.getInstance();
                codecPrivate.setData(ByteBuffer.wrap(track.codecPrivate));
                entry.addChildElement(codecPrivate);
            }
            if (track.isVideo()) {
                MasterElement video = MatroskaDocTypes.Video.getInstance();
                add(video, MatroskaDocTypes.PixelWidth, track.widthOrRate);
                add(video, MatroskaDocTypes.PixelHeight, track.heightOrChannels);
                entry.addChildElement(video);
            } else if (track.isAudio() && track.widthOrRate > 0) {
                MasterElement audio = MatroskaDocTypes.Audio.getInstance();
                FloatElement rate = MatroskaDocTypes.SamplingFrequency.getInstance();
                rate.setValue(track.widthOrRate);
                audio.addChildElement(rate);
                add(audio, MatroskaDocTypes.Channels, track.heightOrChannels);
                entry.addChildElement(audio);
            }
            all.addChildElement(entry);
        }
        return bytes(all);
    }

    private static void add(
            MasterElement parent, ProtoType<UnsignedIntegerElement> type, long value) {
        UnsignedIntegerElement element = type.getInstance();
        element.setValue(value);
        parent.addChildElement(element);
    }

    private static void add(MasterElement parent, ProtoType<StringElement> type, String value) {
        StringElement element = type.getInstance();
        element.setValue(value);
        parent.addChildElement(element);
    }

    private static <T extends Element> void text(
            MasterElement parent, ProtoType<T> type, String value) {
        T element = type.getInstance();
        element.setData(ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
        parent.addChildElement(element);
    }

    private static byte[] bytes(Element element) {
        Memory memory = new Memory();
        element.writeElement(memory);
        return memory.out.toByteArray();
    }

    /** Where jebml writes to; it never seeks while it writes whole elements. */
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
