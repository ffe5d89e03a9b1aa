/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table;

import io.github.flinkkvs.client.StreamArn;

import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.Expression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.functions.FunctionDefinition;

import javax.annotation.Nullable;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What conditions of a query say about streams and server timestamps: whatever is outside cannot
 * satisfy them, what is inside may or may not. Immutable.
 *
 * <p>Nothing is said about producer timestamps: they may go back, so that reading could neither
 * begin nor end with one.
 */
final class ScanFilter {

    /** Says nothing. */
    static final ScanFilter ALL = new ScanFilter(null, Long.MIN_VALUE, Long.MAX_VALUE);

    private static final Map<FunctionDefinition, FunctionDefinition> MIRRORED =
            Map.of(
                    BuiltInFunctionDefinitions.EQUALS,
                    BuiltInFunctionDefinitions.EQUALS,
                    BuiltInFunctionDefinitions.LESS_THAN,
                    BuiltInFunctionDefinitions.GREATER_THAN,
                    BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL,
                    BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL,
                    BuiltInFunctionDefinitions.GREATER_THAN,
                    BuiltInFunctionDefinitions.LESS_THAN,
                    BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL,
                    BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL);

    /** Null: any. */
    @Nullable private final Set<String> streamNames;

    /** Server timestamps, both inclusive: epoch millis. */
    private final long fromMillis;

    private final long toMillis;

    private ScanFilter(@Nullable Set<String> streamNames, long fromMillis, long toMillis) {
        this.streamNames = streamNames;
        this.fromMillis = fromMillis;
        this.toMillis = toMillis;
    }

    // ---- what conditions say --------------------------------------------------------------

    /**
     * What a condition says; {@link #ALL} if it is about something else.
     *
     * @param columns the table's metadata columns by their names
     */
    static ScanFilter of(ResolvedExpression condition, Map<String, MetadataColumn> columns) {
        if (!(condition instanceof CallExpression)) {
            return ALL;
        }
        FunctionDefinition function = ((CallExpression) condition).getFunctionDefinition();
        List<ResolvedExpression> operands = condition.getResolvedChildren();
        if (function == BuiltInFunctionDefinitions.AND) {
            return operands.stream()
                    .map(operand -> of(operand, columns))
                    .reduce(ALL, ScanFilter::and);
        }
        if (function == BuiltInFunctionDefinitions.OR) {
            return operands.stream()
                    .map(operand -> of(operand, columns))
                    .reduce(ScanFilter::or)
                    .orElse(ALL);
        }
        if (function == BuiltInFunctionDefinitions.IN) {
            MetadataColumn column = column(operands.get(0), columns);
            return operands.stream()
                    .skip(1)
                    .map(value -> compare(BuiltInFunctionDefinitions.EQUALS, column, value))
                    .reduce(ScanFilter::or)
                    .orElse(ALL);
        }
        if (!MIRRORED.containsKey(function)) {
            return ALL;
        }
        return operands.get(0) instanceof ValueLiteralExpression
                ? compare(MIRRORED.get(function), column(operands.get(1), columns), operands.get(0))
                : compare(function, column(operands.get(0), columns), operands.get(1));
    }

    @Nullable
    private static MetadataColumn column(
            Expression expression, Map<String, MetadataColumn> columns) {
        return expression instanceof FieldReferenceExpression
                ? columns.get(((FieldReferenceExpression) expression).getName())
                : null;
    }

    private static ScanFilter compare(
            FunctionDefinition comparison, @Nullable MetadataColumn column, Expression value) {
        if (column == null || !(value instanceof ValueLiteralExpression)) {
            return ALL;
        }
        ValueLiteralExpression literal = (ValueLiteralExpression) value;
        switch (column) {
            case STREAM_NAME:
                return comparison == BuiltInFunctionDefinitions.EQUALS
                        ? literal.getValueAs(String.class).map(ScanFilter::ofStream).orElse(ALL)
                        : ALL;
            case SERVER_TIMESTAMP:
                return literal.getValueAs(Instant.class)
                        .map(time -> compare(comparison, time.toEpochMilli()))
                        .orElse(ALL);
            default:
                return ALL;
        }
    }

    private static ScanFilter ofStream(String name) {
        return new ScanFilter(Set.of(name), Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static ScanFilter compare(FunctionDefinition comparison, long millis) {
        boolean less =
                comparison == BuiltInFunctionDefinitions.LESS_THAN
                        || comparison == BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL;
        boolean greater =
                comparison == BuiltInFunctionDefinitions.GREATER_THAN
                        || comparison == BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL;
        return new ScanFilter(
                null, less ? Long.MIN_VALUE : millis, greater ? Long.MAX_VALUE : millis);
    }

    /** What is inside both. */
    ScanFilter and(ScanFilter other) {
        Set<String> names = streamNames == null ? other.streamNames : streamNames;
        if (streamNames != null && other.streamNames != null) {
            names = new HashSet<>(streamNames);
            names.retainAll(other.streamNames);
        }
        return new ScanFilter(
                names, Math.max(fromMillis, other.fromMillis), Math.min(toMillis, other.toMillis));
    }

    /** What is inside either, and what is between them. */
    private ScanFilter or(ScanFilter other) {
        Set<String> names = null;
        if (streamNames != null && other.streamNames != null) {
            names = new HashSet<>(streamNames);
            names.addAll(other.streamNames);
        }
        return new ScanFilter(
                names, Math.min(fromMillis, other.fromMillis), Math.max(toMillis, other.toMillis));
    }

    // ---- what follows for a scan ----------------------------------------------------------

    /** The same scan without what is outside, as far as a scan can leave it out. */
    KvsScan narrow(KvsScan scan, long nowMillis) {
        List<String> streams =
                scan.streams().stream()
                        .filter(stream -> streamNames == null || streamNames.contains(name(stream)))
                        .collect(Collectors.toList());
        // A source has streams; the query itself leaves out what they bring.
        KvsScan narrow = streams.isEmpty() ? scan : scan.withStreams(streams);
        return fromMillis > toMillis ? narrow : narrow.within(fromMillis, toMillis, nowMillis);
    }

    private static String name(String nameOrArn) {
        return StreamArn.isArn(nameOrArn) ? StreamArn.parse(nameOrArn).name() : nameOrArn;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof ScanFilter)) {
            return false;
        }
        ScanFilter other = (ScanFilter) object;
        return Objects.equals(streamNames, other.streamNames)
                && fromMillis == other.fromMillis
                && toMillis == other.toMillis;
    }

    @Override
    public int hashCode() {
        return Objects.hash(streamNames, fromMillis, toMillis);
    }

    @Override
    public String toString() {
        return "streams "
                + (streamNames == null ? "any" : streamNames)
                + ", server timestamps "
                + fromMillis
                + " to "
                + toMillis;
    }
}
