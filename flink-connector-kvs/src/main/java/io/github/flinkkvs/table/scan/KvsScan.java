/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.scan;

import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.table.KvsTableOptions;
import io.github.flinkkvs.table.rows.FragmentRows;
import io.github.flinkkvs.table.rows.FrameRows;
import io.github.flinkkvs.table.rows.RowLayout;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.data.RowData;

import javax.annotation.Nullable;

import java.util.Objects;
import java.util.Set;

/** Which part of which streams is read, and how. Immutable. */
@Internal
public final class KvsScan {

    private final StreamSelector streams;

    /** Null: rows are fragments. */
    @Nullable private final FrameFilter frames;

    private final ScanPositions positions;
    private final Configuration config;

    /** The number of rows that suffice; {@code Long.MAX_VALUE}: all. */
    private final long limit;

    /**
     * @throws IllegalArgumentException if there is a position of another stream
     */
    public KvsScan(
            StreamSelector streams,
            @Nullable FrameFilter frames,
            ScanPositions positions,
            Configuration config) {
        this(streams, frames, positions, config, Long.MAX_VALUE);
        positions.check(streams);
    }

    private KvsScan(
            StreamSelector streams,
            @Nullable FrameFilter frames,
            ScanPositions positions,
            Configuration config,
            long limit) {
        this.streams = streams;
        this.frames = frames;
        this.positions = positions;
        this.config = config;
        this.limit = limit;
    }

    KvsTableOptions.RecordMode mode() {
        return frames == null
                ? KvsTableOptions.RecordMode.FRAGMENT
                : KvsTableOptions.RecordMode.FRAME;
    }

    boolean isBounded() {
        return positions.areBounded(streams);
    }

    /**
     * The scan of the streams with these names; of all, if there are certainly none, or its query
     * would otherwise end.
     */
    KvsScan withNames(Set<String> names) {
        StreamSelector fewer = streams.withNames(names);
        return fewer == null || positions.areBounded(fewer) && !isBounded()
                ? this
                : new KvsScan(fewer, frames, positions.of(fewer), config, limit);
    }

    /** The first rows only. Without a stop, a limit ends nothing: the scan stays as it is. */
    KvsScan withLimit(long rows) {
        return isBounded() ? new KvsScan(streams, frames, positions, config, rows) : this;
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
        return new KvsScan(
                streams,
                frames,
                positions.within(fromMillis, toMillis, nowMillis, streams),
                config,
                limit);
    }

    /**
     * @throws IllegalArgumentException if something is missing, unknown or contradictory
     */
    public KvsSource<RowData> source(RowLayout layout, TypeInformation<RowData> type) {
        KvsSourceBuilder<RowData> builder =
                KvsSource.<RowData>builder()
                        .setSelector(streams)
                        .setSourceConfig(config)
                        .setLimit(limit);
        positions.applyTo(builder, streams);
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
                && positions.equals(other.positions)
                && config.equals(other.config)
                && limit == other.limit;
    }

    @Override
    public int hashCode() {
        return Objects.hash(streams, frames, positions, config, limit);
    }

    /** Without options: some are secrets. */
    @Override
    public String toString() {
        return "streams=["
                + streams
                + "], "
                + positions
                + (frames == null ? "" : ", " + frames)
                + (limit == Long.MAX_VALUE ? "" : ", limit=[" + limit + "]");
    }
}
