/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureTypeInfo;
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.source.serialization.FrameRecordTypeInfo;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns frames into pictures as soon as the frames arrive. The decoder of a track runs on from one
 * fragment to the next. Key the frames by their stream; each of its video tracks has a decoder.
 *
 * <pre>{@code
 * frames.keyBy(frame -> frame.fragment().streamName())
 *         .process(DecodeFrames.builder(PictureOptions.defaults()).build())
 * }</pre>
 *
 * <p>Keyed state holds the frames since the last key frame. A restored job decodes them again and
 * continues where it stopped: it emits each picture once, including those that the decoder had held
 * back. A decoder that was closed to make room for others continues in the same way.
 *
 * <p>Metrics: {@code decodedFrames}, {@code damagedFrames}, {@code skippedFrames}, {@code replays},
 * {@code replayedFrames} and {@code unkeptGroups}.
 */
@PublicEvolving
public final class DecodeFrames extends KeyedProcessFunction<String, FrameRecord, Picture>
        implements ResultTypeQueryable<Picture> {

    private static final long serialVersionUID = 1L;

    private final PictureOptions options;
    private final int maxOpenDecoders;
    private final int maxKeptFrames;
    private final long maxKeptBytes;

    /** The bytes of the {@link VideoState} of each track of the key, by track number. */
    private transient MapState<Long, byte[]> tracks;

    /** The kept frames, by track number and sequence number; an entry is written once. */
    private transient MapState<Tuple2<Long, Long>, FrameRecord> frames;

    /** By key and track number, the least recently used one first. */
    private transient Map<Tuple2<String, Long>, VideoDecoder> open;

    private transient Counter decodedFrames;
    private transient Counter damagedFrames;
    private transient Counter skippedFrames;
    private transient Counter replays;
    private transient Counter replayedFrames;
    private transient Counter unkeptGroups;

    private DecodeFrames(Builder settings) {
        this.options = settings.options;
        this.maxOpenDecoders = settings.maxOpenDecoders;
        this.maxKeptFrames = settings.maxKeptFrames;
        this.maxKeptBytes = settings.maxKeptBytes;
    }

    public static Builder builder(PictureOptions options) {
        return new Builder(options);
    }

    @Override
    public void open(OpenContext context) {
        // A machine that cannot decode fails before the first frame.
        FFmpegLibrary.load();
        open = new LinkedHashMap<>(16, 0.75f, true);
        tracks =
                getRuntimeContext()
                        .getMapState(
                                new MapStateDescriptor<>(
                                        "tracks",
                                        Types.LONG,
                                        PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        frames =
                getRuntimeContext()
                        .getMapState(
                                new MapStateDescriptor<>(
                                        "frames",
                                        Types.TUPLE(Types.LONG, Types.LONG),
                                        FrameRecordTypeInfo.INSTANCE));
        MetricGroup metrics = getRuntimeContext().getMetricGroup();
        decodedFrames = metrics.counter("decodedFrames");
        damagedFrames = metrics.counter("damagedFrames");
        skippedFrames = metrics.counter("skippedFrames");
        replays = metrics.counter("replays");
        replayedFrames = metrics.counter("replayedFrames");
        unkeptGroups = metrics.counter("unkeptGroups");
    }

    @Override
    public void processElement(FrameRecord record, Context context, Collector<Picture> out)
            throws Exception {
        if (record.track().type() != Track.Type.VIDEO) {
            return;
        }
        long track = record.frame().trackNumber();
        VideoDecoder decoder = decoder(context, track, out);
        VideoState state = decoder.state();
        long firstKept = state.firstKept();
        long next = state.sequence;
        counted(decoder, () -> decoder.decode(record, out::collect));
        if (state.sequence - state.firstKept() > maxKeptFrames
                || state.keptBytes() > maxKeptBytes) {
            state.start = null;
            unkeptGroups.inc();
        }
        forget(track, firstKept, Math.min(state.firstKept(), next));
        if (state.firstKept() <= next && next < state.sequence) {
            frames.put(Tuple2.of(track, next), record);
        }
        tracks.put(track, state.toBytes());
    }

    /** The input has ended. */
    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Picture> out)
            throws Exception {
        List<Long> ended = new ArrayList<>();
        tracks.keys().forEach(ended::add);
        for (long track : ended) {
            VideoDecoder decoder = decoder(context, track, out);
            counted(decoder, () -> decoder.flush(out::collect));
            open.remove(Tuple2.of(context.getCurrentKey(), track)).close();
        }
        tracks.clear();
        frames.clear();
    }

    /** The decoder of a track of the current key; created from state if it is not open. */
    private VideoDecoder decoder(Context context, long track, Collector<Picture> out)
            throws Exception {
        Tuple2<String, Long> id = Tuple2.of(context.getCurrentKey(), track);
        VideoDecoder decoder = open.get(id);
        if (decoder != null) {
            return decoder;
        }
        Iterator<VideoDecoder> oldest = open.values().iterator();
        while (open.size() >= maxOpenDecoders) {
            oldest.next().close();
            oldest.remove();
        }
        byte[] saved = tracks.get(track);
        if (saved == null) {
            // Fires when the input ends.
            context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
        }
        VideoState state = saved == null ? new VideoState() : VideoState.fromBytes(saved);
        VideoDecoder fresh = VideoDecoder.goingOnWith(state, options);
        open.put(id, fresh);
        skippedFrames.inc(fresh.skippedFrames());
        if (state.start != null) {
            replay(fresh, track, out);
        }
        return fresh;
    }

    private void replay(VideoDecoder decoder, long track, Collector<Picture> out) throws Exception {
        long begin = decoder.state().firstKept();
        long end = decoder.state().sequence;
        replays.inc();
        for (long i = begin; i < end; i++) {
            FrameRecord record = frames.get(Tuple2.of(track, i));
            if (record == null) {
                throw new IllegalStateException(
                        "The state of track "
                                + track
                                + " lacks frame "
                                + i
                                + " of those from "
                                + begin
                                + " to "
                                + (end - 1)
                                + ". Restore the job from another checkpoint or savepoint.");
            }
            long sequence = i;
            counted(decoder, () -> decoder.replay(record, sequence, out::collect));
            replayedFrames.inc();
        }
        // The decoder may give a key frame earlier than the first time.
        forget(track, begin, decoder.state().firstKept());
    }

    private void forget(long track, long from, long to) throws Exception {
        for (long i = from; i < to; i++) {
            frames.remove(Tuple2.of(track, i));
        }
    }

    private void counted(VideoDecoder decoder, Runnable work) {
        long decoded = decoder.decodedFrames();
        long damaged = decoder.damagedFrames();
        long skipped = decoder.skippedFrames();
        try {
            work.run();
        } finally {
            decodedFrames.inc(decoder.decodedFrames() - decoded);
            damagedFrames.inc(decoder.damagedFrames() - damaged);
            skippedFrames.inc(decoder.skippedFrames() - skipped);
        }
    }

    @Override
    public void close() {
        if (open != null) {
            open.values().forEach(VideoDecoder::close);
            open.clear();
        }
    }

    @Override
    public TypeInformation<Picture> getProducedType() {
        return PictureTypeInfo.INSTANCE;
    }

    /** Builds a function; not thread-safe. */
    public static final class Builder {
        private final PictureOptions options;
        private int maxOpenDecoders = 16;
        private int maxKeptFrames = 5_000;
        private int maxKeptBytes = 128 << 20;

        private Builder(PictureOptions options) {
            this.options = options;
        }

        /**
         * How many decoders a subtask has open at a time, one for each track; 16 by default. If
         * there are more tracks, the least recently used decoder is closed. It is created again
         * when its next frame arrives, by decoding the kept frames again.
         */
        public Builder maxOpenDecoders(int decoders) {
            maxOpenDecoders = positive(decoders, "number of open decoders");
            return this;
        }

        /**
         * How many frames of a track are kept; 5,000 by default. It has to cover the frames from a
         * key frame until the next key frame is shown. If there are more, none of them is kept, and
         * a restored job waits for the next key frame.
         */
        public Builder maxKeptFrames(int frames) {
            maxKeptFrames = positive(frames, "number of kept frames");
            return this;
        }

        /** How many bytes the kept frames of a track may have together; 128 MiB by default. */
        public Builder maxKeptBytes(int bytes) {
            maxKeptBytes = positive(bytes, "number of kept bytes");
            return this;
        }

        private static int positive(int value, String what) {
            if (value < 1) {
                throw new IllegalArgumentException("The " + what + " must be above 0");
            }
            return value;
        }

        public DecodeFrames build() {
            return new DecodeFrames(this);
        }
    }
}
