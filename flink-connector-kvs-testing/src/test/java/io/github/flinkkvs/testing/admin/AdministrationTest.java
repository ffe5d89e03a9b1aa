/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Delivery;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import javax.annotation.Nullable;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The service as a test in another language sees it. */
class AdministrationTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient http = HttpClient.newHttpClient();
    private EmbeddedKvs kvs;
    private Administration administration;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.start();
        administration = Administration.start(kvs);
    }

    @AfterEach
    void close() {
        administration.close();
        kvs.close();
    }

    @Test
    void itListensOnThisMachineAndSaysWhatItDoes() throws Exception {
        assertThat(administration.endpoint().getHost()).isEqualTo("127.0.0.1");
        JsonNode about = get("/");
        assertThat(about.get("endpoint").asText()).isEqualTo(kvs.endpoint().toString());
        assertThat(about.get("region").asText()).isEqualTo("us-east-1");
        assertThat(about.get("requests").toString())
                .contains("GET /limits", "POST /streams/{stream}/fragments");
    }

    // ------------------------------------------------------------------ service

    @Test
    void limitsAreThoseOfJava() throws Exception {
        JsonNode limits = get("/limits");
        assertThat(limits.get("callsPerSecond").intValue()).isEqualTo(5);
        assertThat(limits.get("bytesPerSecond").longValue()).isEqualTo(25_000_000);
        assertThat(limits.get("idleEnd").decimalValue()).isEqualByComparingTo("3");
        for (Method method : Limits.class.getMethods()) {
            if (method.getReturnType() == Limits.class && method.getParameterCount() == 1) {
                assertThat(limits.has(method.getName())).as(method.getName()).isTrue();
            }
        }
        JsonNode changed =
                request("PATCH", "/limits", "{\"callsPerSecond\": 0, \"idleEnd\": 0.25}", 200);
        assertThat(changed.get("callsPerSecond").intValue()).isZero();
        assertThat(kvs.limits().callsPerSecond()).isZero();
        assertThat(kvs.limits().idleEnd()).isEqualTo(Duration.ofMillis(250));
        assertThat(kvs.limits().connectionsPerStream()).isEqualTo(3);
    }

    /** All values are read before the first is set. */
    @Test
    void aMistakeChangesNothing() throws Exception {
        assertThat(error("PATCH", "/limits", "{\"callsPerSecond\": 1, \"idleEnd\": \"3 s\"}", 400))
                .isEqualTo("idleEnd is a number of seconds, not \"3 s\"");
        assertThat(error("PATCH", "/limits", "{\"callsPerSecond\": 1, \"call\": 1}", 400))
                .startsWith("There is no call in limits; there is accountCallsPerSecond, ");
        assertThat(error("PATCH", "/behavior", "{\"nowStart\": \"NEVER\"}", 400))
                .isEqualTo("nowStart is one of [NEXT_FRAGMENT, NEWEST_FRAGMENT], not 'NEVER'");
        assertThat(error("PATCH", "/behavior", "{\"listTagsPageSize\": 0}", 400))
                .isEqualTo("A page has at least 1 tag, not 0");
        assertThat(kvs.limits().callsPerSecond()).isEqualTo(5);
    }

    @Test
    void switchesAreThoseOfJava() throws Exception {
        JsonNode behavior = get("/behavior");
        for (Method method : Behavior.class.getMethods()) {
            if (method.getReturnType() == Behavior.class && method.getParameterCount() == 1) {
                assertThat(behavior.has(method.getName())).as(method.getName()).isTrue();
            }
        }
        request(
                "PATCH",
                "/behavior",
                "{\"delivery\": \"WHEN_CLOSED\", \"leadingTagsRepeated\": true,"
                        + " \"notFoundCode\": \"GONE\", \"listTagsPageSize\": 2,"
                        + " \"idleAckInterval\": 1}",
                200);
        assertThat(kvs.behavior().delivery()).isEqualTo(Delivery.WHEN_CLOSED);
        assertThat(kvs.behavior().leadingTagsRepeated()).isTrue();
        assertThat(kvs.behavior().notFoundCode()).isEqualTo("GONE");
        assertThat(kvs.behavior().listTagsPageSize()).isEqualTo(2);
        assertThat(kvs.behavior().idleAckInterval()).isEqualTo(Duration.ofSeconds(1));

        assertThat(behavior.get("archive").get("listingOrder").asText()).isEqualTo("SHUFFLED");
        String archive = "{\"archive\": {\"listingLag\": 0.5, \"seed\": -7}}";
        request("PATCH", "/behavior", archive, 200);
        assertThat(kvs.behavior().archive().listingLag()).isEqualTo(Duration.ofMillis(500));
        assertThat(kvs.behavior().archive().seed()).isEqualTo(-7);
        assertThat(kvs.behavior().listTagsPageSize()).isEqualTo(2);
        assertThat(error("PATCH", "/behavior", "{\"archive\": {\"lag\": 1}}", 400))
                .startsWith("There is no lag in archive; there is bodyOrder, ");
        assertThat(error("PATCH", "/behavior", "{\"archive\": 1}", 400))
                .isEqualTo("archive is an object, not 1");
    }

    @Test
    void theClockMoves() throws Exception {
        request("PATCH", "/clock", "{\"shift\": -3600.5}", 200);
        assertThat(kvs.clock().offset()).isEqualTo(Duration.ofMillis(-3_600_500));
        assertThat(get("/clock").get("offset").asDouble()).isEqualTo(-3600.5);
        assertThat(error("PATCH", "/clock", "{}", 400)).isEqualTo("shift is missing");
    }

    // ------------------------------------------------------------------ streams

    @Test
    void streamsAreCreatedAndDeleted() throws Exception {
        JsonNode created =
                request(
                        "POST",
                        "/streams",
                        "{\"name\": \"door\", \"retention\": 60, \"tags\": {\"floor\": \"1\"}}",
                        201);
        EmbeddedStream stream = kvs.stream("door");
        assertThat(created.get("arn").asText()).isEqualTo(stream.arn());
        assertThat(get("/streams").get(0).get("name").asText()).isEqualTo("door");
        String change = "{\"status\": \"UPDATING\", \"retention\": 7200, \"tags\": {\"a\": \"b\"}}";
        JsonNode changed = request("PATCH", "/streams/door", change, 200);
        assertThat(changed.get("tags").toString()).isEqualTo("{\"floor\":\"1\",\"a\":\"b\"}");
        assertThat(stream.retention()).isEqualTo(Duration.ofHours(2));
        assertThat(stream.status()).isEqualTo(StreamStatus.UPDATING);
        assertThat(error("POST", "/streams", "{\"name\": \"door\"}", 400))
                .isEqualTo("There is a stream with the name 'door' already");
        assertThat(error("POST", "/streams", "{\"name\": \"a b\"}", 400))
                .startsWith("A stream is named by");
        assertThat(error("POST", "/streams", "{\"nam\": \"x\"}", 400)).isEqualTo("name is missing");
        assertThat(error("POST", "/streams", "{\"name\": \"x\", \"retension\": 1}", 400))
                .startsWith("There is no retension; there is ");
        request("DELETE", "/streams/door", null, 204);
        assertThat(kvs.streams()).isEmpty();
        assertThat(error("GET", "/streams/door", null, 404))
                .isEqualTo("There is no stream with the name 'door'");
    }

    // ------------------------------------------------------------------ media

    @Test
    void mediaIsPushedReadSpoiledAndExpired() throws Exception {
        EmbeddedStream stream = kvs.createStream("door");
        JsonNode pushed =
                request(
                        "POST",
                        "/streams/door/fragments",
                        "{\"count\": 3, \"clip\": \"h264\", \"tags\": {\"alarm\": \"1\"},"
                                + " \"producerTimestampMillis\": 1700000000000}",
                        201);
        assertThat(pushed).hasSize(3);
        assertThat(numbers(pushed))
                .containsExactlyElementsOf(
                        stream.pushed().stream()
                                .map(StoredFragment::number)
                                .collect(Collectors.toList()));
        assertThat(pushed.get(2).get("producerTimestampMillis").longValue())
                .isEqualTo(1_700_000_002_000L);
        request("POST", "/streams/door/fragments", "{\"bytes\": 20000}", 201);
        assertThat(stream.pushed().get(3).size()).isBetween(19_000, 21_000);

        String number = stream.pushed().get(0).number();
        HttpResponse<byte[]> media =
                http.send(
                        HttpRequest.newBuilder(uri("/streams/door/fragments/" + number)).build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        assertThat(stream.fragment(number).matches(ByteBuffer.wrap(media.body()))).isTrue();

        String path = "/streams/door/fragments/" + number;
        request("PATCH", path, "{\"corrupt\": \"00ff\", \"at\": 4}", 200);
        assertThat(stream.fragment(number).intact()).isFalse();
        assertThat(Arrays.copyOfRange(stream.fragment(number).bytes(), 4, 6))
                .isEqualTo(new byte[] {0, -1});
        int size = stream.fragment(number).size();
        request("PATCH", path, "{\"oversizeBy\": 1000}", 200);
        assertThat(stream.fragment(number).size()).isGreaterThan(size + 999);
        request("PATCH", path, "{\"neverComplete\": true}", 200);
        assertThat(stream.fragment(number).complete()).isFalse();

        String second = stream.pushed().get(1).number();
        request("PATCH", "/streams/door/fragments/" + second, "{\"lose\": 1, \"unlist\": 2}", 200);
        assertThat(error("PATCH", path, "{\"oversizeBy\": 5, \"lost\": 1}", 400))
                .startsWith("There is no lost; there is at, corrupt, lose, ");
        assertThat(request("DELETE", "/streams/door/fragments?before=" + second, null, 200))
                .hasSize(3);
        assertThat(request("DELETE", "/streams/door/fragments", null, 200)).isEmpty();
        assertThat(error("GET", path, null, 404)).contains("has no fragment " + number);
        assertThat(error("GET", "/streams/door/fragments/x", null, 404)).contains("fragment x");
        assertThat(error("DELETE", "/streams/door/fragments?before=x", null, 400))
                .isEqualTo("before is a fragment number, not 'x'");
        assertThat(error("POST", "/streams/door/fragments", "{\"clip\": \"av1\"}", 400))
                .isEqualTo("There is no clip 'av1'; there is h264, h264WithAac, pcm");
        assertThat(error("POST", "/streams/door/fragments", "{\"count\": 0}", 400))
                .isEqualTo("count is between 1 and 10000, not 0");
        stream.begin(MediaFragment.ofSize(1_000));
        assertThat(error("POST", "/streams/door/fragments", "{}", 400)).contains("is still open");
    }

    @Test
    void camerasStartAndStop() throws Exception {
        kvs.createStream("door");
        request(
                "PUT",
                "/streams/door/camera",
                "{\"clip\": \"pcm\", \"speed\": 20, \"fragmentDuration\": 0.5,"
                        + " \"tags\": {\"a\": \"b\"}}",
                204);
        JsonNode pushed = get("/log/pushed?stream=door&atLeast=3");
        assertThat(pushed.size()).isGreaterThanOrEqualTo(3);
        request("DELETE", "/streams/door/camera", null, 204);
        assertThat(error("DELETE", "/streams/door/camera", null, 404)).contains("door");
        request("PUT", "/streams/door/camera", "{\"speed\": 0}", 400);
    }

    // ------------------------------------------------------------------ faults

    @Test
    void faultsAreScripted() throws Exception {
        EmbeddedStream stream = kvs.createStream("door");
        request(
                "POST",
                "/streams/door/faults",
                "{\"call\": \"GetMedia\", \"faults\": [{\"fault\": \"delay\", \"time\": 0.1},"
                        + " {\"fault\": \"cutAfter\", \"bytes\": 7, \"how\": \"ABRUPT\"}]}",
                204);
        List<Fault> taken = stream.faults().take("GetMedia");
        assertThat(taken).hasSize(2);
        assertThat(taken.get(0).time()).isEqualTo(Duration.ofMillis(100));
        assertThat(taken.get(1).offset()).isEqualTo(7);
        request(
                "POST",
                "/faults",
                "{\"call\": \"ListStreams\", \"every\": true, \"faults\": [{\"fault\": \"throttle\"}]}",
                204);
        assertThat(kvs.faults().take("ListStreams")).hasSize(1);
        assertThat(kvs.faults().take("ListStreams")).hasSize(1);
        request("DELETE", "/faults", null, 204);
        assertThat(kvs.faults().take("ListStreams")).isEmpty();
        request("DELETE", "/streams/door/faults", null, 204);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'fault': 'melt'} | There is no fault 'melt'; there is [",
                "{'fault': 'cutAfter'} | faults.bytes is missing",
                "{'fault': 'silence', 'bytes': 1} | There is no faults.bytes; there is fault",
                "{'fault': 'refuse', 'status': 42} | faults.status is between 200 and 599, not 42",
                "{'fault': 'corruptAt', 'offset': 0, 'bytes': 'x'} | faults.bytes is bytes in hex",
                "{'fault': 'errorAck', 'error': 4001} | faults.error is a text, not 4001",
            })
    void mistakesInFaultsAreExplained(String fault, String message) throws Exception {
        String body = "{'call': 'GetMedia', 'faults': [" + fault + "]}";
        assertThat(error("POST", "/faults", body.replace('\'', '"'), 400)).startsWith(message);
    }

    @Test
    void everyFaultOfJavaHasAForm() throws Exception {
        TreeSet<String> faults =
                Arrays.stream(Fault.class.getMethods())
                        .filter(method -> Modifier.isStatic(method.getModifiers()))
                        .map(Method::getName)
                        .collect(Collectors.toCollection(TreeSet::new));
        String body = "{\"call\": \"GetMedia\", \"faults\": [{\"fault\": \"?\"}]}";
        assertThat(error("POST", "/faults", body, 400))
                .isEqualTo("There is no fault '?'; there is " + faults);
        String all =
                "{\"fault\": \"refuse\", \"status\": 503},"
                        + "{\"fault\": \"httpError\", \"status\": 400, \"type\": \"T\","
                        + " \"message\": \"m\"},"
                        + "{\"fault\": \"connectionLimit\"}, {\"fault\": \"internalFailure\"},"
                        + "{\"fault\": \"expiredToken\"}, {\"fault\": \"invalidEndpoint\"},"
                        + "{\"fault\": \"wrongEndpoint\"}, {\"fault\": \"resetBeforeAnswer\"},"
                        + "{\"fault\": \"silence\"}, {\"fault\": \"stallAfter\", \"bytes\": 1},"
                        + "{\"fault\": \"corruptAt\", \"offset\": 3, \"bytes\": \"0aFF\"},"
                        + "{\"fault\": \"errorTag\", \"id\": 3000, \"code\": \"X\"},"
                        + "{\"fault\": \"errorAck\", \"error\": \"INTERNAL_ERROR\","
                        + " \"afterFragments\": 2},"
                        + "{\"fault\": \"repeatFragment\", \"afterFragments\": 1},"
                        + "{\"fault\": \"drip\", \"bytesPerWrite\": 5, \"pause\": 0.01}";
        request("POST", "/faults", "{\"call\": \"GetMedia\", \"faults\": [" + all + "]}", 204);
        assertThat(kvs.faults().take("GetMedia"))
                .extracting(Fault::toString)
                .contains("ERROR_ACK INTERNAL_ERROR 5000@2", "DRIP 5@0", "CORRUPT 0@3");
    }

    // ------------------------------------------------------------------ log

    @Test
    void theLogIsReadAndAwaited() throws Exception {
        CompletableFuture<JsonNode> waiting =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return get("/log/calls?operation=ListStreams&atLeast=1");
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        });
        http.send(
                HttpRequest.newBuilder(kvs.endpoint().resolve("/listStreams"))
                        .POST(HttpRequest.BodyPublishers.ofString("{}"))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        JsonNode call = waiting.get(10, TimeUnit.SECONDS).get(0);
        assertThat(call.get("status").intValue()).isEqualTo(403);
        assertThat(call.get("errorType").asText()).isEqualTo("MissingAuthenticationTokenException");
        assertThat(get("/log/calls?operation=GetMedia")).isEmpty();
        assertThat(get("/log/sessions?ended=true")).isEmpty();
        assertThat(get("/log/uploads")).isEmpty();
        assertThat(error("GET", "/log/sessions?atLeast=1&timeout=0.05", null, 408))
                .startsWith("Not within PT0.05S: 1 sessions; seen []");
        assertThat(error("GET", "/log/calls?atLeast=x", null, 400))
                .isEqualTo("atLeast is a whole number, not 'x'");
        assertThat(error("GET", "/log/calls?atLeast=1&timeout=301", null, 400))
                .isEqualTo("timeout is a number of seconds, at most 300, not '301'");
        request("DELETE", "/log", null, 204);
        assertThat(get("/log/calls")).isEmpty();
    }

    // ------------------------------------------------------------------ requests

    @Test
    void mistakesInRequestsAreExplained() throws Exception {
        assertThat(error("GET", "/limit", null, 404))
                .startsWith("There is no /limit; there is [GET /, GET /limits, PATCH /limits");
        assertThat(error("POST", "/limits", "{}", 405))
                .isEqualTo("/limits has [GET, PATCH], not POST");
        assertThat(error("PATCH", "/limits", "{", 400)).startsWith("The body is not JSON: ");
        assertThat(error("PATCH", "/limits", "[]", 400))
                .isEqualTo("The body is not a JSON object, {...}");
        assertThat(error("PATCH", "/limits", "{} {}", 400)).startsWith("The body is not JSON: ");
        assertThat(error("PATCH", "/limits", " ".repeat(1 << 21), 413)).contains("1048576");
        HttpResponse<String> form =
                http.send(
                        HttpRequest.newBuilder(uri("/streams"))
                                .header("Content-Type", "text/plain")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"name\": \"x\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(form.statusCode()).isEqualTo(415);
        assertThat(kvs.streams()).isEmpty();
    }

    @Test
    void numbersBeyondEveryRangeAreMistakes() throws Exception {
        assertThat(error("PATCH", "/clock", "{\"shift\": 1e400}", 400))
                .isEqualTo("shift is a number of seconds, not 1E+400");
        assertThat(error("PATCH", "/clock", "{\"shift\": 1e99999999999}", 400))
                .startsWith("The body is not JSON: ");
        assertThat(error("POST", "/streams", "[".repeat(100_000), 400))
                .startsWith("The body is not JSON: ");
        assertThat(error("GET", "/log/calls?atLeast=1&timeout=1e2147483647", null, 400))
                .startsWith("timeout is a number of seconds");
        assertThat(kvs.clock().offset()).isZero();
    }

    /** Or a test would not know what there is after a mistake. */
    @Test
    void aMistakeInAChangeOfAStreamChangesNothing() throws Exception {
        request("POST", "/streams", "{\"name\": \"camera\", \"retention\": 3600}", 201);
        error(
                "PATCH",
                "/streams/camera",
                "{\"status\": \"UPDATING\", \"retention\": 7200, \"tags\": {\"good\": \"1\", \"\": \"bad\"}}",
                400);
        error("PATCH", "/streams/camera", "{\"status\": \"UPDATING\", \"retention\": -1}", 400);
        JsonNode stream = get("/streams/camera");
        assertThat(stream.get("status").asText()).isEqualTo("ACTIVE");
        assertThat(stream.get("retention").decimalValue()).isEqualByComparingTo("3600");
        assertThat(stream.get("tags")).isEmpty();
    }

    /** Such as the tests of a suite that run at a time, each with its own stream. */
    @Test
    void manyCanWaitAndOthersGoOn() throws Exception {
        request("POST", "/streams", "{\"name\": \"camera\"}", 201);
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            waiting.add(
                    http.sendAsync(
                            HttpRequest.newBuilder(
                                            uri("/log/pushed?stream=camera&atLeast=1&timeout=60"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()));
        }
        request("POST", "/streams/camera/fragments", "{\"bytes\": 100}", 201);
        for (CompletableFuture<HttpResponse<String>> each : waiting) {
            HttpResponse<String> response = each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(JSON.readTree(response.body())).hasSize(1);
        }
    }

    @Test
    void whatWaitsIsOverWhenItIsClosed() throws Exception {
        CompletableFuture<HttpResponse<String>> waiting =
                http.sendAsync(
                        HttpRequest.newBuilder(uri("/log/calls?atLeast=1&timeout=300")).build(),
                        HttpResponse.BodyHandlers.ofString());
        get("/clock");
        administration.close();
        assertThatThrownBy(() -> waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
    }

    /** Each changes a switch of its own. */
    @Test
    void changesAtTheSameTimeAreNotLost() throws Exception {
        List<String> switches =
                List.of(
                        "leadingTagsRepeated",
                        "continuationTokenInclusive",
                        "credentialsCheckedOnlyAtStart");
        for (int round = 0; round < 100; round++) {
            boolean value = round % 2 == 0;
            List<CompletableFuture<HttpResponse<String>>> changes = new ArrayList<>();
            for (String name : switches) {
                changes.add(
                        http.sendAsync(
                                HttpRequest.newBuilder(uri("/behavior"))
                                        .header("Content-Type", "application/json")
                                        .method(
                                                "PATCH",
                                                HttpRequest.BodyPublishers.ofString(
                                                        "{\"" + name + "\": " + value + "}"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString()));
            }
            for (CompletableFuture<HttpResponse<String>> change : changes) {
                assertThat(change.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).statusCode())
                        .isEqualTo(200);
            }
            JsonNode behavior = get("/behavior");
            for (String name : switches) {
                assertThat(behavior.get(name).booleanValue()).as(name).isEqualTo(value);
            }
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        int port = administration.endpoint().getPort();
        assertThatThrownBy(() -> Administration.start(kvs, "127.0.0.1", port))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(Integer.toString(port));
    }

    // ------------------------------------------------------------------ helpers

    private URI uri(String path) {
        return URI.create(administration.endpoint() + path);
    }

    private JsonNode get(String path) throws Exception {
        return request("GET", path, null, 200);
    }

    private String error(String method, String path, @Nullable String body, int status)
            throws Exception {
        return request(method, path, body, status).get("error").asText();
    }

    private JsonNode request(String method, String path, @Nullable String body, int status)
            throws Exception {
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(uri(path))
                                .timeout(PATIENCE)
                                .header("Content-Type", "application/json")
                                .method(
                                        method,
                                        body == null
                                                ? HttpRequest.BodyPublishers.noBody()
                                                : HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return response.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(response.body());
    }

    private static List<String> numbers(JsonNode fragments) {
        return fragments.findValuesAsText("number");
    }
}
