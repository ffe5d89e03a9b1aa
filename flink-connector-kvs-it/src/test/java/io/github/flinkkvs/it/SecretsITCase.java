/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.aws.AwsOptions.CredentialProvider;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.RoleSession;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;

import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Runs jobs that succeed and jobs that fail, with known secrets, and then searches everything they
 * leave behind: logs of all levels, exceptions, plans, the output of the REST API, checkpoints and
 * savepoints.
 */
class SecretsITCase extends KvsTestBase {

    private static final String TOKEN = "IQoJb3JpZ2luX2VjCanaryOfTheSessionToken";
    private static final String WEB_TOKEN = "eyJhbGciOi.CanaryOfTheWebIdentity.c2ln";
    private static final String STORE_PASSWORD = "canary-of-the-trust-store";
    private static final String EXTERNAL_ID = "canary-of-the-external-id";
    private static final String MEDIA = "canary-of-the-media";

    /** The documentation says to set these to INFO. */
    private static final String[] WIRE_LOGGERS = {
        "io.netty.handler.logging", "software.amazon.awssdk.http.auth"
    };

    private static final String ROLE = "arn:aws:iam::123456789012:role/camera-reader";

    private static final Pattern SIGNATURE = Pattern.compile("Signature=([0-9a-f]{64})");

    /** A row of Netty's hex dump. */
    private static final Pattern HEX =
            Pattern.compile("(?m)^\\|[0-9a-f]{8}\\|((?: [0-9a-f]{2}){1,16})");

    private static final ConfigOption<String> BASE_ACCESS_KEY_ID = base("accesskeyid");
    private static final ConfigOption<String> BASE_SECRET_KEY = base("secretkey");

    private EmbeddedStream stream;
    private LogCapture logs;

    /** Texts from elsewhere, by their place. */
    private final Map<String, String> texts = new LinkedHashMap<>();

    private static ConfigOption<String> base(String name) {
        return ConfigOptions.key(AwsOptions.ROLE_PROVIDER.key() + ".basic." + name)
                .stringType()
                .noDefaultValue();
    }

    // ---- before and after a test --------------------------------------------------------------

    @BeforeEach
    void listen() {
        createStream();
        logs = LogCapture.ofEverything(WIRE_LOGGERS);
    }

    private void createStream() {
        stream = kvs.createStream("front-door");
        for (int i = 0; i < 3; i++) {
            stream.push(
                    MediaFragment.builder()
                            .track(MediaTrack.data(1, "canary", "S_TEST"))
                            .frame(
                                    MediaFrame.of(
                                            1,
                                            0,
                                            true,
                                            MEDIA.repeat(50).getBytes(StandardCharsets.UTF_8)))
                            .build());
        }
    }

