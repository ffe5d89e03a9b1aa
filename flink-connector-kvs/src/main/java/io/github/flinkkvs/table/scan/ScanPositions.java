/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.scan;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.StreamSelector;

import org.apache.flink.annotation.Internal;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Where the streams of a scan begin and end. Immutable. */
@Internal
public final class ScanPositions {

    /** How far the service's clock may be behind this machine's, with plenty to spare. */
    private static final long MAX_SKEW_MILLIS = Duration.ofMinutes(15).toMillis();

    private final StartingPosition start;
    private final Map<String, StartingPosition> startByStream;
    private final StartingPosition startOfNew;
    private final StoppingPosition stop;
    private final Map<String, StoppingPosition> stopByStream;

    /**
     * @param startByStream starting positions of single streams, by name
     * @param startOfNew the starting position of streams that are found after the first scan
     * @param stopByStream stopping positions of single streams, by name
     */
    public ScanPositions(
            StartingPosition start,
            Map<String, StartingPosition> startByStream,
            StartingPosition startOfNew,
            StoppingPosition stop,
            Map<String, StoppingPosition> stopByStream) {
        this.start = start;
        this.startByStream = Map.copyOf(startByStream);
        this.startOfNew = startOfNew;
        this.stop = stop;
        this.stopByStream = Map.copyOf(stopByStream);
    }

    private StartingPosition startOf(String name) {
        return startByStream.getOrDefault(name, start);
    }

    private StoppingPosition stopOf(String name) {
        return stopByStream.getOrDefault(name, stop);
    }

    private static Set<String> names(StreamSelector streams) {
        return streams.namesOrArns().stream().map(StreamArn::nameOf).collect(Collectors.toSet());
    }

    private static boolean has(StreamSelector streams, String name) {
        return streams.isNamed() ? names(streams).contains(name) : streams.selectsName(name);
    }

    /**
     * @throws IllegalArgumentException if there is a position of another stream
     */
    void check(StreamSelector streams) {
        check("starting", startByStream.keySet(), streams);
        check("stopping", stopByStream.keySet(), streams);
    }

    private static void check(String what, Set<String> named, StreamSelector streams) {
        for (String stream : named) {
            if (!has(streams, stream)) {
                throw new IllegalArgumentException(
                        "A "
                                + what
                                + " position is set for stream '"
                                + stream
                                + "', which is not among the streams to read: "
                                + streams);
            }
        }
    }

    /** Whether each of these streams ends, also of those that may still be found. */
    boolean areBounded(StreamSelector streams) {
        return streams.isNamed()
                ? names(streams).stream().map(this::stopOf).allMatch(StoppingPosition::isBounded)
                : stop.isBounded()
                        && stopByStream.values().stream().allMatch(StoppingPosition::isBounded);
    }

    /** The positions of these streams only. */
    ScanPositions of(StreamSelector streams) {
        Map<String, StartingPosition> starts = new HashMap<>(startByStream);
        starts.keySet().removeIf(name -> !has(streams, name));
        Map<String, StoppingPosition> stops = new HashMap<>(stopByStream);
        stops.keySet().removeIf(name -> !has(streams, name));
        return new ScanPositions(start, starts, startOfNew, stop, stops);
    }

    /**
     * Leaves out rows outside of two server timestamps, as far as this certainly leaves out no
     * others.
     *
     * @param fromMillis epoch millis, inclusive; {@code Long.MIN_VALUE}: any
     * @param toMillis epoch millis, inclusive; {@code Long.MAX_VALUE}: any
     * @param nowMillis epoch millis, by this machine's clock
     * @param streams if nothing was left of one of them, nothing is left out
     */
    ScanPositions within(long fromMillis, long toMillis, long nowMillis, StreamSelector streams) {
        Map<String, StartingPosition> starts = new HashMap<>(startByStream);
        starts.replaceAll((stream, each) -> narrow(each, fromMillis, nowMillis));
        Map<String, StoppingPosition> stops = new HashMap<>(stopByStream);
        stops.replaceAll((stream, each) -> narrow(each, toMillis, nowMillis));
        ScanPositions narrow =
                new ScanPositions(
                        narrow(start, fromMillis, nowMillis),
                        starts,
                        streams.isNamed() ? startOfNew : narrow(startOfNew, fromMillis, nowMillis),
                        narrow(stop, toMillis, nowMillis),
                        stops);
        return narrow.isNothingOf(streams) ? this : narrow;
    }

