/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.media;

import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlElement;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Encoded media that cameras play in a loop: one Matroska file with Clusters of known size, as
 * FFmpeg writes it with {@code -live 1}. Immutable.
 */
public final class MediaClip {
    private static final int BLOCK_TIME_AND_FLAGS = 3;

    /** A thousand cameras show the same clip from the same memory. */
    private static final Map<String, MediaClip> BUNDLED = new ConcurrentHashMap<>();

    /** H.264, 160x120, 25 frames per second, a key frame every 5 frames, 4 s. */
    public static MediaClip h264() {
        return bundled("h264.mkv");
    }

    /** The same picture for 2 s as track 1, with AAC (mono, 16 kHz) as track 2. */
    public static MediaClip h264WithAac() {
        return bundled("h264-aac.mkv");
    }

    /**
     * Two tracks of PCM (16 bit, little endian, mono, 8 kHz) named as Amazon Connect names them,
     * AUDIO_FROM_CUSTOMER and AUDIO_TO_CUSTOMER, in blocks of 64 ms, 2.048 s.
     */
    public static MediaClip pcm() {
        return bundled("pcm.mkv");
    }

    final byte[] ebml;
    final byte[] info;
    final byte[] tracks;
    final List<ClipFrame> frames;
    private final List<ClipFrame> inFileOrder;
    final int mainTrack;
    private final int trackCount;

    /** The duration of one round, after which the first frame repeats. */
    final long durationMillis;

    private MediaClip(byte[] file) {
        byte[] ebmlHeader = null;
        byte[] infoElement = null;
        byte[] tracksElement = null;
        List<ClipFrame> all = new ArrayList<>();
        Map<Integer, Integer> types = new HashMap<>();
        int offset = 0;
        EbmlElement element;
        while ((element = EbmlElement.at(file, offset, file.length)) != null) {
            if (element.id == Ebml.SEGMENT) {
                offset = element.payload;
                continue;
            }
            if (element.unknownSize() || element.end() > file.length) {
                throw new IllegalArgumentException("A clip needs complete elements of known size");
            }
            offset = (int) element.end();
            if (element.id == Ebml.EBML) {
                ebmlHeader = Arrays.copyOfRange(file, element.start, offset);
            } else if (element.id == Ebml.INFO) {
                infoElement = Arrays.copyOfRange(file, element.start, offset);
            } else if (element.id == Ebml.TRACKS) {
                tracksElement = Arrays.copyOfRange(file, element.start, offset);
                trackTypes(file, element, types);
            } else if (element.id == Ebml.CLUSTER) {
                frames(file, element, all);
            }
        }
        if (ebmlHeader == null || infoElement == null || tracksElement == null || all.isEmpty()) {
            throw new IllegalArgumentException("A clip needs Info, Tracks and frames");
        }
        ebml = ebmlHeader;
        info = infoElement;
        tracks = tracksElement;
        trackCount = types.size();
        mainTrack =
                types.entrySet().stream()
                        .min(Map.Entry.comparingByValue())
                        .orElseThrow(IllegalStateException::new)
                        .getKey();
        durationMillis = round(all);
        frames = loopable(all);
        inFileOrder = List.copyOf(all);
    }

