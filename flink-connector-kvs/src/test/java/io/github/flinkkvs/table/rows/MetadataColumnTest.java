/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.rows;

import io.github.flinkkvs.DocsPage;
import io.github.flinkkvs.table.KvsTableOptions.RecordMode;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;

class MetadataColumnTest {

    @Test
    void areDocumented() throws IOException {
        new DocsPage("sql.md")
                .table(
                        "metadata columns",
                        "| key | type | |\n|---|---|---|\n"
                                + Arrays.stream(MetadataColumn.values())
                                        .map(MetadataColumnTest::row)
                                        .collect(Collectors.joining()))
                .check();
    }

    private static String row(MetadataColumn column) {
        return "| `"
                + column.key()
                + "` | "
                + column.type().toString().replace("`", "")
                + " | "
                + (column.isIn(RecordMode.FRAGMENT) ? "" : "Only with `record` = `frame`: ")
                + column.description()
                + " |\n";
    }
}
