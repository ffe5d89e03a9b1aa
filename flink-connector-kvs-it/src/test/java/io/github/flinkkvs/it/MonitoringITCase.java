/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the alerts, the dashboard and the page of metrics with what Flink's own reporter for
 * Prometheus exports of a running job, if it is configured as the page says.
 */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
@ExtendWith(LeakCheck.class)
class MonitoringITCase {

    private static final Path ROOT = Path.of("..");
    private static final Path ALERTS = ROOT.resolve("monitoring/prometheus/alerts.yml");
    private static final Path TESTS = ROOT.resolve("monitoring/prometheus/alerts.test.yml");
    private static final Path SCRAPING = ROOT.resolve("monitoring/prometheus/prometheus.yml");
    private static final Path DASHBOARD = ROOT.resolve("monitoring/grafana/kvs.json");
    private static final Path PAGE = ROOT.resolve("docs/monitoring.md");

    /** With a dash, a dot and an underscore, which the reporter would make the same. */
    private static final String STREAM = "front-door_1.a";

    private static final Pattern REPORTER = Pattern.compile("(?m)^ *(metrics\\.[\\w.]+): (\\S+)$");
    private static final Pattern PORT = Pattern.compile("server on port (\\d+)");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)\\{(.*)} \\S+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    private static final Pattern ALERT = Pattern.compile("(?m)^ *- alert: (\\w+)$");
    private static final Pattern RULE = Pattern.compile("(?m)^ *- (?:alert|record): ");
    private static final Pattern JSON_EXPR =
            Pattern.compile("\"(?:expr|query)\": (\".*flink_.*\")(?:,\\s*\"\\w+\": (\".*\"))?");

    private static final Pattern SELECTOR = Pattern.compile("(flink_\\w+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)[!=]~?\"([^\"]*)\"");
    private static final Pattern JOIN = Pattern.compile("\\bon \\(([^)]*)\\)");
    private static final Pattern LABELS =
            Pattern.compile("(?:by|on|group_left) \\(([^)]*)\\)|\\{\\{ ?(?:\\$labels\\.)?(\\w+)");

    /** Of a table of metrics of the connector; those of other modules begin with an operator. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([\\w.]+)` \\| (counter|gauge) ");

    private static LogCapture log;

    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    () -> {
                        log =
                                new LogCapture(
                                        "org.apache.flink.metrics.prometheus.PrometheusReporter");
                        return new MiniClusterResourceConfiguration.Builder()
                                .setConfiguration(reporter())
                                .setNumberTaskManagers(1)
                                .setNumberSlotsPerTaskManager(2)
                                .build();
                    });

    /** As documented, but with other ports: the reporter takes the first one that is free. */
    private static Configuration reporter() {
        Configuration config = new Configuration();
        all(REPORTER, text(PAGE))
                .forEach(option -> config.setString(option.group(1), option.group(2)));
        assertThat(config.toMap())
                .containsKeys("metrics.reporter.prom.factory.class", "metrics.reporter.prom.port");
        int port = freePort();
        config.setString("metrics.reporter.prom.port", port + "-" + Math.min(port + 100, 65_535));
        return config;
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void stopReading() {
        log.close();
    }

    private static List<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().collect(Collectors.toList());
    }

    /** Labels by the names of metrics, and all values of a label. */
    private final Map<String, Map<String, Set<String>>> exported = new TreeMap<>();

    /** Runs a job, and scrapes its metrics. */
    private void scrape(@Nullable String group) throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().limits(KvsTestBase.limits()).start()) {
            EmbeddedStream stream = kvs.createStream(STREAM);
            KvsTestBase.push(stream, 2);
            KvsSourceBuilder<Fragment> source =
                    KvsTestBase.<Fragment>source(kvs, List.of(STREAM))
                            .setDeserializationSchema(KvsDeserializationSchema.fragments());
            if (group != null) {
                source.set(KvsSourceOptions.METRICS_GROUP, group);
            }
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            env.enableCheckpointing(100);
            // With its sink in one task, which has another name than the source.
            env.setParallelism(1);
            Results<Fragment> results = new Results<>();
            DataStream<Fragment> records =
                    env.fromSource(source.build(), WatermarkStrategy.noWatermarks(), "cameras");
            records.flatMap(new ResultSink<>(results, records.getType()))
                    .sinkTo(new DiscardingSink<>());
            JobClient job = env.executeAsync("cameras");
            try {
                results.awaitCommitted(2);
                read(metrics());
            } finally {
                job.cancel().get(KvsTestBase.TIME.toSeconds(), TimeUnit.SECONDS);
                kvs.log()
                        .await(
                                seen -> kvs.openConnections() == 0,
                                "no connection is left",
                                KvsTestBase.TIME);
                results.forget();
            }
        }
    }

    private static String metrics() throws Exception {
        Matcher port = PORT.matcher(log.lines().toString());
        assertThat(port.find()).as("a reporter that has started").isTrue();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + port.group(1) + "/metrics"))
                        .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private void read(String metrics) {
        exported.clear();
        for (MatchResult sample : all(SAMPLE, metrics)) {
            Map<String, Set<String>> labels =
                    exported.computeIfAbsent(sample.group(1), name -> new TreeMap<>());
            for (MatchResult label : all(LABEL, sample.group(2))) {
                labels.computeIfAbsent(label.group(1), name -> new TreeSet<>()).add(label.group(2));
            }
        }
        // One that the reporter makes itself.
        exported.values().forEach(labels -> labels.remove("quantile"));
    }

    // ---- the tests ----------------------------------------------------------------------------

    @Test
    void allThatIsQueriedAndDocumentedIsExported() throws Exception {
        scrape(null);
        checkAll();
        assertThat(
                        exported.get(
                                        "flink_taskmanager_job_task_operator_KinesisVideo_stream"
                                                + "_lastFragmentAge")
                                .get("stream"))
                .containsExactly(STREAM);
    }

    @Test
    void aGroupIsTakenOutOfTheNames() throws Exception {
        scrape("kinesisanalytics");
        assertThat(exported.keySet()).noneMatch(name -> name.contains("_operator_KinesisVideo_"));
        relabel(text(SCRAPING));
        checkAll();
    }

    /** As Prometheus does. */
    private void relabel(String config) {
        List<MatchResult> regex = all(Pattern.compile("(?m)^ *regex: \"(.*)\"$"), config);
        List<MatchResult> replacement =
                all(Pattern.compile("(?m)^ *replacement: \"(.*)\"$"), config);
        assertThat(regex).hasSize(1);
        assertThat(replacement).hasSize(1);
        Pattern name = Pattern.compile(regex.get(0).group(1));
        String replaced = replacement.get(0).group(1).replaceAll("\\{(\\d)}", "$1");
        for (String before : List.copyOf(exported.keySet())) {
            Matcher matcher = name.matcher(before);
            if (matcher.matches()) {
                exported.put(matcher.replaceFirst(replaced), exported.remove(before));
            }
        }
    }

    @Test
    void everyAlertIsTestedAndDocumented() {
        String tests = text(TESTS);
        String page = text(PAGE);
        List<MatchResult> alerts = all(ALERT, text(ALERTS));
        assertThat(alerts).hasSizeGreaterThan(8);
        for (MatchResult alert : alerts) {
            String test = "alertname: " + alert.group(1) + "\n *eval_time: \\w+\n *exp_alerts:";
            assertThat(tests).containsPattern(test + "\n").containsPattern(test + " \\[]\n");
            assertThat(page).contains("| `" + alert.group(1) + "` |");
        }
    }

    // ---- what is queried ----------------------------------------------------------------------

    private void checkAll() {
        List<String> queries = new ArrayList<>();
        String alerts = text(ALERTS);
        queries.addAll(List.of(RULE.split(alerts.substring(alerts.indexOf("groups:")))));
        int rules = queries.size();
        assertThat(rules).isGreaterThan(15);
        for (MatchResult query : all(JSON_EXPR, text(DASHBOARD))) {
            queries.add(query.group().replace("\\\"", "\""));
        }
        assertThat(queries.size() - rules).isGreaterThan(30);
        Set<String> wrong = new TreeSet<>();
        int checked = 0;
        for (String query : queries) {
            checked += check(query, wrong);
        }
        for (MatchResult row : all(ROW, text(PAGE))) {
            String name = "_KinesisVideo_" + row.group(1).replaceAll("\\.[A-Z]+\\.|\\.", "_");
            checked++;
            if (exported.keySet().stream().noneMatch(metric -> metric.endsWith(name))) {
                wrong.add(row.group(1) + " of the page is not exported");
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(checked).isGreaterThan(100);
    }

    /** Returns how many metrics it has. */
    private int check(String query, Set<String> wrong) {
        Set<String> labelsOfAll = new TreeSet<>();
        List<MatchResult> selectors = all(SELECTOR, query);
        for (MatchResult selector : selectors) {
            String name = selector.group(1);
            Map<String, Set<String>> labels = exported.get(name);
            if (labels == null) {
                wrong.add(name + " is not exported");
                continue;
            }
            labelsOfAll.addAll(labels.keySet());
            for (MatchResult matcher :
                    all(MATCHER, selector.group(2) == null ? "" : selector.group(2))) {
                checkMatcher(name, labels.get(matcher.group(1)), matcher, wrong);
            }
        }
        for (MatchResult join : all(JOIN, query)) {
            for (String label : join.group(1).split(", ")) {
                checkJoin(query, label, selectors, wrong);
            }
        }
        for (MatchResult list : all(LABELS, query)) {
            String labels = list.group(1) == null ? list.group(2) : list.group(1);
            for (String label : labels.split(", ")) {
                // What the rules themselves add.
                if (!selectors.isEmpty()
                        && !label.isEmpty()
                        && !label.equals("value")
                        && !labelsOfAll.contains(label)) {
                    wrong.add(label + " is no label of any metric in " + query);
                }
            }
        }
        return selectors.size();
    }

    /** Series join only if a label has the same value on both sides. */
    private void checkJoin(
            String query, String label, List<MatchResult> selectors, Set<String> wrong) {
        Set<String> common = null;
        for (MatchResult selector : selectors) {
            Set<String> values =
                    exported.getOrDefault(selector.group(1), Map.of())
                            .getOrDefault(label, Set.of());
            if (common == null) {
                common = new TreeSet<>(values);
            } else {
                common.retainAll(values);
            }
        }
        if (common == null || common.isEmpty()) {
            wrong.add(label + " never joins the metrics of " + query);
        }
    }

    private static void checkMatcher(
            String metric, @Nullable Set<String> values, MatchResult matcher, Set<String> wrong) {
        if (values == null) {
            wrong.add(metric + " has no label " + matcher.group(1));
        } else if (!matcher.group(2).startsWith("$")) {
            for (String value : matcher.group(2).split("\\|")) {
                if (values.stream().noneMatch(Pattern.compile(value).asMatchPredicate())) {
                    wrong.add(metric + " never has " + matcher.group());
                }
            }
        }
    }
}
