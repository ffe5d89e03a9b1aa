/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.metrics;

import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.Internal;
import org.apache.flink.metrics.MetricGroup;

import javax.annotation.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The metrics of one stream. Written with the reader lock held, read by anyone. */
@Internal
public final class StreamMetrics {

    private static final long NEVER = -1;

    private final String name;
    private final LongSupplier nanoTime;

    /** How far the stream was behind when last known; initially 0, when reading began. */
    private volatile Lag lag;

    @Nullable private volatile Long lastArrivalNanos;

    StreamMetrics(String name, LongSupplier nanoTime) {
        this.name = name;
        this.nanoTime = nanoTime;
        this.lag = new Lag(0, nanoTime.getAsLong(), true);
    }

    /** The stream's name. */
    public String name() {
        return name;
    }

    void register(MetricGroup group) {
        group.gauge("millisBehindNow", this::millisBehindNow);
        group.gauge("lastFragmentAge", this::lastFragmentAge);
    }

    /**
     * A fragment arrived, whether or not it is emitted.
     *
     * @param millisBehindNow its age by the service's clock, in case that the service did not say
     *     how far behind it is, as in archived media
     */
    public void onFragment(Fragment fragment, long millisBehindNow) {
        Long told = fragment.millisBehindNow();
        onReadUpTo(told == null ? millisBehindNow : told);
        lastArrivalNanos = nanoTime.getAsLong();
    }

    /** Everything was read but the media of the last so many milliseconds. */
    public void onReadUpTo(long millisBehindNow) {
        lag = new Lag(Math.max(millisBehindNow, 0), nanoTime.getAsLong(), true);
    }

    /** Reading has ended: the stream does not fall behind any more. */
    void end() {
        lag = new Lag(lag.millis, lag.nanos, false);
    }

    /** The service's last value, plus the time since then without a fragment. */
    public long millisBehindNow() {
        Lag last = lag;
        return last.grows ? last.millis + millisSince(last.nanos) : last.millis;
    }

    /**
     * Whether no fragment has arrived since a moment.
     *
     * @param nanos of the clock of these metrics
     */
    public boolean isSilentSince(long nanos) {
        Long last = lastArrivalNanos;
        return last == null || last - nanos < 0;
    }

    /** Millis since the last fragment arrived; -1 if none did. */
    private long lastFragmentAge() {
        Long last = lastArrivalNanos;
        return last == null ? NEVER : millisSince(last);
    }

    private long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - nanos);
    }

    private static final class Lag {
        final long millis;
        final long nanos;
        final boolean grows;

        Lag(long millis, long nanos, boolean grows) {
            this.millis = millis;
            this.nanos = nanos;
            this.grows = grows;
        }
    }
}
