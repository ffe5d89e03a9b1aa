/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import io.github.flinkkvs.mkv.TestMedia;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** The table of elements is sound and agrees with the parser's own constants and rules. */
class MkvSchemaTest {

    @Test
    void theConstantsOfTheParserAreInIt() throws Exception {
        int constants = 0;
        for (Field field : MkvElements.class.getDeclaredFields()) {
            if (field.getType() == int.class) {
                int id = field.getInt(null);
                assertThat(MkvSchema.find(id)).as(field.getName()).isNotNull();
                String name = MkvSchema.find(id).name().toUpperCase(Locale.ROOT);
                assertThat(field.getName().replace("_", "")).isEqualTo(name.replace("-", ""));
                constants++;
            }
        }
        assertThat(constants).isGreaterThan(40);
    }

    @Test
    void theRulesOfTheParserAreInIt() {
        for (MkvSchema.Element element : MkvSchema.all()) {
            int id = element.id();
            String path = element.path();
            assertThat(MkvElements.isTopLevel(id)).as(path).isEqualTo(path.matches("\\\\\\w+"));
            assertThat(MkvElements.isSegmentChild(id))
                    .as(path)
                    .isEqualTo(path.matches("\\\\Segment\\\\\\w+"));
            if (MkvElements.isEntered(id) || MkvElements.mayBeUnknownSized(id)) {
                assertThat(element.type()).as(path).isEqualTo(ElementType.MASTER);
            }
            if (MkvElements.isClusterChild(id)) {
                assertThat(path).startsWith("\\Segment\\Cluster\\");
            }
        }
    }

    @Test
    void everyElementIsInOneThatIsInIt() {
        Set<String> masters = new HashSet<>();
        for (MkvSchema.Element element : MkvSchema.all()) {
            if (element.type() == ElementType.MASTER) {
                masters.add(element.path());
            }
        }
        for (MkvSchema.Element element : MkvSchema.all()) {
            String path = element.path();
            String parent = path.substring(0, path.lastIndexOf('\\'));
            if (!path.startsWith("\\(") && !parent.isEmpty()) {
                assertThat(masters).as(path).contains(parent);
            }
        }
    }

    @Test
    void idsAndNamesAreSound() {
        Set<String> names = new HashSet<>();
        for (MkvSchema.Element element : MkvSchema.all()) {
            byte[] id = TestMedia.number(element.id() & 0xFFFFFFFFL);
            assertThat(Vint.length(id[0])).as(element.path()).isEqualTo(id.length);
            assertThat(element.name()).matches("[A-Z][A-Za-z0-9-]+");
            assertThat(names.add(element.name())).as(element.name()).isTrue();
            assertThat(MkvSchema.find(element.name())).isSameAs(element);
            assertThat(MkvSchema.find(element.id())).isSameAs(element);
        }
    }
}
