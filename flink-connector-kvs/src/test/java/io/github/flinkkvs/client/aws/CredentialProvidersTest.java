/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import io.github.flinkkvs.client.errors.ErrorTable;

import org.apache.flink.configuration.Configuration;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where the providers of the AWS SDK find credentials when the options choose them: in the
 * environment, in files, and at scripted servers in place of a container's and a machine's.
 */
@Timeout(60)
class CredentialProvidersTest {

    private static final String PROVIDER = "aws.credentials.provider";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG";
    private static final String TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE";
    private static final String PREFIX = "found ";
    private static final String ROLE = "arn:aws:iam::123456789012:role/reader";

    @TempDir Path folder;

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private HttpServer metadata;

    @BeforeEach
    void startServerOfCredentials() throws IOException {
        String credentials =
                String.format(
                        "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIAMACHINE\","
                                + "\"SecretAccessKey\":\"%s\",\"Token\":\"%s\","
                                + "\"Expiration\":\"%s\"}",
                        SECRET, TOKEN, Instant.now().plus(Duration.ofDays(1)));
        Map<String, String> answers =
                Map.of(
                        "/container",
                        credentials,
                        "/latest/api/token",
                        "metadata-token",
                        "/latest/meta-data/iam/security-credentials/",
                        "camera-role",
                        "/latest/meta-data/iam/security-credentials/camera-role",
                        credentials);
        metadata = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        metadata.createContext(
                "/",
                exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    requests.add(
                            exchange.getRequestMethod()
                                    + " "
                                    + path
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("Authorization")
                                    + " "
                                    + exchange.getRequestHeaders()
                                            .getFirst("x-aws-ec2-metadata-token"));
                    byte[] answer = answers.getOrDefault(path, "").getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("x-aws-ec2-metadata-token-ttl-seconds", "60");
                    exchange.sendResponseHeaders(answer.length == 0 ? 404 : 200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        metadata.start();
    }

    @AfterEach
    void stopServerOfCredentials() {
        metadata.stop(0);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + metadata.getAddress().getPort() + path;
    }

    // ---- a process with an environment of its own -----------------------------------------------

    /** Prints what it finds with the options that are given. */
    public static final class Probe {
        private Probe() {}

        public static void main(String[] keysAndValues) {
            Configuration config = new Configuration();
            for (int i = 0; i < keysAndValues.length; i += 2) {
                config.setString(keysAndValues[i], keysAndValues[i + 1]);
            }
            String found;
            try (AwsCredentials credentials = AwsCredentials.open(AwsConfig.of(config))) {
                found = describe(credentials.provider().resolveCredentials());
            } catch (RuntimeException e) {
                found = ErrorTable.classify(e) + " " + ErrorTable.describe(e);
            }
            System.out.println(PREFIX + found);
        }

        private static String describe(
                software.amazon.awssdk.auth.credentials.AwsCredentials credentials) {
            return credentials.accessKeyId()
                    + ":"
                    + credentials.secretAccessKey()
                    + (credentials instanceof AwsSessionCredentials
                            ? ":" + ((AwsSessionCredentials) credentials).sessionToken()
                            : "");
        }
    }

    /**
     * Key, secret and token, or class and description of the error, in a process with nothing but
     * these credentials.
     */
    private String found(Map<String, String> environment, String... keysAndValues)
            throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Probe.class.getName()));
        command.addAll(List.of(keysAndValues));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        builder.environment().put("AWS_REGION", "eu-central-1");
        builder.environment().put("AWS_SHARED_CREDENTIALS_FILE", folder.resolve("no").toString());
        builder.environment().put("AWS_CONFIG_FILE", folder.resolve("no").toString());
        builder.environment().put("AWS_EC2_METADATA_SERVICE_ENDPOINT", url("/nothing"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines()
                .filter(line -> line.startsWith(PREFIX))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output))
                .substring(PREFIX.length());
    }

    // ---- environment ----------------------------------------------------------------------------

    @Test
    void environment() throws Exception {
        assertThat(
                        found(
                                Map.of(
                                        "AWS_ACCESS_KEY_ID",
                                        "AKIDENV",
                                        "AWS_SECRET_ACCESS_KEY",
                                        SECRET,
                                        "AWS_SESSION_TOKEN",
                                        TOKEN),
                                PROVIDER,
                                "ENV_VAR"))
                .isEqualTo("AKIDENV:" + SECRET + ":" + TOKEN);
    }

    @Test
    void onlyTheEnvironmentIsLookedAt() throws Exception {
        assertThat(found(Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", url("")), PROVIDER, "ENV_VAR"))
                .startsWith("FATAL Unable to load credentials from system settings.");
        assertThat(requests).isEmpty();
    }

    @Test
    void defaultChainTakesTheEnvironmentBeforeFilesAndContainers() throws Exception {
        assertThat(
                        found(
                                Map.of(
                                        "AWS_ACCESS_KEY_ID",
                                        "AKIDENV",
                                        "AWS_SECRET_ACCESS_KEY",
                                        SECRET,
                                        "AWS_SHARED_CREDENTIALS_FILE",
                                        profile("default").toString(),
                                        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                        url("/container"))))
                .isEqualTo("AKIDENV:" + SECRET);
        assertThat(requests).isEmpty();
    }

    // ---- files ----------------------------------------------------------------------------------

    private Path profile(String name) throws IOException {
        return Files.writeString(
                folder.resolve("credentials"),
                String.format(
                        "[%s]%naws_access_key_id=AKIDFILE%naws_secret_access_key=%s%n"
                                + "aws_session_token=%s%n",
                        name, SECRET, TOKEN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROFILE", "AUTO"})
    void profileAsTheSdkFindsIt(String provider) throws Exception {
        assertThat(
                        found(
                                Map.of(
                                        "AWS_SHARED_CREDENTIALS_FILE",
                                        profile("cameras").toString(),
                                        "AWS_PROFILE",
                                        "cameras"),
                                PROVIDER,
                                provider))
                .isEqualTo("AKIDFILE:" + SECRET + ":" + TOKEN);
    }

    @Test
    void profileWithoutCredentials() throws Exception {
        assertThat(
                        found(
                                Map.of(),
                                PROVIDER,
                                "PROFILE",
                                PROVIDER + ".profile.path",
                                profile("cameras").toString(),
                                PROVIDER + ".profile.name",
                                "kameras"))
                .isEqualTo("FATAL Profile file contained no credentials for profile 'kameras'");
    }

    // ---- a web identity, a container, a machine -------------------------------------------------

    @Test
    void defaultChainAssumesARoleWithAWebIdentity() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "pod");
        try (ScriptedSts sts = new ScriptedSts()) {
            assertThat(
                            found(
                                    Map.of(
                                            "AWS_WEB_IDENTITY_TOKEN_FILE",
                                            token.toString(),
                                            "AWS_ROLE_ARN",
                                            ROLE,
                                            "AWS_ENDPOINT_URL_STS",
                                            sts.url())))
                    .isEqualTo("KEY-1:SECRET-1:TOKEN-1");
            assertThat(sts.requests.get(0))
                    .containsEntry("WebIdentityToken", "pod")
                    .containsEntry("RoleArn", ROLE);
        }
    }

    @Test
    void defaultChainAsksTheContainer() throws Exception {
        assertThat(
                        found(
                                Map.of(
                                        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                        url("/container"),
                                        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                                        "Bearer task")))
                .isEqualTo("ASIAMACHINE:" + SECRET + ":" + TOKEN);
        assertThat(requests).containsExactly("GET /container Bearer task null");
    }

    @Test
    void defaultChainAsksTheMachineLast() throws Exception {
        assertThat(found(Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", url(""))))
                .isEqualTo("ASIAMACHINE:" + SECRET + ":" + TOKEN);
        assertThat(requests)
                .startsWith("PUT /latest/api/token null null")
                .last()
                .asString()
                .startsWith("GET /latest/meta-data/iam/security-credentials")
                .endsWith("/camera-role null metadata-token");
    }

    @Test
    void aRoleMayBeAssumedByTheMachine() throws Exception {
        try (ScriptedSts sts = new ScriptedSts()) {
            assertThat(
                            found(
                                    Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", url("")),
                                    PROVIDER,
                                    "ASSUME_ROLE",
                                    PROVIDER + ".role.arn",
                                    ROLE,
                                    PROVIDER + ".role.stsEndpoint",
                                    sts.url()))
                    .isEqualTo("KEY-1:SECRET-1:TOKEN-1");
            assertThat(sts.requests.get(0)).containsEntry("x-amz-security-token", TOKEN);
            assertThat(sts.requests.get(0).get("authorization"))
                    .contains("Credential=ASIAMACHINE/");
        }
    }

    @Test
    void noCredentialsAnywhereIsASentence() throws Exception {
        assertThat(found(Map.of()))
                .startsWith("FATAL There are no AWS credentials: set 'aws.credentials.provider'");
    }
}
