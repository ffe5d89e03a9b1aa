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

import org.apache.flink.annotation.Internal;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.Expression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.functions.FunctionDefinition;

import javax.annotation.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BinaryOperator;

/**
 * Reads what conditions of a query say about stream names and server timestamps. A condition that
 * it does not understand excludes nothing. Immutable.
 */
@Internal
public final class ConditionReader {

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

    private static final Set<FunctionDefinition> PRESENT =
            Set.of(
                    BuiltInFunctionDefinitions.CURRENT_TIMESTAMP,
                    BuiltInFunctionDefinitions.NOW,
                    BuiltInFunctionDefinitions.CURRENT_ROW_TIMESTAMP);

    /** How far the clock of a task that checks a condition may be behind this machine's. */
    private static final long MAX_SKEW_MILLIS = Duration.ofMinutes(15).toMillis();

    private final Map<String, MetadataColumn> columns;
    private final ZoneId zone;

    /**
     * @param columns the table's metadata columns by their names
     * @param zone the time zone of the session, for times without a zone
     */
    public ConditionReader(Map<String, MetadataColumn> columns, ZoneId zone) {
        this.columns = Map.copyOf(columns);
        this.zone = zone;
    }

    /**
     * What a condition says.
     *
     * @param nowMillis epoch millis, by this machine's clock
     * @return {@link ScanFilter#ALL} if it is about something else
     */
    ScanFilter read(ResolvedExpression condition, long nowMillis) {
        if (!(condition instanceof CallExpression)) {
            return ScanFilter.ALL;
        }
        FunctionDefinition function = ((CallExpression) condition).getFunctionDefinition();
        List<ResolvedExpression> operands = condition.getResolvedChildren();
        if (function == BuiltInFunctionDefinitions.AND) {
            return readAll(operands, ScanFilter::and, nowMillis);
        }
        if (function == BuiltInFunctionDefinitions.OR) {
            return readAll(operands, ScanFilter::or, nowMillis);
        }
        if (function == BuiltInFunctionDefinitions.IN) {
            return operands.stream()
                    .skip(1)
                    .map(
                            value ->
                                    compare(
                                            BuiltInFunctionDefinitions.EQUALS,
                                            operands.get(0),
                                            value,
                                            nowMillis))
                    .reduce(ScanFilter::or)
                    .orElse(ScanFilter.ALL);
        }
        if (!MIRRORED.containsKey(function)) {
            return ScanFilter.ALL;
        }
        return operands.get(0) instanceof FieldReferenceExpression
                ? compare(function, operands.get(0), operands.get(1), nowMillis)
                : compare(MIRRORED.get(function), operands.get(1), operands.get(0), nowMillis);
    }

    private ScanFilter readAll(
            List<ResolvedExpression> conditions,
            BinaryOperator<ScanFilter> combination,
            long nowMillis) {
        return conditions.stream()
                .map(condition -> read(condition, nowMillis))
                .reduce(combination)
                .orElse(ScanFilter.ALL);
    }

    private ScanFilter compare(
            FunctionDefinition comparison, Expression reference, Expression value, long nowMillis) {
        MetadataColumn column =
                reference instanceof FieldReferenceExpression
                        ? columns.get(((FieldReferenceExpression) reference).getName())
                        : null;
        if (column == MetadataColumn.STREAM_NAME) {
            return comparison == BuiltInFunctionDefinitions.EQUALS
                            && value instanceof ValueLiteralExpression
                    ? ((ValueLiteralExpression) value)
                            .getValueAs(String.class)
                            .map(ScanFilter::ofStream)
                            .orElse(ScanFilter.ALL)
                    : ScanFilter.ALL;
        }
        if (column != MetadataColumn.SERVER_TIMESTAMP) {
            return ScanFilter.ALL;
        }
        return value instanceof ValueLiteralExpression
                ? compareTime(comparison, (ValueLiteralExpression) value)
                : compareMovingTime(comparison, value, nowMillis);
    }

    /** Compares with a time that moves while the query runs: it only gets later. */
    private static ScanFilter compareMovingTime(
            FunctionDefinition comparison, Expression value, long nowMillis) {
        boolean less =
                comparison == BuiltInFunctionDefinitions.LESS_THAN
                        || comparison == BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL;
        Long beforeNow = less ? null : millisBeforeNow(value);
        return beforeNow == null
                ? ScanFilter.ALL
                : ScanFilter.between(nowMillis - MAX_SKEW_MILLIS - beforeNow, Long.MAX_VALUE);
    }

    /** How long before now; null if the value is not relative to now. */
    @Nullable
    private static Long millisBeforeNow(Expression value) {
        if (!(value instanceof CallExpression)) {
            return null;
        }
        FunctionDefinition function = ((CallExpression) value).getFunctionDefinition();
        if (PRESENT.contains(function)) {
            return 0L;
        }
        boolean minus = function == BuiltInFunctionDefinitions.MINUS;
        List<Expression> operands = value.getChildren();
        if (!minus && function != BuiltInFunctionDefinitions.PLUS
                || !(operands.get(1) instanceof ValueLiteralExpression)) {
            return null;
        }
        Long before = millisBeforeNow(operands.get(0));
        Duration duration =
                ((ValueLiteralExpression) operands.get(1)).getValueAs(Duration.class).orElse(null);
        if (before == null || duration == null) {
            return null;
        }
        return before + (minus ? duration.toMillis() : -duration.toMillis());
    }

    private ScanFilter compareTime(FunctionDefinition comparison, ValueLiteralExpression literal) {
        Instant first = literal.getValueAs(Instant.class).orElse(null);
        Instant last = first;
        LocalDateTime local = literal.getValueAs(LocalDateTime.class).orElse(null);
        if (first == null && local != null) {
            // When clocks change, a local time is skipped or occurs twice: take both instants.
            ZoneOffsetTransition change = zone.getRules().getTransition(local);
            ZoneOffset offset = zone.getRules().getOffset(local);
            Instant before = local.toInstant(change == null ? offset : change.getOffsetBefore());
            Instant after = local.toInstant(change == null ? offset : change.getOffsetAfter());
            first = before.isBefore(after) ? before : after;
            last = before.isBefore(after) ? after : before;
        }
        if (first == null) {
            return ScanFilter.ALL;
        }
        boolean less =
                comparison == BuiltInFunctionDefinitions.LESS_THAN
                        || comparison == BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL;
        boolean greater =
                comparison == BuiltInFunctionDefinitions.GREATER_THAN
                        || comparison == BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL;
        return ScanFilter.between(
                less ? Long.MIN_VALUE : first.toEpochMilli(),
                greater ? Long.MAX_VALUE : last.toEpochMilli());
    }

    @Override
    public boolean equals(@Nullable Object object) {
        if (!(object instanceof ConditionReader)) {
            return false;
        }
        ConditionReader other = (ConditionReader) object;
        return columns.equals(other.columns) && zone.equals(other.zone);
    }

    @Override
    public int hashCode() {
        return Objects.hash(columns, zone);
    }
}
