/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.factory;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.table.KvsTableOptions;
import io.github.flinkkvs.table.KvsTableOptions.RecordMode;
import io.github.flinkkvs.table.rows.RowLayout;
import io.github.flinkkvs.table.scan.ConditionReader;
import io.github.flinkkvs.table.scan.KvsDynamicSource;
import io.github.flinkkvs.table.scan.KvsFilterableSource;
import io.github.flinkkvs.table.scan.KvsScan;
import io.github.flinkkvs.table.scan.SourceWatermark;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.base.source.reader.SourceReaderOptions;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.config.TableConfigOptions;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes tables of {@code 'connector' = 'kvs'}. */
@Internal
public final class KvsDynamicTableFactory implements DynamicTableSourceFactory {

    /** {@code connector}. */
    public static final String IDENTIFIER = "kvs";

    private final SourceOptions sourceOptions;

    /** For Flink, which finds it as a service. */
    public KvsDynamicTableFactory() {
        this(Map.of());
    }

    /**
     * @param defaults options for tables that do not have them, such as those of a catalog
     */
    public KvsDynamicTableFactory(Map<String, String> defaults) {
        sourceOptions = new SourceOptions(defaults);
    }

    @Override
    public String factoryIdentifier() {
        return IDENTIFIER;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Stream.of(
                        KvsTableOptions.all(),
                        KvsSourceOptions.all(),
                        AwsOptions.all(),
                        List.of(
                                SourceReaderOptions.ELEMENT_QUEUE_CAPACITY,
                                SourceReaderOptions.SOURCE_READER_CLOSE_TIMEOUT,
                                FactoryUtil.SOURCE_PARALLELISM))
                .flatMap(List::stream)
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        // Providers may be nested, and have options of their own: the source knows which.
        List<String> others = new ArrayList<>(TablePositions.STREAM_PREFIXES);
        others.add("aws.credentials");
        others.add(AwsOptions.endpoint("").key());
        helper.validateExcept(others.toArray(new String[0]));
        ReadableConfig options = helper.getOptions();
        RecordMode mode = options.get(KvsTableOptions.RECORD);
        ResolvedSchema schema = context.getCatalogTable().getResolvedSchema();
        TableColumns columns = TableColumns.of(schema, mode);
        boolean payload = columns.hasPayload();
        try {
            KvsScan scan =
                    new KvsScan(
                            StreamOptions.selector(options),
                            FrameOptions.filter(options, mode),
                            new TablePositions(Instant.now())
                                    .of(context.getCatalogTable().getOptions()),
                            sourceOptions.of(context));
            KvsDynamicSource source =
                    new KvsDynamicSource(
                            context.getObjectIdentifier().asSummaryString(),
                            options.getOptional(FactoryUtil.SOURCE_PARALLELISM).orElse(null),
                            new SourceWatermark(options, context.getConfiguration()),
                            scan,
                            payload,
                            context.getPhysicalRowDataType());
            // Mistakes are reported now, not when a query runs.
            scan.source(new RowLayout(payload, List.of()), null);
            return options.get(KvsTableOptions.FILTER_PUSH_DOWN)
                    ? filterable(source, schema, columns, context.getConfiguration())
                    : source;
        } catch (IllegalArgumentException e) {
            throw new ValidationException(e.getMessage(), e);
        }
    }

    private static DynamicTableSource filterable(
            KvsDynamicSource source,
            ResolvedSchema schema,
            TableColumns columns,
            ReadableConfig session) {
        boolean streaming =
                session.get(ExecutionOptions.RUNTIME_MODE) == RuntimeExecutionMode.STREAMING;
        return new KvsFilterableSource(
                source,
                new ConditionReader(columns.metadata(), sessionZone(session)),
                // There are no watermarks in batch mode.
                streaming && !schema.getWatermarkSpecs().isEmpty());
    }

    @Override
    public Set<ConfigOption<?>> forwardOptions() {
        return optionalOptions().stream()
                .filter(option -> SourceOptions.isForwarded(option.key()))
                .collect(Collectors.toSet());
    }

    private static ZoneId sessionZone(ReadableConfig session) {
        String zone = session.get(TableConfigOptions.LOCAL_TIME_ZONE);
        return TableConfigOptions.LOCAL_TIME_ZONE.defaultValue().equals(zone)
                ? ZoneId.systemDefault()
                : ZoneId.of(zone);
    }
}