    /** Any Matroska file with Clusters and SimpleBlocks of known size. */
    public static MediaClip of(Path file) {
        try {
            return new MediaClip(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many tracks it has. */
    public int trackCount() {
        return trackCount;
    }

    /** The number of frames in one round. */
    public int frameCount() {
        return frames.size();
    }

    /**
     * The clip once, as a producer sends it: its frames in file order, which is decoding order even
     * where it differs from display order.
     *
     * @param startMillis the producer timestamp of the clip's time 0
     * @param framesEach how many frames a fragment has, at most
     */
    public List<MediaFragment> fragments(long startMillis, int framesEach) {
        List<MediaFragment> fragments = new ArrayList<>();
        for (int i = 0; i < inFileOrder.size(); i += framesEach) {
            List<ClipFrame> own =
                    inFileOrder.subList(i, Math.min(i + framesEach, inFileOrder.size()));
            long begin = own.get(0).millis;
            MediaFragment.Builder fragment =
                    MediaFragment.builder()
                            .header(ebml, info, tracks)
                            .producerTimestampMillis(startMillis + begin);
            for (ClipFrame frame : own) {
                fragment.frame(
                        MediaFrame.of(
                                frame.track,
                                Math.toIntExact(frame.millis - begin),
                                frame.key,
                                frame.data));
            }
            fragments.add(fragment.build());
        }
        return fragments;
    }

    private static MediaClip bundled(String name) {
        return BUNDLED.computeIfAbsent(name, MediaClip::load);
    }

    private static MediaClip load(String name) {
        try (InputStream in = MediaClip.class.getResourceAsStream("clips/" + name)) {
            return new MediaClip(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long round(List<ClipFrame> all) {
        List<ClipFrame> main =
                all.stream().filter(f -> f.track == mainTrack).collect(Collectors.toList());
        if (main.size() < 2) {
            throw new IllegalArgumentException("A clip has at least two frames of its main track");
        }
        ClipFrame last = main.get(main.size() - 1);
        long step = last.millis - main.get(main.size() - 2).millis;
        return last.millis + step - main.get(0).millis;
    }

    /**
     * The frames of one round in time order, from the first frame of the main track on: audio
     * encoders begin a little earlier and end a little later.
     */
    private List<ClipFrame> loopable(List<ClipFrame> all) {
        long start =
                all.stream()
                        .filter(frame -> frame.track == mainTrack)
                        .mapToLong(frame -> frame.millis)
                        .findFirst()
                        .orElseThrow(IllegalStateException::new);
        return all.stream()
                .filter(f -> f.millis >= start && f.millis < start + durationMillis)
                .map(f -> new ClipFrame(f.track, f.millis - start, f.key, f.data))
                .sorted(
                        Comparator.<ClipFrame>comparingLong(f -> f.millis)
                                .thenComparing(f -> f.track != mainTrack))
                .collect(Collectors.toUnmodifiableList());
    }

    private static void trackTypes(byte[] file, EbmlElement parent, Map<Integer, Integer> types) {
        for (EbmlElement entry : children(file, parent)) {
            if (entry.id == Ebml.TRACK_ENTRY) {
                EbmlElement number = child(file, entry, Ebml.TRACK_NUMBER);
                EbmlElement type = child(file, entry, Ebml.TRACK_TYPE);
                if (number != null && type != null) {
                    types.put((int) number.unsigned(), (int) type.unsigned());
                }
            }
        }
    }

    private static void frames(byte[] file, EbmlElement cluster, List<ClipFrame> out) {
        EbmlElement timestamp = child(file, cluster, Ebml.TIMESTAMP);
        long base = timestamp == null ? 0 : timestamp.unsigned();
        for (EbmlElement element : children(file, cluster)) {
            if (element.id == Ebml.SIMPLE_BLOCK) {
                out.add(frame(file, element, base, true));
            } else if (element.id == Ebml.BLOCK_GROUP) {
                EbmlElement block = child(file, element, Ebml.BLOCK);
                if (block != null) {
                    out.add(frame(file, block, base, false));
                }
            }
        }
    }

    private static ClipFrame frame(byte[] file, EbmlElement block, long base, boolean simple) {
        int trackLength = Integer.numberOfLeadingZeros(file[block.payload] & 0xFF) - 23;
        int at = block.payload + trackLength;
        if (trackLength > 4 || at + BLOCK_TIME_AND_FLAGS > block.end()) {
            throw new IllegalArgumentException("No block at offset " + block.start);
        }
        long marked = EbmlElement.unsigned(file, block.payload, trackLength);
        short offset = (short) EbmlElement.unsigned(file, at, 2);
        return new ClipFrame(
                (int) (marked & ~(1L << (7 * trackLength))),
                base + offset,
                simple && (file[at + 2] & 0x80) != 0,
                Arrays.copyOfRange(file, at + BLOCK_TIME_AND_FLAGS, (int) block.end()));
    }

    @Nullable
    private static EbmlElement child(byte[] file, EbmlElement parent, int id) {
        for (EbmlElement element : children(file, parent)) {
            if (element.id == id) {
                return element;
            }
        }
        return null;
    }

    private static List<EbmlElement> children(byte[] file, EbmlElement parent) {
        List<EbmlElement> children = new ArrayList<>();
        int offset = parent.payload;
        EbmlElement element;
        while ((element = EbmlElement.within(file, offset, (int) parent.end())) != null) {
            children.add(element);
            offset = (int) element.end();
        }
        return children;
    }

    /** A frame with its time from the start of the clip. */
    static final class ClipFrame {
        final int track;
        final long millis;
        final boolean key;
        final byte[] data;

        ClipFrame(int track, long millis, boolean key, byte[] data) {
            this.track = track;
            this.millis = millis;
            this.key = key;
            this.data = data;
        }
    }
}
