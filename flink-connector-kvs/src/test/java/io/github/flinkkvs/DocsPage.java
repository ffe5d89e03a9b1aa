/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A page of the documentation with tables generated from the code. {@code -Dkvs.docs.update}
 * regenerates them.
 */
public final class DocsPage {

    private static final Path DOCS = Path.of("..", "docs");

    private final Path file;
    private final String actual;
    private String expected;

    public DocsPage(String name) throws IOException {
        file = DOCS.resolve(name);
        actual = Files.readString(file);
        expected = actual;
    }

    String text() {
        return actual;
    }

    /** Sets the expected text between the comments of this name. */
    public DocsPage table(String name, String table) {
        String begin = "<!-- " + name + " -->\n";
        int from = expected.indexOf(begin) + begin.length();
        int to = expected.indexOf("<!-- end of " + name + " -->");
        assertThat(to).as(begin).isGreaterThanOrEqualTo(from);
        expected = expected.substring(0, from) + table + expected.substring(to);
        return this;
    }

    public void check() throws IOException {
        if (System.getProperty("kvs.docs.update") != null) {
            Files.writeString(file, expected);
            return;
        }
        assertThat(actual)
                .as("run the test with -Dkvs.docs.update to regenerate the tables")
                .isEqualTo(expected);
    }
}
