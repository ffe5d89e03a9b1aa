/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.table.KvsTableOptions;
import io.github.flinkkvs.table.factory.KvsDynamicTableFactory;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.description.HtmlFormatter;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks the documentation against the code. */
class DocsTest {

    @Test
    void tablesOfOptions() throws IOException {
        new DocsPage("configuration.md")
                .table("source options", table(KvsSourceOptions.class, KvsSourceOptions.all()))
                .table("aws options", table(AwsOptions.class, AwsOptions.all()))
                .check();
        new DocsPage("sql.md")
                .table("table options", table(KvsTableOptions.class, KvsTableOptions.all()))
                .check();
    }

    @Test
    void everyErrorClassIsExplained() throws IOException {
        String text = new DocsPage("errors.md").text();
        assertThat(ErrorClass.values())
                .allSatisfy(
                        errorClass ->
                                assertThat(text).contains("`" + errorClass.metricName() + "`"));
    }

    @Test
    void everyReconnectCauseIsExplained() throws IOException {
        String text = new DocsPage("monitoring.md").text();
        assertThat(KvsReaderMetrics.ReconnectCause.values())
                .allSatisfy(
                        cause ->
                                assertThat(text)
                                        .contains(
                                                "`" + cause.name().toLowerCase(Locale.ROOT) + "`"));
    }

    private static String table(Class<?> holder, List<ConfigOption<?>> options) {
        Set<String> forwarded =
                new KvsDynamicTableFactory()
                        .forwardOptions().stream()
                                .map(ConfigOption::key)
                                .collect(Collectors.toSet());
        return "| key | type | default | forwarded | |\n|---|---|---|---|---|\n"
                + options.stream()
                        .map(option -> row(holder, option, forwarded.contains(option.key())))
                        .collect(Collectors.joining());
    }

    private static String row(Class<?> holder, ConfigOption<?> option, boolean forwarded) {
        return "| `"
                + option.key()
                + "` | "
                + type(holder, option)
                + " | "
                + defaultValue(option)
                + " | "
                + (forwarded ? "yes" : "no")
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
        if (type instanceof ParameterizedType) {
            if (((ParameterizedType) type).getRawType() == Map.class) {
                return "Map";
            }
            return "List of "
                    + ((Class<?>) ((ParameterizedType) type).getActualTypeArguments()[0])
                            .getSimpleName();
        }
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
