/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.media.clip.ClipException;
import io.github.flinkkvs.media.clip.ClipOptions;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.util.TimeUtils;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The page on clips matches the code. {@code -Dkvs.docs.update} regenerates its tables. */
class ClipDocsTest {

    private static final Path PAGE = Path.of("..", "docs", "clips.md");

    @Test
    void tablesOfOptions() throws IOException {
        String actual = Files.readString(PAGE);
        String expected = replace(actual, "clip options", ClipOptions.all());
        expected = replace(expected, "module options", KvsModuleOptions.all());
        if (System.getProperty("kvs.docs.update") != null) {
            Files.writeString(PAGE, expected);
        } else {
            assertThat(actual)
                    .as("run the test with -Dkvs.docs.update to regenerate the tables")
                    .isEqualTo(expected);
        }
    }

    @Test
    void everyKindOfFailureIsExplained() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(ClipException.Kind.values())
                .allSatisfy(kind -> assertThat(page).contains("| `" + kind + "` |"));
    }

    private static String replace(String page, String name, List<ConfigOption<?>> options) {
        String begin = "<!-- " + name + " -->\n";
        int from = page.indexOf(begin) + begin.length();
        int to = page.indexOf("<!-- end of " + name + " -->");
        assertThat(to).isGreaterThanOrEqualTo(from);
        String rows = options.stream().map(ClipDocsTest::row).collect(Collectors.joining());
        return page.substring(0, from)
                + "| key | default | |\n|---|---|---|\n"
                + rows
                + page.substring(to);
    }

    private static String row(ConfigOption<?> option) {
        Object value = option.defaultValue();
        String text =
                value == null
                        ? ""
                        : value instanceof Duration
                                ? TimeUtils.formatWithHighestUnit((Duration) value)
                                : value.toString();
        return "| `"
                + option.key()
                + "` | "
                + text
                + " | "
                + new HtmlFormatter().format(option.description())
                + " |\n";
    }
}
