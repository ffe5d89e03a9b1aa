/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

class ApplicationPropertiesTest {

    @TempDir private Path folder;

    private Path file;

    @BeforeEach
    void file() {
        file = folder.resolve("properties.json");
    }

    private ApplicationProperties properties(String json) throws IOException {
        Files.writeString(file, json.replace('\'', '"'));
        return ApplicationProperties.ofFile(file.toString());
    }

    private PropertyGroup group(String json) throws IOException {
        return properties("[{'PropertyGroupId': 'output', 'PropertyMap': {" + json + "}}]")
                .group("output");
    }

    @Test
    void readsTheFormatOfTheService() throws IOException {
        PropertyGroup group =
                group("'folder': ' s3://b/p ', 'every': '5', 'source.history': 'LIVE'");

        assertThat(group.required("folder")).isEqualTo("s3://b/p");
        assertThat(group.count("every", 25)).isEqualTo(5);
        assertThat(group.optional("other")).isEmpty();
        assertThat(group.others().toMap()).containsOnlyKeys("source.history");
    }

    @Test
    void theFileBesideTheModuleIsOfThisFormat() {
        ApplicationProperties properties =
                ApplicationProperties.ofFile("application-properties.json");

        assertThat(properties.group("kvs").required("streams")).isEqualTo("front-door");
        assertThat(properties.group("output").required("folder")).isEqualTo("/tmp/pictures");
    }

    @Test
    void outsideTheServiceTheFileIsAskedFor() {
        assumeThat(Path.of("/etc/flink/application_properties.json")).doesNotExist();

        assertThatThrownBy(ApplicationProperties::ofService)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("first argument");
    }

    @Test
    void namesTheFileThatIsMissing() {
        assertThatThrownBy(() -> ApplicationProperties.ofFile(file.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There is no file " + file);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{",
                "[{'PropertyGroupId': 'output', 'PropertyMap': 'x'}]",
                "['x']",
                "`[1, 2]`",
                "[{'PropertyGroupId': 'output'}]",
            })
    void namesTheFileThatIsOfAnotherFormat(String json) {
        assertThatThrownBy(() -> properties(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + " is not a JSON array of objects");
    }

    @Test
    void saysThatAPartOfAGroupIsMissing() {
        assertThatThrownBy(() -> properties("[{'PropertyGroupId': 'output'}]"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("PropertyGroupId and PropertyMap: one of them is missing");
    }

    @Test
    void namesTheGroupThatIsMissing() throws IOException {
        ApplicationProperties properties =
                properties("[{'PropertyGroupId': 'Output', 'PropertyMap': {}}]");

        assertThatThrownBy(() -> properties.group("output"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Property group 'output' is missing in " + file + ". There are: [Output]");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {"``", "'folder': '  '"})
    void namesTheKeyThatIsMissing(String json) throws IOException {
        PropertyGroup group = group(json);

        assertThatThrownBy(() -> group.required("folder"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Property 'folder' is missing in property group 'output'");
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "2.5", "many", "99999999999"})
    void namesTheKeyWhoseValueIsNoCount(String value) throws IOException {
        PropertyGroup group = group("'every': '" + value + "'");

        assertThatThrownBy(() -> group.count("every", 25))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Property 'every' of property group 'output' is '%s', but must be a whole"
                                + " number above 0",
                        value);
    }

    @Test
    void namesTheKeysThatAreUnknown() throws IOException {
        PropertyGroup group = group("'foldr': '/tmp'");
        group.optional("folder");
        group.count("every", 25);

        assertThatThrownBy(group::rejectOthers)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Property group 'output' has unknown properties [foldr]. There are: [every,"
                                + " folder]");
    }
}
