/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinition;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class ConditionReaderTest {

    private static final long T = 1_700_000_000_000L;

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
        assertThat(reader.read(a)).isEqualTo(ScanFilter.ofStream("a"));
        assertThat(reader.read(b)).isEqualTo(ScanFilter.ofStream("b"));
        assertThat(reader.read(call(BuiltInFunctionDefinitions.OR, a, b))).isEqualTo(either);
        assertThat(reader.read(call(BuiltInFunctionDefinitions.IN, camera(), text("b"), text("a"))))
                .isEqualTo(either);
        assertThat(
                        reader.read(
                                call(
                                        BuiltInFunctionDefinitions.AND,
                                        call(BuiltInFunctionDefinitions.OR, a, b),
                                        b)))
                .isEqualTo(ScanFilter.ofStream("b"));
    }

    @Test
    void serverTimestamps() {
        assertThat(reader.read(call(BuiltInFunctionDefinitions.GREATER_THAN, arrived(), time(T))))
                .isEqualTo(ScanFilter.between(T, Long.MAX_VALUE));
        assertThat(
                        reader.read(
                                call(
                                        BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL,
                                        time(T),
                                        arrived())))
                .isEqualTo(ScanFilter.between(Long.MIN_VALUE, T));
        assertThat(reader.read(call(BuiltInFunctionDefinitions.LESS_THAN, arrived(), time(T))))
                .isEqualTo(ScanFilter.between(Long.MIN_VALUE, T));
        assertThat(reader.read(call(BuiltInFunctionDefinitions.EQUALS, arrived(), time(T))))
                .isEqualTo(ScanFilter.between(T, T));
        assertThat(
                        reader.read(
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

    @Test
    void timesWithoutAZoneAreThoseOfTheSession() {
        assertThat(
                        reader.read(
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
                        reader.read(
                                call(
                                        BuiltInFunctionDefinitions.EQUALS,
                                        arrived(),
                                        local("2026-10-25T02:30:00"))))
                .isEqualTo(
                        ScanFilter.between(
                                millis("2026-10-25T00:30:00Z"), millis("2026-10-25T01:30:00Z")));
        // And not at all in spring.
        assertThat(
                        reader.read(
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
                .allSatisfy(
                        condition -> assertThat(reader.read(condition)).isEqualTo(ScanFilter.ALL));
        assertThat(reader.read(call(BuiltInFunctionDefinitions.AND, a, other)))
                .isEqualTo(ScanFilter.ofStream("a"));
    }
}
