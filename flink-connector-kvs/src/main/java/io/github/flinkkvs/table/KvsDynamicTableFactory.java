/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table;

import io.github.flinkkvs.client.AwsOptions;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.table.KvsTableOptions.BoundedMode;
import io.github.flinkkvs.table.KvsTableOptions.RecordMode;
import io.github.flinkkvs.table.KvsTableOptions.StartupMode;

import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.base.source.reader.SourceReaderOptions;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.config.TableConfigOptions;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.WatermarkSpec;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.LogicalType;

import javax.annotation.Nullable;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
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

    private static final LogicalType BYTES = DataTypes.BYTES().getLogicalType();

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
        helper.validateExcept("aws.credentials");
        ReadableConfig options = helper.getOptions();
        RecordMode mode = options.get(KvsTableOptions.RECORD);
        ResolvedSchema schema = context.getCatalogTable().getResolvedSchema();
        boolean payload = hasPayload(schema, mode);
        Map<String, MetadataColumn> columns = metadataColumns(schema, mode);
        checkSourceWatermark(schema, columns, mode);
        ConditionReader conditions =
                new ConditionReader(columns, sessionZone(context.getConfiguration()));
        try {
            KvsScan scan =
                    new KvsScan(
                            options.get(KvsTableOptions.STREAMS),
                            frames(options, mode),
                            start(options),
                            stop(options),
                            sourceOptions(context.getCatalogTable().getOptions()));
            KvsDynamicSource source =
                    new KvsDynamicSource(
                            context.getObjectIdentifier().asSummaryString(),
                            options.getOptional(FactoryUtil.SOURCE_PARALLELISM).orElse(null),
                            new SourceWatermark(options, context.getConfiguration()),
                            conditions,
                            scan,
                            payload,
                            context.getPhysicalRowDataType());
            // What is wrong is to be known now, not when a query is run.
            scan.source(new RowLayout(payload, List.of()), null);
            return source;
        } catch (IllegalArgumentException e) {
            throw new ValidationException(e.getMessage(), e);
        }
    }

    /** Options of the source itself, in the form in which they were given. */
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
        return Configuration.fromMap(options);
    }

    private static ZoneId sessionZone(ReadableConfig session) {
        String zone = session.get(TableConfigOptions.LOCAL_TIME_ZONE);
        return TableConfigOptions.LOCAL_TIME_ZONE.defaultValue().equals(zone)
                ? ZoneId.systemDefault()
                : ZoneId.of(zone);
    }

    // ---- columns --------------------------------------------------------------------------

    private static boolean hasPayload(ResolvedSchema schema, RecordMode mode) {
        List<Column> physical =
                schema.getColumns().stream()
                        .filter(Column::isPhysical)
                        .collect(Collectors.toList());
        if (physical.size() > 1) {
            throw new ValidationException(
                    "A table of Kinesis video has one column for the bytes of a "
                            + mode
                            + ", or none, but there are "
                            + physical.stream()
                                    .map(Column::getName)
                                    .collect(Collectors.joining(", "))
                            + ". All else comes in METADATA columns. "
                            + available(mode));
        }
        for (Column column : physical) {
            if (!BYTES.equals(column.getDataType().getLogicalType().copy(true))) {
                throw new ValidationException(
                        "Column "
                                + column.getName()
                                + ", for the bytes of a "
                                + mode
                                + ", must be BYTES, not "
                                + column.getDataType()
                                + ". If it is for something else, make it a METADATA column. "
                                + available(mode));
            }
        }
        return !physical.isEmpty();
    }

    /** By their names. */
    private static Map<String, MetadataColumn> metadataColumns(
            ResolvedSchema schema, RecordMode mode) {
        Map<String, MetadataColumn> known = MetadataColumn.of(mode);
        Map<String, MetadataColumn> columns = new HashMap<>();
        for (Column column : schema.getColumns()) {
            if (column instanceof Column.MetadataColumn) {
                String key =
                        ((Column.MetadataColumn) column).getMetadataKey().orElse(column.getName());
                if (!known.containsKey(key)) {
                    throw new ValidationException(
                            "There is no metadata '"
                                    + key
                                    + "' for column "
                                    + column.getName()
                                    + (MetadataColumn.of(RecordMode.FRAME).containsKey(key)
                                            ? " with 'record' = 'fragment'"
                                            : "")
                                    + ". "
                                    + available(mode));
                }
                columns.put(column.getName(), known.get(key));
            }
        }
        return columns;
    }

    /** On another column it would follow another clock, and make rows late. */
    private static void checkSourceWatermark(
            ResolvedSchema schema, Map<String, MetadataColumn> columns, RecordMode mode) {
        for (WatermarkSpec watermark : schema.getWatermarkSpecs()) {
            MetadataColumn column = columns.get(watermark.getRowtimeAttribute());
            MetadataColumn time = MetadataColumn.time(mode);
            if (column != null && column != time && isSourceWatermark(watermark)) {
                throw new ValidationException(
                        "With 'record' = '"
                                + mode
                                + "' SOURCE_WATERMARK() is for a column of '"
                                + time.key()
                                + "', but "
                                + watermark.getRowtimeAttribute()
                                + " is '"
                                + column.key()
                                + "': take such a column, or give another expression");
            }
        }
    }

    /** The planner hands over an expression of SQL only as its text, with or without quotes. */
    private static boolean isSourceWatermark(WatermarkSpec watermark) {
        return watermark
                .getWatermarkExpression()
                .asSummaryString()
                .replace("`", "")
                .equalsIgnoreCase("SOURCE_WATERMARK()");
    }

    private static String available(RecordMode mode) {
        return "With 'record' = '"
                + mode
                + "' there are: "
                + MetadataColumn.of(mode).values().stream()
                        .map(column -> "'" + column.key() + "' " + column.type())
                        .collect(Collectors.joining(", "));
    }

    // ---- frames and positions -------------------------------------------------------------

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

    private static StartingPosition start(ReadableConfig options) {
        StartupMode mode = options.get(KvsTableOptions.STARTUP_MODE);
        String timestamp =
                valueOf(
                        options,
                        KvsTableOptions.STARTUP_TIMESTAMP,
                        KvsTableOptions.STARTUP_MODE,
                        mode,
                        mode == StartupMode.SERVER_TIMESTAMP
                                || mode == StartupMode.PRODUCER_TIMESTAMP);
        String number =
                valueOf(
                        options,
                        KvsTableOptions.STARTUP_FRAGMENT_NUMBER,
                        KvsTableOptions.STARTUP_MODE,
                        mode,
                        mode == StartupMode.FRAGMENT_NUMBER);
        switch (mode) {
            case NOW:
                return StartingPosition.now();
            case EARLIEST:
                return StartingPosition.earliest();
            case SERVER_TIMESTAMP:
                return StartingPosition.atServerTimestamp(
                        time(KvsTableOptions.STARTUP_TIMESTAMP, timestamp));
            case PRODUCER_TIMESTAMP:
                return StartingPosition.atProducerTimestamp(
                        time(KvsTableOptions.STARTUP_TIMESTAMP, timestamp));
            default:
                return StartingPosition.afterFragment(number);
        }
    }

    private static StoppingPosition stop(ReadableConfig options) {
        BoundedMode mode = options.get(KvsTableOptions.BOUNDED_MODE);
        String timestamp =
                valueOf(
                        options,
                        KvsTableOptions.BOUNDED_TIMESTAMP,
                        KvsTableOptions.BOUNDED_MODE,
                        mode,
                        mode == BoundedMode.SERVER_TIMESTAMP
                                || mode == BoundedMode.PRODUCER_TIMESTAMP);
        String number =
                valueOf(
                        options,
                        KvsTableOptions.BOUNDED_FRAGMENT_NUMBER,
                        KvsTableOptions.BOUNDED_MODE,
                        mode,
                        mode == BoundedMode.FRAGMENT_NUMBER);
        switch (mode) {
            case UNBOUNDED:
                return StoppingPosition.never();
            case NOW:
                return StoppingPosition.now();
            case SERVER_TIMESTAMP:
                return StoppingPosition.atServerTimestamp(
                        time(KvsTableOptions.BOUNDED_TIMESTAMP, timestamp));
            case PRODUCER_TIMESTAMP:
                return StoppingPosition.atProducerTimestamp(
                        time(KvsTableOptions.BOUNDED_TIMESTAMP, timestamp));
            default:
                return StoppingPosition.atFragment(number);
        }
    }

    /** The value that a mode needs; one that no mode needs is refused. */
    @Nullable
    private static String valueOf(
            ReadableConfig options,
            ConfigOption<String> option,
            ConfigOption<?> modeOption,
            Object mode,
            boolean needed) {
        String value = options.getOptional(option).orElse(null);
        if (needed && value == null) {
            throw new ValidationException(
                    "'"
                            + modeOption.key()
                            + "' = '"
                            + mode
                            + "' needs '"
                            + option.key()
                            + "': set it");
        }
        if (!needed && value != null) {
            throw new ValidationException(
                    "'"
                            + option.key()
                            + "' does not go with '"
                            + modeOption.key()
                            + "' = '"
                            + mode
                            + "': remove it, or set another mode");
        }
        return value;
    }

    private static Instant time(ConfigOption<String> option, String value) {
        String time = value.trim();
        try {
            long millis =
                    time.matches("-?\\d{1,18}")
                            ? Long.parseLong(time)
                            : OffsetDateTime.parse(time).toInstant().toEpochMilli();
            return Instant.ofEpochMilli(millis);
        } catch (DateTimeException | ArithmeticException e) {
            throw new ValidationException(
                    "'"
                            + option.key()
                            + "' is '"
                            + value
                            + "', neither a time such as 2026-01-31T08:00:00Z nor millis since"
                            + " 1970",
                    e);
        }
    }
}
