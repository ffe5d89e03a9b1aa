/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.testing.EmbeddedStream;

import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.types.Row;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs the first job and the first queries that newcomers copy from the guide. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class GuideITCase extends TableTestBase {

    private static final Pattern JOB = Pattern.compile("```java\n(import .*?)```", Pattern.DOTALL);

    private static final Pattern SQL = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

    private static final Pattern PYTHON =
            Pattern.compile("execute_sql\\((\"\"\"|\")(.*?)\\1\\)", Pattern.DOTALL);

    /** The first one creates the table of all. */
    private static final List<String> PAGES =
            List.of("know-kvs.md", "five-minutes.md", "tuning.md", "replacing.md", "../README.md");

    @AfterEach
    void closeCatalog() {
        tables.executeSql("DROP CATALOG IF EXISTS cams");
    }

    /** The job of the page, with an end. */
    @Test
    void fiveMinutes(@InjectMiniCluster MiniCluster cluster) throws Exception {
        EmbeddedStream door = kvs.createStream("front-door");
        push(door, 5);
        String job = onlyBlock("five-minutes.md", JOB);
        String start = ".setStartingPosition(StartingPosition.earliest())";
        assertThat(job).contains(start);
        String ending =
                "import io.github.flinkkvs.source.*;\nimport java.time.Duration;\n"
                        + job.replace(
                                start,
                                start
                                        + ".setStoppingPosition(StoppingPosition.now())"
                                        + set("QUIET_TIME", IDLE_END.dividedBy(2))
                                        + set("IDLE_INTERVAL", IDLE_END));

        String printed = run(cluster, "FrontDoor", ending, kvs.endpoint().toString());

        assertThat(printed.lines().filter(line -> line.contains("front-door")))
                .hasSize(5)
                .allSatisfy(line -> assertThat(line).contains("front-door 9134"));
    }

    /** The queries of the pages, up to the present; all of them use the table of the first page. */
    @Test
    void queries() throws Exception {
        push(kvs.createStream("front-door"), 5);
        for (String page : PAGES) {
            Matcher block = SQL.matcher(page(page));
            int queries = 0;
            while (block.find()) {
                for (String statement : block.group(1).split(";\n")) {
                    String query = statement.strip();
                    TableResult result = tables.executeSql(adapted(query));
                    if (query.startsWith("SELECT")) {
                        assertThat(rows(result, Integer.MAX_VALUE)).as(query).isNotEmpty();
                        queries++;
                    }
                }
            }
            assertThat(queries).as(page).isPositive();
        }
    }

    /** The statements of the Python script, since there is no PyFlink here. */
    @Test
    void python() throws Exception {
        push(kvs.createStream("front-door"), 5);
        List<List<Row>> results = new ArrayList<>();
        Matcher statement = PYTHON.matcher(page("python.md"));
        while (statement.find()) {
            TableResult result = tables.executeSql(adapted(statement.group(2).strip()));
            results.add(rows(result, Integer.MAX_VALUE));
        }
        assertThat(results).hasSize(3);
        assertThat(results.get(1)).contains(Row.of("front-door"));
        assertThat(results.get(2)).hasSize(5);
    }

    private String adapted(String statement) {
        Map<String, String> options = with(bounded(), "connector", null, "streams", null);
        if (statement.contains("'scan.startup.mode'")) {
            options.remove("scan.startup.mode");
        }
        return statement.replace(
                "'aws.region' = 'eu-central-1'",
                options.entrySet().stream()
                        .map(option -> "'" + option.getKey() + "' = '" + option.getValue() + "'")
                        .collect(Collectors.joining(", ")));
    }

    private static String set(String option, Duration value) {
        return ".set(KvsSourceOptions." + option + ", Duration.ofMillis(" + value.toMillis() + "))";
    }

    private static String onlyBlock(String page, Pattern pattern) throws IOException {
        Matcher block = pattern.matcher(page(page));
        assertThat(block.find()).isTrue();
        String code = block.group(1);
        assertThat(block.find()).isFalse();
        return code;
    }

    private static String page(String name) throws IOException {
        return Files.readString(Path.of("..", "docs", name));
    }

    /** What a program prints whose classes the cluster gets with its job. */
    private String run(MiniCluster cluster, String name, String code, String... arguments)
            throws Exception {
        Path file = Files.writeString(folder.resolve(name + ".java"), code);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int status =
                compiler.run(
                        null,
                        null,
                        errors,
                        "-proc:none",
                        "-d",
                        folder.toString(),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        file.toString());
        assertThat(status).as(errors.toString(StandardCharsets.UTF_8)).isZero();

        URL[] classes = {folder.toUri().toURL()};
        TestStreamEnvironment.setAsContext(cluster, 1, List.of(), List.of(classes));
        Thread thread = Thread.currentThread();
        ClassLoader parent = thread.getContextClassLoader();
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(classes, parent);
                PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            thread.setContextClassLoader(loader);
            System.setOut(out);
            loader.loadClass(name)
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
        } finally {
            System.setOut(console);
            thread.setContextClassLoader(parent);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
