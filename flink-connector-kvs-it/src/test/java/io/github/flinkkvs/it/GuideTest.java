/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.audio.CallAudioFunction;
import io.github.flinkkvs.media.clip.FetchClipBuilder;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.testing.EmbeddedKvsBuilder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

/** Checks what the pages of the guide say about other pages, the build, AWS and public threads. */
class GuideTest {

    /**
     * A public thread of each complaint about other clients that was collected. A complaint without
     * a thread is in the table as well.
     */
    private static final List<String> COMPLAINTS =
            List.of(
                    "PL 16",
                    "ASA 32",
                    "PL 49",
                    "PL 96",
                    "PL 110",
                    "B 3532",
                    "PL 121",
                    "CONN 58",
                    "PL 17",
                    "PL 94",
                    "PL 79",
                    "PL 113",
                    "PL 43",
                    "PL 42",
                    "PL 50",
                    "PL 14",
                    "CPP 256",
                    "PL 116",
                    "PL 92",
                    "PL 130",
                    "PL 171",
                    "PL 183",
                    "CPP 54",
                    "C 405",
                    "PL 19",
                    "PL 87",
                    "CHIME 45",
                    "VMX 25",
                    "B 1506",
                    "LS 5628");

    /** Such as {@code [PL 16]: https://github.com/...}. */
    private static final Pattern DEFINITION =
            Pattern.compile("(?m)^\\[([A-Z0-9]+ \\d+)]: https://github\\.com/\\S+/\\d+$");

    /** Methods of public builders that are marked as internal, which classes do not tell. */
    private static final Set<String> INTERNAL = Set.of("setSelector", "setLimit");

    private static final Pattern THREAD = Pattern.compile("\\[([A-Z0-9]+ \\d+)]");

    private static final Pattern JSON = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

    @Test
    void thePythonCompiles(@TempDir Path folder) throws Exception {
        Matcher block = Pattern.compile("(?s)```python\n(.*?)```").matcher(text("python"));
        assertThat(block.find()).isTrue();
        Path script = Files.writeString(folder.resolve("script.py"), block.group(1));
        Process python;
        try {
            python = new ProcessBuilder("python3", "-m", "py_compile", script.toString()).start();
        } catch (IOException e) {
            throw new TestAbortedException("There is no python3", e);
        }
        assertThat(python.waitFor()).isZero();
    }

    /** A policy that IAM would refuse, or that allows nothing, costs newcomers an hour. */
    @ParameterizedTest
    @ValueSource(strings = {"know-flink", "security"})
    void policies(String page) throws IOException {
        Matcher block = JSON.matcher(text(page));
        int policies = 0;
        while (block.find()) {
            JsonNode policy = new ObjectMapper().readTree(block.group(1));
            assertThat(policy.get("Version").asText()).isEqualTo("2012-10-17");
            for (JsonNode statement : policy.get("Statement")) {
                assertThat(statement.get("Effect").asText()).isEqualTo("Allow");
                String resource = statement.get("Resource").asText();
                assertThat(resource)
                        .matches(
                                "arn:aws:kinesisvideo:REGION:ACCOUNT:stream/NAME/\\*"
                                        + "|arn:aws:kms:REGION:ACCOUNT:key/KEY_ID");
            }
            policies++;
        }
        assertThat(policies).isPositive();
    }

    /** The policy for newcomers is the one that is tested against the service's log. */
    @Test
    void thePolicyOfTheJobIsThatOfThePageOnHistory() throws IOException {
        assertThat(policy("know-flink", "The job")).isEqualTo(policy("history", "Both"));
    }

    /** Without its definition a reference is a word in brackets. */
    @Test
    void everyThreadHasItsAddress() throws IOException {
        String page = text("troubleshooting");
        Set<String> defined = new TreeSet<>();
        DEFINITION.matcher(page).results().forEach(found -> defined.add(found.group(1)));
        Set<String> cited = new TreeSet<>();
        THREAD.matcher(DEFINITION.matcher(page).replaceAll(""))
                .results()
                .forEach(found -> cited.add(found.group(1)));
        assertThat(defined).hasSizeGreaterThan(100);
        assertThat(cited).isEqualTo(defined);
    }

    @Test
    void everyComplaintHasAnAnswer() throws IOException {
        List<String> rows = lines("troubleshooting", "\\|.*\\[[A-Z0-9]+ \\d+].*\\|");
        assertThat(rows).allSatisfy(row -> assertThat(row.split("\\|")[2].strip()).isNotEmpty());
        assertThat(COMPLAINTS)
                .allSatisfy(
                        thread ->
                                assertThat(rows).anyMatch(row -> row.contains("[" + thread + "]")));
    }

    /** Whoever gets a mail from an alarm looks for its name. */
    @Test
    void everyAlarmOfTheManagedServiceIsExplained() throws IOException {
        Path template = Path.of("..", "examples", "managed-flink", "application.yaml");
        List<String> alarms =
                Pattern.compile("(?m)^  (\\w+):\n    Type: AWS::CloudWatch::Alarm$")
                        .matcher(Files.readString(template))
                        .results()
                        .map(alarm -> alarm.group(1))
                        .collect(Collectors.toList());
        assertThat(alarms).hasSizeGreaterThan(5);
        String page = text("managed-flink");
        assertThat(alarms).allSatisfy(alarm -> assertThat(page).contains("\n| `" + alarm + "` | "));
    }

