/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.media.TimeRange.Clock;
import io.github.flinkkvs.client.sdk.CallPace;
import io.github.flinkkvs.client.sdk.CallWindow;
import io.github.flinkkvs.client.sdk.KvsClients;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.Seeds;

import org.apache.flink.configuration.Configuration;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Tests {@link SdkFragmentArchive} with the SDK's own client and a server in this process. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SdkFragmentArchiveTest {

    private static final StreamArn ARN =
            StreamArn.parse("arn:aws:kinesisvideo:eu-central-1:123456789012:stream/camera/1");

    private static final TimeRange RANGE =
            new TimeRange(Clock.SERVER, 1_511_852_109_126L, 1_511_852_110_000L);

    private static final String NUMBER = "91343852333181432392682062607743920146159169392";

    private static final String FRAGMENT =
            "{'FragmentNumber':'"
                    + NUMBER
                    + "','FragmentSizeInBytes':70000,'ProducerTimestamp':1.511852108E9,"
                    + "'ServerTimestamp':1.511852109126E9,'FragmentLengthInMilliseconds':2000}";

    /** Method, path and body of each request, behind the name of its server. */
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private volatile int controlStatus = 200;
    private volatile int status = 200;
    private volatile String errorType = "";
    private volatile String answer = "{'Fragments':[]}";

    /** What an answer waits for. */
    private volatile CountDownLatch answers = new CountDownLatch(0);

    private final CountDownLatch asked = new CountDownLatch(1);

    private ExecutorService serverThreads;
    private ScheduledThreadPoolExecutor executor;
    private HttpServer control;
    private HttpServer list;
    private HttpServer media;
    private KvsClients clients;
    private SdkFragmentArchive archive;

    @BeforeEach
    void start() throws Exception {
        serverThreads = Executors.newCachedThreadPool(task -> new Thread(task, "test-server"));
        executor = new ScheduledThreadPoolExecutor(2, task -> new Thread(task, "test-control"));
        control = serve("control");
        list = serve("list");
        media = serve("media");
        Configuration config = new Configuration();
        config.setString("aws.credentials.provider.basic.accesskeyid", "AKID");
        config.setString("aws.credentials.provider.basic.secretkey", "secret");
        open(config, Duration.ofSeconds(30));
    }

    private void open(Configuration config, Duration listTimeout) {
        close();
        config.setString("aws.region", "eu-central-1");
        config.setString("aws.endpoint", url(control));
        clients = new KvsClients(AwsConfig.of(config), 4, executor, "kvs-io");
        // Whatever does not make room for the next one, stops the test that asks again.
        CallWindow window = new CallWindow(1, TimeUnit.HOURS.toNanos(1), executor, executor);
        DataEndpoints endpoints =
                new DataEndpoints(
                        region -> clients.in(region).control(),
                        Duration.ofMinutes(45),
                        new CallPace(0, executor),
                        window);
        archive =
                new SdkFragmentArchive(
                        region -> clients.in(region).archive(),
                        endpoints,
                        clients::explained,
                        window,
                        listTimeout);
    }

    private void close() {
        if (clients != null) {
            clients.close();
        }
    }

    @AfterEach
    void stop() {
        answers.countDown();
        close();
        control.stop(0);
        list.stop(0);
        media.stop(0);
        serverThreads.shutdownNow();
        executor.shutdownNow();
    }

    // ---- ListFragments ------------------------------------------------------------------------

    @Test
    void asksForAPageOfARangeAtItsEndpoint() {
        list(RANGE, null).join();
        assertThat(requests)
                .containsExactly(
                        "control POST /getDataEndpoint {'StreamARN':'"
                                + ARN
                                + "','APIName':'LIST_FRAGMENTS'}",
                        "list POST /listFragments {'StreamARN':'"
                                + ARN
                                + "','MaxResults':1000,'FragmentSelector':{"
                                + "'FragmentSelectorType':'SERVER_TIMESTAMP','TimestampRange':{"
                                + "'StartTimestamp':1511852109.126,"
                                + "'EndTimestamp':1511852110.000}}}");
    }

    @Test
    void theNextPageIsThatOfTheToken() {
        answer = "{'Fragments':[" + FRAGMENT + "],'NextToken':'token+/='}";
        FragmentPage page = list(new TimeRange(Clock.PRODUCER, 0, 1), null).join();
        assertThat(page.nextToken()).isEqualTo("token+/=");
        answer = "{'Fragments':[]}";
        page = list(new TimeRange(Clock.PRODUCER, 0, 1), page.nextToken()).join();
        assertThat(page.nextToken()).isNull();
        assertThat(page.fragments()).isEmpty();
        assertThat(requests).hasSize(3);
        assertThat(requests.get(2))
                .contains("'NextToken':'token+/='")
                .contains("'FragmentSelectorType':'PRODUCER_TIMESTAMP'")
                .contains("{'StartTimestamp':0.000,'EndTimestamp':0.001}");
    }

    @Test
    void aFragmentIsWhatTheServiceSays() {
        long before = System.currentTimeMillis() / 1000 * 1000;
        answer = "{'Fragments':[" + FRAGMENT + "],'NextToken':null,'New':{'a':[1]}}";
        FragmentPage page = list(RANGE, null).join();
        assertThat(page.serviceTimeMillis()).isBetween(before, System.currentTimeMillis());
        assertThat(page.nextToken()).isNull();
        ArchivedFragment fragment = page.fragments().get(0);
        assertThat(fragment.number()).isEqualTo(FragmentNumber.of(NUMBER));
        assertThat(fragment.serverTimestampMillis()).isEqualTo(1_511_852_109_126L);
        assertThat(fragment.producerTimestampMillis()).isEqualTo(1_511_852_108_000L);
        assertThat(fragment.sizeBytes()).isEqualTo(70_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'Fragments':null}", "{'Fragments':[],'NextToken':''}"})
    void anEmptyAnswerIsTheLastPage(String empty) {
        answer = empty;
        FragmentPage page = list(RANGE, "token").join();
        assertThat(page.fragments()).isEmpty();
        assertThat(page.nextToken()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "-1", "2147483648", "9223372036854775807"})
    void aSizeThatNoFragmentHasIsUnknown(String size) {
        answer = "{'Fragments':[" + FRAGMENT.replace("70000", size) + "]}";
        assertThat(list(RANGE, null).join().fragments().get(0).sizeBytes()).isZero();
    }

    /** Leaving the fragment out would lose it. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "'FragmentNumber':, a fragment has no number",
                "'ServerTimestamp':, a fragment has no server time",
                "'ProducerTimestamp':, a fragment has no producer time",
                "9134385, Not a fragment number",
                "1.511852109126E9, a fragment has no server time",
            })
    void aFragmentThatIsNotWholeFailsThePage(String part, String message) {
        String bad =
                part.startsWith("'")
                        ? FRAGMENT.replace(part, "'Other':")
                        : FRAGMENT.replace(part, part.contains(".") ? "1E15" : "x");
        answer = "{'Fragments':[" + FRAGMENT + "," + bad + "]}";
        Throwable error = failure(list(RANGE, null));
        assertThat(ErrorTable.describe(error))
                .startsWith("The answer of ListFragments cannot be used: " + message);
        assertThat(ErrorTable.classify(error)).isEqualTo(ErrorClass.RETRY);
    }

    @Test
    void aPageThatLeadsToItselfIsRefused() {
        answer = "{'Fragments':[" + FRAGMENT + "],'NextToken':'t'}";
        assertThat(list(RANGE, "s").join().nextToken()).isEqualTo("t");
        Throwable error = failure(list(RANGE, "t"));
        assertThat(error).hasMessageContaining("leads to itself");
        assertThat(ErrorTable.classify(error)).isEqualTo(ErrorClass.RETRY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "<html>", "{'Fragments':[", "{'Fragments':{}}"})
    void anAnswerThatIsNoneFailsOrIsEmpty(String none) {
        answer = none;
        CompletableFuture<FragmentPage> page = list(RANGE, null);
        Throwable error = catchThrowable(page::join);
        if (error == null) {
            assertThat(page.join().fragments()).isEmpty();
        } else {
            assertThat(ErrorTable.classify(error)).isEqualTo(ErrorClass.RETRY);
        }
    }

    /** The SDK would collect it. */
    @ParameterizedTest
    @ValueSource(ints = {200, 500})
    void anAnswerThatFillsTheMemoryIsAnError(int code) {
        status = code;
        answer = "{'Fragments':[" + " ".repeat(17 << 20) + "]}";
        Throwable error = failure(list(RANGE, null));
        assertThat(error).hasMessageContaining("has more than 16777216 bytes");
        assertThat(ErrorTable.classify(error)).isEqualTo(ErrorClass.RETRY);
    }

    /** Whatever stands in an answer, the page is used or asked for again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1E30",
                "-1E30",
                "1E308",
                "1E400",
                "-1E400",
                "1E999999999",
                "1E-999999999",
                "123456789012345678901234567890",
                "'x'",
                "'NaN'",
                "[]",
                "{}",
                "true"
            })
    void aValueThatIsNoneOfItsKindIsNoMistakeOfThisJob(String value) {
        for (String field :
                List.of("70000", "1.511852108E9", "1.511852109126E9", "'" + NUMBER + "'")) {
            answer = "{'Fragments':[" + FRAGMENT.replace(field, value) + "]}";
            assertIsUsedOrRetried();
        }
    }

    @Test
    void anyAnswerIsUsedOrRetried() {
        Seeds.each(
                seed -> {
                    Random random = new Random(seed);
                    StringBuilder text =
                            new StringBuilder("{'Fragments':[")
                                    .append(FRAGMENT)
                                    .append(',')
                                    .append(FRAGMENT)
                                    .append("],'NextToken':'t'}");
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        int at = random.nextInt(text.length());
                        String other = "'{}[]:,0123456789eE+-.ntf\\ ";
                        switch (random.nextInt(4)) {
                            case 0:
                                text.deleteCharAt(at);
                                break;
                            case 1:
                                text.insert(at, other.charAt(random.nextInt(other.length())));
                                break;
                            case 2:
                                text.setCharAt(at, other.charAt(random.nextInt(other.length())));
                                break;
                            default:
                                int to = Math.min(text.length(), at + random.nextInt(30));
                                text.insert(random.nextInt(text.length()), text.substring(at, to));
                        }
                    }
                    answer = text.toString();
                    assertIsUsedOrRetried();
                });
    }

    private void assertIsUsedOrRetried() {
        CompletableFuture<FragmentPage> page = list(RANGE, null).orTimeout(20, TimeUnit.SECONDS);
        Throwable error = catchThrowable(page::join);
        if (error == null) {
            page.join()
                    .fragments()
                    .forEach(
                            each -> {
                                assertThat(each.serverTimestampMillis()).isNotNegative();
                                assertThat(each.producerTimestampMillis()).isNotNegative();
                                assertThat(each.sizeBytes()).isNotNegative();
                            });
        } else {
            assertThat(error.getCause()).isNotInstanceOf(TimeoutException.class);
            assertThat(ErrorTable.classify(error)).as(answer).isEqualTo(ErrorClass.RETRY);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, InvalidArgumentException, End timestamp 5 is outside of the stream retention"
                + " period., REPOSITION",
        "400, InvalidArgumentException, other, FATAL",
        "404, ResourceNotFoundException, not found, STREAM_NOT_FOUND",
        "400, ClientLimitExceededException, slow down, THROTTLED",
        "401, NotAuthorizedException, no, FATAL",
        "500, InternalFailure, broken, RETRY",
        "503, '', '', RETRY",
    })
    void anErrorHasItsClass(int code, String type, String message, ErrorClass expected) {
        status = code;
        errorType = type;
        answer = "{'Message':'" + message + "'}";
        Throwable error = failure(list(RANGE, null));
        assertThat(ErrorTable.classify(error)).isEqualTo(expected);
        assertThat(ErrorTable.describe(error)).contains(message).contains("request r-1");
        assertThat(requests).filteredOn(r -> r.startsWith("list")).hasSize(1);
    }

    /** What the service answers on the host of the control plane. */
    @Test
    void aWrongHostIsNotAsked() {
        status = 403;
        answer =
                "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to"
                        + " be authorized</Message>\n</AccessDeniedException>\n";
        Throwable error = failure(list(RANGE, null));
        assertThat(ErrorTable.classify(error)).isEqualTo(ErrorClass.REFRESH_ENDPOINT);
        error = openAndWait().error();
        assertThat(ErrorTable.classify(error)).isEqualTo(ErrorClass.REFRESH_ENDPOINT);
    }

    @Test
    void anAnswerThatNeverComesIsAnError() {
        Configuration config = new Configuration();
        config.setString("aws.credentials.provider.basic.accesskeyid", "AKID");
        config.setString("aws.credentials.provider.basic.secretkey", "secret");
        open(config, Duration.ofMillis(300));
        list(RANGE, null).join();
        answers = new CountDownLatch(1);
        Throwable error = failure(list(RANGE, null));
        assertThat(ErrorTable.classify(error)).isEqualTo(ErrorClass.RETRY);
    }

    /** A dead host may be a dead endpoint. */
    @Test
    void anAnswerThatNeverComesIsAskedForAtANewEndpoint() {
        Configuration config = new Configuration();
        config.setString("aws.credentials.provider.basic.accesskeyid", "AKID");
        config.setString("aws.credentials.provider.basic.secretkey", "secret");
        open(config, Duration.ofMillis(300));
        answers = new CountDownLatch(1);
        failure(list(RANGE, null));
        answers.countDown();
        list(RANGE, null).join();
        assertThat(requests).filteredOn(r -> r.startsWith("control")).hasSize(2);
    }

    /** Nothing else would end the wait for a page. */
    @Test
    void whateverIsThrownInsteadOfAnAnswerFailsThePage() {
        SdkFragmentArchive throwing =
                new SdkFragmentArchive(
                        region -> clients.in(region).archive(),
                        new DataEndpoints(
                                region -> clients.in(region).control(),
                                Duration.ofMinutes(45),
                                new CallPace(0, executor),
                                new CallWindow(executor)),
                        error -> {
                            throw new NoClassDefFoundError("poison");
                        },
                        new CallWindow(executor));
        status = 500;
        CompletableFuture<FragmentPage> page = throwing.list(ARN, RANGE, null);
        assertThat(failure(page.orTimeout(10, TimeUnit.SECONDS))).hasMessageContaining("poison");
    }

    @Test
    void aPageThatHasMoreThanWasAskedForIsRefused() {
        answer = "{'Fragments':[" + String.join(",", Collections.nCopies(1_001, FRAGMENT)) + "]}";
        assertThat(failure(list(RANGE, null)))
                .hasMessageContaining("it has 1001 fragments, and 1000 were asked for at most");
    }

    @Test
    void aPageThatIsNotWantedAnyMoreIsGivenUp() throws Exception {
        answers = new CountDownLatch(1);
        CompletableFuture<FragmentPage> page = list(RANGE, null);
        asked.await();
        page.cancel(true);
        assertThat(page).isCancelled();
        // Its connection is closed, so the next call needs another; the server notices nothing.
        answers.countDown();
        assertThat(list(RANGE, null).join().fragments()).isEmpty();
    }

    @Test
    void aPageThatIsCancelledBeforeItIsAskedForIsNotAskedFor() {
        List<Runnable> tasks = Collections.synchronizedList(new ArrayList<>());
        SdkFragmentArchive waiting =
                new SdkFragmentArchive(
                        region -> clients.in(region).archive(),
                        new DataEndpoints(
                                region -> clients.in(region).control(),
                                Duration.ofMinutes(45),
                                new CallPace(0, executor),
                                new CallWindow(executor)),
                        clients::explained,
                        new CallWindow(
                                1,
                                TimeUnit.HOURS.toNanos(1),
                                task -> {
                                    tasks.add(task);
                                    asked.countDown();
                                },
                                executor));
        CompletableFuture<FragmentPage> page = waiting.list(ARN, RANGE, null);
        await(asked);
        page.cancel(true);
        tasks.forEach(Runnable::run);
        assertThat(requests).noneMatch(request -> request.startsWith("list"));
    }

    // ---- GetMediaForFragmentList --------------------------------------------------------------

    @Test
    void asksForFragmentsAtAnotherEndpoint() {
        answer = "media";
        Listener listener = new Listener();
        archive.open(ARN, List.of(FragmentNumber.of(NUMBER), FragmentNumber.of("2")), listener)
                .request(10);
        assertThat(listener.next()).isEqualTo("turn");
        assertThat(listener.next()).isEqualTo("response r-1");
        assertThat(listener.next()).isEqualTo("bytes media");
        assertThat(listener.next()).isEqualTo("end");
        assertThat(requests)
                .containsExactly(
                        "control POST /getDataEndpoint {'StreamARN':'"
                                + ARN
                                + "','APIName':'GET_MEDIA_FOR_FRAGMENT_LIST'}",
                        "media POST /getMediaForFragmentList {'StreamARN':'"
                                + ARN
                                + "','Fragments':['"
                                + NUMBER
                                + "','2']}");
    }

    @Test
    void numbersOfAnotherStreamAreAMistake() {
        status = 400;
        errorType = "InvalidArgumentException";
        answer = "{'Message':'Fragment numbers are invalid :'}";
        Throwable error = openAndWait().error();
        assertThat(ErrorTable.classify(error)).isEqualTo(ErrorClass.FATAL);
        assertThat(ErrorTable.describe(error)).contains("Fragment numbers are invalid :");
    }

    @Test
    void aCallThatIsCancelledSaysNothingMore() throws Exception {
        answers = new CountDownLatch(1);
        Listener listener = new Listener();
        MediaCall call = archive.open(ARN, List.of(FragmentNumber.of("1")), listener);
        call.request(1);
        asked.await();
        call.cancel();
        answers.countDown();
        // Another call is answered, so the cancelled one would have been.
        assertThat(openAndWait().heard).doesNotContain("error");
        assertThat(listener.next()).isEqualTo("turn");
        assertThat(listener.heard).isEmpty();
    }

    // ---- endpoints and credentials ------------------------------------------------------------

    @Test
    void eachOperationHasItsEndpointUntilItIsForgotten() {
        list(RANGE, null).join();
        list(RANGE, null).join();
        openAndWait();
        openAndWait();
        assertThat(endpointsAskedFor())
                .containsExactly("LIST_FRAGMENTS", "GET_MEDIA_FOR_FRAGMENT_LIST");
        archive.forgetEndpoint(ARN);
        openAndWait();
        list(RANGE, null).join();
        assertThat(endpointsAskedFor())
                .containsExactly(
                        "LIST_FRAGMENTS",
                        "GET_MEDIA_FOR_FRAGMENT_LIST",
                        "GET_MEDIA_FOR_FRAGMENT_LIST",
                        "LIST_FRAGMENTS");
    }

    @Test
    void anEndpointThatCannotBeFoundFailsTheCall() {
        controlStatus = 503;
        assertThat(ErrorTable.classify(failure(list(RANGE, null)))).isEqualTo(ErrorClass.RETRY);
        assertThat(ErrorTable.classify(openAndWait().error())).isEqualTo(ErrorClass.RETRY);
        controlStatus = 200;
        list(RANGE, null).join();
        assertThat(endpointsAskedFor())
                .containsExactly("LIST_FRAGMENTS", "GET_MEDIA_FOR_FRAGMENT_LIST", "LIST_FRAGMENTS");
    }

    /** A provider as slow as one that calls another service. */
    public static final class SlowCredentials implements AwsCredentialsProvider {

        private static volatile CountDownLatch known = new CountDownLatch(0);

        public SlowCredentials(Properties properties) {}

        @Override
        public AwsCredentials resolveCredentials() {
            assertThat(Thread.currentThread().getName()).isEqualTo("test-control");
            await(known);
            return AwsBasicCredentials.create("AKID", "secret");
        }
    }

    @Test
    void credentialsBlockNeitherTheCallerNorTheNetwork() {
        Configuration config = new Configuration();
        config.setString("aws.credentials.provider", "CUSTOM");
        config.setString("aws.credentials.provider.custom.class", SlowCredentials.class.getName());
        open(config, Duration.ofSeconds(30));
        list(RANGE, null).join();
        openAndWait();
        SlowCredentials.known = new CountDownLatch(1);
        CompletableFuture<FragmentPage> page = list(RANGE, null);
        Listener listener = new Listener();
        archive.open(ARN, List.of(FragmentNumber.of("1")), listener).request(10);
        assertThat(page).isNotDone();
        SlowCredentials.known.countDown();
        page.join();
        listener.awaitEnd();
    }

    // ---- the server ---------------------------------------------------------------------------

    private CompletableFuture<FragmentPage> list(TimeRange range, String token) {
        return archive.list(ARN, range, token);
    }

    private static Throwable failure(CompletableFuture<?> future) {
        Throwable error = catchThrowable(future::join);
        assertThat(error).isInstanceOf(CompletionException.class);
        return error.getCause();
    }

    private Listener openAndWait() {
        Listener listener = new Listener();
        archive.open(ARN, List.of(FragmentNumber.of("1")), listener).request(10);
        listener.awaitEnd();
        return listener;
    }

    private List<String> endpointsAskedFor() {
        List<String> names = new ArrayList<>();
        for (String request : requests) {
            if (request.startsWith("control")) {
                names.add(request.replaceAll(".*'APIName':'(.*)'}", "$1"));
            }
        }
        return names;
    }

    private HttpServer serve(String name) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(serverThreads);
        server.createContext("/", exchange -> answer(exchange, name));
        server.start();
        return server;
    }

    private static String url(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange, String name) throws IOException {
        String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                        .replace('"', '\'');
        requests.add(
                name
                        + " "
                        + exchange.getRequestMethod()
                        + " "
                        + exchange.getRequestURI().getPath()
                        + " "
                        + body);
        boolean ofControl = name.equals("control");
        if (!ofControl) {
            asked.countDown();
            await(answers);
        }
        String text =
                ofControl
                        ? "{'DataEndpoint':'"
                                + url(body.contains("LIST_FRAGMENTS") ? list : media)
                                + "'}"
                        : answer;
        byte[] bytes = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("x-amzn-RequestId", "r-1");
        if (!ofControl && !errorType.isEmpty()) {
            exchange.getResponseHeaders()
                    .add(
                            "x-amzn-ErrorType",
                            errorType + ":https://kinesisvideo.amazonaws.com/doc/2017-09-30/");
        }
        exchange.sendResponseHeaders(
                ofControl ? controlStatus : status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Listener implements MediaListener {

        private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final CompletableFuture<Throwable> end = new CompletableFuture<>();

        String next() {
            try {
                return heard.poll(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        void awaitEnd() {
            end.join();
        }

        Throwable error() {
            return end.join();
        }

        @Override
        public void onTurn() {
            heard.add("turn");
        }

        @Override
        public void onResponse(String requestId, long serviceTimeMillis) {
            heard.add("response " + requestId);
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            heard.add("bytes " + StandardCharsets.UTF_8.decode(bytes));
        }

        @Override
        public void onEnd() {
            heard.add("end");
            end.complete(null);
        }

        @Override
        public void onError(Throwable error) {
            heard.add("error");
            end.complete(error);
        }
    }
}