    private boolean isNothingOf(StreamSelector streams) {
        Set<String> single = names(streams);
        if (!streams.isNamed()) {
            single.addAll(startByStream.keySet());
            single.addAll(stopByStream.keySet());
            if (isNothingBetween(start, stop) || isNothingBetween(startOfNew, stop)) {
                return true;
            }
        }
        return single.stream().anyMatch(name -> isNothingBetween(startOf(name), stopOf(name)));
    }

    private static boolean isNothingBetween(StartingPosition from, StoppingPosition to) {
        return from.kind() == StartingPosition.Kind.SERVER_TIMESTAMP
                && to.kind() == StoppingPosition.Kind.SERVER_TIMESTAMP
                && from.timestampMillis() > to.timestampMillis();
    }

    private static StartingPosition narrow(
            StartingPosition start, long fromMillis, long nowMillis) {
        // How the service treats a time in the future is not known.
        long possible = Math.min(fromMillis, nowMillis - MAX_SKEW_MILLIS);
        boolean narrows =
                start.kind() == StartingPosition.Kind.EARLIEST && possible > 0
                        || start.kind() == StartingPosition.Kind.SERVER_TIMESTAMP
                                && possible > start.timestampMillis();
        return narrows ? StartingPosition.atServerTimestamp(Instant.ofEpochMilli(possible)) : start;
    }

    private static StoppingPosition narrow(StoppingPosition stop, long toMillis, long nowMillis) {
        boolean narrows =
                stop.kind() == StoppingPosition.Kind.SERVER_TIMESTAMP
                                && toMillis < stop.timestampMillis()
                        // The service's "now" is not known yet, but it is later than this.
                        || stop.kind() == StoppingPosition.Kind.NOW
                                && toMillis < nowMillis - MAX_SKEW_MILLIS;
        return narrows && toMillis > 0
                ? StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(toMillis))
                : stop;
    }

    /**
     * @param streams as the builder has them
     */
    void applyTo(KvsSourceBuilder<?> builder, StreamSelector streams) {
        builder.setStartingPosition(start)
                .setStartingPositionOfNewStreams(startOfNew)
                .setStoppingPosition(stop);
        if (streams.isNamed()) {
            streams.namesOrArns().forEach(each -> applyTo(builder, each, StreamArn.nameOf(each)));
        } else {
            Set<String> single = new HashSet<>(startByStream.keySet());
            single.addAll(stopByStream.keySet());
            single.forEach(name -> applyTo(builder, name, name));
        }
    }

    private void applyTo(KvsSourceBuilder<?> builder, String stream, String name) {
        if (startByStream.containsKey(name)) {
            builder.setStartingPosition(stream, startByStream.get(name));
        }
        if (stopByStream.containsKey(name)) {
            builder.setStoppingPosition(stream, stopByStream.get(name));
        }
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof ScanPositions)) {
            return false;
        }
        ScanPositions other = (ScanPositions) object;
        return start.equals(other.start)
                && startByStream.equals(other.startByStream)
                && startOfNew.equals(other.startOfNew)
                && stop.equals(other.stop)
                && stopByStream.equals(other.stopByStream);
    }

    @Override
    public int hashCode() {
        return Objects.hash(start, startByStream, startOfNew, stop, stopByStream);
    }

    @Override
    public String toString() {
        return "start=["
                + start
                + text(startByStream)
                + (startOfNew.equals(StartingPosition.earliest())
                        ? ""
                        : ", new streams: " + startOfNew)
                + "], stop=["
                + stop
                + text(stopByStream)
                + "]";
    }

    private static String text(Map<String, ?> byStream) {
        return new TreeMap<>(byStream)
                .entrySet().stream()
                        .map(each -> ", " + each.getKey() + ": " + each.getValue())
                        .collect(Collectors.joining());
    }
}
