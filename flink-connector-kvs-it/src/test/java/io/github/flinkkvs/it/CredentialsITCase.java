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
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.RoleSession;
import io.github.flinkkvs.testing.log.ServedMedia;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Jobs with verified credentials: every call to the service needs a known, unexpired key from the
 * Security Token Service beside it.
 */
class CredentialsITCase extends KvsTestBase {

    private static final String ROLE = "arn:aws:iam::123456789012:role/camera-reader";

    private static final ConfigOption<String> BASE_ACCESS_KEY_ID = base("accesskeyid");
    private static final ConfigOption<String> BASE_SECRET_KEY = base("secretkey");

    private EmbeddedStream stream;

    private static ConfigOption<String> base(String name) {
        return ConfigOptions.key(AwsOptions.ROLE_PROVIDER.key() + ".basic." + name)
                .stringType()
                .noDefaultValue();
    }

    @BeforeEach
    void onlyWhoIsKnown() {
        know();
    }

    private void know() {
        kvs.accessKeys().allow("AKIDBASE");
        kvs.sts().role(ROLE, "partner-7");
        stream = kvs.createStream("front-door");
    }

    private KvsSourceBuilder<Fragment> assumingRole() {
        return sourceWithoutCredentials(List.of(stream.name()))
                .set(AwsOptions.CREDENTIALS_PROVIDER, CredentialProvider.ASSUME_ROLE)
                .set(AwsOptions.ROLE_ARN, ROLE)
                .set(AwsOptions.ROLE_SESSION_NAME, "nightly")
                .set(AwsOptions.ROLE_EXTERNAL_ID, "partner-7")
                .set(AwsOptions.ROLE_STS_ENDPOINT, kvs.sts().endpoint().toString())
                .set(BASE_ACCESS_KEY_ID, "AKIDBASE")
                .set(BASE_SECRET_KEY, SECRET);
    }

    private KvsSourceBuilder<Fragment> withWebIdentity(Path token) {
        kvs.sts().role(ROLE);
        return sourceWithoutCredentials(List.of(stream.name()))
                .set(AwsOptions.CREDENTIALS_PROVIDER, CredentialProvider.WEB_IDENTITY_TOKEN)
                .set(AwsOptions.ROLE_ARN, ROLE)
                .set(AwsOptions.WEB_IDENTITY_TOKEN_FILE, token.toString())
                .set(AwsOptions.ROLE_STS_ENDPOINT, kvs.sts().endpoint().toString());
    }

    // ---- who asks -----------------------------------------------------------------------------

    @Test
    void assumesARole() throws Exception {
        push(stream, 3);

        Job<Fragment> job = job(assumingRole()).restarts(0).start();

        assertAll(job.results.awaitCommitted(3), stream);
        // One for the enumerator, one for the reader.
        assertThat(kvs.sts().sessions())
                .hasSize(2)
                .allSatisfy(
                        session -> {
                            assertThat(session.roleArn()).isEqualTo(ROLE);
                            assertThat(session.name()).isEqualTo("nightly");
                            assertThat(session.externalId()).isEqualTo("partner-7");
                            assertThat(session.assumedBy()).isEqualTo("AKIDBASE");
                        });
        assertSignedWithRole();
    }

    @Test
    void takesAWebIdentityTokenThatRotates() throws Exception {
        push(stream, 3);
        Path token = Files.writeString(folder.resolve("token"), "monday");
        kvs.sts().webIdentity("monday").sessionDuration(Duration.ofSeconds(2));

        Job<Fragment> job = job(withWebIdentity(token)).restarts(0).start();
        job.results.awaitCommitted(3);
        assertSignedWithRole();
        assertThat(kvs.sts().sessions())
                .allSatisfy(s -> assertThat(s.webIdentityToken()).isEqualTo("monday"));

        kvs.sts().webIdentity("tuesday");
        Files.writeString(token, "tuesday\n");
        kvs.log()
                .await(
                        seen ->
                                kvs.sts().sessions().stream()
                                        .anyMatch(s -> "tuesday".equals(s.webIdentityToken())),
                        "the new token is used",
                        TIME);
        push(stream, 2);
        assertAll(job.results.awaitCommitted(5), stream);
    }

