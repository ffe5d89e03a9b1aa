/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.scan;

import io.github.flinkkvs.table.rows.MetadataColumn;
import io.github.flinkkvs.table.rows.RowLayout;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsLimitPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsSourceWatermark;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table of fragments or frames. The planner tells it what a query needs, such as columns, a limit
 * or watermarks, and the source reads no more than that. It takes no conditions: see {@link
 * KvsFilterableSource}. Not thread-safe; the planner works on {@linkplain #copy() copies}.
 */
@Internal
public class KvsDynamicSource
        implements ScanTableSource,
                SupportsReadingMetadata,
                SupportsProjectionPushDown,
                SupportsLimitPushDown,
                SupportsWatermarkPushDown,
                SupportsSourceWatermark {

    private static final Logger LOG = LoggerFactory.getLogger(KvsDynamicSource.class);

    /** Part of the uid of the source, which savepoints contain. */
    private static final String TRANSFORMATION = "kvs";

    private final String tableName;
    @Nullable private final Integer parallelism;
    private final SourceWatermark sourceWatermark;

    private KvsScan scan;
    private RowLayout layout;
    private DataType producedType;

    /** Null: none was applied. */
    @Nullable private WatermarkStrategy<RowData> watermarks;

    /**
     * @param tableName for the names of operators
     * @param parallelism of the source; null for that of the job
     * @param payload whether it has a column for the payload
     * @param physicalType of the payload column, or of none
     */
    public KvsDynamicSource(
            String tableName,
            @Nullable Integer parallelism,
            SourceWatermark sourceWatermark,
            KvsScan scan,
            boolean payload,
            DataType physicalType) {
        this.tableName = tableName;
        this.parallelism = parallelism;
        this.sourceWatermark = sourceWatermark;
        this.scan = scan;
        this.layout = new RowLayout(payload, List.of());
        this.producedType = physicalType;
    }

    public KvsDynamicSource(KvsDynamicSource other) {
        this.tableName = other.tableName;
        this.parallelism = other.parallelism;
        this.sourceWatermark = other.sourceWatermark;
        this.scan = other.scan;
        this.layout = other.layout;
        this.producedType = other.producedType;
        this.watermarks = other.watermarks;
    }

    final KvsScan scan() {
        return scan;
    }

    final boolean hasWatermark() {
        return watermarks != null;
    }

    final void replaceScan(KvsScan newScan) {
        scan = newScan;
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        Source<RowData, ?, ?> source =
                scan.source(layout, context.createTypeInformation(producedType));
        WatermarkStrategy<RowData> strategy =
                watermarks == null ? WatermarkStrategy.noWatermarks() : watermarks;
        boolean bounded = scan.isBounded();
        String summary = asSummaryString();
        return new DataStreamScanProvider() {
            @Override
            public DataStream<RowData> produceDataStream(
                    ProviderContext provider, StreamExecutionEnvironment env) {
                // Runs for EXPLAIN as well, whose output does not have the summary.
                LOG.info("{} is read as {}", tableName, summary);
                DataStreamSource<RowData> rows =
                        env.fromSource(source, strategy, "KvsSource-" + tableName);
                provider.generateUid(TRANSFORMATION).ifPresent(rows::uid);
                return rows;
            }

            @Override
            public boolean isBounded() {
                return bounded;
            }

            @Override
            public Optional<Integer> getParallelism() {
                return Optional.ofNullable(parallelism);
            }
        };
    }

    // ---- what the planner says ------------------------------------------------------------

    @Override
    public Map<String, DataType> listReadableMetadata() {
        Map<String, DataType> types = new LinkedHashMap<>();
        MetadataColumn.of(scan.mode()).forEach((key, column) -> types.put(key, column.type()));
        return types;
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType producedDataType) {
        Map<String, MetadataColumn> known = MetadataColumn.of(scan.mode());
        layout = layout.withMetadata(keys.stream().map(known::get).collect(Collectors.toList()));
        producedType = producedDataType;
    }

    @Override
    public boolean supportsNestedProjection() {
        return false;
    }

    @Override
    public void applyProjection(int[][] projectedFields, DataType producedDataType) {
        // There is at most one physical column.
        layout = layout.withPayload(projectedFields.length > 0);
        producedType = producedDataType;
    }

    @Override
    public void applyLimit(long limit) {
        scan = scan.withLimit(limit);
    }

    @Override
    public void applyWatermark(WatermarkStrategy<RowData> watermarkStrategy) {
        watermarks = watermarkStrategy;
    }

    @Override
    public void applySourceWatermark() {
        watermarks = sourceWatermark.strategy();
    }

    @Override
    public DynamicTableSource copy() {
        return new KvsDynamicSource(this);
    }

    /** For messages of the planner, and for the log. */
    @Override
    public String asSummaryString() {
        return "KvsSource(" + scan + ")";
    }

    @Override
    public boolean equals(Object object) {
        if (this == object) {
            return true;
        }
        if (!(object instanceof KvsDynamicSource)) {
            return false;
        }
        KvsDynamicSource other = (KvsDynamicSource) object;
        return tableName.equals(other.tableName)
                && Objects.equals(parallelism, other.parallelism)
                && sourceWatermark.equals(other.sourceWatermark)
                && scan.equals(other.scan)
                && layout.equals(other.layout)
                && producedType.equals(other.producedType)
                && Objects.equals(watermarks, other.watermarks);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                tableName, parallelism, sourceWatermark, scan, layout, producedType, watermarks);
    }
}
