/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.factory;

import io.github.flinkkvs.table.KvsTableOptions;
import io.github.flinkkvs.table.catalog.KvsCatalogFactory;
import io.github.flinkkvs.table.rows.MetadataColumn;
import io.github.flinkkvs.table.scan.KvsDynamicSource;
import io.github.flinkkvs.table.scan.KvsFilterableSource;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.types.DataType;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

class KvsDynamicTableFactoryTest {

    private static final DataType PAYLOAD =
            DataTypes.ROW(DataTypes.FIELD("payload", DataTypes.BYTES()));

    private static Map<String, String> options(String... more) {
        Map<String, String> options = new HashMap<>();
        options.put("connector", "kvs");
        options.put("streams", "a;b");
        options.put("aws.region", "eu-central-1");
        options.put("scan.startup.mode", "earliest");
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return options;
    }

    private static KvsDynamicSource table(String... more) {
        ResolvedSchema schema =
                ResolvedSchema.of(
                        Column.physical("payload", DataTypes.BYTES()),
                        Column.metadata("camera", DataTypes.STRING(), "stream-name", true),
                        Column.metadata("size", DataTypes.BIGINT(), null, true));
        CatalogTable table =
                CatalogTable.newBuilder()
                        .schema(Schema.newBuilder().fromResolvedSchema(schema).build())
                        .options(options(more))
                        .build();
        return (KvsDynamicSource)
                FactoryUtil.createDynamicTableSource(
                        null,
                        ObjectIdentifier.of("c", "d", "cameras"),
                        new ResolvedCatalogTable(table, schema),
                        Map.of(),
                        new Configuration(),
                        KvsDynamicTableFactoryTest.class.getClassLoader(),
                        false);
    }

    @Test
    void isFoundByItsName() {
        assertThat(table().asSummaryString())
                .isEqualTo("KvsSource(streams=[a, b], start=[earliest], stop=[never])");
        assertThat(
                        table(
                                        "record",
                                        "frame",
                                        "frame.key-frames-only",
                                        "true",
                                        "scan.startup.mode",
                                        "NOW",
                                        "scan.bounded.mode",
                                        "server-timestamp",
                                        "scan.bounded.timestamp",
                                        "2026-01-31T08:00:00Z")
                                .asSummaryString())
                .isEqualTo(
                        "KvsSource(streams=[a, b], start=[now], stop=[server timestamp"
                                + " 2026-01-31T08:00:00Z], key frames)");
    }

    @Test
    void streamsMayHaveBlanksBetweenThem() {
        assertThat(table("streams", " a ; b")).isEqualTo(table());
    }

    /** The planner works on copies: each is complete, and changes to one do not affect others. */
    @Test
    void copiesAreEqualAndIndependent() {
        List<Consumer<KvsDynamicSource>> changes =
                List.of(
                        source -> source.applyReadableMetadata(List.of("size"), PAYLOAD),
                        source -> source.applyProjection(new int[0][], DataTypes.ROW()),
                        source ->
                                ((KvsFilterableSource) source)
                                        .applyFilters(
                                                List.of(
                                                        CallExpression.permanent(
                                                                BuiltInFunctionDefinitions.EQUALS,
                                                                List.of(
                                                                        new FieldReferenceExpression(
                                                                                "camera",
                                                                                DataTypes.STRING(),
                                                                                0,
                                                                                0),
                                                                        new ValueLiteralExpression(
                                                                                "a",
                                                                                DataTypes.STRING()
                                                                                        .notNull())),
                                                                DataTypes.BOOLEAN()))),
                        source -> source.applyLimit(7),
                        source ->
                                source.applyWatermark(WatermarkStrategy.forMonotonousTimestamps()),
                        KvsDynamicSource::applySourceWatermark);
        for (Consumer<KvsDynamicSource> change : changes) {
            KvsDynamicSource original = table("scan.bounded.mode", "now");
            KvsDynamicSource copy = (KvsDynamicSource) original.copy();
            assertThat(copy).isEqualTo(original).hasSameHashCodeAs(original);
            change.accept(copy);
            assertThat(copy).isNotEqualTo(original);
            assertThat(copy.copy()).isEqualTo(copy).hasSameHashCodeAs(copy);
            assertThat(original.copy()).isEqualTo(original);
        }
    }

    @Test
    void whatDiffersIsNotEqual() {
        KvsDynamicSource table = table();
        assertThat(table()).isEqualTo(table).hasSameHashCodeAs(table);
        for (String[] option :
                new String[][] {
                    {"streams", "a"},
                    {"record", "frame"},
                    {"scan.startup.mode", "now"},
                    {"scan.bounded.mode", "now"},
                    {"scan.parallelism", "3"},
                    {"scan.source-watermark.max-out-of-orderness", "7 s"},
                    {"scan.watermark.idle-timeout", "7 s"},
                    {"source.memory.budget", "7 mb"},
                    {"aws.endpoint", "http://localhost:7"},
                    {"aws.endpoint.us-east-1", "http://localhost:7"},
                    {"scan.startup.new-streams.mode", "now"}
                }) {
            assertThat(table(option)).as(option[0]).isNotEqualTo(table);
        }
    }

    @Test
    void aQueryThatGetsNoConnectionFailsInTheEnd() {
        String option = "source.connection-limit.fail-after";
        assertThat(table()).isEqualTo(table(option, "10 min")).isNotEqualTo(table(option, "1 h"));
    }

    @Test
    void secretsAreNotShown() {
        String secret = "wJalrXUtnFEMI-K7MDENG";
        KvsDynamicSource table =
                table(
                        "aws.credentials.basic.accesskeyid",
                        "AKIDEXAMPLE",
                        "aws.credentials.basic.secretkey",
                        secret);
        assertThat(table.asSummaryString()).doesNotContain(secret).doesNotContain("AKIDEXAMPLE");
    }

    @Test
    void eachOptionIsKnown() {
        assertThat(new KvsDynamicTableFactory().optionalOptions())
                .extracting(ConfigOption::key)
                .contains("scan.parallelism", "source.memory.budget", "aws.region", "record")
                .contains("streams", "stream-prefix", "stream-pattern", "stream-tags");
        assertThat(new KvsCatalogFactory().optionalOptions())
                .extracting(ConfigOption::key)
                .contains("default-database", "scan.startup.mode", "aws.region")
                .doesNotContain(
                        "streams", "stream-prefix", "stream-pattern", "stream-tags", "record");
    }

    @Test
    void framesHaveAllThatFragmentsHaveAndMore() {
        assertThat(MetadataColumn.of(KvsTableOptions.RecordMode.FRAME).keySet())
                .containsAll(MetadataColumn.of(KvsTableOptions.RecordMode.FRAGMENT).keySet())
                .contains("key-frame");
        assertThat(
                        table().listReadableMetadata().keySet().stream()
                                .filter(key -> key.startsWith("frame-") || key.startsWith("track-"))
                                .collect(Collectors.toList()))
                .isEmpty();
    }
}
