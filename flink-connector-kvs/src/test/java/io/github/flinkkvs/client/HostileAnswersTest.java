/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.client.streams.AccountStreams;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Whatever is answered in place of the service, by a proxy or by somebody hostile, each call ends
 * soon, with an error that says what is wrong and tells no secret, and the next call works. With
 * the SDK's own client.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileAnswersTest {

    private static final StreamArn ARN =
            StreamArn.parse("arn:aws:kinesisvideo:eu-central-1:123456789012:stream/camera/1");

    private static final TimeRange RANGE = new TimeRange(TimeRange.Clock.SERVER, 0, 1_000);

    private static final String HTML =
            "<html><body>Please log in to <b>the proxy</b></body></html>";

    private static final String FRAGMENT =
            "{\"FragmentNumber\":\"7\",\"FragmentSizeInBytes\":70000,"
                    + "\"ProducerTimestamp\":1.5E9,\"ServerTimestamp\":1.5E9}";

    private static final int MEGABYTE = 1 << 20;

    private RawServer control;
    private RawServer data;
    private RawServer other;
    private AwsConfig config;
    private SdkConnection connection;

    @BeforeEach
    void start() throws Exception {
        control = new RawServer();
        data = new RawServer();
        other = new RawServer();
        control.answerJson("/getDataEndpoint", "{\"DataEndpoint\":\"" + data.url() + "\"}");
        Configuration options = new Configuration();
        options.setString("aws.region", "eu-central-1");
        options.setString("aws.endpoint", control.url());
        options.setString("aws.credentials.provider.basic.accesskeyid", "AKIDSECRETONE");
        options.setString("aws.credentials.provider.basic.secretkey", "SECRETTWO");
        options.setString("aws.credentials.provider.basic.sessiontoken", "SECRETTHREE");
        config = AwsConfig.of(options);
        connection = new SdkConnection(config, 4, Duration.ofMinutes(45), 1, "hostile");
    }

    @AfterEach
    void stop() throws Exception {
        connection.close();
        control.close();
        data.close();
        other.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("hostile"));
    }

    /** One GetMedia call, of which everything is requested. */
    private final class Media implements MediaListener {
        final AtomicLong bytes = new AtomicLong();
        final CompletableFuture<Void> end = new CompletableFuture<>();
        final MediaCall call;

        Media() {
            call =
                    connection
                            .media()
                            .open(
                                    ARN,
                                    StartSelector.builder()
                                            .startSelectorType(StartSelectorType.EARLIEST)
                                            .build(),
                                    this);
            call.request(Integer.MAX_VALUE);
        }

        @Override
        public void onTurn() {}

        @Override
        public void onResponse(String requestId, long serviceTimeMillis) {}

        @Override
        public void onBytes(ByteBuffer piece) {
            bytes.addAndGet(piece.remaining());
        }

        @Override
        public void onEnd() {
            end.complete(null);
        }

        @Override
        public void onError(Throwable cause) {
            end.completeExceptionally(cause);
        }
    }

    /** The error of a GetMedia call. */
    private String mediaError(ErrorClass expected) {
        return error(new Media().end, expected);
    }

    private String listError(ErrorClass expected) {
        return error(connection.archive().list(ARN, RANGE, null), expected);
    }

    /** What the error of a call says, after the checks that hold for each. */
    private static String error(CompletableFuture<?> call, ErrorClass expected) {
        Throwable error = call.handle((done, thrown) -> thrown).join();
        assertThat(error).as("no error").isNotNull();
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        String text = ErrorTable.describe(cause);
        assertThat(ErrorTable.classify(cause)).as(text).isEqualTo(expected);
        assertThat(text).isNotBlank().hasSizeLessThan(2_000).doesNotContain("\n", "\r");
        int depth = 0;
        for (Throwable each = cause; each != null && depth < 20; each = each.getCause(), depth++) {
            assertThat(String.valueOf(each.getMessage()))
                    .hasSizeLessThan(100_000)
                    .doesNotContain("SECRET", "Signature=");
        }
        return text;
    }

    /**
     * After whatever it was, the service answers as it should. As in a job, a call is repeated if
     * the connection that it took had been closed by the server.
     */
    private void assertNextCallsWork() {
        data.answer("/getMedia", RawServer.json("200 OK", "video/webm", "media"));
        data.answerJson("/listFragments", "{\"Fragments\":[" + FRAGMENT + "]}");
        control.answerJson("/getDataEndpoint", "{\"DataEndpoint\":\"" + data.url() + "\"}");
        connection.media().forgetEndpoint(ARN);
        connection.archive().forgetEndpoint(ARN);
        boolean works = false;
        for (int i = 0; i < 5 && !works; i++) {
            Media media = new Media();
            works =
                    media.end.handle((done, error) -> error == null).join()
                            && media.bytes.get() == 5
                            && connection
                                    .archive()
                                    .list(ARN, RANGE, null)
                                    .handle((page, e) -> e == null && page.fragments().size() == 1)
                                    .join();
        }
        assertThat(works).as("the next calls work").isTrue();
    }

    // ---- from something else ------------------------------------------------------------------

    @Test
    void aPageOfAProxyIsNoMedia() {
        data.answer("/getMedia", RawServer.json("200 OK", "text/html; charset=utf-8", HTML));
        assertThat(mediaError(ErrorClass.RETRY))
                .contains("text/html", "not media")
                .contains("between this job and the service");
        data.answer("/getMedia", RawServer.json("200 OK", "application/json", "{}"));
        assertThat(mediaError(ErrorClass.RETRY)).contains("application/json");
        assertNextCallsWork();
    }

    @ParameterizedTest
    @CsvSource({
        "403 Forbidden, REFRESH_ENDPOINT",
        "407 Proxy Authentication Required, FATAL",
        "502 Bad Gateway, RETRY",
        "503 Service Unavailable, RETRY",
        "301 Moved Permanently, REFRESH_ENDPOINT",
        "511 Network Authentication Required, RETRY"
    })
    void aPageOfAProxyWithAnErrorStatus(String status, ErrorClass expected) {
        String page = RawServer.json(status, "text/html", HTML);
        data.answer("/getMedia", page);
        data.answer("/listFragments", page);
        assertThat(mediaError(expected)).contains(status.substring(0, 3));
        assertThat(listError(expected)).contains(status.substring(0, 3));
        assertNextCallsWork();
    }

    @Test
    void aPageOfAProxyInPlaceOfAnAnswer() {
        data.answer("/listFragments", RawServer.json("200 OK", "text/html", HTML));
        assertThat(listError(ErrorClass.RETRY)).isNotBlank();
        control.answer("/describeStream", RawServer.json("200 OK", "text/html", HTML));
        error(connection.directory().describe("camera"), ErrorClass.RETRY);
        assertNextCallsWork();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectsAreNotFollowed(int status) {
        String answer =
                "HTTP/1.1 "
                        + status
                        + " Found\r\nLocation: "
                        + other.url()
                        + "/getMedia\r\nContent-Length: 0\r\n\r\n";
        for (String path : List.of("/getMedia", "/listFragments")) {
            data.answer(path, answer);
        }
        control.answer("/describeStream", answer);
        mediaError(ErrorClass.REFRESH_ENDPOINT);
        listError(ErrorClass.REFRESH_ENDPOINT);
        error(connection.directory().describe("camera"), ErrorClass.REFRESH_ENDPOINT);
        assertThat(other.requests).isEmpty();
        assertNextCallsWork();
    }

    // ---- data endpoints -----------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://example.com",
                "not an address",
                "//example.com",
                "https:",
                "jar:file:/tmp/a.jar!/",
                ""
            })
    void anEndpointThatIsNoHostIsNotCalled(String endpoint) {
        control.answerJson("/getDataEndpoint", "{\"DataEndpoint\":\"" + endpoint + "\"}");
        assertThat(mediaError(ErrorClass.RETRY)).contains("GetDataEndpoint", "'" + endpoint + "'");
        assertThat(listError(ErrorClass.RETRY)).contains("GetDataEndpoint");
        assertNextCallsWork();
    }

    @Test
    void anAnswerWithoutAnEndpoint() {
        control.answerJson("/getDataEndpoint", "{}");
        assertThat(mediaError(ErrorClass.RETRY)).contains("GetDataEndpoint");
        control.answerJson(
                "/getDataEndpoint", "{\"DataEndpoint\":\"http:// " + "x".repeat(100_000) + "\"}");
        assertThat(mediaError(ErrorClass.RETRY)).contains("GetDataEndpoint");
        assertNextCallsWork();
    }

    // ---- heads --------------------------------------------------------------------------------

    /** They are dropped as they come, and a session gives up what sends nothing for a while. */
    @Test
    void headersWithoutEnd() throws Exception {
        byte[] begin = "HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] header = ("X-A: " + "a".repeat(1_000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        CompletableFuture<Void> flooded = new CompletableFuture<>();
        CompletableFuture<Long> written = new CompletableFuture<>();
        data.answer(
                "/getMedia",
                out -> {
                    out.write(begin);
                    for (int i = 0; i < 3_000; i++) {
                        out.write(header);
                    }
                    flooded.complete(null);
                    writeForEver(out, header, written);
                });
        Media media = new Media();
        flooded.join();
        media.call.cancel();
        written.join();
        data.answer(
                "/listFragments",
                out -> {
                    out.write(begin);
                    for (int i = 0; i < 3_000; i++) {
                        out.write(header);
                    }
                });
        listError(ErrorClass.RETRY);
        assertNextCallsWork();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x-amzn-RequestId: ", "Date: ", "x-amzn-ErrorType: ", "Content-Length: "})
    void aHeaderOfAMegabyte(String header) {
        String answer = "HTTP/1.1 200 OK\r\n" + header + "1".repeat(MEGABYTE) + "\r\n\r\n";
        data.answer("/getMedia", answer);
        data.answer("/listFragments", answer);
        new Media().end.handle((done, error) -> error).join();
        listError(ErrorClass.RETRY);
        assertNextCallsWork();
    }

    @Test
    void aLongRequestIdIsCut() {
        data.answer(
                "/getMedia",
                "HTTP/1.1 503 Bad\r\nx-amzn-RequestId: "
                        + "r".repeat(7_000)
                        + "\r\nContent-Length: 0\r\n\r\n");
        assertThat(mediaError(ErrorClass.RETRY)).contains("503");
        assertNextCallsWork();
    }

    @Test
    void answersThatAnnounceAnswers() {
        String interim = "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n";
        data.answer(
                "/getMedia",
                interim.repeat(10_000) + RawServer.json("200 OK", "video/webm", "media"));
        // Whether it is understood or refused: it ends.
        new Media().end.handle((done, error) -> error).join();
        assertNextCallsWork();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1\r\n\r\n",
                "HTTP/9.9 200 OK\r\n\r\n",
                "HTTP/1.1 99999999999999999999 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nmedia\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nmedia",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nmedia",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nmedia",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nmedia"
            })
    void answersThatAreNoHttp(String answer) {
        data.answer("/getMedia", answer);
        data.answer("/listFragments", answer);
        control.answer("/describeStream", answer);
        // A body may end like one that was cut; nothing else has no error.
        new Media().end.handle((done, error) -> error).join();
        listError(ErrorClass.RETRY);
        error(connection.directory().describe("camera"), ErrorClass.RETRY);
        assertNextCallsWork();
    }

    // ---- lengths ------------------------------------------------------------------------------

    @Test
    void lengthsThatLie() {
        String head = "HTTP/1.1 200 OK\r\nContent-Type: video/webm\r\nContent-Length: ";
        data.answer("/getMedia", head + "500\r\n\r\nmedia");
        new Media().end.handle((done, error) -> error).join();
        data.answer("/getMedia", head + "3\r\n\r\nmediamediamedia");
        Media media = new Media();
        media.end.handle((done, error) -> error).join();
        assertThat(media.bytes.get()).isLessThanOrEqualTo(3);
        data.answer("/listFragments", head + "500\r\n\r\n{\"Fragments\":[]}");
        listError(ErrorClass.RETRY);
        assertNextCallsWork();
    }

    @Test
    void http10WithoutALength() {
        data.answer("/getMedia", "HTTP/1.0 200 OK\r\nContent-Type: video/webm\r\n\r\nmedia");
        Media media = new Media();
        media.end.join();
        assertThat(media.bytes).hasValue(5);
        assertNextCallsWork();
    }

    /** What is not requested stays in the socket. */
    @Test
    void bytesWithoutEndWaitForTheirReader() throws Exception {
        CompletableFuture<Long> written = new CompletableFuture<>();
        data.answer(
                "/getMedia",
                out -> {
                    out.write(
                            "HTTP/1.1 200 OK\r\nContent-Type: video/webm\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    writeForEver(out, new byte[1 << 16], written);
                });
        AtomicLong received = new AtomicLong();
        CompletableFuture<Void> first = new CompletableFuture<>();
        MediaCall call =
                connection
                        .media()
                        .open(
                                ARN,
                                StartSelector.builder()
                                        .startSelectorType(StartSelectorType.EARLIEST)
                                        .build(),
                                new Counter(received, first));
        call.request(3);
        first.join();
        call.cancel();
        assertThat(written.join()).as("what sockets hold").isLessThan(64L * MEGABYTE);
        assertThat(received.get()).isLessThanOrEqualTo(3 * 8_192);
        assertNextCallsWork();
    }

    private static void writeForEver(OutputStream out, byte[] bytes, CompletableFuture<Long> sum) {
        long written = 0;
        try {
            while (true) {
                out.write(bytes);
                written += bytes.length;
            }
        } catch (IOException e) {
            sum.complete(written);
        }
    }

    /** Counts bytes, and says when the first ones come. */
    private static final class Counter implements MediaListener {
        private final AtomicLong bytes;
        private final CompletableFuture<Void> first;

        Counter(AtomicLong bytes, CompletableFuture<Void> first) {
            this.bytes = bytes;
            this.first = first;
        }

        @Override
        public void onTurn() {}

        @Override
        public void onResponse(String requestId, long serviceTimeMillis) {}

        @Override
        public void onBytes(ByteBuffer piece) {
            bytes.addAndGet(piece.remaining());
            first.complete(null);
        }

        @Override
        public void onEnd() {}

        @Override
        public void onError(Throwable cause) {}
    }

    // ---- documents ----------------------------------------------------------------------------

    /** Writes a document without knowing its length. */
    private static RawServer.Answer chunked(String status, String begin, String again, long times) {
        return out -> {
            out.write(
                    ("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n\r\n" + begin)
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] bytes = again.getBytes(StandardCharsets.US_ASCII);
            for (long i = 0; i < times; i++) {
                out.write(bytes);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void documentsThatNestDeeply(String open) {
        String deep = open.repeat(MEGABYTE / 2 / open.length());
        for (String answer :
                List.of(
                        deep,
                        "{\"Fragments\":" + deep,
                        "{\"Unknown\":" + deep,
                        "{\"StreamInfo\":{\"Unknown\":" + deep)) {
            data.answerJson("/listFragments", answer);
            control.answerJson("/describeStream", answer);
            listError(ErrorClass.RETRY);
            error(connection.directory().describe("camera"), ErrorClass.RETRY);
        }
        data.answer("/getMedia", RawServer.json("400 Bad", "application/json", deep));
        new Media().end.handle((done, error) -> error).join();
        assertNextCallsWork();
    }

    @Test
    void documentsWithoutEnd() {
        String fragments = (FRAGMENT + ",").repeat(1_000);
        data.answer("/listFragments", chunked("200 OK", "{\"Fragments\":[", fragments, 100_000));
        assertThat(listError(ErrorClass.RETRY)).contains("ListFragments has more than 16777216");
        control.answer(
                "/describeStream", chunked("200 OK", "{\"A\":\"", "a".repeat(1_000), 1 << 30));
        assertThat(error(connection.directory().describe("camera"), ErrorClass.RETRY))
                .contains("DescribeStream has more than 16777216");
        data.answer("/getMedia", chunked("500 Bad", "{\"Message\":\"", "a".repeat(1_000), 1 << 30));
        mediaError(ErrorClass.RETRY);
        assertNextCallsWork();
    }

    @Test
    void aLongMessageIsCutAndHasNoLinesOfItsOwn() {
        String message = "first\\nINFO forged line\\u001b[31m" + "a".repeat(5 * MEGABYTE);
        data.answer(
                "/getMedia",
                RawServer.json("503 Bad", "application/json", "{\"Message\":\"" + message + "\"}"));
        assertThat(mediaError(ErrorClass.RETRY)).doesNotContain("\u001b");
        data.answer(
                "/getMedia",
                RawServer.json(
                        "503 Bad",
                        "application/json",
                        "{\"Message\":\"first\\nINFO forged\\u001b[31m "
                                + "b".repeat(9_000)
                                + "\"}"));
        assertThat(mediaError(ErrorClass.RETRY)).contains("first", "INFO forged", "bbb");
        assertNextCallsWork();
    }

    /** A few kilobytes would become gigabytes. */
    @Test
    void compressedAnswersAreNotAskedForAndNotUnpacked() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("{\"Fragments\":[],\"NextToken\":\"".getBytes(StandardCharsets.US_ASCII));
            byte[] megabyte = "a".repeat(MEGABYTE).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 64; i++) {
                gzip.write(megabyte);
            }
            gzip.write("\"}".getBytes(StandardCharsets.US_ASCII));
        }
        RawServer.Answer bomb =
                out -> {
                    out.write(
                            ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
                                            + packed.size()
                                            + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                    packed.writeTo(out);
                };
        data.answer("/listFragments", bomb);
        control.answer("/describeStream", bomb);
        listError(ErrorClass.RETRY);
        error(connection.directory().describe("camera"), ErrorClass.RETRY);
        assertThat(String.join("", data.requests).toLowerCase(Locale.ROOT))
                .doesNotContain("accept-encoding");
        assertNextCallsWork();
    }

    /** It would be taken for a list of nothing, and what is listed there would be lost. */
    @Test
    void anAnswerOfNothingIsNoAnswer() {
        data.answerJson("/listFragments", "");
        assertThat(listError(ErrorClass.RETRY)).contains("The answer of ListFragments is empty");
        data.answer("/listFragments", "HTTP/1.1 204 No Content\r\n\r\n");
        assertThat(listError(ErrorClass.RETRY)).contains("The answer of ListFragments is empty");
        assertNextCallsWork();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e999999999",
                "-1e999999999",
                "1e-999999999",
                "99999999999999999999999999999999",
                "\"NaN\"",
                "[]",
                "{}",
                "true",
                "\"\""
            })
    void numbersThatAreNone(String number) {
        for (String member :
                List.of("ServerTimestamp", "ProducerTimestamp", "FragmentSizeInBytes")) {
            String fragment =
                    FRAGMENT.replaceFirst(
                            "\"" + member + "\":[0-9.E]+", "\"" + member + "\":" + number);
            data.answerJson("/listFragments", "{\"Fragments\":[" + fragment + "]}");
            // A size is a hint; a time is not.
            connection.archive().list(ARN, RANGE, null).handle((page, error) -> error).join();
        }
        control.answerJson(
                "/describeStream",
                "{\"StreamInfo\":{\"StreamARN\":\""
                        + ARN
                        + "\",\"CreationTime\":"
                        + number
                        + ",\"DataRetentionInHours\":"
                        + number
                        + "}}");
        connection.directory().describe("camera").handle((stream, error) -> error).join();
        assertNextCallsWork();
    }

    @Test
    void fragmentNumbersThatAreNone() {
        for (String number : List.of("", "-1", "x", "1e9", "9".repeat(10_000), "\\u0661")) {
            data.answerJson(
                    "/listFragments",
                    "{\"Fragments\":[" + FRAGMENT.replace("\"7\"", "\"" + number + "\"") + "]}");
            assertThat(listError(ErrorClass.RETRY)).contains("ListFragments cannot be used");
        }
        assertNextCallsWork();
    }

    @Test
    void streamsThatAreNone() {
        for (String info :
                List.of(
                        "null",
                        "{}",
                        "{\"StreamARN\":\"arn:aws:s3:::bucket\"}",
                        "{\"StreamARN\":\"" + "a".repeat(MEGABYTE) + "\"}",
                        "{\"StreamARN\":\"" + ARN + "9".repeat(100) + "\"}")) {
            control.answerJson("/describeStream", "{\"StreamInfo\":" + info + "}");
            assertThat(error(connection.directory().describe("camera"), ErrorClass.RETRY))
                    .contains("DescribeStream cannot be used");
            control.answerJson("/listStreams", "{\"StreamInfoList\":[" + info + "]}");
            assertThat(error(connection.listing().list("", null), ErrorClass.RETRY))
                    .contains("ListStreams cannot be used");
        }
        assertNextCallsWork();
    }

    @Test
    void tagsWithoutEnd() {
        AtomicLong token = new AtomicLong();
        control.answer(
                "/listTagsForStream",
                out ->
                        out.write(
                                RawServer.json(
                                                "200 OK",
                                                "application/json",
                                                "{\"Tags\":{},\"NextToken\":\""
                                                        + token.incrementAndGet()
                                                        + "\"}")
                                        .getBytes(StandardCharsets.US_ASCII)));
        assertThat(error(connection.listing().tags(ARN), ErrorClass.RETRY))
                .contains("ListTagsForStream", "end");
        assertNextCallsWork();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void streamsWithoutEnd(boolean repeating) {
        AtomicLong token = new AtomicLong();
        control.answer(
                "/listStreams",
                out ->
                        out.write(
                                RawServer.json(
                                                "200 OK",
                                                "application/json",
                                                "{\"StreamInfoList\":[],\"NextToken\":\""
                                                        + (repeating ? 1 : token.incrementAndGet())
                                                        + "\"}")
                                        .getBytes(StandardCharsets.US_ASCII)));
        try (AccountStreams streams = new AccountStreams(config)) {
            assertThatThrownBy(streams::names)
                    .hasMessageContaining("The pages of ListStreams do not end");
        }
    }

    @Test
    void mediaOfAFragmentListIsCheckedAsWell() {
        data.answer("/getMediaForFragmentList", RawServer.json("200 OK", "text/html", HTML));
        CompletableFuture<Void> end = new CompletableFuture<>();
        connection
                .archive()
                .open(
                        ARN,
                        List.of(FragmentNumber.of("7")),
                        new MediaListener() {
                            @Override
                            public void onTurn() {}

                            @Override
                            public void onResponse(String requestId, long serviceTimeMillis) {}

                            @Override
                            public void onBytes(ByteBuffer bytes) {}

                            @Override
                            public void onEnd() {
                                end.complete(null);
                            }

                            @Override
                            public void onError(Throwable cause) {
                                end.completeExceptionally(cause);
                            }
                        })
                .request(10);
        assertThat(error(end, ErrorClass.RETRY)).contains("text/html");
        assertNextCallsWork();
    }
}
