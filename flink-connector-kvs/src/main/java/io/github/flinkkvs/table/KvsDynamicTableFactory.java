/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.table.KvsTableOptions.RecordMode;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.base.source.reader.SourceReaderOptions;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.config.TableConfigOptions;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;

import javax.annotation.Nullable;

import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
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

    /**
     * A query may take all connections of a stream itself, with a scan that waits for the others:
     * it would never get on.
     */
    private static final String CONNECTION_LIMIT_FAIL_AFTER = "10 min";

    /** What tables do not say themselves. */
    private final Map<String, String> defaults;

    /** For Flink, which finds it as a service. */
    public KvsDynamicTableFactory() {
        this(Map.of());
    }

    /**
     * @param defaults options for tables that do not have them, such as those of a catalog
     */
    KvsDynamicTableFactory(Map<String, String> defaults) {
        this.defaults = Map.copyOf(defaults);
    }

    @Override
    public String factoryIdentifier() {
        return IDENTIFIER;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(KvsTableOptions.STREAMS);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        Set<ConfigOption<?>> options =
                Stream.of(
                                KvsTableOptions.all(),
                                KvsSourceOptions.all(),
                                AwsOptions.all(),
                                List.of(
                                        SourceReaderOptions.ELEMENT_QUEUE_CAPACITY,
                                        SourceReaderOptions.SOURCE_READER_CLOSE_TIMEOUT,
                                        FactoryUtil.SOURCE_PARALLELISM))
                        .flatMap(List::stream)
                        .collect(Collectors.toCollection(HashSet::new));
        options.remove(KvsTableOptions.STREAMS);
        return options;
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        // Providers may be nested, and have options of their own: the source knows which.
        helper.validateExcept("aws.credentials", TablePositions.STREAM_PREFIX);
        ReadableConfig options = helper.getOptions();
        RecordMode mode = options.get(KvsTableOptions.RECORD);
        ResolvedSchema schema = context.getCatalogTable().getResolvedSchema();
        TableColumns columns = TableColumns.of(schema, mode);
        boolean payload = columns.hasPayload();
        TablePositions positions = new TablePositions(Instant.now());
        try {
            KvsScan scan =
                    new KvsScan(
                            streams(options),
                            frames(options, mode),
                            positions.start(options),
                            positions.startByStream(context.getCatalogTable().getOptions()),
                            positions.stop(options),
                            sourceOptions(tableOptions(context)));
            KvsDynamicSource source =
                    new KvsDynamicSource(
                            context.getObjectIdentifier().asSummaryString(),
                            options.getOptional(FactoryUtil.SOURCE_PARALLELISM).orElse(null),
                            new SourceWatermark(options, context.getConfiguration()),
                            scan,
                            payload,
                            context.getPhysicalRowDataType());
            // What is wrong is to be known now, not when a query is run.
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
                // In batch mode there are no watermarks.
                streaming && !schema.getWatermarkSpecs().isEmpty());
    }

    private static List<String> streams(ReadableConfig options) {
        List<String> streams = options.get(KvsTableOptions.STREAMS);
        for (String stream : streams) {
            if (stream.contains(",")) {
                throw new ValidationException(
                        "'"
                                + KvsTableOptions.STREAMS.key()
                                + "' has '"
                                + stream
                                + "': write ; between streams, not a comma");
            }
        }
        return streams;
    }

    /**
     * Options in the form in which they were given. Of those that concern the source alone the ones
     * that the table has today count, if this is the table of a plan that was compiled before.
     */
    private Map<String, String> tableOptions(Context context) {
        Map<String, String> options = new HashMap<>(context.getCatalogTable().getOptions());
        Map<String, String> today = new HashMap<>(context.getEnrichmentOptions());
        today.keySet().removeIf(key -> !isForwarded(key));
        if (today.keySet().stream().anyMatch(AwsOptions::isCredentialsKey)) {
            options.keySet().removeIf(AwsOptions::isCredentialsKey);
        }
        options.putAll(today);
        String catalog = options.get(KvsTableOptions.CREDENTIALS_OF_CATALOG.key());
        if (catalog != null
                && defaults.isEmpty()
                && options.keySet().stream().noneMatch(AwsOptions::isCredentialsKey)) {
            throw new ValidationException(
                    "Table "
                            + context.getObjectIdentifier().asSummaryString()
                            + " was made from a table of catalog "
                            + catalog
                            + ", but has none of that catalog's credentials: give it options"
                            + " aws.credentials.* of its own ('aws.credentials.provider' = 'AUTO'"
                            + " for those that the machines have), or query the catalog's table");
        }
        return options;
    }

    /** Whether a change of the table's option counts for plans that were compiled before. */
    private static boolean isForwarded(String key) {
        return key.startsWith("source.")
                || key.startsWith("aws.") && !key.equals(AwsOptions.REGION.key());
    }

    @Override
    public Set<ConfigOption<?>> forwardOptions() {
        return optionalOptions().stream()
                .filter(option -> isForwarded(option.key()))
                .collect(Collectors.toSet());
    }

    /** Options of the source itself. */
    private Configuration sourceOptions(Map<String, String> table) {
        Map<String, String> options = new HashMap<>(defaults);
        if (table.containsKey(AwsOptions.CREDENTIALS_PROVIDER.key())) {
            // Another provider has no use for what belongs to the catalog's.
            options.keySet().removeIf(AwsOptions::isCredentialsKey);
        }
        // Of two spellings one comes first when it is read, whoever set it.
        table.keySet().forEach(key -> options.remove(AwsOptions.otherSpelling(key)));
        options.putAll(table);
        options.keySet().removeIf(key -> !key.startsWith("aws.") && !key.startsWith("source."));
        options.putIfAbsent(
                KvsSourceOptions.CONNECTION_LIMIT_FAIL_AFTER.key(), CONNECTION_LIMIT_FAIL_AFTER);
        return Configuration.fromMap(options);
    }

    private static ZoneId sessionZone(ReadableConfig session) {
        String zone = session.get(TableConfigOptions.LOCAL_TIME_ZONE);
        return TableConfigOptions.LOCAL_TIME_ZONE.defaultValue().equals(zone)
                ? ZoneId.systemDefault()
                : ZoneId.of(zone);
    }

    // ---- frames --------------------------------------------------------------------------

    @Nullable
    private static FrameFilter frames(ReadableConfig options, RecordMode mode) {
        FrameFilter filter = FrameFilter.all();
        List<Long> numbers = options.getOptional(KvsTableOptions.FRAME_TRACK_NUMBERS).orElse(null);
        if (numbers != null) {
            filter = filter.trackNumbers(numbers.stream().mapToLong(Long::longValue).toArray());
        }
        List<String> names = options.getOptional(KvsTableOptions.FRAME_TRACK_NAMES).orElse(null);
        if (names != null) {
            filter = filter.trackNames(names.toArray(new String[0]));
        }
        List<Track.Type> types =
                options.getOptional(KvsTableOptions.FRAME_TRACK_TYPES).orElse(null);
        if (types != null) {
            filter = filter.trackTypes(types.toArray(new Track.Type[0]));
        }
        if (options.get(KvsTableOptions.FRAME_KEY_FRAMES_ONLY)) {
            filter = filter.keyFrames();
        }
        filter = filter.everyNth(options.get(KvsTableOptions.FRAME_EVERY_NTH));
        if (mode == RecordMode.FRAME) {
            return filter;
        }
        if (!filter.equals(FrameFilter.all())) {
            throw new ValidationException(
                    "Options frame.* choose among frames, but rows are fragments: set 'record' ="
                            + " 'frame', or remove them");
        }
        return null;
    }
}
