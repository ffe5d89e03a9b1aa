/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.errors;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.aws.CredentialSpec;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesisvideomedia.model.InvalidEndpointException;
import software.amazon.awssdk.services.kinesisvideomedia.model.KinesisVideoMediaException;
import software.amazon.awssdk.services.sts.model.StsException;

import javax.net.ssl.SSLHandshakeException;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(10)
class ErrorTableTest {

    private static AwsServiceException error(String code, String message, int status) {
        return KinesisVideoMediaException.builder()
                .statusCode(status)
                .requestId("r-1")
                .awsErrorDetails(
                        AwsErrorDetails.builder().errorCode(code).errorMessage(message).build())
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "ClientLimitExceededException, 400, THROTTLED",
        "ThrottlingException, 400, THROTTLED",
        "ConnectionLimitExceededException, 400, CONNECTION_LIMIT",
        "InvalidEndpointException, 400, REFRESH_ENDPOINT",
        "ResourceNotFoundException, 404, STREAM_NOT_FOUND",
        "ExpiredTokenException, 403, RETRY",
        "NotAuthorizedException, 401, FATAL",
        "AccessDeniedException, 403, FATAL",
        "UnrecognizedClientException, 403, FATAL",
        "IDPCommunicationError, 400, RETRY",
        "InvalidArgumentException, 400, FATAL",
        "InternalFailure, 400, RETRY",
        "Unheard, 429, THROTTLED",
        "Unheard, 500, RETRY",
        "Unheard, 503, RETRY",
        "Unheard, 400, FATAL",
        ", 403, REFRESH_ENDPOINT",
        ", 302, REFRESH_ENDPOINT",
        ", 400, FATAL",
        ", 502, RETRY",
    })
    void classifiesWhatTheServiceAnswers(String code, int status, ErrorClass expected) {
        AwsServiceException error = error(code, "told so", status);
        assertThat(ErrorTable.classify(error)).isEqualTo(expected);
        assertThat(
                        ErrorTable.classify(
                                new CompletionException(
                                        new ExecutionException(new RuntimeException(error)))))
                .isEqualTo(expected);
    }

    @Test
    void classifiesBySpecialWords() {
        assertThat(ErrorTable.classify(error("NotAuthorizedException", "Token Expired", 401)))
                .isEqualTo(ErrorClass.RETRY);
        assertThat(
                        ErrorTable.classify(
                                error(
                                        "InvalidArgumentException",
                                        "End timestamp 1724080162000 is outside of the stream"
                                                + " retention period.",
                                        400)))
                .isEqualTo(ErrorClass.REPOSITION);
        assertThat(ErrorTable.classify(InvalidEndpointException.builder().build()))
                .isEqualTo(ErrorClass.REFRESH_ENDPOINT);
        assertThat(ErrorTable.classify(KinesisVideoMediaException.builder().build()))
                .isEqualTo(ErrorClass.FATAL);
    }

    @Test
    void classifiesWhatHappensOnTheWay() {
        assertThat(ErrorTable.classify(new IOException("reset"))).isEqualTo(ErrorClass.RETRY);
        assertThat(ErrorTable.classify(sdk(new ConnectException("refused"))))
                .isEqualTo(ErrorClass.REFRESH_ENDPOINT);
        assertThat(ErrorTable.classify(sdk(new UnknownHostException("x"))))
                .isEqualTo(ErrorClass.REFRESH_ENDPOINT);
        assertThat(ErrorTable.classify(sdk(new SSLHandshakeException("closed"))))
                .isEqualTo(ErrorClass.RETRY);
        assertThat(ErrorTable.classify(refused("No name matching door found")))
                .isEqualTo(ErrorClass.FATAL);
        assertThat(
                        ErrorTable.classify(
                                sdk(
                                        new SSLHandshakeException(
                                                "Received fatal alert: certificate_required"))))
                .isEqualTo(ErrorClass.FATAL);
        assertThat(
                        ErrorTable.classify(
                                SdkClientException.create("Unable to load credentials from any")))
                .isEqualTo(ErrorClass.FATAL);
        assertThat(ErrorTable.classify(ApiCallTimeoutException.create(10)))
                .isEqualTo(ErrorClass.RETRY);
        assertThat(ErrorTable.classify(new IllegalArgumentException("x")))
                .isEqualTo(ErrorClass.FATAL);
    }

    /** As TLS wraps the exception of a trust manager. */
    private static Throwable refused(String what) {
        SSLHandshakeException handshake = new SSLHandshakeException(what);
        handshake.initCause(new CertificateException(what, new RuntimeException("deep")));
        return sdk(handshake);
    }

    private static Throwable sdk(Throwable cause) {
        return new CompletionException(SdkClientException.create("on the way", cause));
    }

    @Test
    void describesInTheServicesWords() {
        assertThat(ErrorTable.describe(new CompletionException(error("Code", "told so", 400))))
                .isEqualTo("Code: told so (request r-1)");
        assertThat(ErrorTable.describe(error(null, null, 403)))
                .isEqualTo("HTTP status 403 (request r-1)");
        assertThat(ErrorTable.describe(sdk(new ConnectException("refused"))))
                .isEqualTo("on the way (java.net.ConnectException: refused)");
        assertThat(ErrorTable.describe(new IOException())).isEqualTo("java.io.IOException");
        assertThat(ErrorTable.describe(refused("No name matching door found")))
                .isEqualTo("No name matching door found");
    }

    /** Whoever answers must not forge lines of the log, or fill it. */
    @Test
    void describesInOneShortLine() {
        String text =
                ErrorTable.describe(
                        error(
                                "Bad",
                                "a\r\nINFO b\u2028c\u001b[31m\u202ed" + "e".repeat(5_000),
                                500));
        assertThat(text).startsWith("Bad: a  INFO b c [31m de").endsWith("ee…").hasSize(1_001);
        assertThat(ErrorTable.describe(new IllegalStateException("x\ny"))).isEqualTo("x y");
        assertThat(OneLine.quoted(null)).isEqualTo("nothing");
        assertThat(OneLine.quoted("ä€")).isEqualTo("'ä€'");
    }

    @Test
    void missingCredentialsAreASentence() {
        Throwable error =
                SdkClientException.create(
                        "Unable to load credentials from any of the providers in the chain"
                                + " AwsCredentialsProviderChain(credentialsProviders=["
                                + "x".repeat(1_500)
                                + "])");
        assertThat(ErrorTable.describe(new CompletionException(error)))
                .startsWith("There are no AWS credentials: set 'aws.credentials.provider', or")
                .hasSizeLessThan(250);
    }

    @Test
    void whatNobodyRenewsIsFatalWhenItExpires() {
        AwsServiceException refusal =
                error("ExpiredTokenException", "The security token is expired", 403);
        assertThat(ErrorTable.isExpiredToken(new CompletionException(refusal))).isTrue();
        assertThat(ErrorTable.isExpiredToken(error("NotAuthorizedException", "no", 401))).isFalse();
        assertThat(ErrorTable.isExpiredToken(new IOException())).isFalse();
        Throwable error =
                new CompletionException(
                        ExpiredCredentialsException.inPlaceOf(
                                refusal, credentials("aws.credentials.provider", "ENV_VAR")));
        assertThat(ErrorTable.classify(error)).isEqualTo(ErrorClass.FATAL);
        assertThat(ErrorTable.describe(error))
                .startsWith("The session token has expired")
                .contains("'aws.credentials.provider' = ENV_VAR never renews it")
                .endsWith("(ExpiredTokenException: The security token is expired (request r-1))");
    }

    @Test
    void whatExpiresIsWhatWasRefused() {
        AwsServiceException ofKvs = error("ExpiredTokenException", "expired", 403);
        AwsServiceException ofSts =
                StsException.builder()
                        .awsErrorDetails(
                                AwsErrorDetails.builder().errorCode("ExpiredToken").build())
                        .build();
        CredentialSpec role =
                credentials(
                        "aws.credentials.provider",
                        "ASSUME_ROLE",
                        "aws.credentials.provider.role.arn",
                        "arn:aws:iam::123456789012:role/reader",
                        "aws.credentials.role.provider.basic.accesskeyid",
                        "AKID",
                        "aws.credentials.role.provider.basic.secretkey",
                        "secret",
                        "aws.credentials.role.provider.basic.sessiontoken",
                        "token");
        // The role is renewed, the keys that assume it are not.
        assertThat(ExpiredCredentialsException.inPlaceOf(ofKvs, role)).isSameAs(ofKvs);
        assertThat(ExpiredCredentialsException.inPlaceOf(ofSts, role))
                .isInstanceOf(ExpiredCredentialsException.class)
                .hasCause(ofSts)
                .hasMessageContaining("'aws.credentials.provider.role.provider' = BASIC never");
        IOException other = new IOException();
        assertThat(ExpiredCredentialsException.inPlaceOf(other, role)).isSameAs(other);
        // Keys without a token do not expire.
        CredentialSpec keys =
                credentials(
                        "aws.credentials.provider.basic.accesskeyid",
                        "AKID",
                        "aws.credentials.provider.basic.secretkey",
                        "secret");
        assertThat(ExpiredCredentialsException.inPlaceOf(ofKvs, keys)).isSameAs(ofKvs);
    }

    private static CredentialSpec credentials(String... keysAndValues) {
        Configuration config = new Configuration();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            config.setString(keysAndValues[i], keysAndValues[i + 1]);
        }
        return AwsConfig.of(config).credentials();
    }

    @Test
    void isNotCaughtInARing() {
        Exception a = new CompletionException("a", null);
        Exception b = new CompletionException("b", a);
        // A cause given to the constructor cannot be replaced; null can.
        Exception c = new RuntimeException("c");
        Exception d = new RuntimeException("d", c);
        c.initCause(d);
        assertThat(ErrorTable.classify(d)).isEqualTo(ErrorClass.RETRY);
        assertThat(ErrorTable.describe(d)).startsWith("d");
        assertThat(ErrorTable.describe(b)).startsWith("a");
    }
}