    /** Options that are methods are in no table that is made from the code. */
    @ParameterizedTest
    @ValueSource(
            classes = {
                KvsSourceBuilder.class,
                PictureOptions.class,
                CallAudioFunction.Builder.class,
                FetchClipBuilder.class,
                EmbeddedKvsBuilder.class
            })
    void everyMethodOfABuilderIsExplained(Class<?> builder) throws IOException {
        StringBuilder pages = new StringBuilder();
        for (Path page : DocumentedCodeTest.pages()) {
            pages.append(Files.readString(page));
        }
        Set<String> methods =
                Arrays.stream(builder.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method -> method.getReturnType() == builder)
                        .map(Method::getName)
                        .filter(name -> !INTERNAL.contains(name))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> unexplained = new TreeSet<>(methods);
        unexplained.removeIf(
                name -> pages.indexOf(name + "(") >= 0 || pages.indexOf("`" + name + "`") >= 0);
        assertThat(methods).isNotEmpty();
        assertThat(unexplained).isEmpty();
    }

    @Test
    void versionsAreThoseOfTheBuild() throws IOException {
        String pom = Files.readString(Path.of("..", "pom.xml"));
        String page = text("compatibility");
        for (String library : List.of("flink", "aws.sdk", "javacpp", "jebml")) {
            Matcher version =
                    Pattern.compile("<" + Pattern.quote(library) + "\\.version>([^<]+)<")
                            .matcher(pom);
            assertThat(version.find()).as(library).isTrue();
            assertThat(page).contains(version.group(1));
        }
    }

    /** Benchmarks are run anew now and then. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "(\\S+) s of processor time for each GB with whole;| HTTPS | 50 | fragments |",
                "and (\\S+) s for tags only;| HTTPS | 50 | tags |",
                "at (\\d+) a second and processor;| large camera | 1280x720 | 1280x720 |",
                "JPEGs of key frames at (\\d+),;| large camera | key frames | 1280x720 |",
                "JPEGs of all frames in 320x180 at (\\d+) ;| large camera | all frames | 320x180 |",
                "\\[(\\d+) measured];| archived media | 43,200 | 1 |",
                "\\((\\S+) s for each GB of fragments of 50 kB;| HTTPS | 43,200 | 50 |"
            })
    void figuresOfTuningAreThoseOfTheBenchmarks(String sentence, String row) throws IOException {
        Matcher figure = Pattern.compile(sentence).matcher(text("tuning").replaceAll("\\s+", " "));
        assertThat(figure.find()).isTrue();
        assertThat(text("benchmarks").lines().filter(line -> line.startsWith(row)))
                .singleElement(STRING)
                .containsPattern("\\| " + Pattern.quote(figure.group(1)) + "(\\.\\d+)? \\|");
    }

    /** The table of sizes follows from the formulas below it. */
    @Test
    void sizes() throws IOException {
        Matcher formula =
                Pattern.compile("÷ 8,000 × (\\S+) \\+ .* JPEGs per second ÷ (\\d+)\n")
                        .matcher(text("tuning"));
        assertThat(formula.find()).isTrue();
        double readingGigabyte = Double.parseDouble(formula.group(1));
        double jpegs = Double.parseDouble(formula.group(2));
        List<String> rows = lines("tuning", "\\| [\\d,]+ \\| \\d+ \\|.*");
        assertThat(rows).hasSizeGreaterThan(10);
        for (String row : rows) {
            double[] actual =
                    Arrays.stream(row.replaceAll(" MB|,", "").split("\\|"))
                            .skip(1)
                            .mapToDouble(Double::parseDouble)
                            .toArray();
            double[] expected = sizes(actual[0], actual[1], readingGigabyte, jpegs);
            assertThat(actual).as(row).hasSameSizeAs(expected);
            for (int i = 0; i < expected.length; i++) {
                boolean processors = i == 6 || i == 9;
                assertThat(actual[i])
                        .as(row)
                        .isCloseTo(expected[i], within(processors ? 0.006 : 0.6));
            }
        }
    }

    /** The columns of the table, for fragments of two seconds. */
    private static double[] sizes(
            double cameras, double megabits, double readingGigabyte, double jpegs) {
        double fragment = megabits * 2 / 8;
        double reading = cameras * megabits / 8_000 * readingGigabyte;
        double withJpegs = reading + cameras / 2 / jpegs;
        int parallelism = 1;
        while (heap(cameras, parallelism, fragment) > 1_000 || reading / parallelism > 0.5) {
            parallelism++;
        }
        double kpus = parallelism + 1;
        double kpusWithJpegs = Math.max(parallelism, Math.ceil(withJpegs / 0.5)) + 1;
        return new double[] {
            cameras,
            megabits,
            cameras * megabits / 8,
            parallelism,
            Math.ceil(Math.ceil(cameras / parallelism) * fragment),
            heap(cameras, parallelism, fragment),
            reading,
            kpus,
            kpus * 0.11 * 720,
            withJpegs,
            kpusWithJpegs,
            kpusWithJpegs * 0.11 * 720
        };
    }

    private static double heap(double cameras, int parallelism, double fragment) {
        double streams = Math.ceil(cameras / parallelism);
        return 2 * streams * fragment + 64 + 0.1 * streams;
    }

    /** The policy under a bold title. */
    private static String policy(String page, String title) throws IOException {
        String quoted = Pattern.quote("**" + title + "**");
        Matcher policy =
                Pattern.compile("(?s)" + quoted + ".*?```json\n(.*?)```").matcher(text(page));
        assertThat(policy.find()).isTrue();
        return policy.group(1);
    }

    /** The lines of a page that a regular expression matches. */
    private static List<String> lines(String page, String regex) throws IOException {
        return text(page).lines().filter(line -> line.matches(regex)).collect(Collectors.toList());
    }

    private static String text(String page) throws IOException {
        return Files.readString(Path.of("..", "docs", page + ".md"));
    }
}
