/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.scan;

import io.github.flinkkvs.table.KvsTableOptions;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.config.ExecutionConfigOptions;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.FactoryUtil;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.Objects;

/**
 * What {@code SOURCE_WATERMARK()} is: for each stream, the highest producer timestamp of its
 * fragments, or the highest time of its frames, minus a bound. The planner leaves watermark options
 * to the source. Immutable.
 */
@Internal
public final class SourceWatermark {

    private final Duration maxOutOfOrderness;

    /** Null: streams never become idle. */
    @Nullable private final Duration idleTimeout;

    /** Null: no alignment. */
    @Nullable private final String alignmentGroup;

    @Nullable private final Duration maxDrift;
    private final Duration alignmentInterval;

    /**
     * @param table options of the table
     * @param session options of the session
     */
    public SourceWatermark(ReadableConfig table, ReadableConfig session) {
        maxOutOfOrderness = table.get(KvsTableOptions.SOURCE_WATERMARK_DELAY);
        if (maxOutOfOrderness.isNegative()) {
            throw new ValidationException(
                    KvsTableOptions.SOURCE_WATERMARK_DELAY.key()
                            + " is below 0: give a time of 0 or more");
        }
        Duration idle =
                table.getOptional(FactoryUtil.SOURCE_IDLE_TIMEOUT)
                        .orElse(session.get(ExecutionConfigOptions.TABLE_EXEC_SOURCE_IDLE_TIMEOUT));
        idleTimeout = idle.toMillis() > 0 ? idle : null;
        alignmentGroup = table.getOptional(FactoryUtil.WATERMARK_ALIGNMENT_GROUP).orElse(null);
        maxDrift = table.getOptional(FactoryUtil.WATERMARK_ALIGNMENT_MAX_DRIFT).orElse(null);
        alignmentInterval = table.get(FactoryUtil.WATERMARK_ALIGNMENT_UPDATE_INTERVAL);
        if ((alignmentGroup == null) != (maxDrift == null)) {
            throw new ValidationException(
                    FactoryUtil.WATERMARK_ALIGNMENT_GROUP.key()
                            + " and "
                            + FactoryUtil.WATERMARK_ALIGNMENT_MAX_DRIFT.key()
                            + " go together: set both or none");
        }
    }

    WatermarkStrategy<RowData> strategy() {
        WatermarkStrategy<RowData> strategy =
                WatermarkStrategy.forBoundedOutOfOrderness(maxOutOfOrderness);
        if (idleTimeout != null) {
            strategy = strategy.withIdleness(idleTimeout);
        }
        return alignmentGroup == null
                ? strategy
                : strategy.withWatermarkAlignment(alignmentGroup, maxDrift, alignmentInterval);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof SourceWatermark)) {
            return false;
        }
        SourceWatermark other = (SourceWatermark) object;
        return maxOutOfOrderness.equals(other.maxOutOfOrderness)
                && Objects.equals(idleTimeout, other.idleTimeout)
                && Objects.equals(alignmentGroup, other.alignmentGroup)
                && Objects.equals(maxDrift, other.maxDrift)
                && alignmentInterval.equals(other.alignmentInterval);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                maxOutOfOrderness, idleTimeout, alignmentGroup, maxDrift, alignmentInterval);
    }
}
