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

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinition;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class ConditionReaderTest {

    private static final long T = 1_700_000_000_000L;

    private static final long NOW = 1_800_000_000_000L;

    private final ConditionReader reader =
            new ConditionReader(
                    Map.of(
                            "camera",
                            MetadataColumn.STREAM_NAME,
                            "arrived",
                            MetadataColumn.SERVER_TIMESTAMP,
                            "recorded",
                            MetadataColumn.PRODUCER_TIMESTAMP),
                    ZoneId.of("Europe/Berlin"));

    private static ResolvedExpression call(
            BuiltInFunctionDefinition function, ResolvedExpression... operands) {
        return CallExpression.permanent(function, List.of(operands), DataTypes.BOOLEAN());
    }

    private ScanFilter read(ResolvedExpression condition) {
        return reader.read(condition, NOW);
    }

    private static ResolvedExpression camera() {
        return new FieldReferenceExpression("camera", DataTypes.STRING(), 0, 0);
    }

    private static ResolvedExpression arrived() {
        return new FieldReferenceExpression("arrived", DataTypes.TIMESTAMP_LTZ(3), 0, 1);
    }

    private static ResolvedExpression recorded() {
        return new FieldReferenceExpression("recorded", DataTypes.TIMESTAMP_LTZ(3), 0, 2);
    }

    private static ResolvedExpression text(String value) {
        return new ValueLiteralExpression(value, DataTypes.STRING().notNull());
    }

    private static ResolvedExpression time(long millis) {
        return new ValueLiteralExpression(
                Instant.ofEpochMilli(millis), DataTypes.TIMESTAMP_LTZ(3).notNull());
    }

    private static ResolvedExpression local(String time) {
        return new ValueLiteralExpression(
                LocalDateTime.parse(time), DataTypes.TIMESTAMP(3).notNull());
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }

    @Test
    void namesOfStreams() {
        ResolvedExpression a = call(BuiltInFunctionDefinitions.EQUALS, camera(), text("a"));
        ResolvedExpression b = call(BuiltInFunctionDefinitions.EQUALS, text("b"), camera());
        ScanFilter either = ScanFilter.ofStream("a").or(ScanFilter.ofStream("b"));
        assertThat(read(a)).isEqualTo(ScanFilter.ofStream("a"));
        assertThat(read(b)).isEqualTo(ScanFilter.ofStream("b"));
        assertThat(read(call(BuiltInFunctionDefinitions.OR, a, b))).isEqualTo(either);
        assertThat(read(call(BuiltInFunctionDefinitions.IN, camera(), text("b"), text("a"))))
                .isEqualTo(either);
        assertThat(
                        read(
                                call(
                                        BuiltInFunctionDefinitions.AND,
                                        call(BuiltInFunctionDefinitions.OR, a, b),
                                        b)))
                .isEqualTo(ScanFilter.ofStream("b"));
    }

    @Test
    void serverTimestamps() {
        assertThat(read(call(BuiltInFunctionDefinitions.GREATER_THAN, arrived(), time(T))))
                .isEqualTo(ScanFilter.between(T, Long.MAX_VALUE));
        assertThat(read(call(BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL, time(T), arrived())))
                .isEqualTo(ScanFilter.between(Long.MIN_VALUE, T));
        assertThat(read(call(BuiltInFunctionDefinitions.LESS_THAN, arrived(), time(T))))
                .isEqualTo(ScanFilter.between(Long.MIN_VALUE, T));
        assertThat(read(call(BuiltInFunctionDefinitions.EQUALS, arrived(), time(T))))
                .isEqualTo(ScanFilter.between(T, T));
        assertThat(
                        read(
                                call(
                                        BuiltInFunctionDefinitions.OR,
                                        call(BuiltInFunctionDefinitions.EQUALS, arrived(), time(T)),
                                        call(
                                                BuiltInFunctionDefinitions.EQUALS,
                                                arrived(),
                                                time(T + 5)))))
                .as("and what is between them")
                .isEqualTo(ScanFilter.between(T, T + 5));
    }

    private static ResolvedExpression present(BuiltInFunctionDefinition function) {
        return CallExpression.permanent(function, List.of(), DataTypes.TIMESTAMP_LTZ(3).notNull());
    }

    private static ResolvedExpression shifted(
            BuiltInFunctionDefinition sign, ResolvedExpression time, Duration duration) {
        return CallExpression.permanent(
                sign,
                List.of(
                        time,
                        new ValueLiteralExpression(
                                duration, DataTypes.INTERVAL(DataTypes.SECOND(3)).notNull())),
                DataTypes.TIMESTAMP_LTZ(3).notNull());
    }

    /** Up to a quarter of an hour earlier, because the clock of a task may be that far behind. */
    @Test
    void timesBeforeNow() {
        long skew = Duration.ofMinutes(15).toMillis();
        for (BuiltInFunctionDefinition function :
                List.of(
                        BuiltInFunctionDefinitions.CURRENT_TIMESTAMP,
                        BuiltInFunctionDefinitions.NOW,
                        BuiltInFunctionDefinitions.CURRENT_ROW_TIMESTAMP)) {
            ResolvedExpression now = present(function);
            ResolvedExpression hourAgo =
                    shifted(BuiltInFunctionDefinitions.MINUS, now, Duration.ofHours(1));
            assertThat(read(call(BuiltInFunctionDefinitions.GREATER_THAN, arrived(), now)))
                    .isEqualTo(ScanFilter.between(NOW - skew, Long.MAX_VALUE));
            assertThat(read(call(BuiltInFunctionDefinitions.LESS_THAN, hourAgo, arrived())))
                    .isEqualTo(ScanFilter.between(NOW - skew - 3_600_000, Long.MAX_VALUE));
            assertThat(
                            read(
                                    call(
                                            BuiltInFunctionDefinitions.EQUALS,
                                            arrived(),
                                            shifted(
                                                    BuiltInFunctionDefinitions.PLUS,
                                                    hourAgo,
                                                    Duration.ofMinutes(-1)))))
                    .isEqualTo(ScanFilter.between(NOW - skew - 3_660_000, Long.MAX_VALUE));
            // It rises while the query runs.
            assertThat(read(call(BuiltInFunctionDefinitions.LESS_THAN, arrived(), hourAgo)))
                    .isEqualTo(ScanFilter.ALL);
            assertThat(read(call(BuiltInFunctionDefinitions.GREATER_THAN, recorded(), hourAgo)))
                    .isEqualTo(ScanFilter.ALL);
        }
        ResolvedExpression local =
                CallExpression.permanent(
                        BuiltInFunctionDefinitions.LOCAL_TIMESTAMP,
                        List.of(),
                        DataTypes.TIMESTAMP(3).notNull());
        assertThat(read(call(BuiltInFunctionDefinitions.GREATER_THAN, arrived(), local)))
                .isEqualTo(ScanFilter.ALL);
    }

    @Test
    void timesWithoutAZoneAreThoseOfTheSession() {
        assertThat(
                        read(
                                call(
                                        BuiltInFunctionDefinitions.EQUALS,
                                        arrived(),
                                        local("2026-01-31T08:00:00"))))
                .isEqualTo(
                        ScanFilter.between(
                                millis("2026-01-31T07:00:00Z"), millis("2026-01-31T07:00:00Z")));
    }

    @Test
    void whereClocksAreChangedBothTimesCount() {
        // Half past two comes twice in autumn.
        assertThat(
                        read(
                                call(
                                        BuiltInFunctionDefinitions.EQUALS,
                                        arrived(),
                                        local("2026-10-25T02:30:00"))))
                .isEqualTo(
                        ScanFilter.between(
                                millis("2026-10-25T00:30:00Z"), millis("2026-10-25T01:30:00Z")));
        // And not at all in spring.
        assertThat(
                        read(
                                call(
                                        BuiltInFunctionDefinitions.EQUALS,
                                        arrived(),
                                        local("2026-03-29T02:30:00"))))
                .isEqualTo(
                        ScanFilter.between(
                                millis("2026-03-29T00:30:00Z"), millis("2026-03-29T01:30:00Z")));
    }

    @Test
    void whatSaysNothing() {
        ResolvedExpression a = call(BuiltInFunctionDefinitions.EQUALS, camera(), text("a"));
        ResolvedExpression other =
                call(BuiltInFunctionDefinitions.GREATER_THAN, recorded(), time(T));
        assertThat(
                        List.of(
                                other,
                                call(BuiltInFunctionDefinitions.NOT_EQUALS, camera(), text("a")),
                                call(BuiltInFunctionDefinitions.GREATER_THAN, camera(), text("a")),
                                call(BuiltInFunctionDefinitions.NOT, a),
                                call(BuiltInFunctionDefinitions.OR, a, other),
                                call(BuiltInFunctionDefinitions.EQUALS, camera(), camera()),
                                call(BuiltInFunctionDefinitions.IN, camera(), text("a"), camera()),
                                camera()))
                .allSatisfy(condition -> assertThat(read(condition)).isEqualTo(ScanFilter.ALL));
        assertThat(read(call(BuiltInFunctionDefinitions.AND, a, other)))
                .isEqualTo(ScanFilter.ofStream("a"));
    }
}