    @AfterEach
    void nothingLeaks() throws IOException {
        logs.close();
        Map<String, String> secrets = secrets();
        assertThat(leaks(logs)).isEmpty();
        texts.forEach((where, text) -> assertNone(secrets, text, where));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(this::isWrittenByFlink).collect(Collectors.toList())) {
                Map<String, String> notMedia = new LinkedHashMap<>(secrets);
                notMedia.remove("media");
                assertNone(
                        notMedia,
                        Files.readString(file, StandardCharsets.ISO_8859_1),
                        file.toString());
            }
        }
    }

    private boolean isWrittenByFlink(Path file) {
        return Files.isRegularFile(file) && !file.startsWith(given());
    }

    private static void assertNone(Map<String, String> secrets, String text, String where) {
        secrets.forEach(
                (name, secret) ->
                        assertThat(text.contains(secret)).as(name + " in " + where).isFalse());
    }

    /** Log texts by their place. */
    private Set<String> leaks(LogCapture capture) {
        Map<String, String> secrets = secrets();
        Set<String> leaks = new TreeSet<>();
        for (LogCapture.Entry entry : capture.entries()) {
            String text = entry.text + undumped(entry.text);
            String where = entry.level + " of " + entry.logger + ": ";
            secrets.forEach(
                    (name, secret) -> {
                        if (text.contains(secret)) {
                            leaks.add(where + name);
                        }
                    });
            if (SIGNATURE.matcher(text).find()) {
                leaks.add(where + "signature");
            }
        }
        return leaks;
    }

    private Map<String, String> secrets() {
        Map<String, String> secrets = new LinkedHashMap<>();
        secrets.put("access key id", "ASIACANARY");
        secrets.put("access key id of the base", "AKIDBASE");
        secrets.put("secret key", SECRET);
        secrets.put("session token", TOKEN);
        secrets.put("web identity", WEB_TOKEN);
        secrets.put("trust store password", STORE_PASSWORD);
        secrets.put("external id", EXTERNAL_ID);
        secrets.put("media", MEDIA);
        for (RoleSession session : kvs.sts().sessions()) {
            secrets.put("secret key of " + session.accessKeyId(), session.secretAccessKey());
            secrets.put("session token of " + session.accessKeyId(), session.sessionToken());
        }
        return secrets;
    }

    /** The bytes of hex dumps in a text, as text. */
    private static String undumped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Matcher rows = HEX.matcher(text);
        while (rows.find()) {
            for (String digits : rows.group(1).trim().split(" ")) {
                bytes.write(Integer.parseInt(digits, 16));
            }
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** What the user wrote. */
    private Path given() {
        return folder.resolve("given");
    }

    // ---- sources and jobs ---------------------------------------------------------------------

    private KvsSourceBuilder<Fragment> bare() {
        return sourceWithoutCredentials(List.of(stream.name()))
                .set(KvsSourceOptions.RETRY_BUDGET, Duration.ofMillis(500));
    }

    private KvsSourceBuilder<Fragment> withSession() {
        return bare().set(AwsOptions.ACCESS_KEY_ID, "ASIACANARY")
                .set(AwsOptions.SECRET_KEY, SECRET)
                .set(AwsOptions.SESSION_TOKEN, TOKEN);
    }

    private KvsSourceBuilder<Fragment> assumingRole() {
        return bare().set(AwsOptions.CREDENTIALS_PROVIDER, CredentialProvider.ASSUME_ROLE)
                .set(AwsOptions.ROLE_ARN, ROLE)
                .set(AwsOptions.ROLE_EXTERNAL_ID, EXTERNAL_ID)
                .set(AwsOptions.ROLE_STS_ENDPOINT, kvs.sts().endpoint().toString())
                .set(BASE_ACCESS_KEY_ID, "AKIDBASE")
                .set(BASE_SECRET_KEY, SECRET);
    }

    private KvsSourceBuilder<Fragment> withWebIdentity() throws IOException {
        Path token = Files.createDirectories(given()).resolve("token");
        Files.writeString(token, WEB_TOKEN);
        return bare().set(AwsOptions.CREDENTIALS_PROVIDER, CredentialProvider.WEB_IDENTITY_TOKEN)
                .set(AwsOptions.ROLE_ARN, ROLE)
                .set(AwsOptions.WEB_IDENTITY_TOKEN_FILE, token.toString())
                .set(AwsOptions.ROLE_STS_ENDPOINT, kvs.sts().endpoint().toString());
    }

    private Job<Fragment> run(
            KvsSourceBuilder<Fragment> builder, MapFunction<Fragment, Fragment> map)
            throws Exception {
        KvsSource<Fragment> source = builder.build();
        texts.put("source", source + " " + builder);
        StreamExecutionEnvironment env = environment(new Configuration(), 1);
        DataStream<Fragment> fragments =
                env.fromSource(source, WatermarkStrategy.noWatermarks(), "kvs")
                        .uid("kvs")
                        .map(map)
                        .returns(FragmentTypeInfo.INSTANCE)
                        .uid("map");
        texts.put("execution plan", env.getExecutionPlan());
        return start(env, fragments);
    }

    private void succeeds(KvsSourceBuilder<Fragment> source) throws Exception {
        Job<Fragment> job = run(source, new FailOnce<>(2));
        assertAll(job.results.awaitCommitted(3), stream);
        job.savepoint();
        askRest(job);
        job.cancel();
        // The state of the sink contains the media, so leaks in files would be found.
        assertThat(savepoints()).contains(MEDIA);
        assertThat(logs.entries())
                .anyMatch(entry -> entry.logger.startsWith("io.github.flinkkvs"))
                .anyMatch(entry -> entry.logger.startsWith("org.apache.flink"))
                .anyMatch(entry -> entry.logger.startsWith("software.amazon"))
                .anyMatch(entry -> entry.logger.startsWith("io.netty"))
                .anyMatch(entry -> entry.level == Level.TRACE);
    }

    private void fails(KvsSourceBuilder<Fragment> source, String why) throws Exception {
        Job<Fragment> job = run(source, fragment -> fragment);
        try {
            job.client.getJobExecutionResult().get(TIME.toSeconds(), TimeUnit.SECONDS);
            throw new AssertionError("The job did not fail");
        } catch (ExecutionException e) {
            String trace = ExceptionUtils.stringifyException(e);
            assertThat(trace).contains(why);
            texts.put("exception", trace);
        }
        askRest(job);
        assertThat(texts.get("/jobs/" + job.client.getJobID() + "/exceptions")).contains(why);
    }

    private String savepoints() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(folder.resolve("savepoints"))) {
            for (Path file : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    private void refuses(KvsSourceBuilder<Fragment> source) {
        Throwable refusal = catchThrowable(source::build);
        assertThat(refusal).isInstanceOf(IllegalArgumentException.class);
        texts.put("refusal " + texts.size(), ExceptionUtils.stringifyException(refusal));
    }

    /** Records what every user of the web interface can see. */
    private void askRest(Job<Fragment> job) throws Exception {
        Configuration client = FLINK.getClientConfiguration();
        String base =
                "http://" + client.get(RestOptions.ADDRESS) + ":" + client.get(RestOptions.PORT);
        HttpClient http = HttpClient.newHttpClient();
        String id = "/jobs/" + job.client.getJobID();
        for (String path :
                List.of(
                        "/jobmanager/config",
                        "/jobs/overview",
                        id,
                        id + "/plan",
                        id + "/config",
                        id + "/exceptions",
                        id + "/checkpoints",
                        id + "/checkpoints/config")) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(URI.create(base + path)).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path + answer.body()).isEqualTo(200);
            texts.put(path, answer.body());
        }
        assertThat(texts.get(id + "/plan")).contains("kvs");
    }

    // ---- jobs that succeed --------------------------------------------------------------------

    @Test
    void keysWithASessionTokenOverHttps() throws Exception {
        startService(EmbeddedKvs.builder().https(true));
        createStream();
        succeeds(
                withSession()
                        .set(AwsOptions.TRUST_STORE_PATH, trustStore().toString())
                        .set(AwsOptions.TRUST_STORE_PASSWORD, STORE_PASSWORD));
    }

    private Path trustStore() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("a", kvs.trustStore().getCertificate("authority"));
        Path file = Files.createDirectories(given()).resolve("store.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, STORE_PASSWORD.toCharArray());
        }
        return file;
    }

    @Test
    void assumedRole() throws Exception {
        succeeds(assumingRole());
        assertThat(kvs.sts().sessions()).isNotEmpty();
    }

    @Test
    void webIdentity() throws Exception {
        succeeds(withWebIdentity());
        assertThat(kvs.sts().sessions()).isNotEmpty();
    }

    // ---- jobs that fail -----------------------------------------------------------------------

    @Test
    void unknownKey() throws Exception {
        kvs.accessKeys().allow("AKIDOTHER");
        fails(withSession(), "UnrecognizedClientException");
    }

    @Test
    void expiredToken() throws Exception {
        kvs.accessKeys().addSession("ASIACANARY", TOKEN, kvs.clock().now());
        fails(withSession(), "ExpiredTokenException");
    }

    @Test
    void accessDenied() throws Exception {
        stream.faults()
                .everyConnection(Fault.httpError(403, "AccessDeniedException", "not authorized"));
        fails(withSession(), "AccessDeniedException");
    }

    @Test
    void nothingButErrors() throws Exception {
        stream.faults().everyConnection(Fault.resetBeforeAnswer());
        fails(withSession(), "Nothing but errors");
    }

    @Test
    void badFragment() throws Exception {
        stream.corrupt(
                stream.pushed().get(0).number(),
                indexOfCluster(stream.pushed().get(0).bytes()),
                new byte[4]);
        fails(withSession(), "cannot be read");
    }

    private static int indexOfCluster(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.indexOf("\u001f\u0043\u00b6\u0075");
    }

    @Test
    void roleThatMayNotBeAssumed() throws Exception {
        kvs.sts().role(ROLE, "another");
        fails(assumingRole(), "AccessDenied");
    }

    @Test
    void webIdentityThatIsRefused() throws Exception {
        kvs.sts().webIdentity("another");
        fails(withWebIdentity(), "InvalidIdentityToken");
    }

    @Test
    void securityTokenServiceThatIsDown() throws Exception {
        kvs.sts().faults().everyCall("AssumeRole", Fault.internalFailure());
        fails(assumingRole(), "InternalFailure");
    }

    @Test
    void certificateThatIsNotTrusted() throws Exception {
        startService(EmbeddedKvs.builder().https(true));
        createStream();
        fails(withSession(), "is not trusted");
    }

    @Test
    void wrongPasswordOfTheTrustStore() throws Exception {
        startService(EmbeddedKvs.builder().https(true));
        createStream();
        fails(
                withSession()
                        .set(AwsOptions.TRUST_STORE_PATH, trustStore().toString())
                        .set(AwsOptions.TRUST_STORE_PASSWORD, "not " + STORE_PASSWORD),
                "is not the password");
    }

    @Test
    void secretsInTheWrongPlace() {
        for (ConfigOption<?> option : AwsOptions.all()) {
            Configuration config = new Configuration();
            config.setString(option.key(), SECRET);
            KvsSourceBuilder<Fragment> source = bare().setSourceConfig(config);
            texts.put("source with " + option.key(), source.toString());
            Throwable refusal = catchThrowable(source::build);
            texts.put(
                    "refusal of " + option.key(),
                    refusal == null ? "" : ExceptionUtils.stringifyException(refusal));
        }
        refuses(bare().setEndpoint("https://user:" + SECRET + "@host"));
        refuses(bare().set(AwsOptions.TRUST_STORE_PASSWORD, STORE_PASSWORD));
        refuses(bare().set(AwsOptions.SESSION_TOKEN, TOKEN));
    }

    // ---- what is not in our hands -------------------------------------------------------------

    /** Two loggers of the SDK write the wire traffic at DEBUG; a warning says so. */
    @Test
    void loggersThatMustNotBeAtDebug() throws Exception {
        try (LogCapture everything = LogCapture.ofEverything()) {
            Job<Fragment> job = run(assumingRole(), fragment -> fragment);
            assertAll(job.results.awaitCommitted(3), stream);
            job.cancel();

            assertThat(everything.entries())
                    .filteredOn(entry -> entry.level == Level.WARN)
                    .extracting(LogCapture.Entry::toString)
                    .filteredOn(line -> line.contains("writes session tokens, signatures or media"))
                    .anyMatch(line -> line.contains(WIRE_LOGGERS[0]))
                    .anyMatch(line -> line.contains(WIRE_LOGGERS[1]));
            assertThat(leaks(everything))
                    .anyMatch(leak -> leak.endsWith("signature"))
                    .anyMatch(leak -> leak.endsWith("media"))
                    .anyMatch(leak -> leak.contains("session token"))
                    .noneMatch(leak -> leak.contains("secret key"))
                    .allMatch(
                            leak ->
                                    leak.startsWith("DEBUG of " + WIRE_LOGGERS[0])
                                            || leak.startsWith("DEBUG of " + WIRE_LOGGERS[1]));
        }
    }
}
