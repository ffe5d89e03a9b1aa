/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.media.VideoState.Pending;
import io.github.flinkkvs.media.VideoState.Start;
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.PublicEvolving;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Makes pictures of video frames: of a whole fragment, or of the frames of a track as they come.
 *
 * <p>Pictures come in the order of presentation. A decoder holds some of them back where later
 * frames are shown earlier; the end of a fragment, or {@link #flush}, brings them.
 *
 * <p>A frame that cannot be decoded is counted and left out, and so are those between it and the
 * next key frame, which may need it; {@link #lastDamage} says what it was. No damage are frames
 * without a picture of their own (parameter sets, hidden frames of VP8 and VP9), and those that are
 * decoded after the first one but shown before it: in an open GOP they need the group before.
 *
 * <p>Not thread-safe. Memory is native: close it.
 */
@PublicEvolving
public final class VideoDecoder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(VideoDecoder.class);

    /** More than any codec holds back; a frame that waits longer has no picture. */
    private static final int MAX_PENDING = 64;

    private final PictureOptions options;

    private final VideoState state;

    /** Whether it skips what comes before a frame with which decoding can begin. */
    private final boolean waiting;

    private final PixelConverter converter;
    @Nullable private NativeDecoder decoder;

    /** What the track of the decoder declares. */
    @Nullable private Track.Video video;

    /**
     * The decoder before, until the next one has made a picture. Each fragment has a decoder of its
     * own, and would wait for fresh memory from the system if that of the last one were not there.
     */
    @Nullable private NativeDecoder retired;

    private boolean closed;

    private long decoded;
    private long damaged;
    private long skipped;
    @Nullable private String lastDamage;

    /** The fragment whose damage is in the log already. */
    @Nullable private FragmentNumber loggedFragment;

    public VideoDecoder(PictureOptions options) {
        this(options, new VideoState(), false);
    }

    private VideoDecoder(PictureOptions options, VideoState state, boolean waiting) {
        this.options = options;
        this.state = state;
        this.waiting = waiting;
        this.converter = new PixelConverter(options);
    }

    /** Which pictures are wanted, and who gets them. */
    private interface Output {
        /** Asked once for each decoded frame, in the order of presentation. */
        boolean wants(Pending source);

        void accept(Picture picture);

        /** A frame whose time this is has no picture since it is damaged. */
        void damaged(long timestampMillis);
    }

    /** Those that the options choose. */
    private final class Chosen implements Output {
        private final Consumer<Picture> out;

        Chosen(Consumer<Picture> out) {
            this.out = out;
        }

        @Override
        public boolean wants(Pending source) {
            return isWanted(source);
        }

        @Override
        public void accept(Picture picture) {
            out.accept(picture);
        }

        @Override
        public void damaged(long timestampMillis) {}
    }

    /** The one at a place, where what is damaged has a place and what needs no picture has none. */
    private static final class Single implements Output {
        private final int place;
        private final List<Long> damagedMillis = new ArrayList<>();
        private int decoded;
        private boolean passed;
        @Nullable private Picture found;

        Single(int place) {
            this.place = place;
        }

        @Override
        public boolean wants(Pending source) {
            long damagedBefore =
                    damagedMillis.stream().filter(time -> time < source.timestampMillis).count();
            long at = decoded++ + damagedBefore;
            passed |= at >= place;
            return at == place;
        }

        @Override
        public void accept(Picture picture) {
            found = picture;
        }

        @Override
        public void damaged(long timestampMillis) {
            damagedMillis.add(timestampMillis);
        }
    }

    /**
     * One that goes on where another left off, if it gets all frames that are kept by {@link
     * #replay}; without them it waits for a frame with which decoding can begin.
     */
    static VideoDecoder goingOnWith(VideoState state, PictureOptions options) {
        VideoDecoder decoder = new VideoDecoder(options, state, true);
        // Nothing can bring their pictures any more.
        Map<Long, Pending> lost = state.pending.headMap(state.firstKept());
        decoder.skipped = lost.values().stream().filter(frame -> frame.visible).count();
        lost.clear();
        return decoder;
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
        Output chosen = new Chosen(out);
        try {
            for (FrameRecord record : own) {
                decode(record, reordering, chosen);
            }
            flush(chosen);
        } finally {
            // Whatever comes next must not find the rest of this.
            retire();
        }
    }

    /**
     * One picture of a fragment's {@link #videoTrack}, whatever the options say about which.
     * Nothing is decoded that is not needed for it: the first picture takes the first frame. The
     * decoder knows nothing of fragments before.
     *
     * @param place its place in the order of presentation, from 0; frames without a picture, and
     *     those that need the group before, have none
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
        if (place >= own.size()) {
            return null;
        }
        forget();
        int reordering = reordering(own);
        Single wanted = new Single(place);
        try {
            for (int i = 0; i < own.size() && !wanted.passed; i++) {
                send(own.get(i), place(own.get(i)), reordering, true, wanted);
            }
            if (!wanted.passed) {
                flush(wanted);
            }
            return wanted.found;
        } finally {
            retire();
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
        if (record.track().type() != Track.Type.VIDEO) {
            return;
        }
        long damagedBefore = damaged;
        decode(record, 0, new Chosen(out));
        if (damaged > damagedBefore && !state.fragment.equals(loggedFragment)) {
            loggedFragment = state.fragment;
            LOG.warn("Left out damaged frames at {}, the first: {}", record, lastDamage);
        }
    }

    private void decode(FrameRecord record, int reordering, Output out) {
        int place = place(record);
        if (options.onlyKeyFrames() && !record.frame().isKeyFrame() && state.carried == null) {
            return;
        }
        boolean chosen = place % options.every() == 0 && !record.frame().isInvisible();
        send(record, place, reordering, chosen, out);
    }

    /** The place of the next frame among those of its track in its fragment. */
    private int place(FrameRecord record) {
        if (!record.fragment().number().equals(state.fragment)) {
            state.fragment = record.fragment().number();
            state.ordinal = 0;
        }
        return state.ordinal++;
    }

    /**
     * @param place its place among the frames of its track
     * @param chosen whether its picture is wanted
     */
    private void send(FrameRecord record, int place, int reordering, boolean chosen, Output out) {
        if (place >= options.maxFramesPerFragment()) {
            damage(1, record + " is beyond the limit of " + options.maxFramesPerFragment());
            return;
        }
        // Producers that do not mark key frames begin fragments with one all the same.
        boolean canStart = record.frame().isKeyFrame() || place == 0 || state.carried != null;
        if (!open(record, reordering, canStart, out)) {
            return;
        }
        long sequence = state.sequence++;
        Start start = state.carried;
        if (start == null && canStart) {
            start = new Start(sequence, state.sentBytes, decoder.reordering());
        }
        if (state.start == null) {
            state.start = start;
        }
        state.sentBytes += record.frame().sizeBytes();
        VideoCodec.Packet packet;
        try {
            packet = decoder.codec().packet(record.frame().data());
        } catch (MkvException e) {
            damagedFrame(record, sequence, ": " + e.getMessage(), out);
            return;
        }
        if (packet.content == VideoCodec.Content.NO_PICTURE) {
            // What it is good for, it is for the next one: as if it were a part of it.
            state.carried = start;
            state.ordinal--;
            decoder.send(sequence, packet);
            receive(out);
            return;
        }
        boolean leading = state.leads(VideoState.shownAtMillis(record));
        boolean visible =
                packet.content == VideoCodec.Content.SHOWN && !record.frame().isInvisible();
        state.carried = null;
        state.pending.put(sequence, new Pending(record, visible, chosen, leading, start));
        if (!decoder.send(sequence, packet)) {
            state.pending.remove(sequence);
            if (leading) {
                skipped++;
            } else {
                damagedFrame(
                        record,
                        sequence,
                        " of the codec " + decoder.codec() + " cannot be decoded",
                        out);
            }
        }
        receive(out);
        lose(state.pending.headMap(state.sequence - MAX_PENDING));
    }

    private void damagedFrame(FrameRecord record, long sequence, String what, Output out) {
        state.carried = null;
        state.damagedAt(sequence);
        out.damaged(VideoState.shownAtMillis(record));
        damage(1, record + what);
    }

    /**
     * A frame that was decoded before, again: the pictures that it brought then do not come again.
     * To be called with all frames that are kept, in their order, before anything else.
     *
     * @param sequence that which it had
     */
    void replay(FrameRecord record, long sequence, Consumer<Picture> out) {
        if (decoder == null) {
            decoder = newDecoder(record.track(), state.start.reordering);
        }
        try {
            decoder.send(sequence, decoder.codec().packet(record.frame().data()));
        } catch (MkvException e) {
            // That it is damaged is known.
            return;
        }
        receive(new Chosen(out));
    }

    /** Brings the pictures that are held back; what comes next is a new beginning. */
    public void flush(Consumer<Picture> out) {
        checkOpen();
        flush(new Chosen(out));
    }

    private void flush(Output out) {
        if (decoder != null) {
            decoder.drain();
            receive(out);
        }
        lose(state.pending);
        retire();
    }

    /** Whether there is a decoder for the frame. */
    private boolean open(FrameRecord record, int reordering, boolean canStart, Output out) {
        boolean fits =
                decoder != null
                        && decoder.fits(record.track())
                        && Objects.equals(video, record.track().video());
        if (decoder != null && !fits) {
            flush(out);
        }
        if (decoder == null && waiting && !canStart) {
            skipped++;
            return false;
        }
        if (decoder == null) {
            FFmpegLibrary.load();
            try {
                decoder = newDecoder(record.track(), reordering);
                state.begin(VideoState.shownAtMillis(record));
            } catch (MediaException e) {
                damage(1, record + ": " + e.getMessage());
                return false;
            }
        }
        return true;
    }

    private NativeDecoder newDecoder(Track track, int reordering) {
        video = track.video();
        return new NativeDecoder(track.codecId(), track.codecPrivate(), options, reordering);
    }

    private void receive(Output out) {
        while (decoder.receive()) {
            closeRetired();
            long sequence = decoder.sequence();
            Pending source = state.pending.remove(sequence);
            if (source == null) {
                continue;
            }
            if (source.leading && (decoder.isDamaged() || state.isBehindDamage(sequence))) {
                skipped++;
            } else if (decoder.isDamaged()) {
                state.damagedAt(sequence);
                out.damaged(source.timestampMillis);
                damage(1, source + " is damaged");
            } else if (source.start == null && state.isBehindDamage(sequence)) {
                // What is made up for damage depends on all that the decoder has seen: it would
                // not be the same after a restore.
                out.damaged(source.timestampMillis);
                damage(1, source + " may need a frame that is damaged");
            } else {
                decoded++;
                if (out.wants(source)) {
                    emit(source, out);
                }
                if (source.start != null) {
                    state.damaged.headSet(sequence).clear();
                    if (decoder.isKeyFrame()) {
                        shown(source);
                    }
                }
            }
        }
    }

    /** Nothing before a key frame that is shown is needed any more. */
    private void shown(Pending keyFrame) {
        Map<Long, Pending> before = state.pending.headMap(keyFrame.start.sequence);
        lose(before, frame -> !frame.visible || frame.timestampMillis < keyFrame.timestampMillis);
        if (before.isEmpty()) {
            state.start = keyFrame.start;
        }
    }

    /** Gives up frames whose pictures will not come. */
    private void lose(Map<Long, Pending> frames) {
        lose(frames, frame -> true);
    }

    private void lose(Map<Long, Pending> frames, Predicate<Pending> which) {
        Iterator<Pending> all = frames.values().iterator();
        while (all.hasNext()) {
            Pending lost = all.next();
            if (which.test(lost)) {
                all.remove();
                if (lost.leading) {
                    skipped++;
                } else if (lost.visible) {
                    damage(1, lost + " gave no picture");
                }
            }
        }
    }

    private boolean isWanted(Pending source) {
        if (!source.chosen || !options.isLimited()) {
            return source.chosen;
        }
        Long last = state.period;
        state.period = options.period(source.timestampMillis);
        return !state.period.equals(last);
    }

    private void emit(Pending source, Output out) {
        byte[] pixels;
        try {
            pixels = converter.convert(decoder.frame(), video);
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
                        converter.width(),
                        converter.height(),
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
        state.fragment = null;
        state.period = null;
    }

    /** How many frames were decoded so far, whether or not they were chosen. */
    public long decodedFrames() {
        return decoded;
    }

    /** How many video frames had no picture since they, or what they need, are damaged. */
    public long damagedFrames() {
        return damaged;
    }

    /**
     * How many video frames have no picture since they need frames that were not there: those of an
     * open GOP at the beginning, which are shown before the first one, and those that a restored
     * job had not kept.
     */
    public long skippedFrames() {
        return skipped;
    }

    VideoState state() {
        return state;
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

    /** What comes next gets another decoder: what it makes of it must not depend on this. */
    private void retire() {
        state.forgetFrames();
        if (decoder != null) {
            closeRetired();
            retired = decoder;
            decoder = null;
        }
    }

    private void closeRetired() {
        if (retired != null) {
            retired.close();
            retired = null;
        }
    }

    /** Frees its memory; pictures that are held back are lost. */
    @Override
    public void close() {
        closed = true;
        retire();
        closeRetired();
        converter.close();
    }
}
