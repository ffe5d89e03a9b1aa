/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.clip;

import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlElement;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** A track of a fragment that can be in a clip. Immutable. */
final class ClipTrack {
    private static final int CODEC_ID = 0x86;
    private static final int CODEC_PRIVATE = 0x63A2;
    private static final int VIDEO = 0xE0;
    private static final int WIDTH = 0xB0;
    private static final int HEIGHT = 0xBA;
    private static final int AUDIO = 0xE1;
    private static final int RATE = 0xB5;
    private static final int CHANNELS = 0x9F;

    private static final int[] AAC_RATES = {
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8_000, 7_350
    };
    private static final int G_711_RATE = 8_000;

    final long number;
    final ClipCodec codec;
    final byte[] codecPrivate;
    private final int width;
    private final int height;
    private final int rate;
    private final int channels;

    private ClipTrack(byte[] document, EbmlElement entry) throws ClipException {
        number = unsigned(child(document, entry, Ebml.TRACK_NUMBER));
        EbmlElement codecId = child(document, entry, CODEC_ID);
        EbmlElement data = child(document, entry, CODEC_PRIVATE);
        byte[] found =
                data == null ? null : Arrays.copyOfRange(document, data.payload, (int) data.end());
        codec = ClipCodec.of(codecId == null ? "" : codecId.text(), found);
        codecPrivate = found;
        EbmlElement video = child(document, entry, VIDEO);
        width = video == null ? 0 : (int) unsigned(child(document, video, WIDTH));
        height = video == null ? 0 : (int) unsigned(child(document, video, HEIGHT));
        EbmlElement audio = child(document, entry, AUDIO);
        int declared = audio == null ? 0 : (int) decimal(child(document, audio, RATE));
        rate = declared > 0 ? declared : codec == ClipCodec.AAC ? aacRate() : G_711_RATE;
        channels =
                audio == null ? 1 : (int) Math.max(1, unsigned(child(document, audio, CHANNELS)));
    }

    /**
     * The tracks of a clip: video, and sound if there is some.
     *
     * @throws ClipException if the first track is not video, or the second not sound
     */
    static List<ClipTrack> of(byte[] document, EbmlElement tracks) throws ClipException {
        List<EbmlElement> entries = new ArrayList<>();
        for (EbmlElement entry : children(document, tracks)) {
            if (entry.id == Ebml.TRACK_ENTRY) {
                entries.add(entry);
            }
        }
        entries.sort(
                Comparator.comparing(entry -> unsigned(child(document, entry, Ebml.TRACK_NUMBER))));
        List<ClipTrack> found = new ArrayList<>();
        for (EbmlElement entry : entries.subList(0, Math.min(2, entries.size()))) {
            found.add(new ClipTrack(document, entry));
        }
        if (found.isEmpty() || !found.get(0).codec.video) {
            throw ClipException.unsupported("Track 1 is not H.264 or H.265");
        }
        if (found.size() == 2 && found.get(1).codec.video) {
            throw ClipException.unsupported("Track 2 is not AAC or G.711");
        }
        return found;
    }

    private int aacRate() {
        int index = (codecPrivate[0] & 7) << 1 | (codecPrivate[1] & 0xFF) >>> 7;
        return index < AAC_RATES.length ? AAC_RATES[index] : AAC_RATES[4];
    }

    /** Whether frames of both have the same sample entry. */
    boolean same(ClipTrack other) {
        return codec == other.codec
                && Arrays.equals(codecPrivate, other.codecPrivate)
                && width == other.width
                && height == other.height
                && rate == other.rate
                && channels == other.channels;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Writes its sample entry. */
    void writeEntry(BoxWriter out) {
        // Reserved bytes, and the index of the only data reference.
        out.box(codec.entry, entry -> content(entry.zeros(6).u16(1)));
    }

    private void content(BoxWriter entry) {
        if (codec.video) {
            // Size, 72 dpi, one frame per sample, no name, 24 bits of colour.
            entry.zeros(16).u16(width).u16(height).u32(0x480000).u32(0x480000);
            entry.u32(0).u16(1).zeros(32).u16(24).u16(0xFFFF);
            entry.box(codec.configuration, box -> box.raw(codecPrivate));
            return;
        }
        entry.zeros(8).u16(channels).u16(16).u32(0).u32((long) rate << 16);
        if (codec == ClipCodec.AAC) {
            entry.fullBox(codec.configuration, 0, 0, this::elementaryStream);
        }
    }

    /** The descriptors of ISO/IEC 14496-1 that lead to the AudioSpecificConfig. */
    private void elementaryStream(BoxWriter box) {
        byte[] specific =
                new BoxWriter().u8(5).u8(codecPrivate.length).raw(codecPrivate).toByteArray();
        byte[] decoder = new BoxWriter().u8(0x40).u8(0x15).zeros(11).raw(specific).toByteArray();
        byte[] rest =
                new BoxWriter()
                        .u16(0)
                        .u8(0)
                        .u8(4)
                        .u8(decoder.length)
                        .raw(decoder)
                        .u8(6)
                        .u8(1)
                        .u8(2)
                        .toByteArray();
        box.u8(3).u8(rest.length).raw(rest);
    }

    // ------------------------------------------------------------------ Matroska

    static List<EbmlElement> children(byte[] document, EbmlElement parent) {
        List<EbmlElement> children = new ArrayList<>();
        int offset = parent.payload;
        EbmlElement element;
        while ((element = EbmlElement.within(document, offset, (int) parent.end())) != null) {
            children.add(element);
            offset = (int) element.end();
        }
        return children;
    }

    @Nullable
    private static EbmlElement child(byte[] document, EbmlElement parent, int id) {
        for (EbmlElement element : children(document, parent)) {
            if (element.id == id) {
                return element;
            }
        }
        return null;
    }

    private static long unsigned(@Nullable EbmlElement element) {
        return element == null || element.size > 8 ? 0 : element.unsigned();
    }

    private static double decimal(@Nullable EbmlElement element) {
        if (element == null) {
            return 0;
        }
        return element.size == 4
                ? Float.intBitsToFloat((int) element.unsigned())
                : element.size == 8 ? Double.longBitsToDouble(element.unsigned()) : 0;
    }
}
