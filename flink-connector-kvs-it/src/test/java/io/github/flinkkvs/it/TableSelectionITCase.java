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
import io.github.flinkkvs.testing.behavior.StreamSettings;

import org.apache.flink.table.api.TableResult;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.Test;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** Tables of streams that are selected rather than named. */
class TableSelectionITCase extends TableTestBase {

    private static final String COLUMNS =
            "stream_name STRING METADATA FROM 'stream-name',"
                    + " fragment_number STRING METADATA FROM 'fragment-number'";

    private Map<String, String> selecting(String... keysAndValues) {
        Map<String, String> options = with(options(), "streams", null);
        options.put("source.discovery.interval", "100 ms");
        return with(options, keysAndValues);
    }

    private EmbeddedStream stream(String name, int fragments) {
        EmbeddedStream stream = kvs.createStream(name);
        push(stream, fragments);
        return stream;
    }

    @Test
    void byPrefixWhatExistsAndWhatComes() throws Exception {
        EmbeddedStream first = stream("call-1", 2);
        stream("other", 2);
        create(COLUMNS, selecting("stream-prefix", "call-"));
        TableResult result = tables.executeSql("SELECT fragment_number FROM cameras");
        try (CloseableIterator<Row> rows = result.collect()) {
            assertThat(rows.next().getField(0)).isEqualTo(numbers(first).get(0));
            assertThat(rows.next().getField(0)).isEqualTo(numbers(first).get(1));
            EmbeddedStream second = stream("call-2", 1);
            assertThat(rows.next().getField(0)).isEqualTo(numbers(second).get(0));
        }
        assertThat(kvs.log().calls("GetMedia", "other")).isEmpty();
    }

    @Test
    void byPatternAndTags() throws Exception {
        EmbeddedStream fits =
                kvs.createStream(
                        StreamSettings.named("call-1").tag("a", "1").tag("b", "2").build());
        push(fits, 2);
        push(kvs.createStream(StreamSettings.named("call-2").tag("a", "1").build()), 2);
        push(kvs.createStream(StreamSettings.named("x").tag("a", "1").tag("b", "2").build()), 2);
        create(
                COLUMNS,
                selecting(
                        "stream-pattern",
                        "call-.*",
                        "stream-tags",
                        "a:1,b:2",
                        "scan.bounded.mode",
                        "now"));
        assertThat(column(query("SELECT fragment_number FROM cameras"), 0))
                .isEqualTo(numbers(fits));
    }

    @Test
    void conditionsNarrowTheSelection() throws Exception {
        EmbeddedStream first = stream("call-1", 2);
        EmbeddedStream second = stream("call-2", 2);
        stream("call-3", 2);
        create(COLUMNS, selecting("stream-prefix", "call-", "scan.bounded.mode", "now"));
        String sql =
                "SELECT fragment_number FROM cameras WHERE stream_name IN ('call-1', 'call-2', 'x')";
        assertThat(column(query(sql), 0))
                .containsExactlyInAnyOrderElementsOf(numbers(first, second));
        assertThat(kvs.log().calls("GetMedia", "call-3")).isEmpty();
        // Nothing is left of the selection: the query drops the rows.
        assertThat(query("SELECT * FROM cameras WHERE stream_name = 'x'")).isEmpty();
    }

    @Test
    void newStreamsBeginWhereChosen() throws Exception {
        EmbeddedStream old = stream("call-1", 2);
        create(
                COLUMNS,
                selecting(
                        "stream-prefix",
                        "call-",
                        "scan.startup.new-streams.mode",
                        "server-timestamp",
                        "scan.startup.new-streams.timestamp",
                        "2100-01-01T00:00:00Z"));
        TableResult result = tables.executeSql("SELECT fragment_number FROM cameras");
        try (CloseableIterator<Row> rows = result.collect()) {
            rows.next();
            rows.next();
            EmbeddedStream late = stream("call-2", 2);
            awaitSession(late, 1);
            push(old, 1);
            assertThat(rows.next().getField(0)).isEqualTo(numbers(old).get(2));
        }
    }
}
