/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.PublicEvolving;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes pictures of video frames: of a whole fragment, or of the frames of a track as they come.
 *
 * <p>Pictures come in the order of presentation. A decoder holds some of them back where later
 * frames are shown earlier, and one with several threads holds back as many frames as it decodes at
 * a time; the end of a fragment, or {@link #flush}, brings them.
 *
 * <p>A frame that cannot be decoded is counted and left out, and so are those between it and the
 * next key frame, which may need it; {@link #lastDamage} says what it was. Two kinds of frames are
 * no damage: those without a picture of their own (parameter sets, hidden frames of VP8 and VP9),
 * and those that are decoded after the first one but shown before it, since in an open GOP they
 * need the group before.
 *
 * <p>After an exception, also of the consumer, the pictures that are held back are lost, and frames
 * are skipped until the next key frame or fragment. Not thread-safe. Memory is native: close it.
 */
@PublicEvolving
public final class VideoDecoder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(VideoDecoder.class);

    private final PictureOptions options;
    private final VideoState state;
    private final TrackDecoder decoder;
    private final PictureMaker pictures;

    private boolean closed;

    /** The fragment whose damage is in the log already. */
    @Nullable private FragmentNumber loggedFragment;

    public VideoDecoder(PictureOptions options) {
        this(options, new VideoState(), false);
    }

    private VideoDecoder(PictureOptions options, VideoState state, boolean waiting) {
        this.options = options;
        this.state = state;
        this.decoder = new TrackDecoder(options, state, waiting);
        this.pictures = new PictureMaker(options);
    }

    /**
     * One that goes on where another left off, if it gets all frames that are kept by {@link
     * #replay}; without them it waits for a frame with which decoding can begin.
     */
    static VideoDecoder goingOnWith(VideoState state, PictureOptions options) {
        VideoDecoder decoder = new VideoDecoder(options, state, true);
        // Nothing can bring their pictures any more.
        Map<Long, PendingFrame> lost = state.pending.headMap(state.firstKept());
        decoder.pictures.skipped = lost.values().stream().filter(frame -> frame.visible).count();
        lost.clear();
        return decoder;
    }

    /** Those that the options choose. */
    private final class Chosen extends WantedPictures {
        private final Consumer<Picture> out;

        Chosen(Consumer<Picture> out) {
            super(pictures);
            this.out = out;
        }

        @Override
        boolean wants(PendingFrame frame) {
            if (!frame.chosen || !options.isLimited()) {
                return frame.chosen;
            }
            Long last = state.period;
            state.period = options.period(frame.timestampMillis);
            return !state.period.equals(last);
        }

        @Override
        void accept(Picture picture) {
            out.accept(picture);
        }
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
        long damagedBefore = pictures.damaged;
        List<FrameRecord> records = records(whole);
        for (Track track : whole.tracks()) {
            if (track.type() == Track.Type.VIDEO) {
                decodeTrack(track.number(), records, new Chosen(out));
            }
        }
        if (pictures.damaged > damagedBefore) {
            long count = pictures.damaged - damagedBefore;
            LOG.warn("Left out {} damaged frames of {}: {}", count, whole, pictures.lastDamage);
        }
    }

    private void decodeTrack(long number, List<FrameRecord> records, Chosen out) {
        decoder.beginFragment();
        TrackFrames own = TrackFrames.of(number, records);
        try {
            for (FrameRecord record : own.records()) {
                decode(record, own.reordering(), out);
            }
            decoder.flush(out);
        } finally {
            // Whatever comes next must not find the rest of this.
            decoder.discard();
        }
    }

    /**
     * One picture of a fragment's {@link #videoTrack}, whatever the options say about which. No
     * frames are decoded beyond those that it needs and those that the decoder's threads have: with
     * one thread, the first picture takes the first frame. The decoder knows nothing of fragments
     * before.
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
        TrackFrames own = TrackFrames.of(track.number(), records(whole));
        if (place >= own.records().size()) {
            return null;
        }
        decoder.beginFragment();
        SinglePicture wanted = new SinglePicture(pictures, place);
        try {
            for (FrameRecord record : own.records()) {
                if (!wanted.hasPassed()) {
                    int at = state.nextPlace(record);
                    decoder.decode(record, at, own.reordering(), true, wanted);
                }
            }
            if (!wanted.hasPassed()) {
                decoder.flush(wanted);
            }
            return wanted.found();
        } finally {
            decoder.discard();
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

    /** Its frames; none if they cannot be found, which damages those of video. */
    private List<FrameRecord> records(Fragment whole) {
        try {
            return FrameRecord.of(whole);
        } catch (MkvException e) {
            whole.tracks().stream()
                    .filter(track -> track.type() == Track.Type.VIDEO)
                    .mapToInt(track -> whole.frameCounts().getOrDefault(track.number(), 0))
                    .filter(frames -> frames > 0)
                    .forEach(frames -> pictures.damage(frames, whole + ": " + e.getMessage()));
            return List.of();
        }
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
        long damagedBefore = pictures.damaged;
        decode(record, 0, new Chosen(out));
        if (pictures.damaged > damagedBefore && !state.fragment.equals(loggedFragment)) {
            loggedFragment = state.fragment;
            LOG.warn("Left out damaged frames at {}, the first: {}", record, pictures.lastDamage);
        }
    }

    private void decode(FrameRecord record, int reordering, Chosen out) {
        int place = state.nextPlace(record);
        if (options.onlyKeyFrames() && !record.frame().isKeyFrame() && state.carried == null) {
            return;
        }
        boolean chosen = place % options.every() == 0 && !record.frame().isInvisible();
        decoder.decode(record, place, reordering, chosen, out);
    }

    /**
     * A frame that was decoded before, again: the pictures that it brought then do not come again.
     * To be called with all frames that are kept, in their order, before anything else.
     *
     * @param sequence that which it had
     */
    void replay(FrameRecord record, long sequence, Consumer<Picture> out) {
        decoder.replay(record, sequence, new Chosen(out));
    }

    /** Brings the pictures that are held back; what comes next is a new beginning. */
    public void flush(Consumer<Picture> out) {
        checkOpen();
        decoder.flush(new Chosen(out));
    }

    /** How many frames were decoded so far, whether or not they were chosen. */
    public long decodedFrames() {
        return pictures.decoded;
    }

    /** How many video frames have no picture since they, or what they need, are damaged. */
    public long damagedFrames() {
        return pictures.damaged;
    }

    /**
     * How many video frames have no picture since they need frames that were not there: those of an
     * open GOP at the beginning, which are shown before the first one, and those that a restored
     * job had not kept.
     */
    public long skippedFrames() {
        return pictures.skipped;
    }

    /** What was wrong with the last of the damaged frames; null if there was none. */
    @Nullable
    public String lastDamage() {
        return pictures.lastDamage;
    }

    VideoState state() {
        return state;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The decoder is closed");
        }
    }

    /** Frees its memory; pictures that are held back are lost. */
    @Override
    public void close() {
        closed = true;
        decoder.close();
        pictures.close();
    }
}
