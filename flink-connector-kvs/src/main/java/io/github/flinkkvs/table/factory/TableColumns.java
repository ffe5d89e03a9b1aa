/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.factory;

import io.github.flinkkvs.table.KvsTableOptions.RecordMode;
import io.github.flinkkvs.table.rows.MetadataColumn;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.WatermarkSpec;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The columns that a table declares, checked against those that exist. Immutable. */
final class TableColumns {

    private static final LogicalType BYTES = DataTypes.BYTES().getLogicalType();

    private static final DataType TIME = DataTypes.TIMESTAMP_LTZ(3);

    private final boolean payload;
    private final Map<String, MetadataColumn> metadata;

    private TableColumns(boolean payload, Map<String, MetadataColumn> metadata) {
        this.payload = payload;
        this.metadata = Map.copyOf(metadata);
    }

    /**
     * @throws ValidationException if a column does not exist, or if the watermark is impossible
     */
    static TableColumns of(ResolvedSchema schema, RecordMode mode) {
        TableColumns columns =
                new TableColumns(hasPayload(schema, mode), metadataColumns(schema, mode));
        columns.checkSourceWatermark(schema, mode);
        return columns;
    }

    boolean hasPayload() {
        return payload;
    }

    /** Metadata columns by their names in the table. */
    Map<String, MetadataColumn> metadata() {
        return metadata;
    }

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
                checkType(column, known.get(key));
                columns.put(column.getName(), known.get(key));
            }
        }
        return columns;
    }

    /** Flink would cast the text to a number, and fail the job if it is none or too large. */
    private static void checkType(Column column, MetadataColumn metadata) {
        LogicalType declared = column.getDataType().getLogicalType();
        if (metadata.type().getLogicalType().is(LogicalTypeFamily.CHARACTER_STRING)
                && !declared.is(LogicalTypeFamily.CHARACTER_STRING)) {
            throw new ValidationException(
                    "Column "
                            + column.getName()
                            + " is declared as "
                            + declared
                            + ", but '"
                            + metadata.key()
                            + "' is text: declare it as STRING"
                            + (metadata == MetadataColumn.FRAGMENT_NUMBER
                                    ? ". Fragment numbers have up to 128 digits, more than any"
                                            + " number type"
                                    : ""));
        }
    }

    /**
     * The source makes its watermark from the time of its records. Rows would be late for it if the
     * column had another clock, or local time without a zone.
     */
    private void checkSourceWatermark(ResolvedSchema schema, RecordMode mode) {
        for (WatermarkSpec watermark : schema.getWatermarkSpecs()) {
            if (!isSourceWatermark(watermark.getWatermarkExpression())) {
                continue;
            }
            String name = watermark.getRowtimeAttribute();
            MetadataColumn time = MetadataColumn.time(mode);
            MetadataColumn column = metadata.get(name);
            String problem = null;
            if (column == null) {
                problem = "no METADATA column";
            } else if (column != time) {
                problem = "'" + column.key() + "'";
            } else {
                LogicalType declared =
                        schema.getColumn(name).orElseThrow().getDataType().getLogicalType();
                if (!declared.copy(true).equals(TIME.getLogicalType())) {
                    problem = "a " + declared.copy(true);
                }
            }
            if (problem != null) {
                throw new ValidationException(
                        "With 'record' = '"
                                + mode
                                + "' SOURCE_WATERMARK() is for a column "
                                + TIME
                                + " METADATA FROM '"
                                + time.key()
                                + "', but "
                                + name
                                + " is "
                                + problem
                                + ": take such a column, or give another watermark expression");
            }
        }
    }

    /** An SQL expression is only known as text, with or without quotes. */
    private static boolean isSourceWatermark(ResolvedExpression expression) {
        return expression instanceof CallExpression
                ? ((CallExpression) expression).getFunctionDefinition()
                        == BuiltInFunctionDefinitions.SOURCE_WATERMARK
                : expression
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
}
