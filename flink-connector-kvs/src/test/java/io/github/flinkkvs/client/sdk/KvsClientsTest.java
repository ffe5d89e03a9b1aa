/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import io.github.flinkkvs.Warnings;
import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.aws.AwsOptions.TlsProvider;

import org.apache.flink.configuration.Configuration;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocatorMetric;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.kinesisvideo.model.DescribeStreamResponse;
import software.amazon.awssdk.services.kinesisvideo.model.KinesisVideoException;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaRequest;
import software.amazon.awssdk.services.kinesisvideomedia.model.KinesisVideoMediaException;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests {@link KvsClients} against a server in this process. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KvsClientsTest {

    private static final String DATE = "Tue, 15 Nov 1994 08:12:31 GMT";
    private static final long DATE_MILLIS = 784_887_151_000L;

    @TempDir Path folder;

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<String> headers = Collections.synchronizedList(new ArrayList<>());
    private volatile int status = 200;
    private volatile CountDownLatch together = new CountDownLatch(1);

    private final List<KvsClients> opened = new ArrayList<>();

    private ExecutorService serverThreads;
    private ScheduledThreadPoolExecutor timer;
    private HttpServer control;
    private HttpServer data;

    @BeforeEach
    void start() throws Exception {
        serverThreads = Executors.newCachedThreadPool(task -> new Thread(task, "test-server"));
        timer = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "test-timer"));
        control = serve(HttpServer.create(loopback(), 0), "control");
        data = serve(HttpServer.create(loopback(), 200), "data");
    }

    @AfterEach
    void stop() {
        opened.forEach(KvsClients::close);
        control.stop(0);
        data.stop(0);
        serverThreads.shutdownNow();
        timer.shutdownNow();
    }

    @Test
    void signedRequestReachesTheControlEndpoint() {
        long before = System.currentTimeMillis() / 1000 * 1000;
        KvsClients clients = clients(config());
        DescribeStreamResponse response =
                clients.control().describeStream(r -> r.streamName("door")).join();
        assertThat(response.streamInfo().streamName()).isEqualTo("door");
        long now = System.currentTimeMillis();
        assertThat(ServiceTime.of(response.sdkHttpResponse()).orElseThrow())
                .isBetween(before, now)
                .matches(millis -> millis % 1000 == 0);
        assertThat(clients.region().id()).isEqualTo("eu-central-1");
        assertThat(requests).containsExactly("control POST /describeStream");
        assertThat(headers.get(0))
                .contains("Credential=AKID/")
                .contains("/eu-central-1/kinesisvideo/aws4_request")
                .contains("flink-connector-kvs");
    }

    @Test
    void everyMediaRequestHasItsOwnEndpoint() throws Exception {
        HttpServer other = serve(HttpServer.create(loopback(), 0), "other");
        try {
            KvsClients clients = clients(config());
            assertThat(getMedia(clients, url(data)).join()).isEqualTo("media of data");
            assertThat(getMedia(clients, url(other)).join()).isEqualTo("media of other");
            assertThat(getMedia(clients, url(data)).join()).isEqualTo("media of data");
        } finally {
            other.stop(0);
        }
        assertThat(requests)
                .containsExactly(
                        "data POST /getMedia", "other POST /getMedia", "data POST /getMedia");
        assertThat(headers)
                .allSatisfy(
                        h ->
                                assertThat(h)
                                        .contains("Credential=AKID/")
                                        .contains("/eu-central-1/kinesisvideo/aws4_request")
                                        .contains("flink-connector-kvs"));
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 429})
    void nothingIsRetried(int code) {
        status = code;
        KvsClients clients = clients(config());
        assertThatThrownBy(() -> clients.control().describeStream(r -> r.streamName("door")).join())
                .hasCauseInstanceOf(KinesisVideoException.class);
        assertThatThrownBy(() -> getMedia(clients, url(data)).join())
                .hasCauseInstanceOf(KinesisVideoMediaException.class);
        assertThat(requests).containsExactly("control POST /describeStream", "data POST /getMedia");
    }

    @Test
    void dualStackAndFipsSettingsDoNoHarm() {
        System.setProperty("aws.useDualstackEndpoint", "true");
        System.setProperty("aws.useFipsEndpoint", "true");
        try {
            KvsClients clients = clients(config());
            clients.control().describeStream(r -> r.streamName("door")).join();
            getMedia(clients, url(data)).join();
        } finally {
            System.clearProperty("aws.useDualstackEndpoint");
            System.clearProperty("aws.useFipsEndpoint");
        }
        assertThat(requests).hasSize(2);
    }

    @Test
    void nativeLibraryThatIsNotThere() {
        Configuration config = config();
        config.set(AwsOptions.TLS_PROVIDER, TlsProvider.OPENSSL);
        assertThatThrownBy(() -> clients(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'aws.tls.provider' is OPENSSL")
                .hasMessageContaining("add io.netty:netty-tcnative-boringssl-static")
                .hasCauseInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void asManySessionsAtATimeAsWanted() {
        int sessions = 70; // the SDK's default is 50
        together = new CountDownLatch(sessions);
        KvsClients clients = clients(config(), sessions);
        List<CompletableFuture<String>> media = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            media.add(getMedia(clients, url(data)));
        }
        media.forEach(CompletableFuture::join);
        assertThat(requests).hasSize(sessions);
    }

    @Test
    void onlyEventLoopsAreNewThreadsAndTheyEnd() throws Exception {
        timer.prestartAllCoreThreads();
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        KvsClients clients = clients(config());
        clients.control().describeStream(r -> r.streamName("door")).join();
        getMedia(clients, url(data)).join();
        getMedia(clients, url(data)).join();

        Set<Thread> fresh = fresh(before);
        assertThat(fresh).isNotEmpty().hasSizeLessThanOrEqualTo(2);
        assertThat(fresh)
                .allSatisfy(
                        thread -> {
                            assertThat(thread.getName()).matches("kvs-io-[12]");
                            assertThat(thread.isDaemon()).isTrue();
                        });

        Thread.currentThread().interrupt(); // Flink may be in a hurry
        clients.close();
        assertThat(Thread.interrupted()).isTrue();
        clients.close();
        assertThat(fresh).noneMatch(Thread::isAlive);
        for (Thread thread : fresh(before)) {
            thread.join(10_000); // Netty's notification thread, which ends after a second
        }
        assertThat(fresh(before)).isEmpty();
        assertThat(timer.isShutdown()).isFalse();
    }

    @Test
    void futuresAreCompletedByAnEventLoop() {
        together = new CountDownLatch(2);
        KvsClients clients = clients(config());
        CompletableFuture<String> completedBy =
                getMedia(clients, url(data)).thenApply(media -> Thread.currentThread().getName());
        // The first answer waits for the second, so the line above takes effect in time.
        getMedia(clients, url(data)).join();
        assertThat(completedBy.join()).startsWith("kvs-io-");
    }

    @Test
    void closingEndsARunningSession() {
        together = new CountDownLatch(Integer.MAX_VALUE); // never answered
        KvsClients clients = clients(config());
        CompletableFuture<String> media = getMedia(clients, url(data));
        clients.close();
        assertThatThrownBy(() -> media.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
    }

    /** Flink shows users whatever a job logs at its end. */
    @Test
    void closingWhileConnectionsAreBeingOpenedLogsNothing() throws Exception {
        // It takes connections and says nothing.
        try (ServerSocket mute = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
                Warnings warnings = new Warnings("io.netty")) {
            URI endpoint = URI.create("https://127.0.0.1:" + mute.getLocalPort());
            KvsClients clients = clients(config(), 50);
            List<CompletableFuture<String>> media = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                media.add(getMedia(clients, endpoint));
            }
            for (int i = 0; i < 50; i++) {
                mute.accept();
            }
            clients.close();
            assertThat(media).allSatisfy(call -> assertThat(call).isCompletedExceptionally());
            assertThat(warnings.texts).isEmpty();
        }
    }

    /**
     * Such as one that has waited for credentials meanwhile. Netty may warn of the end of those
     * whose connection has just been opened.
     */
    @Test
    void callsThatBeginWhileClosingMeetNoLoopThatHasEnded() throws Exception {
        try (Warnings warnings = new Warnings("io.netty")) {
            for (int i = 0; i < 50; i++) {
                KvsClients clients = clients(config(), 50);
                CompletableFuture<Void> calls =
                        CompletableFuture.runAsync(
                                () -> {
                                    for (int j = 0; j < 50; j++) {
                                        getMedia(clients, url(data));
                                    }
                                },
                                serverThreads);
                clients.close();
                calls.handle((done, refused) -> null).join();
            }
            assertThat(warnings.texts)
                    .noneMatch(text -> text.contains("Event loop shut down?"))
                    .noneMatch(text -> text.contains("not accepted by an event loop"));
        }
    }

    /** The SDK would give up the pool for TLS of the JDK. */
    @Test
    void buffersOfTlsArePooled() throws Exception {
        HttpsServer secure = serveSecurely();
        Configuration config = config();
        config.setString("aws.endpoint", "https://127.0.0.1:" + secure.getAddress().getPort());
        config.setString("aws.trust.all.certificates", "true");
        PooledByteBufAllocatorMetric pool = PooledByteBufAllocator.DEFAULT.metric();
        long before = allocations(pool);
        try {
            clients(config).control().describeStream(r -> r.streamName("door")).join();
            assertThat(allocations(pool)).isGreaterThan(before);
        } finally {
            secure.stop(0);
        }
    }

    private HttpsServer serveSecurely() throws Exception {
        HttpsServer secure = HttpsServer.create(loopback(), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(selfSigned()));
        serve(secure, "secure");
        return secure;
    }

    private static long allocations(PooledByteBufAllocatorMetric pool) {
        return pool.directArenas().stream().mapToLong(PoolArenaMetric::numAllocations).sum();
    }

    @Test
    void certificatesAreCheckedUnlessSwitchedOff() throws Exception {
        HttpsServer secure = serveSecurely();
        Configuration config = config();
        config.setString("aws.endpoint", "https://127.0.0.1:" + secure.getAddress().getPort());
        KvsClients strict = clients(config);
        assertThatThrownBy(() -> strict.control().describeStream(r -> r.streamName("door")).join())
                .hasCauseInstanceOf(SdkClientException.class);
        assertThat(requests).isEmpty();
        config.setString("aws.trust.all.certificates", "true");
        try {
            KvsClients trusting = clients(config);
            trusting.control().describeStream(r -> r.streamName("door")).join();
            assertThat(requests).containsExactly("secure POST /describeStream");
        } finally {
            secure.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"kinesisvideo.example", "ftp://host", "http:///x", "https://a:b@c", "%"})
    void endpointRefused(String endpoint) {
        Configuration config = config();
        config.setString("aws.endpoint", endpoint);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> clients(config))
                .withMessageStartingWith("'aws.endpoint'")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("a:b@c"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"eu central", "x/y", "-eu"})
    void regionRefused(String region) {
        Configuration config = config();
        config.setString("aws.region", region);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> clients(config))
                .withMessageStartingWith("'aws.region'");
    }

    @Test
    void atLeastOneConnection() {
        assertThatIllegalArgumentException().isThrownBy(() -> clients(config(), 0));
        clients(config(), Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "yesterday", "1994-11-15T08:12:31Z", "Tue, 15 Nov 1994 08:12:31"})
    void noServiceTime(String date) {
        SdkHttpResponse.Builder response = SdkHttpResponse.builder().statusCode(200);
        if (date != null) {
            response.putHeader("Date", date);
        }
        assertThat(ServiceTime.of(response.build())).isEmpty();
    }

    @Test
    void serviceTime() {
        assertThat(
                        ServiceTime.of(
                                SdkHttpResponse.builder()
                                        .statusCode(404)
                                        .putHeader("date", DATE)
                                        .build()))
                .hasValue(DATE_MILLIS);
    }

    /** Closed after the test. */
    private KvsClients clients(Configuration config) {
        return clients(config, 4);
    }

    private KvsClients clients(Configuration config, int maxConnections) {
        KvsClients clients = new KvsClients(AwsConfig.of(config), maxConnections, timer, "kvs-io");
        opened.add(clients);
        return clients;
    }

    private Configuration config() {
        Configuration config = new Configuration();
        config.setString("aws.region", "eu-central-1");
        config.setString("aws.endpoint", url(control).toString());
        config.setString("aws.credentials.provider.basic.accesskeyid", "AKID");
        config.setString("aws.credentials.provider.basic.secretkey", "secret");
        return config;
    }

    private static CompletableFuture<String> getMedia(KvsClients clients, URI endpoint) {
        GetMediaRequest request =
                GetMediaRequest.builder()
                        .streamName("door")
                        .startSelector(s -> s.startSelectorType(StartSelectorType.NOW))
                        .overrideConfiguration(KvsClients.atEndpoint(endpoint))
                        .build();
        return clients.media()
                .getMedia(request, AsyncResponseTransformer.toBytes())
                .thenApply(bytes -> bytes.asUtf8String());
    }

    /** New threads, except those of the server and the timer. */
    private static Set<Thread> fresh(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && !thread.getName().startsWith("test-"))
                .collect(Collectors.toSet());
    }

    private HttpServer serve(HttpServer server, String name) {
        server.setExecutor(serverThreads);
        server.createContext("/", exchange -> answer(exchange, name));
        server.start();
        return server;
    }

    private void answer(HttpExchange exchange, String name) throws IOException {
        exchange.getRequestBody().readAllBytes();
        headers.add(
                exchange.getRequestHeaders().getFirst("Authorization")
                        + exchange.getRequestHeaders().getFirst("User-Agent"));
        String path = exchange.getRequestURI().getPath();
        requests.add(name + " " + exchange.getRequestMethod() + " " + path);
        if (path.equals("/getMedia")) {
            together.countDown();
            try {
                together.await();
            } catch (InterruptedException e) {
                exchange.close();
                return;
            }
        }
        String body =
                status != 200
                        ? "{\"Message\":\"broken\"}"
                        : path.equals("/getMedia")
                                ? "media of " + name
                                : "{\"StreamInfo\":{\"StreamName\":\"door\"}}";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private SSLContext selfSigned() throws Exception {
        Path file = folder.resolve("keys.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "a",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=127.0.0.1",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                "changeit",
                                "-keystore",
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        keytool.getInputStream().readAllBytes();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static URI url(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
