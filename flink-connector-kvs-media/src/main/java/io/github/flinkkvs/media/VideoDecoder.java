/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.MkvException;
import io.github.flinkkvs.mkv.Track;

import org.apache.flink.annotation.PublicEvolving;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Makes pictures of video frames: of a whole fragment, or of the frames of a track as they come.
 *
 * <p>Pictures come in the order of presentation. A decoder holds some of them back where later
 * frames are shown earlier; the end of a fragment, or {@link #flush}, brings them.
 *
 * <p>A frame that cannot be decoded is counted and left out, with what it says about it in {@link
 * #lastDamage}. Not thread-safe. Memory is native: close it.
 */
@PublicEvolving
public final class VideoDecoder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(VideoDecoder.class);

    /** More than any codec holds back; a frame that waits longer has no picture. */
    private static final int MAX_PENDING = 64;

    private final PictureOptions options;

    /** Frames without their picture yet, by their sequence. */
    private final TreeMap<Long, Pending> pending = new TreeMap<>();

    @Nullable private NativeDecoder decoder;
    private long sequence;
    @Nullable private FragmentNumber fragment;
    private int ordinal;
    @Nullable private Long period;
    private boolean closed;

    private long decoded;
    private long damaged;
    @Nullable private String lastDamage;

    public VideoDecoder(PictureOptions options) {
        this.options = options;
    }

    /**
     * The chosen pictures of a fragment's video tracks, one track after the other. The decoder
     * knows nothing of fragments before.
     *
     * @throws IllegalStateException if the fragment was read for its tags only
     * @throws MediaException if native libraries are missing, or media is damaged and that is to
     *     fail
     */
    public void decode(Fragment whole, Consumer<Picture> out) {
        checkOpen();
        long damagedBefore = damaged;
        List<FrameRecord> records = records(whole);
        for (Track track : whole.tracks()) {
            if (track.type() == Track.Type.VIDEO) {
                decodeTrack(track.number(), records, out);
            }
        }
        if (damaged > damagedBefore) {
            LOG.warn(
                    "Left out {} damaged frames of {}: {}",
                    damaged - damagedBefore,
                    whole,
                    lastDamage);
        }
    }

    /** Its frames; none if they cannot be found, which damages those of video. */
    private List<FrameRecord> records(Fragment whole) {
        try {
            return FrameRecord.of(whole);
        } catch (MkvException e) {
            whole.tracks().stream()
                    .filter(track -> track.type() == Track.Type.VIDEO)
                    .mapToInt(track -> whole.frameCounts().getOrDefault(track.number(), 0))
                    .filter(frames -> frames > 0)
                    .forEach(frames -> damage(frames, whole + ": " + e.getMessage()));
            return List.of();
        }
    }

    private static List<FrameRecord> ofTrack(long number, List<FrameRecord> records) {
        List<FrameRecord> own = new ArrayList<>();
        for (FrameRecord record : records) {
            if (record.frame().trackNumber() == number) {
                own.add(record);
            }
        }
        return own;
    }

    private void decodeTrack(long number, List<FrameRecord> records, Consumer<Picture> out) {
        forget();
        List<FrameRecord> own = ofTrack(number, records);
        int reordering = reordering(own);
        try {
            for (FrameRecord record : own) {
                decode(record, reordering, out);
            }
            flush(out);
        } catch (RuntimeException | Error e) {
            // Whatever comes next must not find the rest of this.
            closeDecoder();
            throw e;
        }
    }

    /**
     * One picture of a fragment's {@link #videoTrack}, whatever the options say about which.
     * Nothing is decoded that is not needed for it: the first picture takes the first frame. The
     * decoder knows nothing of fragments before.
     *
     * @param place its place in the order of presentation, from 0
     * @return null if there is no such frame, or if it is damaged, which is counted then
     * @throws IllegalStateException if the fragment was read for its tags only
     * @throws MediaException if native libraries are missing, or media is damaged and that is to
     *     fail
     */
    @Nullable
    public Picture picture(Fragment whole, int place) {
        checkOpen();
        Track track = videoTrack(whole);
        if (track == null) {
            return null;
        }
        List<FrameRecord> own = ofTrack(track.number(), records(whole));
        FrameRecord wanted =
                own.stream()
                        .filter(record -> !record.frame().isInvisible())
                        .sorted(Comparator.comparingLong(record -> record.frame().offsetNanos()))
                        .skip(place)
                        .findFirst()
                        .orElse(null);
        if (wanted == null) {
            return null;
        }
        forget();
        int reordering = reordering(own);
        Picture[] found = new Picture[1];
        try {
            for (int i = 0; i < own.size() && found[0] == null; i++) {
                FrameRecord record = own.get(i);
                send(record, i, reordering, record == wanted, picture -> found[0] = picture);
            }
            if (found[0] == null) {
                flush(picture -> found[0] = picture);
            } else {
                pending.clear();
                decoder.reset();
            }
            return found[0];
        } catch (RuntimeException | Error e) {
            closeDecoder();
            throw e;
        }
    }

    /** The track that pictures are of: the first of video that has frames; null without one. */
    @Nullable
    public static Track videoTrack(Fragment fragment) {
        Map<Long, Integer> frames = fragment.frameCounts();
        for (Track track : fragment.tracks()) {
            if (track.type() == Track.Type.VIDEO && frames.containsKey(track.number())) {
                return track;
            }
        }
        return null;
    }

    /**
     * The next frame of a track, in the order of the stream, and the pictures that it brings.
     * Frames of other kinds than video bring none.
     *
     * @throws MediaException if native libraries are missing, or media is damaged and that is to
     *     fail
     */
    public void decode(FrameRecord record, Consumer<Picture> out) {
        checkOpen();
        if (record.track().type() == Track.Type.VIDEO) {
            decode(record, 0, out);
        }
    }

    private void decode(FrameRecord record, int reordering, Consumer<Picture> out) {
        if (!record.fragment().number().equals(fragment)) {
            fragment = record.fragment().number();
            ordinal = 0;
        }
        int place = ordinal++;
        if (options.onlyKeyFrames() && !record.frame().isKeyFrame()) {
            return;
        }
        boolean chosen = place % options.every() == 0 && !record.frame().isInvisible();
        send(record, place, reordering, chosen, out);
    }

    /**
     * @param place its place among the frames of its track
     * @param chosen whether its picture is wanted
     */
    private void send(
            FrameRecord record, int place, int reordering, boolean chosen, Consumer<Picture> out) {
        if (place >= options.maxFramesPerFragment()) {
            damage(1, record + " is beyond the limit of " + options.maxFramesPerFragment());
            return;
        }
        if (!open(record, reordering, out)) {
            return;
        }
        pending.put(sequence, new Pending(record, chosen));
        if (!decoder.send(sequence, record.frame().data())) {
            pending.remove(sequence);
            damage(1, record + " cannot be decoded");
        }
        sequence++;
        receive(out);
        while (pending.size() > MAX_PENDING) {
            damage(1, pending.pollFirstEntry().getValue() + " gave no picture");
        }
    }

    /** Brings the pictures that are held back; what comes next is a new beginning. */
    public void flush(Consumer<Picture> out) {
        checkOpen();
        if (decoder != null) {
            decoder.drain();
            receive(out);
            decoder.reset();
        }
        while (!pending.isEmpty()) {
            Pending lost = pending.pollFirstEntry().getValue();
            if (lost.visible) {
                damage(1, lost + " gave no picture");
            }
        }
    }

    private boolean open(FrameRecord record, int reordering, Consumer<Picture> out) {
        String codecId = record.track().codecId();
        byte[] codecPrivate = record.track().codecPrivate();
        if (decoder != null && !decoder.fits(codecId, codecPrivate)) {
            flush(out);
            closeDecoder();
        }
        if (decoder == null) {
            FFmpegLibrary.load();
            try {
                decoder = new NativeDecoder(codecId, codecPrivate, options, reordering);
            } catch (MediaException e) {
                damage(1, record + ": " + e.getMessage());
                return false;
            }
        }
        return true;
    }

    private void receive(Consumer<Picture> out) {
        while (decoder.receive()) {
            Pending source = pending.remove(decoder.sequence());
            if (source == null) {
                continue;
            }
            if (decoder.isDamaged()) {
                damage(1, source + " is damaged");
            } else {
                decoded++;
                if (isWanted(source)) {
                    emit(source, out);
                }
            }
        }
    }

    private boolean isWanted(Pending source) {
        if (!source.chosen || !options.isLimited()) {
            return source.chosen;
        }
        Long last = period;
        period = options.period(source.timestampMillis);
        return !period.equals(last);
    }

    private void emit(Pending source, Consumer<Picture> out) {
        byte[] pixels;
        try {
            pixels = decoder.scale();
        } catch (MediaException e) {
            damage(1, source + ": " + e.getMessage());
            return;
        }
        out.accept(
                new Picture(
                        source.streamName,
                        source.fragmentNumber,
                        source.trackNumber,
                        source.frameIndex,
                        source.timestampMillis,
                        decoder.scaledWidth(),
                        decoder.scaledHeight(),
                        options.format(),
                        pixels));
    }

    /** How many frames a frame of these waits for at most, by what their times say. */
    private static int reordering(List<FrameRecord> records) {
        long[] sorted =
                records.stream().mapToLong(record -> record.frame().offsetNanos()).toArray();
        Arrays.sort(sorted);
        int most = 0;
        for (int i = 0; i < sorted.length; i++) {
            // As many as are decoded before it and shown after it.
            int shown = Arrays.binarySearch(sorted, records.get(i).frame().offsetNanos());
            most = Math.max(most, i - shown);
        }
        return Math.min(most, 16);
    }

    private void damage(int frames, String what) {
        damaged += frames;
        lastDamage = what;
        if (options.failsOnDamage()) {
            throw new MediaException(what);
        }
    }

    private void forget() {
        fragment = null;
        period = null;
    }

    /** How many frames were decoded so far, whether or not they were chosen. */
    public long decodedFrames() {
        return decoded;
    }

    /** How many video frames had no picture since they, or what they need, are damaged. */
    public long damagedFrames() {
        return damaged;
    }

    /** What was wrong with the last of the damaged frames; null if there was none. */
    @Nullable
    public String lastDamage() {
        return lastDamage;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The decoder is closed");
        }
    }

    private void closeDecoder() {
        pending.clear();
        if (decoder != null) {
            decoder.close();
            decoder = null;
        }
    }

    /** Frees its memory; pictures that are held back are lost. */
    @Override
    public void close() {
        closed = true;
        closeDecoder();
    }

    /** What is known of a frame while its picture is awaited. */
    private static final class Pending {
        private final String streamName;
        private final FragmentNumber fragmentNumber;
        private final long trackNumber;
        private final int frameIndex;
        private final long timestampMillis;
        private final boolean visible;
        private final boolean chosen;

        private Pending(FrameRecord record, boolean chosen) {
            this.streamName = record.fragment().streamName();
            this.fragmentNumber = record.fragment().number();
            this.trackNumber = record.frame().trackNumber();
            this.frameIndex = record.frame().index();
            this.timestampMillis = record.frame().timestampMillis();
            this.visible = !record.frame().isInvisible();
            this.chosen = chosen;
        }

        @Override
        public String toString() {
            return "frame " + frameIndex + " of fragment " + fragmentNumber;
        }
    }
}
