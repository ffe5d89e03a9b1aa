/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** The bytes on the wire, without an SDK that normalizes them. */
class WireFormatTest {
    static final String AUTHORIZATION =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/kinesisvideo/aws4_request,"
                    + " SignedHeaders=host, Signature=00";
    private static final String NOW =
            "{\"StreamName\":\"camera\",\"StartSelector\":{\"StartSelectorType\":\"NOW\"}}";

    private final HttpClient http = HttpClient.newHttpClient();
    private EmbeddedKvs kvs;
    private EmbeddedStream stream;

    @BeforeEach
    void start() {
        kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.none().idleEnd(Duration.ofMillis(100)))
                        .clockOffset(Duration.ofDays(1000))
                        .start();
        stream = kvs.createStream("camera");
    }

    @AfterEach
    void stop() {
        kvs.close();
    }

    private HttpResponse<String> post(URI endpoint, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(endpoint.resolve(path))
                        .header("Authorization", AUTHORIZATION)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    @Test
    void anErrorAsTheServiceWritesIt() throws Exception {
        HttpResponse<String> response =
                post(kvs.endpoint(), "/describeStream", "{\"StreamName\":\"nobody\"}");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(header(response, "x-amzn-ErrorType"))
                .isEqualTo(
                        "ResourceNotFoundException:https://kinesisvideo.amazonaws.com/doc/2017-09-30/");
        assertThat(header(response, "x-amzn-RequestId")).isNotBlank();
        assertThat(header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(header(response, "Content-Length"))
                .isEqualTo(Integer.toString(response.body().length()));
        assertThat(header(response, "Connection")).isEqualTo("close");
        assertThat(response.body())
                .isEqualTo("{\"Message\":\"The requested stream is not found or not active.\"}");
    }

    @Test
    void numbersAreWrittenInScientificNotation() throws Exception {
        kvs.createStream(
                StreamSettings.named("old")
                        .creationTime(Instant.ofEpochMilli(1_720_751_492_346L))
                        .build());
        assertThat(post(kvs.endpoint(), "/describeStream", "{\"StreamName\":\"old\"}").body())
                .contains("\"CreationTime\":1.720751492346E9");
    }

    @Test
    void timestampsAreReadInEveryNotation() throws Exception {
        for (String time : new String[] {"1", "1511852109.126", "1.51E9", "1.0005"}) {
            assertThat(post(stream.mediaEndpoint(), "/getMedia", startingAt(time)).statusCode())
                    .isEqualTo(200);
        }
        assertThat(kvs.log().calls("GetMedia", "camera"))
                .extracting(ApiCall::startSelector)
                .containsExactly(
                        "SERVER_TIMESTAMP 1",
                        "SERVER_TIMESTAMP 1511852109.126",
                        "SERVER_TIMESTAMP 1510000000",
                        "SERVER_TIMESTAMP 1.000");
    }

    @Test
    void withoutAuthorization() throws Exception {
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(kvs.endpoint().resolve("/listStreams"))
                                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(header(response, "x-amzn-ErrorType"))
                .startsWith("MissingAuthenticationTokenException:");
    }

    @Test
    void operationsThatTheEmbeddedServiceDoesNotAnswer() throws Exception {
        assertUnsupported(
                post(kvs.endpoint(), "/createSignalingChannel", "{}"), "CreateSignalingChannel");
        assertUnsupported(post(kvs.endpoint(), "/TagResource", "{}"), "TagResource");
        assertUnsupported(post(archiveEndpoint(), "/getImages", "{}"), "GetImages");
    }

    private static void assertUnsupported(HttpResponse<String> response, String operation) {
        assertThat(response.statusCode()).isEqualTo(501);
        assertThat(header(response, "x-amzn-ErrorType"))
                .startsWith("UnsupportedOperationException:");
        assertThat(response.body())
                .isEqualTo(
                        "{\"Message\":\"The embedded service does not answer " + operation + "\"}");
    }

    @Test
    void operationsThatAHostDoesNotHave() throws Exception {
        URI[] hosts = {kvs.endpoint(), stream.mediaEndpoint(), archiveEndpoint()};
        for (URI host : hosts) {
            assertWrongHost(post(host, "/fly", "{}"));
            assertWrongHost(post(host, "/", "{}"));
            // The paths of the service are case-sensitive.
            assertWrongHost(post(host, "/ListStreams", "{}"));
        }
        for (String control : new String[] {"/listStreams", "/createStream", "/tagStream"}) {
            assertWrongHost(post(stream.mediaEndpoint(), control, "{}"));
            assertWrongHost(post(archiveEndpoint(), control, "{}"));
        }
        assertWrongHost(post(stream.mediaEndpoint(), "/listFragments", "{}"));
        assertWrongHost(post(kvs.endpoint(), "/putMedia", ""));
        assertWrongHost(
                http.send(
                        HttpRequest.newBuilder(kvs.endpoint().resolve("/listStreams")).build(),
                        HttpResponse.BodyHandlers.ofString()));
    }

    private static void assertWrongHost(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body())
                .isEqualTo(
                        "<AccessDeniedException>\n  <Message>Unable to determine service/operation"
                                + " name to be authorized</Message>\n</AccessDeniedException>\n");
    }

    @Test
    void anEndlessBodyIsAnsweredBeforeItsEnd() throws Exception {
        try (Socket socket =
                new Socket(stream.mediaEndpoint().getHost(), stream.mediaEndpoint().getPort())) {
            socket.setSoTimeout(10_000);
            String head =
                    "POST /putMedia HTTP/1.1\r\nHost: any\r\nAuthorization: "
                            + AUTHORIZATION
                            + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        HttpResponse<String> response = post(kvs.endpoint(), "/listStreams", " ".repeat(1 << 21));
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(header(response, "x-amzn-ErrorType"))
                .startsWith("RequestEntityTooLargeException:");
    }

    @Test
    void whatIsNoJsonObject() throws Exception {
        for (String body : new String[] {"[", "[]", "1", "\"a\"", "{\"MaxResults\":01}", "null"}) {
            HttpResponse<String> response = post(kvs.endpoint(), "/listStreams", body);
            assertThat(response.statusCode()).as(body).isEqualTo(400);
            assertThat(header(response, "x-amzn-ErrorType")).startsWith("SerializationException:");
        }
    }

    @Test
    void aValueOfAnotherTypeIsNotConverted() throws Exception {
        kvs.createStream("1");
        assertMismatch(
                post(kvs.endpoint(), "/describeStream", "{\"StreamName\":1}"),
                "NUMBER_VALUE can not be converted to a String");
        assertMismatch(
                post(kvs.endpoint(), "/describeStream", "{\"StreamARN\":true}"),
                "TRUE_VALUE can not be converted to a String");
        assertMismatch(
                post(kvs.endpoint(), "/describeStream", "{\"StreamName\":{}}"),
                "Start of structure or map found where not expected.");
        for (String max : new String[] {"\"5\"", "1.5", "99999999999", "false"}) {
            HttpResponse<String> response =
                    post(kvs.endpoint(), "/listStreams", "{\"MaxResults\":" + max + "}");
            assertThat(response.statusCode()).as(max).isEqualTo(400);
            assertThat(header(response, "x-amzn-ErrorType")).startsWith("SerializationException:");
        }
        assertMismatch(
                post(stream.mediaEndpoint(), "/getMedia", startingAt("\"1511852109\"")),
                "STRING_VALUE can not be converted to milliseconds since epoch");
        assertMismatch(
                post(
                        stream.mediaEndpoint(),
                        "/getMedia",
                        NOW.replace("\"NOW\"", "\"FRAGMENT_NUMBER\",\"AfterFragmentNumber\":1")),
                "NUMBER_VALUE can not be converted to a String");
        assertMismatch(
                post(
                        stream.mediaEndpoint(),
                        "/getMedia",
                        "{\"StreamName\":\"camera\",\"StartSelector\":\"NOW\"}"),
                "STRING_VALUE can not be converted to a structure");
        // Null means absent.
        assertThat(
                        post(
                                        kvs.endpoint(),
                                        "/describeStream",
                                        "{\"StreamName\":\"1\",\"StreamARN\":null}")
                                .statusCode())
                .isEqualTo(200);
    }

    private static void assertMismatch(HttpResponse<String> response, String message) {
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(header(response, "x-amzn-ErrorType")).startsWith("SerializationException:");
        assertThat(response.body()).isEqualTo("{\"Message\":\"" + message + "\"}");
    }

    private static String startingAt(String time) {
        return NOW.replace("\"NOW\"", "\"SERVER_TIMESTAMP\",\"StartTimestamp\":" + time);
    }

    @Test
    void timestampsBeyondEveryDateAreRefusedAtOnce() throws Exception {
        for (String time :
                new String[] {"1e20000000", "1e999999999", "-1e999999999", "9".repeat(900)}) {
            long start = System.nanoTime();
            HttpResponse<String> response =
                    post(stream.mediaEndpoint(), "/getMedia", startingAt(time));
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as(time)
                    .isLessThan(Duration.ofSeconds(5));
            assertThat(response.statusCode()).as(time).isEqualTo(400);
            assertThat(header(response, "x-amzn-ErrorType"))
                    .startsWith("InvalidArgumentException:");
            assertThat(response.body())
                    .isEqualTo("{\"Message\":\"StartTimestamp is out of range\"}");
        }
        // Beyond what the parser takes at all.
        for (String time : new String[] {"1e99999999999", "9".repeat(2_000)}) {
            assertThat(post(stream.mediaEndpoint(), "/getMedia", startingAt(time)).statusCode())
                    .isEqualTo(400);
        }
        for (String time : new String[] {"0e999999999", "1e-999999999", "-1e-20000000", "-1"}) {
            assertThat(post(stream.mediaEndpoint(), "/getMedia", startingAt(time)).statusCode())
                    .as(time)
                    .isEqualTo(200);
        }
    }

    @Test
    void theHeadOfGetMediaComesAtOnceWithTheServicesTime() throws Exception {
        kvs.limits().idleEnd(Duration.ZERO);
        try (Socket socket = request(stream.mediaEndpoint(), "", NOW)) {
            String head = head(socket.getInputStream());
            assertThat(head)
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("content-type: video/webm")
                    .containsIgnoringCase("transfer-encoding: chunked")
                    .containsIgnoringCase("x-amzn-RequestId:")
                    .doesNotContainIgnoringCase("connection: close");
            String date =
                    Pattern.compile("(?i)date: (.*)\r")
                            .matcher(head)
                            .results()
                            .findFirst()
                            .orElseThrow()
                            .group(1);
            assertThat(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant())
                    .isBetween(
                            Instant.now().plus(Duration.ofDays(999)),
                            Instant.now().plus(Duration.ofDays(1001)));
        }
    }

    @Test
    void aClientThatWaitsToBeToldToContinue() throws Exception {
        try (Socket socket = request(stream.mediaEndpoint(), "Expect: 100-continue\r\n", "")) {
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 100");
            socket.getOutputStream().write(NOW.getBytes(StandardCharsets.UTF_8));
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 200");
        }
    }

    private static Socket request(URI endpoint, String extraHeaders, String body)
            throws IOException {
        Socket socket = new Socket(endpoint.getHost(), endpoint.getPort());
        socket.setSoTimeout(10_000);
        String request =
                "POST /getMedia HTTP/1.1\r\nHost: "
                        + endpoint.getAuthority()
                        + "\r\nAuthorization: "
                        + AUTHORIZATION
                        + "\r\n"
                        + extraHeaders
                        + "Content-Length: "
                        + NOW.length()
                        + "\r\n\r\n"
                        + body;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Test
    void manyIdleConnectionsOnTwoThreads() throws Exception {
        kvs.limits().idleEnd(Duration.ZERO);
        int connections = 500;
        Socket[] sockets = new Socket[connections];
        for (int i = 0; i < connections; i++) {
            sockets[i] = request(stream.mediaEndpoint(), "", NOW);
        }
        kvs.awaitOpenConnections("camera", connections, TestClients.PATIENCE);
        StoredFragment fragment = stream.push(MediaFragment.ofSize(2_000));
        long sent =
                kvs.log().awaitSessions("camera", connections, TestClients.PATIENCE).stream()
                        .filter(session -> awaitSent(session, fragment))
                        .count();
        assertThat(sent).isEqualTo(connections);
        assertThat(
                        Thread.getAllStackTraces().keySet().stream()
                                .filter(thread -> thread.getName().contains("eventloop"))
                                .count())
                .isLessThanOrEqualTo(2);
        for (Socket socket : sockets) {
            socket.close();
        }
        kvs.awaitOpenConnections("camera", 0, TestClients.PATIENCE);
    }

    private boolean awaitSent(ServedMedia session, StoredFragment fragment) {
        kvs.log()
                .await(
                        log -> session.fragmentsSent().contains(fragment.number()),
                        "sent on " + session,
                        TestClients.PATIENCE);
        return true;
    }

    /** HTTP dates have two digits for the day, even from the 1st to the 9th. */
    @Test
    void theDateOfTheFirstDaysOfAMonth() throws Exception {
        Duration toTheThird =
                Duration.between(kvs.clock().now(), Instant.parse("2031-03-03T04:05:06Z"));
        kvs.clock().shift(toTheThird);
        assertThat(header(post(kvs.endpoint(), "/listStreams", ""), "Date"))
                .startsWith("Mon, 03 Mar 2031 04:05:");
    }

    /** AWS promises no bound for session tokens. */
    @Test
    void aLongSessionToken() throws Exception {
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(kvs.endpoint().resolve("/listStreams"))
                                .header("Authorization", AUTHORIZATION)
                                .header("X-Amz-Security-Token", "t".repeat(12_000))
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
    }

    private URI archiveEndpoint() {
        try (KinesisVideoClient control = TestClients.control(kvs.endpoint())) {
            return PortsTest.archiveEndpoint(control, "camera");
        }
    }
}
