/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Makes WAV files of the calls in a stream of fragments that is keyed by stream, such as those of
 * Amazon Connect and of the Amazon Chime SDK: a file for each call and track, or one with both
 * sides in stereo.
 *
 * <pre>{@code
 * fragments.keyBy(Fragment::streamName).process(CallAudioFunction.builder().build())
 * }</pre>
 *
 * <p>A call begins where the tags that tell calls apart have other values; fragments without them
 * belong to the call before them. A call is emitted when the next one of its stream begins, when
 * the stream was quiet for a while, or at the end of the input; a long one in parts, of which each
 * is a file.
 *
 * <p>Frames that cannot be decoded are left out, counted as {@code damagedFrames}, and logged with
 * stream, fragment and track, unless they are to {@link Builder#failOnDamage fail} the job.
 */
@PublicEvolving
public final class CallAudioFunction extends KeyedProcessFunction<String, Fragment, CallAudio> {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(CallAudioFunction.class);

    /** Every fragment of many streams may be damaged, so the log reports it only now and then. */
    private static final long LOG_NANOS = Duration.ofMinutes(1).toNanos();

    private final boolean stereo;
    private final CallTags callTags;
    private final Set<String> tracks;
    private final long quietMillis;
    private final long maxPartBytes;
    private final boolean failOnDamage;

    private transient ValueState<byte[]> call;
    private transient MapState<Integer, byte[]> chunks;

    /** When this attempt of the job started working: while the job was down nothing could come. */
    private transient long attemptSince;

    private transient AudioDamage damage;
    private transient Counter damagedFrames;
    private transient long loggedFrames;
    private transient long loggedAtNanos;

    private CallAudioFunction(Builder settings) {
        this.stereo = settings.stereo;
        this.callTags = settings.callTags;
        this.failOnDamage = settings.failOnDamage;
        this.tracks = settings.tracks;
        this.quietMillis = settings.quietTime.toMillis();
        this.maxPartBytes = settings.maxPartBytes;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void open(OpenContext context) {
        attemptSince = Long.MAX_VALUE;
        damage = new AudioDamage();
        damagedFrames = getRuntimeContext().getMetricGroup().counter("damagedFrames");
        call =
                getRuntimeContext()
                        .getState(
                                new ValueStateDescriptor<>(
                                        "call",
                                        PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        // One entry for each fragment and track: existing entries are never rewritten.
        chunks =
                getRuntimeContext()
                        .getMapState(
                                new MapStateDescriptor<>(
                                        "audio",
                                        Types.INT,
                                        PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    }

    @Override
    public void processElement(Fragment fragment, Context context, Collector<CallAudio> out)
            throws Exception {
        long now = context.timerService().currentProcessingTime();
        attemptSince = Math.min(attemptSince, now);
        CallState current = load();
        CallId id = callTags.idOf(fragment);
        if (current == null) {
            current = new CallState(fragment.streamName(), id);
        } else if (!current.isOf(id)) {
            emit(current, false, out);
            current = current.next(id);
        }
        CallTags.add(fragment, current.tags());
        String mimeType = CallTracks.mimeTypeOf(fragment);
        if (mimeType != null) {
            current.mimeType = mimeType;
        }
        List<AudioChunk> audio = FragmentChunks.of(fragment, current.mimeType, tracks, damage);
        for (List<AudioChunk> piece :
                FragmentChunks.cutAtJumps(audio, quietMillis, current.streamName(), damage)) {
            add(piece, fragment.serverTimestampMillis(), current, out);
        }
        if (!audio.isEmpty()) {
            current.cameAt = now;
            if (!current.timer) {
                context.timerService().registerProcessingTimeTimer(now + quietMillis);
                current.timer = true;
            }
            // Fires when the input ends.
            context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
        }
        call.update(current.toBytes());
        report();
    }

    /** Adds audio that belongs together to the open part, or begins one with it. */
    private void add(
            List<AudioChunk> piece, long serverMillis, CallState current, Collector<CallAudio> out)
            throws Exception {
        if (current.open.isOpen()) {
            if (current.open.isCutOffFrom(piece, quietMillis)) {
                emit(current, false, out);
            } else if (!current.open.hasRoomFor(piece, maxPartBytes)) {
                emit(current, true, out);
            }
        }
        current.begin(serverMillis);
        for (AudioChunk chunk : piece) {
            chunks.put(current.open.chunks, chunk.toBytes());
            current.open.add(chunk);
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<CallAudio> out)
            throws Exception {
        CallState current = load();
        if (context.timeDomain() == TimeDomain.EVENT_TIME) {
            emit(current, false, out);
        } else {
            long now = context.timerService().currentProcessingTime();
            attemptSince = Math.min(attemptSince, now);
            long quietAt = Math.max(current.cameAt, attemptSince) + quietMillis;
            current.timer = current.open.isOpen() && now < quietAt;
            if (current.timer) {
                context.timerService().registerProcessingTimeTimer(quietAt);
            } else {
                emit(current, false, out);
            }
        }
        call.update(current.toBytes());
        report();
    }

    private CallState load() throws Exception {
        byte[] bytes = call.value();
        return bytes == null ? null : CallState.fromBytes(bytes);
    }

    /**
     * Emits the open part of a call, if there is one.
     *
     * @param full whether it is over only because there was no room for more
     */
    private void emit(CallState current, boolean full, Collector<CallAudio> out) throws Exception {
        if (!current.open.isOpen()) {
            return;
        }
        try (CallWavs wavs = new CallWavs(stereo, maxPartBytes, damage)) {
            long begin = current.open.beginMillis;
            for (int i = 0; i < current.open.chunks; i++) {
                AudioChunk chunk = AudioChunk.fromBytes(chunks.get(i));
                if (wavs.isFullBefore(chunk)) {
                    wavs.emit(current, out);
                    current.part++;
                    begin = chunk.beginMillis();
                }
                wavs.add(chunk, current, begin);
            }
            wavs.finish(current);
            wavs.emit(current, out);
        }
        chunks.clear();
        current.endPart(full);
    }

    /** Counts and logs the frames left out since the last time. */
    private void report() {
        long more = damage.frames() - damagedFrames.getCount();
        if (more == 0) {
            return;
        }
        damagedFrames.inc(more);
        if (failOnDamage) {
            throw new MediaException("Damaged audio, " + damage.last());
        }
        long now = System.nanoTime();
        if (loggedFrames == 0 || now - loggedAtNanos > LOG_NANOS) {
            LOG.warn(
                    "Left out {} frames of audio, the last: {}",
                    damage.frames() - loggedFrames,
                    damage.last());
            loggedFrames = damage.frames();
            loggedAtNanos = now;
        }
    }

    /** Builds a function; not thread-safe. */
    public static final class Builder {

        /** Files are made in memory. */
        private static final int MAX_PART_BYTES = 512 << 20;

        private static final Duration MAX_QUIET_TIME = Duration.ofDays(365);

        private boolean stereo;
        private boolean failOnDamage;
        private CallTags callTags = CallTags.KNOWN;
        private Set<String> tracks = Set.of();
        private Duration quietTime = Duration.ofMinutes(1);
        private int maxPartBytes = 64 << 20;

        private Builder() {}

        /**
         * One file for both sides of a call instead of two: the customer on the left, what the
         * customer hears on the right.
         */
        public Builder stereo(boolean together) {
            stereo = together;
            return this;
        }

        /**
         * The tags that tell the calls of a stream apart, all of them together: where any of them
         * has another value, another call begins.
         *
         * <p>Without it, the first of these that a fragment has: ContactId, as of Amazon Connect;
         * meetingId and attendeeId together, as of media stream pipelines of the Amazon Chime SDK;
         * TransactionId, as of its Voice Connectors; CallId.
         */
        public Builder callTags(String... names) {
            if (names.length == 0) {
                throw new IllegalArgumentException("Name at least one tag that tells calls apart");
            }
            callTags = CallTags.of(List.of(names));
            return this;
        }

        /** The names of the tracks to take; without it, all tracks of audio. */
        public Builder tracks(String... names) {
            tracks = Set.of(names);
            return this;
        }

        /**
         * The time without audio after which a call, or its part, is over; 1 minute by default, at
         * most 365 days. Shorter gaps are filled with silence.
         */
        public Builder quietTime(Duration time) {
            if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(MAX_QUIET_TIME) > 0) {
                throw new IllegalArgumentException(
                        "The quiet time must be from 1 ms to "
                                + MAX_QUIET_TIME.toDays()
                                + " days, not "
                                + time);
            }
            quietTime = time;
            return this;
        }

        /**
         * How large the files of a part of a call may become, all of them together, before a new
         * part begins; 64 MiB by default, about 35 minutes of both sides in 8 kHz; at most 512 MiB.
         * It also bounds the state of a stream. One fragment may exceed it, by at most 64 MiB.
         */
        public Builder maxPartBytes(int bytes) {
            if (bytes < 1 || bytes > MAX_PART_BYTES) {
                throw new IllegalArgumentException(
                        "The size of a part must be from 1 to " + MAX_PART_BYTES + " bytes");
            }
            maxPartBytes = bytes;
            return this;
        }

        /** Fails the job where audio is damaged, or coded in an unsupported way. */
        public Builder failOnDamage() {
            failOnDamage = true;
            return this;
        }

        public CallAudioFunction build() {
            return new CallAudioFunction(this);
        }
    }
}
