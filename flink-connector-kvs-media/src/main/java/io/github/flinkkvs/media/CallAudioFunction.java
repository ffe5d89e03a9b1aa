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

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Makes WAV files of the calls in a stream of fragments that is keyed by stream, as Amazon Connect
 * sends them: a file for each call and track, or one with both sides in stereo.
 *
 * <pre>{@code
 * fragments.keyBy(Fragment::streamName).process(CallAudioFunction.builder().build())
 * }</pre>
 *
 * <p>A call begins with a new tag ContactId; fragments without one belong to the call before them.
 * A call is emitted when the next one of its stream begins, when the stream was quiet for a while,
 * or at the end of the input; a long one in parts, of which each is a file.
 */
@PublicEvolving
public final class CallAudioFunction extends KeyedProcessFunction<String, Fragment, CallAudio> {

    private static final long serialVersionUID = 1L;

    private final boolean stereo;
    private final Set<String> tracks;
    private final long quietMillis;
    private final long maxPartBytes;

    private transient ValueState<byte[]> call;
    private transient MapState<Integer, byte[]> chunks;

    /** When this attempt of the job first did anything: while it was down nothing could come. */
    private transient long attemptSince;

    private CallAudioFunction(Builder settings) {
        this.stereo = settings.stereo;
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
        call =
                getRuntimeContext()
                        .getState(
                                new ValueStateDescriptor<>(
                                        "call",
                                        PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        // One entry for each fragment and track: what is there already is never written again.
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
        String contactId = fragment.tag(CallTracks.CONTACT_ID);
        if (current == null) {
            current = new CallState(fragment.streamName(), contactId);
        } else if (!current.isOf(contactId)) {
            emit(current, out);
            boolean timer = current.timer;
            current = new CallState(fragment.streamName(), contactId);
            current.timer = timer;
        }
        String mimeType = fragment.tag(CallTracks.MIME_TYPE);
        if (mimeType != null) {
            current.mimeType = mimeType;
        }
        List<AudioChunk> audio = AudioChunk.of(fragment, current.mimeType, tracks);
        if (!audio.isEmpty()) {
            if (current.chunks > 0 && !current.takes(audio, quietMillis, maxPartBytes)) {
                emit(current, out);
            }
            for (AudioChunk chunk : audio) {
                chunks.put(current.chunks, chunk.toBytes());
                current.add(chunk);
            }
            current.cameAt = now;
            if (!current.timer) {
                context.timerService().registerProcessingTimeTimer(now + quietMillis);
                current.timer = true;
            }
            // Fires when the input ends.
            context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
        }
        call.update(current.toBytes());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<CallAudio> out)
            throws Exception {
        CallState current = load();
        if (context.timeDomain() == TimeDomain.EVENT_TIME) {
            emit(current, out);
        } else {
            long now = context.timerService().currentProcessingTime();
            attemptSince = Math.min(attemptSince, now);
            long quietAt = Math.max(current.cameAt, attemptSince) + quietMillis;
            current.timer = current.chunks > 0 && now < quietAt;
            if (current.timer) {
                context.timerService().registerProcessingTimeTimer(quietAt);
            } else {
                emit(current, out);
            }
        }
        call.update(current.toBytes());
    }

    private CallState load() throws Exception {
        byte[] bytes = call.value();
        return bytes == null ? null : CallState.fromBytes(bytes);
    }

    /** Emits the open part of a call, if there is one. */
    private void emit(CallState current, Collector<CallAudio> out) throws Exception {
        if (current.chunks == 0) {
            return;
        }
        try (CallWavs wavs = new CallWavs(stereo)) {
            for (int i = 0; i < current.chunks; i++) {
                wavs.add(AudioChunk.fromBytes(chunks.get(i)), current.beginMillis());
            }
            wavs.emit(current, out);
        }
        chunks.clear();
        current.endPart();
    }

    /** Builds a function; not thread-safe. */
    public static final class Builder {
        private boolean stereo;
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

        /** The names of the tracks to take; without it, all tracks of audio. */
        public Builder tracks(String... names) {
            tracks = Set.of(names);
            return this;
        }

        /**
         * After how long without audio a call is over, or its part; 1 minute by default. Shorter
         * gaps are filled with silence.
         */
        public Builder quietTime(Duration time) {
            if (time.toMillis() < 1) {
                throw new IllegalArgumentException("The quiet time must be at least 1 ms");
            }
            quietTime = time;
            return this;
        }

        /**
         * How large the files of a part of a call may become, all of them together, before a new
         * part begins; 64 MiB by default, about 35 minutes of both sides in 8 kHz. It also bounds
         * the state of a stream.
         */
        public Builder maxPartBytes(int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("The size of a part must be above 0");
            }
            maxPartBytes = bytes;
            return this;
        }

        public CallAudioFunction build() {
            return new CallAudioFunction(this);
        }
    }
}
