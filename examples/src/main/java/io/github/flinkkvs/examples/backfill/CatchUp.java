/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.backfill;

import javax.annotation.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How far reading has come in all streams, how fast it is, and when it will have caught up. Not
 * thread-safe.
 */
public final class CatchUp {

    /** The speed is that of the last seconds. */
    private static final long WINDOW_NANOS = Duration.ofSeconds(3).toNanos();

    /** So many samples of the speed are in a window, however many fragments come. */
    private static final long SAMPLE_NANOS = WINDOW_NANOS / 30;

    private record Sample(long nanos, long fragments, long positionMillis) {}

    private final Map<String, ReadFragment> lastOfStreams = new HashMap<>();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long fragments;

    /**
     * Notes a fragment.
     *
     * @param nanos the time now, as of {@link System#nanoTime}
     */
    public void read(ReadFragment fragment, long nanos) {
        fragments++;
        lastOfStreams.put(fragment.stream(), fragment);
        if (samples.isEmpty() || nanos - samples.getLast().nanos >= SAMPLE_NANOS) {
            samples.addLast(new Sample(nanos, fragments, furthestBehind().serverMillis()));
            while (nanos - samples.getFirst().nanos > WINDOW_NANOS) {
                samples.removeFirst();
            }
        }
    }

    /** The last fragment of the stream that is furthest behind. */
    private ReadFragment furthestBehind() {
        ReadFragment furthest = null;
        for (ReadFragment last : lastOfStreams.values()) {
            if (furthest == null || last.serverMillis() < furthest.serverMillis()) {
                furthest = last;
            }
        }
        return furthest;
    }

    /**
     * Describes it all in one line: the position of the stream that is furthest behind, the
     * fragments of all streams and their speed, and when that stream will be live.
     *
     * @param nowMillis the time of the service, in epoch millis
     */
    public String describe(long nowMillis) {
        ReadFragment last = furthestBehind();
        if (last == null) {
            return "nothing read yet";
        }
        Duration behind = Duration.ofMillis(Math.max(0, nowMillis - last.serverMillis()));
        boolean live = lastOfStreams.values().stream().allMatch(ReadFragment::isLive);
        return String.format(
                Locale.ROOT,
                "%s, %d fragment%s, %s, %s%s",
                Instant.ofEpochMilli(last.serverMillis()).truncatedTo(ChronoUnit.SECONDS),
                fragments,
                fragments == 1 ? "" : "s",
                speed(),
                live ? "live" : text(behind) + " behind" + liveIn(behind),
                lastOfStreams.size() > 1 ? " (" + last.stream() + ")" : "");
    }

    private String speed() {
        Double perSecond = perSecond(samples.getLast().fragments - samples.getFirst().fragments);
        return perSecond == null
                ? "?/s"
                : String.format(Locale.ROOT, perSecond < 10 ? "%.1f/s" : "%.0f/s", perSecond);
    }

    private String liveIn(Duration behind) {
        Double mediaMillis =
                perSecond(samples.getLast().positionMillis - samples.getFirst().positionMillis);
        if (mediaMillis == null) {
            return "";
        }
        // Meanwhile the stream goes on.
        double gained = mediaMillis / 1_000 - 1;
        return gained <= 0
                ? ", falling behind"
                : ", live in " + text(Duration.ofMillis((long) (behind.toMillis() / gained)));
    }

    /** Null if the window is still too short to say. */
    @Nullable
    private Double perSecond(long difference) {
        long nanos = samples.getLast().nanos - samples.getFirst().nanos;
        return nanos < SAMPLE_NANOS ? null : difference * 1e9 / nanos;
    }

    /** The two largest units of a duration. */
    static String text(Duration duration) {
        long seconds = Math.max(1, Math.round(duration.toMillis() / 1_000.0));
        long minutes = seconds / 60;
        long hours = minutes / 60;
        if (minutes == 0) {
            return seconds + " s";
        }
        if (hours == 0) {
            return minutes + " min " + seconds % 60 + " s";
        }
        return hours < 24
                ? hours + " h " + minutes % 60 + " min"
                : hours / 24 + " d " + hours % 24 + " h";
    }
}