    /** All successful calls were signed with a key of the role. */
    private void assertSignedWithRole() {
        Set<String> given =
                kvs.sts().sessions().stream()
                        .map(RoleSession::accessKeyId)
                        .collect(Collectors.toSet());
        for (String operation : List.of("DescribeStream", "GetDataEndpoint", "GetMedia")) {
            assertThat(kvs.log().calls(operation, stream.name()))
                    .as(operation)
                    .isNotEmpty()
                    .extracting(ApiCall::accessKeyId)
                    .isSubsetOf(given);
        }
    }

    @Test
    void keyThatNobodyKnows() throws Exception {
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        assertThat(job.awaitFailure())
                .contains("UnrecognizedClientException: The security token included in the request")
                .contains("is invalid. (request ");
    }

    @Test
    void roleThatMayNotBeAssumed() throws Exception {
        Job<Fragment> strange =
                job(assumingRole().set(AwsOptions.ROLE_EXTERNAL_ID, "partner-8"))
                        .restarts(0)
                        .start();
        assertThat(strange.awaitFailure())
                .contains("AccessDenied: User is not authorized to perform sts:AssumeRole")
                .contains(ROLE);

        Job<Fragment> unknown =
                job(assumingRole().set(BASE_ACCESS_KEY_ID, "AKIDOTHER")).restarts(0).start();
        assertThat(unknown.awaitFailure()).contains("InvalidClientTokenId");

        kvs.sts().webIdentity("monday");
        Path token = Files.writeString(folder.resolve("token"), "sunday");
        Job<Fragment> refused = job(withWebIdentity(token)).restarts(0).start();
        assertThat(refused.awaitFailure()).contains("InvalidIdentityToken");
        assertThat(kvs.log().calls("DescribeStream", null)).isEmpty();
    }

    @Test
    void securityTokenServiceBehindTls() throws Exception {
        startService(EmbeddedKvs.builder().https(true));
        know();
        push(stream, 3);

        Job<Fragment> untrusting = job(assumingRole()).restarts(0).start();
        assertThat(untrusting.awaitFailure())
                .contains(
                        "The certificate of 127.0.0.1:"
                                + kvs.sts().endpoint().getPort()
                                + " is refused: it is not trusted");

        Job<Fragment> job =
                job(assumingRole()
                                .set(AwsOptions.TRUST_STORE_PATH, kvs.certificateFile().toString()))
                        .restarts(0)
                        .start();
        assertAll(job.results.awaitCommitted(3), stream);
        assertSignedWithRole();
    }

    // ---- what expires -------------------------------------------------------------------------

    @Test
    void tokensAreRenewedWhileTheJobRunsAndFails() throws Exception {
        kvs.sts().sessionDuration(Duration.ofSeconds(2));
        kvs.limits().sessionCap(Duration.ofMillis(500));
        try (Camera camera = Camera.builder(stream).speed(5).fragments(25).start()) {
            Job<Fragment> job = job(assumingRole()).map(new FailOnce<>(9)).start();
            assertAll(job.results.awaitCommitted(25), stream);
            assertThat(job.results.attempts()).isEqualTo(2);
        }
        assertThat(kvs.log().calls("GetMedia", stream.name()))
                .extracting(ApiCall::accessKeyId)
                .satisfies(keys -> assertThat(Set.copyOf(keys)).hasSizeGreaterThan(2));
        assertSignedWithRole();
    }

    @Test
    void aCallGoesOnWhenItsTokenHasExpired() throws Exception {
        kvs.sts().sessionDuration(Duration.ofSeconds(2));
        kvs.limits().idleEnd(Duration.ofSeconds(3));
        Job<Fragment> job;
        try (Camera camera = Camera.builder(stream).speed(5).fragments(15).start()) {
            job = job(assumingRole()).restarts(0).start();
            assertAll(job.results.awaitCommitted(15), stream);
        }
        kvs.log().awaitSessions(stream.name(), 2, TIME);
        push(stream, 2);
        assertAll(job.results.awaitCommitted(17), stream);

        List<ServedMedia> calls = kvs.log().sessions(stream.name());
        assertThat(calls.get(0).fragmentsSent()).hasSize(15);
        assertThat(calls.get(0).endReason()).isEqualTo(EndReason.IDLE);
        List<ApiCall> asked = kvs.log().calls("GetMedia", stream.name());
        assertThat(asked.get(1).accessKeyId()).isNotEqualTo(asked.get(0).accessKeyId());
        assertThat(asked.get(1).time())
                .isAfter(
                        kvs.sts().sessions().stream()
                                .filter(s -> s.accessKeyId().equals(asked.get(0).accessKeyId()))
                                .findFirst()
                                .orElseThrow()
                                .expiry());
    }

