/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.ApiCall;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

/** Unmodified AWS clients ask for credentials, and use them. */
class EmbeddedStsTest {
    private static final String ROLE = "arn:aws:iam::123456789012:role/reader";

    private final EmbeddedKvs kvs = EmbeddedKvs.start();
    private StsClient sts;

    @BeforeEach
    void openClient() {
        kvs.createStream("camera");
        sts =
                StsClient.builder()
                        .endpointOverride(kvs.sts().endpoint())
                        .region(Region.US_EAST_1)
                        .credentialsProvider(TestClients.credentials())
                        .overrideConfiguration(
                                o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                        .build();
    }

    @AfterEach
    void close() {
        sts.close();
        kvs.close();
    }

    private Credentials assume(String externalId) {
        return sts.assumeRole(r -> r.roleArn(ROLE).roleSessionName("night").externalId(externalId))
                .credentials();
    }

    private void describe(AwsCredentials credentials) {
        try (KinesisVideoClient client =
                KinesisVideoClient.builder()
                        .endpointOverride(kvs.endpoint())
                        .region(Region.US_EAST_1)
                        .credentialsProvider(StaticCredentialsProvider.create(credentials))
                        .overrideConfiguration(
                                o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                        .build()) {
            client.describeStream(r -> r.streamName("camera"));
        }
    }

    private static AwsSessionCredentials session(Credentials given, String token) {
        return AwsSessionCredentials.create(given.accessKeyId(), given.secretAccessKey(), token);
    }

    private static void assertRefused(Runnable call, int status, String code) {
        assertThatThrownBy(call::run)
                .asInstanceOf(type(AwsServiceException.class))
                .satisfies(
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(status);
                            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
                        });
    }

    @Test
    void roleIsAssumedAndItsCredentialsAreKnownUntilTheyExpire() {
        kvs.accessKeys().allow(TestClients.ACCESS_KEY);
        kvs.sts().sessionDuration(Duration.ofMinutes(15));
        Credentials given = assume("partner");
        assertThat(given.expiration())
                .isBetween(kvs.clock().now().plusSeconds(840), kvs.clock().now().plusSeconds(900));
        assertThat(kvs.sts().sessions())
                .singleElement()
                .satisfies(
                        session -> {
                            assertThat(session.roleArn()).isEqualTo(ROLE);
                            assertThat(session.name()).isEqualTo("night");
                            assertThat(session.externalId()).isEqualTo("partner");
                            assertThat(session.assumedBy()).isEqualTo(TestClients.ACCESS_KEY);
                            assertThat(session.webIdentityToken()).isNull();
                            assertThat(session.accessKeyId()).isEqualTo(given.accessKeyId());
                            assertThat(session.secretAccessKey())
                                    .isEqualTo(given.secretAccessKey());
                            assertThat(session.sessionToken()).isEqualTo(given.sessionToken());
                            assertThat(session.expiry()).isEqualTo(given.expiration());
                        });
        assertThat(kvs.log().calls("AssumeRole", null))
                .singleElement()
                .satisfies(c -> assertThat(c.accessKeyId()).isEqualTo(TestClients.ACCESS_KEY));

        describe(session(given, given.sessionToken()));
        assertRefused(
                () -> describe(session(given, "another")), 403, "UnrecognizedClientException");
        kvs.clock().shift(Duration.ofMinutes(16));
        assertRefused(
                () -> describe(session(given, given.sessionToken())), 403, "ExpiredTokenException");
    }

    @Test
    void roleIsAssumedWithAWebIdentity() {
        kvs.sts().webIdentity("pod");
        Credentials given =
                sts.assumeRoleWithWebIdentity(
                                r -> r.roleArn(ROLE).roleSessionName("n").webIdentityToken("pod"))
                        .credentials();
        describe(session(given, given.sessionToken()));
        assertThat(kvs.sts().sessions().get(0).webIdentityToken()).isEqualTo("pod");
        assertRefused(
                () ->
                        sts.assumeRoleWithWebIdentity(
                                r -> r.roleArn(ROLE).roleSessionName("n").webIdentityToken("x")),
                400,
                "InvalidIdentityToken");
    }

    @Test
    void onlyWhoIsAllowedMayAssumeARole() {
        kvs.accessKeys().allow("AKIDOTHER");
        assertRefused(() -> assume(null), 403, "InvalidClientTokenId");
        assertRefused(
                () -> describe(TestClients.credentials().resolveCredentials()),
                403,
                "UnrecognizedClientException");
        kvs.accessKeys().allow(TestClients.ACCESS_KEY);
        assume(null);
        describe(TestClients.credentials().resolveCredentials());
    }

    @Test
    void rolesMayDemandAnExternalId() {
        kvs.sts().role(ROLE, "partner");
        assume("partner");
        assertRefused(() -> assume(null), 403, "AccessDenied");
        assertRefused(() -> assume("other"), 403, "AccessDenied");
        assertRefused(
                () -> sts.assumeRole(r -> r.roleArn(ROLE + "2").roleSessionName("n")),
                403,
                "AccessDenied");
        assertRefused(() -> sts.getCallerIdentity(), 400, "InvalidAction");
    }

    @Test
    void faults() {
        kvs.sts()
                .faults()
                .nextCall("AssumeRole", Fault.httpError(503, "ServiceUnavailable", "a < b & c"))
                .nextCall("AssumeRole", Fault.resetBeforeAnswer());
        assertRefused(() -> assume(null), 503, "ServiceUnavailable");
        assertThatThrownBy(() -> assume(null)).isNotInstanceOf(AwsServiceException.class);
        assume(null);
        assertThat(kvs.log().calls("AssumeRole", null))
                .extracting(ApiCall::errorType)
                .containsExactly("ServiceUnavailable", "reset", null);
    }

    /** The API takes tokens of up to 20,000 characters. */
    @Test
    @Timeout(20)
    void aLongWebIdentityToken() {
        String token = "t".repeat(20_000);
        kvs.sts().webIdentity(token);
        sts.assumeRoleWithWebIdentity(
                r -> r.roleArn(ROLE).roleSessionName("night").webIdentityToken(token));
        assertThat(kvs.sts().sessions())
                .singleElement()
                .satisfies(session -> assertThat(session.webIdentityToken()).isEqualTo(token));
    }

    @Test
    @Timeout(20)
    void aRequestThatIsTooLargeIsRefused() {
        assertRefused(
                () ->
                        sts.assumeRoleWithWebIdentity(
                                r ->
                                        r.roleArn(ROLE)
                                                .roleSessionName("night")
                                                .webIdentityToken("t".repeat(2_000_000))),
                413,
                "RequestEntityTooLarge");
    }

    @Test
    void aLateAnswer() {
        assume(null);
        kvs.sts().faults().nextCall("AssumeRole", Fault.delay(Duration.ofMillis(300)));
        long begun = System.nanoTime();
        assume(null);
        assertThat(System.nanoTime() - begun).isGreaterThan(Duration.ofMillis(290).toNanos());
    }
}
