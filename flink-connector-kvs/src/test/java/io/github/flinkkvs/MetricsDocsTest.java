/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.testutils.source.reader.TestingSplitEnumeratorContext;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks the page of metrics against the metrics that readers and enumerators register. */
class MetricsDocsTest {

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([^`]+)` \\| (\\w+) \\| ([^|]*) \\| ([^|]*) \\|$");

    private final RecordedMetrics metrics = new RecordedMetrics();
    private final Configuration config = new Configuration();

    /** The kinds of all metrics of a source, by their whole names. */
    private Map<String, String> registered() {
        new KvsReaderMetrics(metrics.group(), config).stream("front-door");
        KvsSource<Fragment> source =
                KvsSource.<Fragment>builder()
                        .setRegion("eu-central-1")
                        .setStreams("front-door")
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .setSourceConfig(config)
                        .build();
        source.createEnumerator(
                        new TestingSplitEnumeratorContext<KvsSplit>(1) {
                            @Override
                            public SplitEnumeratorMetricGroup metricGroup() {
                                return metrics.enumeratorGroup();
                            }
                        })
                .start();
        return metrics.kinds();
    }

    private static boolean isOfConnector(String name) {
        return name.contains("KinesisVideo.");
    }

    /** A metric without its groups, with placeholders where there is one for each of many. */
    private static String documentedName(String name) {
        return name.replaceFirst("^(enumerator\\.)?KinesisVideo\\.", "")
                .replaceFirst("^cause\\.\\w+\\.", "cause.CAUSE.")
                .replaceFirst("^class\\.\\w+\\.", "class.CLASS.")
                .replaceFirst("^stream\\.front-door\\.", "stream.NAME.");
    }

    @Test
    void everyMetricHasKindUnitAndMeaning() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        Matcher row = ROW.matcher(new DocsPage("monitoring.md").text());
        while (row.find()) {
            assertThat(documented.put(row.group(1), row.group(2))).as("twice: %s", row).isNull();
            assertThat(row.group(3)).as("unit of %s", row.group(1)).isNotBlank();
            assertThat(row.group(4)).as("meaning of %s", row.group(1)).isNotBlank();
        }
        Map<String, String> expected = new TreeMap<>();
        registered()
                .forEach(
                        (name, kind) -> {
                            if (isOfConnector(name)) {
                                expected.put(documentedName(name), kind);
                            }
                        });
        assertThat(documented).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void everyMetricOfFlinkIsNamed() throws IOException {
        String text = new DocsPage("monitoring.md").text();
        assertThat(registered().keySet())
                .filteredOn(name -> !isOfConnector(name))
                .isNotEmpty()
                .allSatisfy(
                        name ->
                                assertThat(text)
                                        .contains("`" + name.replace("enumerator.", "") + "`"));
    }

    @Test
    void theGroupOfTheUsersChoiceIsAroundAllMetricsOfTheConnector() {
        config.set(KvsSourceOptions.METRICS_GROUP, "kinesisanalytics");
        assertThat(registered().keySet())
                .filteredOn(MetricsDocsTest::isOfConnector)
                .hasSizeGreaterThan(
                        ErrorClass.values().length
                                + KvsReaderMetrics.ReconnectCause.values().length)
                .allSatisfy(
                        name ->
                                assertThat(name)
                                        .matches(
                                                "(enumerator\\.)?kinesisanalytics\\.KinesisVideo\\..+"))
                .contains(
                        "kinesisanalytics.KinesisVideo.fragments",
                        "kinesisanalytics.KinesisVideo.stream.front-door.millisBehindNow",
                        "enumerator.kinesisanalytics.KinesisVideo.liveStreams");
    }
}
