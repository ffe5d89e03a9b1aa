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

/** Where the streams of a source begin and end, as the user chose it. Immutable. */
@Internal
public final class StreamPositions implements Serializable {

    private static final long serialVersionUID = 1L;

    private final StartingPosition start;
    private final Map<String, StartingPosition> startByStream;
    private final StartingPosition startOfNew;
    private final StoppingPosition stop;

    /**
     * @param startByStream the starting positions of single streams, named as the user named them
     * @param startOfNew the starting position of streams that are found after the first scan
     */
    public StreamPositions(
            StartingPosition start,
            Map<String, StartingPosition> startByStream,
            StartingPosition startOfNew,
            StoppingPosition stop) {
        this.start = start;
        this.startByStream = Map.copyOf(startByStream);
        this.startOfNew = startOfNew;
        this.stop = stop;
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

    /** Where each stream ends. */
    public StoppingPosition stop() {
        return stop;
    }

    /**
     * @param streams to read
     * @throws IllegalArgumentException if a position belongs to no stream, or there is nothing
     *     between start and stop; the message says what to do
     */
    void check(StreamSelector streams) {
        for (String stream : startByStream.keySet()) {
            OptionChecks.check(
                    streams.isNamed()
                            ? streams.namesOrArns().contains(stream)
                            : streams.selectsName(stream),
                    "A starting position is set for stream '%s', which is not among the streams to"
                            + " read: %s",
                    stream,
                    streams);
        }
        checkStartBeforeStop(start);
        startByStream.values().forEach(this::checkStartBeforeStop);
    }

    private void checkStartBeforeStop(StartingPosition from) {
        boolean nothingBetween = false;
        switch (stop.kind()) {
            case NOW:
                nothingBetween = from.kind() == StartingPosition.Kind.NOW;
                break;
            case SERVER_TIMESTAMP:
                nothingBetween =
                        from.kind() == StartingPosition.Kind.SERVER_TIMESTAMP
                                && from.timestampMillis() > stop.timestampMillis();
                break;
            case PRODUCER_TIMESTAMP:
                nothingBetween =
                        from.kind() == StartingPosition.Kind.PRODUCER_TIMESTAMP
                                && from.timestampMillis() > stop.timestampMillis();
                break;
            case FRAGMENT:
                nothingBetween =
                        from.kind() == StartingPosition.Kind.AFTER_FRAGMENT
                                && from.fragmentNumber().compareTo(stop.fragmentNumber()) >= 0;
                break;
            default:
                break;
        }
        OptionChecks.check(
                !nothingBetween,
                "There is nothing between the starting position (%s) and the stopping position (%s):"
                        + " move one of them",
                from,
                stop);
    }
}
