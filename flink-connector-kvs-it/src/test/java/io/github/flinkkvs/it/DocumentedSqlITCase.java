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
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.table.api.TableResult;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs every piece of SQL in docs/sql.md, so that what users copy works. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class DocumentedSqlITCase extends TableTestBase {

    /** The first and the last fragment of the documented call. */
    private static final List<String> CALL =
            List.of(
                    "91343852333181432392682062607743920146159169392",
                    "91343852333181437344442220889080019306079019984");

    private static final Path PAGE = Path.of("..", "docs", "sql.md");

    private static final Pattern BLOCK = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

    private EmbeddedStream door;
    private EmbeddedStream yard;
    private EmbeddedStream call;

    /** Half a minute with a fragment every 3 s, except for a pause. */
    @BeforeEach
    void pushFragments() {
        door = kvs.createStream("front-door");
        yard = kvs.createStream("backyard");
        call =
                kvs.createStream(
                        StreamSettings.named("calls-1")
                                .tag("team", "support")
                                .tag("site", "x")
                                .build());
        push(kvs.createStream("calls-x"), 0, null);
        for (int i = 0; i < 8; i++) {
            push(door, i < 4 ? i * 3_000 : i * 3_000 + 10_000, i % 2 == 0 ? "hall" : "attic");
        }
        for (int i = 0; i < 3; i++) {
            push(yard, i * 30_000, null);
        }
        push(call, 0, null);
        push(call, 3_000, null);
        kvs.clock().shift(Duration.ofMinutes(1));
    }

    @AfterEach
    void closeCatalog() {
        tables.executeSql("USE CATALOG default_catalog");
        tables.executeSql("DROP CATALOG IF EXISTS cams");
    }

    private static void push(EmbeddedStream stream, long producerMillis, String room) {
        MediaFragment.Builder media =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "eye", "V_MPEG4/ISO/AVC", null, 64, 48))
                        .producerTimestampMillis(producerMillis);
        for (int i = 0; i < 5; i++) {
            media.frame(MediaFrame.of(1, i * 100, i == 0, new byte[] {1, 2, 3}));
        }
        if (room != null) {
            media.tagBefore("room", room);
        }
        stream.push(media.build());
    }

    @Test
    void runs() throws Exception {
        List<List<Row>> results = new ArrayList<>();
        for (String statement : statements()) {
            TableResult result = tables.executeSql(adapted(statement));
            if (statement.startsWith("SELECT") || statement.startsWith("SHOW")) {
                results.add(rows(result, Integer.MAX_VALUE));
            }
        }
        Iterator<List<Row>> next = results.iterator();
        assertThat(column(next.next(), 1)).as("calls").isEqualTo(numbers(call));
        assertThat(next.next())
                .containsExactlyInAnyOrder(
                        Row.of("front-door"),
                        Row.of("backyard"),
                        Row.of("calls-1"),
                        Row.of("calls-x"),
                        Row.of("*"));
        assertThat(column(next.next(), 0)).isEqualTo(numbers(door));
        assertThat(column(next.next(), 1)).containsExactlyInAnyOrder(10L, 1L);
        assertThat(next.next()).as("the last ten minutes").hasSize(11);
        assertThat(next.next()).as("nothing was sent in that hour").isEmpty();
        assertThat(column(next.next(), 0)).isEqualTo(numbers(door).subList(2, 4));
        List<Row> ranges = next.next();
        assertThat(column(ranges, 1))
                .containsAll(numbers(door).subList(2, 4))
                .containsAll(numbers(yard))
                .hasSize(5);
        assertThat(column(next.next(), 1)).as("without push-down").isEqualTo(numbers(door));
        assertThat(next.next())
                .extracting(row -> row.getField(1) + " " + row.getField(2))
                .containsExactlyInAnyOrder("front-door 8", "backyard 2", "backyard 1");
        assertThat(last(next.next()))
                .extracting(row -> row.getField(1))
                .containsExactlyInAnyOrder(numbers(door).get(7), numbers(yard).get(2));
        assertThat(next.next()).as("all but the newest are behind").hasSize(9);
        List<Row> tagged = next.next();
        assertThat(column(tagged, 2)).hasSize(8).contains("hall", "attic");
        assertThat(column(next.next(), 2)).hasSize(8).containsOnly("room");
        assertThat(column(next.next(), 2)).hasSize(8).contains("ground floor", "top floor");
        assertThat(next.next())
                .containsExactlyInAnyOrder(
                        Row.of("front-door", "V_MPEG4/ISO/AVC", 64, 48),
                        Row.of("backyard", "V_MPEG4/ISO/AVC", 64, 48));
        assertThat(column(next.next(), 0))
                .containsExactlyInAnyOrder("front-door", "backyard", "backyard");
        assertThat(next.next()).as("nothing was sent in that hour").isEmpty();
        assertThat(next.next()).as("key frames").hasSize(11);
        assertThat(column(next.next(), 2))
                .as("every second frame")
                .hasSize(3 * 11)
                .containsOnly(0, 2, 4);
        assertThat(next).isExhausted();
    }

    @Test
    void eachOptionHasAnExample() throws IOException {
        Matcher table =
                Pattern.compile("<!-- table options -->(.*?)<!--", Pattern.DOTALL)
                        .matcher(Files.readString(PAGE));
        assertThat(table.find()).isTrue();
        String examples = String.join("\n", statements());
        List<String> options =
                Pattern.compile("\n\\| `([^`]+)`")
                        .matcher(table.group(1))
                        .results()
                        .map(option -> option.group(1))
                        // The user does not set it.
                        .filter(option -> !option.equals("credentials-of-catalog"))
                        .collect(Collectors.toList());
        assertThat(options)
                .contains("stream-prefix")
                .allSatisfy(option -> assertThat(examples).contains("'" + option + "' = "));
    }

    /** The rows that remain after all updates. */
    private static Set<Row> last(List<Row> changes) {
        Set<Row> rows = new LinkedHashSet<>();
        for (Row change : changes) {
            Row row = Row.project(change, new int[] {0, 1, 2});
            boolean added =
                    change.getKind() == RowKind.INSERT || change.getKind() == RowKind.UPDATE_AFTER;
            row.setKind(RowKind.INSERT);
            if (added) {
                rows.add(row);
            } else {
                rows.remove(row);
            }
        }
        return rows;
    }

    private static List<String> statements() throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(PAGE));
        List<String> statements = new ArrayList<>();
        while (block.find()) {
            for (String statement : block.group(1).split(";\n")) {
                statements.add(statement.strip());
            }
        }
        return statements;
    }

    /** The same against the embedded service, up to the present. */
    private String adapted(String statement) {
        Map<String, String> options = with(bounded(), "connector", null, "streams", null);
        if (statement.contains("'scan.startup.mode'")) {
            options.remove("scan.startup.mode");
        }
        String ofCall = statement;
        for (int i = 0; i < CALL.size(); i++) {
            ofCall = ofCall.replace(CALL.get(i), numbers(door).get(2 + i));
        }
        return ofCall.replace(
                "'aws.region' = 'eu-central-1'",
                options.entrySet().stream()
                        .map(option -> "'" + option.getKey() + "' = '" + option.getValue() + "'")
                        .collect(Collectors.joining(", ")));
    }
}
