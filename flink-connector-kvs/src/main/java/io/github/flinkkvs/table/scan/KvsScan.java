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
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.table.KvsTableOptions;
import io.github.flinkkvs.table.rows.FragmentRows;
import io.github.flinkkvs.table.rows.FrameRows;
import io.github.flinkkvs.table.rows.RowLayout;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.data.RowData;

import javax.annotation.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which part of which streams is read, and how. Immutable. */
@Internal
public final class KvsScan {

    /** How far the service's clock may be behind this machine's, with plenty to spare. */
    private static final long MAX_SKEW_MILLIS = Duration.ofMinutes(15).toMillis();

    private final List<String> streams;

    /** Null: rows are fragments. */
    @Nullable private final FrameFilter frames;

    private final StartingPosition start;

    /** Starting positions of single streams, by name. */
    private final Map<String, StartingPosition> startByStream;

    private final StoppingPosition stop;
    private final Configuration config;

    /** The number of rows that suffice; {@code Long.MAX_VALUE}: all. */
    private final long limit;

    public KvsScan(
            List<String> streams,
            @Nullable FrameFilter frames,
            StartingPosition start,
            Map<String, StartingPosition> startByStream,
            StoppingPosition stop,
            Configuration config) {
        this(
                List.copyOf(streams),
                frames,
                start,
                Map.copyOf(startByStream),
                stop,
                config,
                Long.MAX_VALUE);
        for (String stream : startByStream.keySet()) {
            if (streams.stream().noneMatch(each -> StreamArn.nameOf(each).equals(stream))) {
                throw new IllegalArgumentException(
                        "A starting position is set for stream '"
                                + stream
                                + "', which is not among the streams to read: "
                                + String.join(", ", streams));
            }
        }
    }

    private KvsScan(
            List<String> streams,
            @Nullable FrameFilter frames,
            StartingPosition start,
            Map<String, StartingPosition> startByStream,
            StoppingPosition stop,
            Configuration config,
            long limit) {
        this.streams = streams;
        this.frames = frames;
        this.start = start;
        this.startByStream = startByStream;
        this.stop = stop;
        this.config = config;
        this.limit = limit;
    }

    List<String> streams() {
        return streams;
    }

    KvsTableOptions.RecordMode mode() {
        return frames == null
                ? KvsTableOptions.RecordMode.FRAGMENT
                : KvsTableOptions.RecordMode.FRAME;
    }

    boolean isBounded() {
        return stop.isBounded();
    }

    KvsScan withStreams(List<String> fewer) {
        Map<String, StartingPosition> starts = new HashMap<>(startByStream);
        starts.keySet()
                .retainAll(fewer.stream().map(StreamArn::nameOf).collect(Collectors.toSet()));
        return new KvsScan(List.copyOf(fewer), frames, start, starts, stop, config, limit);
    }

    /** The first rows only. Without a stop, a limit ends nothing: the scan stays as it is. */
    KvsScan withLimit(long rows) {
        return isBounded()
                ? new KvsScan(streams, frames, start, startByStream, stop, config, rows)
                : this;
    }

    /**
     * Leaves out rows outside of two server timestamps, as far as this certainly leaves out no
     * others. The remaining rows may still be outside.
     *
     * @param fromMillis epoch millis, inclusive; {@code Long.MIN_VALUE}: any
     * @param toMillis epoch millis, inclusive; {@code Long.MAX_VALUE}: any
     * @param nowMillis epoch millis, by this machine's clock
     */
    KvsScan within(long fromMillis, long toMillis, long nowMillis) {
        StartingPosition narrowStart = narrow(start, fromMillis, nowMillis);
        Map<String, StartingPosition> narrowStarts = new HashMap<>(startByStream);
        narrowStarts.replaceAll((stream, each) -> narrow(each, fromMillis, nowMillis));
        StoppingPosition narrowStop = narrow(stop, toMillis, nowMillis);
        boolean nothingBetween =
                isAfter(narrowStart, narrowStop)
                        || narrowStarts.values().stream().anyMatch(one -> isAfter(one, narrowStop));
        return nothingBetween
                ? this
                : new KvsScan(
                        streams, frames, narrowStart, narrowStarts, narrowStop, config, limit);
    }

    private static boolean isAfter(StartingPosition start, StoppingPosition stop) {
        return start.kind() == StartingPosition.Kind.SERVER_TIMESTAMP
                && stop.kind() == StoppingPosition.Kind.SERVER_TIMESTAMP
                && start.timestampMillis() > stop.timestampMillis();
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
     * @throws IllegalArgumentException if something is missing, unknown or contradictory
     */
    public KvsSource<RowData> source(RowLayout layout, TypeInformation<RowData> type) {
        KvsSourceBuilder<RowData> builder =
                KvsSource.<RowData>builder()
                        .setStreams(streams)
                        .setStartingPosition(start)
                        .setStoppingPosition(stop)
                        .setSourceConfig(config)
                        .setLimit(limit);
        for (String stream : streams) {
            StartingPosition own = startByStream.get(StreamArn.nameOf(stream));
            if (own != null) {
                builder.setStartingPosition(stream, own);
            }
        }
        return frames == null
                ? builder.setDeserializationSchema(new FragmentRows(layout, type)).build()
                : builder.setDeserializationSchema(new FrameRows(layout, frames, type)).build();
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof KvsScan)) {
            return false;
        }
        KvsScan other = (KvsScan) object;
        return streams.equals(other.streams)
                && Objects.equals(frames, other.frames)
                && start.equals(other.start)
                && startByStream.equals(other.startByStream)
                && stop.equals(other.stop)
                && config.equals(other.config)
                && limit == other.limit;
    }

    @Override
    public int hashCode() {
        return Objects.hash(streams, frames, start, startByStream, stop, config, limit);
    }

    /** Without options: some are secrets. */
    @Override
    public String toString() {
        return "streams=["
                + String.join(", ", streams)
                + "], start=["
                + start
                + new TreeMap<>(startByStream)
                        .entrySet().stream()
                                .map(each -> ", " + each.getKey() + ": " + each.getValue())
                                .collect(Collectors.joining())
                + "], stop=["
                + stop
                + "]"
                + (frames == null ? "" : ", " + frames)
                + (limit == Long.MAX_VALUE ? "" : ", limit=[" + limit + "]");
    }
}
