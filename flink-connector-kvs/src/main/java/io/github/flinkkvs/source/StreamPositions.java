/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import org.apache.flink.annotation.Internal;

import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Where the streams of a source begin and end, as the user chose it. Immutable. */
@Internal
public final class StreamPositions implements Serializable {

    private static final long serialVersionUID = 1L;

    private final StartingPosition start;
    private final Map<String, StartingPosition> startByStream;
    private final StartingPosition startOfNew;
    private final StoppingPosition stop;
    private final Map<String, StoppingPosition> stopByStream;

    /**
     * @param startByStream the starting positions of single streams, named as the user named them
     * @param startOfNew the starting position of streams that are found after the first scan
     * @param stopByStream the stopping positions of single streams, named as the user named them
     */
    public StreamPositions(
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

    /**
     * Where a stream begins.
     *
     * @param stream as the user named it; its name if the user did not
     * @param isNew whether it was found after the first scan
     */
    public StartingPosition startOf(String stream, boolean isNew) {
        return startByStream.getOrDefault(stream, isNew ? startOfNew : start);
    }

    /**
     * Where a stream ends.
     *
     * @param stream as the user named it; its name if the user did not
     */
    public StoppingPosition stopOf(String stream) {
        return stopByStream.getOrDefault(stream, stop);
    }

    /** Whether each of the streams ends, also of those that may still be found. */
    public boolean areBounded(StreamSelector streams) {
        return streams.isNamed()
                ? streams.namesOrArns().stream()
                        .map(this::stopOf)
                        .allMatch(StoppingPosition::isBounded)
                : stop.isBounded()
                        && stopByStream.values().stream().allMatch(StoppingPosition::isBounded);
    }

    /**
     * @param streams to read
     * @throws IllegalArgumentException if a position belongs to no stream, or there is nothing
     *     between start and stop; the message says what to do
     */
    void check(StreamSelector streams) {
        checkAreRead("starting", startByStream.keySet(), streams);
        checkAreRead("stopping", stopByStream.keySet(), streams);
        if (!streams.isNamed()) {
            checkStartBeforeStop(start, stop, "");
            checkStartBeforeStop(startOfNew, stop, " of new streams");
        }
        Set<String> single = new TreeSet<>(streams.namesOrArns());
        single.addAll(startByStream.keySet());
        single.addAll(stopByStream.keySet());
        for (String stream : single) {
            checkStartBeforeStop(
                    startOf(stream, false), stopOf(stream), " of stream '" + stream + "'");
        }
    }

    private static void checkAreRead(String what, Set<String> named, StreamSelector streams) {
        for (String stream : named) {
            OptionChecks.check(
                    streams.isNamed()
                            ? streams.namesOrArns().contains(stream)
                            : streams.selectsName(stream),
                    "A %s position is set for stream '%s', which is not among the streams to read: %s",
                    what,
                    stream,
                    streams);
        }
    }

    private static void checkStartBeforeStop(
            StartingPosition from, StoppingPosition to, String whose) {
        OptionChecks.check(
                !isNothingBetween(from, to),
                "There is nothing between the starting position (%s) and the stopping position (%s)%s:"
                        + " move one of them",
                from,
                to,
                whose);
    }

    private static boolean isNothingBetween(StartingPosition from, StoppingPosition to) {
        switch (to.kind()) {
            case NOW:
                return from.kind() == StartingPosition.Kind.NOW;
            case SERVER_TIMESTAMP:
                return from.kind() == StartingPosition.Kind.SERVER_TIMESTAMP
                        && from.timestampMillis() > to.timestampMillis();
            case PRODUCER_TIMESTAMP:
                return from.kind() == StartingPosition.Kind.PRODUCER_TIMESTAMP
                        && from.timestampMillis() > to.timestampMillis();
            case FRAGMENT:
                int order =
                        from.fragmentNumber() == null
                                ? -1
                                : from.fragmentNumber().compareTo(to.fragmentNumber());
                return order > 0
                        || order == 0 && from.kind() == StartingPosition.Kind.AFTER_FRAGMENT;
            default:
                return false;
        }
    }
}
