/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.KvsSourceOptions.LostFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;

import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ReadableConfig;

import javax.annotation.Nullable;

import java.time.Duration;
import java.time.Instant;

/** The source's options as a session uses them. Parsed once, immutable. */
@Internal
public final class SessionSettings {

    final boolean needsMedia;

    /** The frames that are wanted one by one; null if fragments are wanted as a whole. */
    @Nullable final FrameFilter frames;

    final int maxFragmentBytes;
    final HistoryMode history;

    /** How many fragments of a stream are requested from the archive per second. */
    final int archivedFragmentsPerSecond;

    /** A stream that is further behind than this skips to the present. */
    final long maxLagMillis;

    final BadFragmentPolicy badFragment;
    final LostFragmentPolicy lostFragment;
    final ExpiredPositionPolicy expiredPosition;
    final long expiredPositionMillis;
    final DeletedStreamPolicy deletedStream;
    final RecreatedStreamPolicy recreatedStream;

    /** Whether a stream that was created anew is found, and read by itself. */
    final boolean findsNewStreams;

    final long silenceTimeoutNanos;
    final long quietTimeNanos;
    final long idleIntervalNanos;
    final long initialBackoffNanos;
    final long maxBackoffNanos;
    final long retryBudgetNanos;
    final long connectionLimitFailAfterNanos;

    /**
     * @param findsNewStreams whether streams are selected rather than named
     * @param frames the wanted frames; null if fragments are wanted as a whole
     */
    public SessionSettings(
            ReadableConfig config,
            boolean findsNewStreams,
            boolean needsMedia,
            @Nullable FrameFilter frames) {
        this.findsNewStreams = findsNewStreams;
        this.frames = frames;
        this.needsMedia = needsMedia;
        this.maxFragmentBytes =
                (int)
                        Math.min(
                                config.get(KvsSourceOptions.FRAGMENT_MAX_SIZE).getBytes(),
                                Integer.MAX_VALUE - 64);
        this.history = config.get(KvsSourceOptions.HISTORY);
        this.archivedFragmentsPerSecond = config.get(KvsSourceOptions.HISTORY_FRAGMENTS_PER_SECOND);
        this.maxLagMillis =
                config.getOptional(KvsSourceOptions.MAX_LAG)
                        .map(Duration::toMillis)
                        .orElse(Long.MAX_VALUE);
        this.badFragment = config.get(KvsSourceOptions.BAD_FRAGMENT);
        this.lostFragment = config.get(KvsSourceOptions.LOST_FRAGMENT);
        this.expiredPosition = config.get(KvsSourceOptions.EXPIRED_POSITION);
        this.expiredPositionMillis =
                config.getOptional(KvsSourceOptions.EXPIRED_POSITION_TIMESTAMP)
                        .map(text -> Instant.parse(text).toEpochMilli())
                        .orElse(Long.MIN_VALUE);
        this.deletedStream =
                config.getOptional(KvsSourceOptions.DELETED_STREAM)
                        .orElse(DeletedStreamPolicy.FAIL);
        this.recreatedStream =
                config.getOptional(KvsSourceOptions.RECREATED_STREAM)
                        .orElse(RecreatedStreamPolicy.FAIL);
        this.silenceTimeoutNanos = config.get(KvsSourceOptions.SILENCE_TIMEOUT).toNanos();
        this.quietTimeNanos = config.get(KvsSourceOptions.QUIET_TIME).toNanos();
        this.idleIntervalNanos = config.get(KvsSourceOptions.IDLE_INTERVAL).toNanos();
        this.maxBackoffNanos = config.get(KvsSourceOptions.RETRY_MAX_BACKOFF).toNanos();
        // The default may exceed the maximum delay that the user chose.
        this.initialBackoffNanos =
                Math.min(
                        config.get(KvsSourceOptions.RETRY_INITIAL_BACKOFF).toNanos(),
                        maxBackoffNanos);
        this.retryBudgetNanos = config.get(KvsSourceOptions.RETRY_BUDGET).toNanos();
        this.connectionLimitFailAfterNanos =
                config.getOptional(KvsSourceOptions.CONNECTION_LIMIT_FAIL_AFTER)
                        .map(Duration::toNanos)
                        .orElse(Long.MAX_VALUE);
    }

    /** An assembler for one body, which keeps the wanted media within the allowed size. */
    FragmentAssembler newAssembler(StreamArn stream, FragmentEnd fragmentEnd) {
        String name = stream.name();
        String arn = stream.toString();
        return frames == null
                ? new FragmentAssembler(name, arn, needsMedia, maxFragmentBytes, fragmentEnd)
                : FragmentAssembler.ofFrames(name, arn, frames, maxFragmentBytes, fragmentEnd);
    }
}
