/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs;

import io.github.flinkkvs.client.AwsOptions;
import io.github.flinkkvs.client.ErrorClass;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.description.HtmlFormatter;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the documentation against the code. With {@code -Dkvs.docs.update} the tables of options
 * are written anew instead.
 */
class DocsTest {

    private static final Path DOCS = Path.of("..", "docs");

    @Test
    void tablesOfOptions() throws IOException {
        Path page = DOCS.resolve("configuration.md");
        String text = Files.readString(page);
        String expected = replace(text, "source options", table(KvsSourceOptions.class));
        expected = replace(expected, "aws options", table(AwsOptions.class));
        if (System.getProperty("kvs.docs.update") != null) {
            Files.writeString(page, expected);
        }
        assertThat(Files.readString(page))
                .as("run the test with -Dkvs.docs.update to write the tables anew")
                .isEqualTo(expected);
    }

    @Test
    void everyErrorClassIsExplained() throws IOException {
        String text = Files.readString(DOCS.resolve("errors.md"));
        assertThat(ErrorClass.values())
                .allSatisfy(
                        errorClass ->
                                assertThat(text).contains("`" + errorClass.metricName() + "`"));
    }

    @Test
    void everyReconnectCauseIsExplained() throws IOException {
        String text = Files.readString(DOCS.resolve("monitoring.md"));
        assertThat(KvsReaderMetrics.ReconnectCause.values())
                .allSatisfy(
                        cause -> assertThat(text).contains("`" + cause.name().toLowerCase() + "`"));
    }

    private static String replace(String text, String name, String table) {
        String begin = "<!-- " + name + " -->\n";
        String end = "<!-- end of " + name + " -->";
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf(end);
        assertThat(to).as(begin).isGreaterThanOrEqualTo(from);
        return text.substring(0, from) + table + text.substring(to);
    }

    private static String table(Class<?> holder) {
        List<ConfigOption<?>> options =
                holder == AwsOptions.class ? AwsOptions.all() : KvsSourceOptions.all();
        return "| key | type | default | |\n|---|---|---|---|\n"
                + options.stream().map(option -> row(holder, option)).collect(Collectors.joining());
    }

    private static String row(Class<?> holder, ConfigOption<?> option) {
        return "| `"
                + option.key()
                + "` | "
                + type(holder, option)
                + " | "
                + defaultValue(option)
                + " | "
                + new HtmlFormatter().format(option.description()).replace("|", "\\|")
                + " |\n";
    }

    private static String type(Class<?> holder, ConfigOption<?> option) {
        Type type =
                Arrays.stream(holder.getFields())
                        .filter(field -> value(field) == option)
                        .map(
                                field ->
                                        ((ParameterizedType) field.getGenericType())
                                                .getActualTypeArguments()[0])
                        .findFirst()
                        .orElseThrow();
        Class<?> valueClass = (Class<?>) type;
        return valueClass.isEnum()
                ? Arrays.stream(valueClass.getEnumConstants())
                        .map(constant -> "`" + constant + "`")
                        .collect(Collectors.joining(" "))
                : valueClass.getSimpleName();
    }

    private static Object value(java.lang.reflect.Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static String defaultValue(ConfigOption<?> option) {
        Object value = option.defaultValue();
        if (value == null) {
            return "";
        }
        if (value instanceof Duration) {
            long millis = ((Duration) value).toMillis();
            return millis % 60_000 == 0
                    ? millis / 60_000 + " min"
                    : millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
        }
        if (value instanceof MemorySize) {
            return ((MemorySize) value).getMebiBytes() + " mb";
        }
        return String.valueOf(value);
    }
}