    @Test
    void tokenThatNobodyRenews() throws Exception {
        kvs.accessKeys().addSession("ASIAFIRST", "first", kvs.clock().now().plusSeconds(3600));
        push(stream, 2);
        Job<Fragment> job = job(withSession("ASIAFIRST", "first")).restarts(0).start();
        job.results.awaitCommitted(2);
        String savepoint = job.savepoint();

        kvs.clock().shift(Duration.ofHours(2));

        assertThat(job.awaitFailure())
                .contains(stream.arn())
                .contains("The session token has expired")
                .contains("'aws.credentials.provider' = BASIC never renews it: start the job with")
                .contains("ExpiredTokenException: The security token included in the request is")
                .doesNotContain("first");

        push(stream, 2);
        kvs.accessKeys().addSession("ASIASECOND", "second", kvs.clock().now().plusSeconds(3600));
        Job<Fragment> next =
                job(withSession("ASIASECOND", "second")).from(savepoint).restarts(0).start();
        assertAll(next.results.awaitCommitted(4), stream);
    }

    private KvsSourceBuilder<Fragment> withSession(String accessKeyId, String token) {
        return sourceWithoutCredentials(List.of(stream.name()))
                .set(AwsOptions.ACCESS_KEY_ID, accessKeyId)
                .set(AwsOptions.SECRET_KEY, SECRET)
                .set(AwsOptions.SESSION_TOKEN, token);
    }

    @Test
    void tokenBelowARoleThatNobodyRenews() throws Exception {
        kvs.accessKeys().addSession("ASIAFIRST", "first", kvs.clock().now().plusSeconds(3600));
        kvs.sts().sessionDuration(Duration.ofSeconds(1));
        push(stream, 2);
        Job<Fragment> job =
                job(assumingRole()
                                .set(BASE_ACCESS_KEY_ID, "ASIAFIRST")
                                .set(base("sessiontoken"), "first"))
                        .restarts(0)
                        .start();
        job.results.awaitCommitted(2);

        kvs.clock().shift(Duration.ofHours(2));

        assertThat(job.awaitFailure())
                .contains("'aws.credentials.provider.role.provider' = BASIC never renews it")
                .contains("(ExpiredToken: The security token included in the request is expired");
    }

    @Test
    void tokenThatHadExpiredBefore() throws Exception {
        kvs.accessKeys().addSession("ASIAOLD", "old", kvs.clock().now());
        Job<Fragment> job = job(withSession("ASIAOLD", "old")).restarts(0).start();
        assertThat(job.awaitFailure())
                .contains("Stream front-door cannot be looked up: The session token has expired");
    }

    // ---- the Security Token Service is down ---------------------------------------------------

    @Test
    void securityTokenServiceIsDownForAWhile() throws Exception {
        kvs.sts().sessionDuration(Duration.ofSeconds(1));
        push(stream, 2);
        Job<Fragment> job = job(assumingRole()).restarts(0).start();
        job.results.awaitCommitted(2);

        int fragments = 2;
        for (Fault fault :
                List.of(
                        Fault.httpError(503, "ServiceUnavailable", "down"),
                        Fault.httpError(400, "Throttling", "Rate exceeded"),
                        Fault.resetBeforeAnswer())) {
            kvs.sts().faults().everyCall("AssumeRole", fault);
            push(stream, 2);
            fragments += 2;
            long failed = failures() + 5;
            kvs.log().await(seen -> failures() >= failed, "it fails for a while", TIME);
            kvs.sts().faults().clear();
            job.results.awaitCommitted(fragments);
        }

        assertAll(job.results.committed(), stream);
        assertThat(metric(job, "errors")).isPositive();
        assertSignedWithRole();
    }

    @Test
    void securityTokenServiceIsDownAtTheStart() throws Exception {
        kvs.sts().faults().everyCall("AssumeRole", Fault.internalFailure());
        push(stream, 2);

        Job<Fragment> job = job(assumingRole()).restarts(0).start();

        kvs.log().await(seen -> failures() >= 5, "it fails for a while", TIME);
        kvs.sts().faults().clear();
        assertAll(job.results.awaitCommitted(2), stream);
    }

    private long failures() {
        return kvs.log().calls("AssumeRole", null).stream()
                .filter(call -> call.errorType() != null)
                .count();
    }
}
