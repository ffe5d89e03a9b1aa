/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

class KvsSourceOptionsTest {

    @Test
    void listsEveryOption() throws Exception {
        List<Object> declared = new ArrayList<>();
        for (Field field : KvsSourceOptions.class.getFields()) {
            if (field.getType() == ConfigOption.class) {
                declared.add(field.get(null));
            }
        }
        assertThat(KvsSourceOptions.all())
                .containsExactlyInAnyOrderElementsOf(
                        declared.stream()
                                .map(option -> (ConfigOption<?>) option)
                                .collect(Collectors.toList()));
    }

    @Test
    void namesAndDescribesEachOption() {
        assertThat(KvsSourceOptions.all()).extracting(ConfigOption::key).doesNotHaveDuplicates();
        for (ConfigOption<?> option : KvsSourceOptions.all()) {
            assertThat(option.key()).matches("source(\\.[a-z]+(-[a-z]+)*)+");
            assertThat(new HtmlFormatter().format(option.description()))
                    .as(option.key())
                    .endsWith(".");
        }
    }
}
