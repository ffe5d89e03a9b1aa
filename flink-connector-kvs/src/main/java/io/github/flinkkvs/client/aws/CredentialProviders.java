/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import org.apache.flink.configuration.ConfigOption;

import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleWithWebIdentityCredentialsProvider;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityRequest;
import software.amazon.awssdk.services.sts.model.IdpCommunicationErrorException;

import javax.annotation.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Opens the AWS SDK's provider for each spec, and closes all that it opened. Guarded by itself. */
final class CredentialProviders implements AutoCloseable {

    private static final String DEFAULT_SESSION_NAME = "flink-connector-kvs";

    private static final Duration STS_CONNECTION_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration STS_SOCKET_TIMEOUT = Duration.ofSeconds(10);

    private final AwsConfig config;

    /** What to close, the last one first. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    CredentialProviders(AwsConfig config) {
        this.config = config;
    }

    /**
     * Opens a provider and those below it. If this fails, {@link #close()} closes those that were
     * opened already.
     *
     * @throws IllegalArgumentException if the spec does not fit this machine; the message names the
     *     key and says what to do
     */
    synchronized AwsCredentialsProvider open(CredentialSpec spec) {
        switch (spec.kind()) {
            case AUTO:
                // create() would share one instance in the process, which nobody may close.
                return keep(DefaultCredentialsProvider.builder().build());
            case ENV_VAR:
                return EnvironmentVariableCredentialsProvider.create();
            case SYS_PROP:
                return SystemPropertyCredentialsProvider.create();
            case PROFILE:
                return keep(profile(spec));
            case BASIC:
                return basic(spec);
            case ASSUME_ROLE:
                return keep(assumeRole(spec));
            case WEB_IDENTITY_TOKEN:
                return keep(webIdentity(spec));
            case CUSTOM:
                return custom(spec);
            default:
                throw new AssertionError();
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    private static AwsCredentialsProvider basic(CredentialSpec spec) {
        String id = spec.needed(spec.options().accessKeyId);
        String secret = spec.needed(spec.options().secretKey);
        return StaticCredentialsProvider.create(
                spec.value(spec.options().sessionToken)
                        .<software.amazon.awssdk.auth.credentials.AwsCredentials>map(
                                token -> AwsSessionCredentials.create(id, secret, token))
                        .orElseGet(() -> AwsBasicCredentials.create(id, secret)));
    }

    private static ProfileCredentialsProvider profile(CredentialSpec spec) {
        ProfileCredentialsProvider.Builder builder = ProfileCredentialsProvider.builder();
        spec.value(spec.options().profileName).ifPresent(builder::profileName);
        ConfigOption<String> path = spec.options().profilePath;
        spec.value(path)
                .map(value -> ConfigValues.readableFile(path.key(), value))
                .ifPresent(
                        file ->
                                builder.profileFile(
                                        ProfileFileSupplier.reloadWhenModified(
                                                file, ProfileFile.Type.CREDENTIALS)));
        return builder.build();
    }

    private StsAssumeRoleCredentialsProvider assumeRole(CredentialSpec spec) {
        AwsCredentialsProvider base = open(spec.roleProvider());
        StsClient sts = keep(sts(base, spec.stsEndpoint()));
        String role = spec.needed(spec.options().roleArn);
        String session = spec.value(spec.options().roleSessionName).orElse(DEFAULT_SESSION_NAME);
        String externalId = spec.value(spec.options().roleExternalId).orElse(null);
        return StsAssumeRoleCredentialsProvider.builder()
                .stsClient(sts)
                .refreshRequest(
                        r -> r.roleArn(role).roleSessionName(session).externalId(externalId))
                .build();
    }

    private StsAssumeRoleWithWebIdentityCredentialsProvider webIdentity(CredentialSpec spec) {
        ConfigOption<String> fileOption = spec.options().tokenFile;
        String role =
                orFromEnvironment(spec, spec.options().roleArn, SdkSystemSetting.AWS_ROLE_ARN);
        Path file =
                ConfigValues.readableFile(
                        fileOption.key(),
                        orFromEnvironment(
                                spec, fileOption, SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE));
        String session =
                spec.value(spec.options().roleSessionName)
                        .or(SdkSystemSetting.AWS_ROLE_SESSION_NAME::getStringValue)
                        .orElse(DEFAULT_SESSION_NAME);
        StsClient sts = keep(sts(AnonymousCredentialsProvider.create(), spec.stsEndpoint()));
        // Not StsWebIdentityTokenFileCredentialsProvider: closing it does not close the provider
        // inside it that does the work.
        return StsAssumeRoleWithWebIdentityCredentialsProvider.builder()
                .stsClient(sts)
                .refreshRequest(
                        () ->
                                AssumeRoleWithWebIdentityRequest.builder()
                                        .roleArn(role)
                                        .roleSessionName(session)
                                        .webIdentityToken(token(fileOption.key(), file))
                                        .build())
                .build();
    }

    private static String orFromEnvironment(
            CredentialSpec spec, ConfigOption<String> option, SdkSystemSetting setting) {
        return spec.value(option)
                .or(() -> setting.getStringValue().map(String::trim))
                .filter(value -> !value.isEmpty())
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        String.format(
                                                "'%s' is missing: set it, or %s in the environment"
                                                        + " of the Flink processes.",
                                                option.key(), setting.environmentVariable())));
    }

    private static String token(String key, Path file) {
        try {
            return Files.readString(file).trim();
        } catch (IOException e) {
            throw SdkClientException.create(
                    "The web identity token cannot be read; '" + key + "' says where it is", e);
        }
    }

    private StsClient sts(AwsCredentialsProvider credentials, @Nullable URI endpoint) {
        TrustStore trustStore = TrustStore.open(config);
        StsClientBuilder builder =
                StsClient.builder()
                        // A view: the client would close the provider itself.
                        .credentialsProvider(credentials::resolveCredentials)
                        .region(config.region())
                        .httpClientBuilder(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(STS_CONNECTION_TIMEOUT)
                                        .socketTimeout(STS_SOCKET_TIMEOUT)
                                        .tlsTrustManagersProvider(trustStore))
                        .overrideConfiguration(
                                o ->
                                        o.retryStrategy(
                                                r ->
                                                        r.retryOnException(
                                                                IdpCommunicationErrorException
                                                                        .class)));
        if (endpoint != null) {
            // The SDK rejects an endpoint override together with either of the two.
            builder.endpointOverride(endpoint).dualstackEnabled(false).fipsEnabled(false);
        }
        return builder.build();
    }

    private AwsCredentialsProvider custom(CredentialSpec spec) {
        AwsCredentialsProvider provider =
                CustomProvider.create(
                        spec.options().customClass.key(),
                        spec.needed(spec.options().customClass),
                        config.all());
        if (provider instanceof AutoCloseable) {
            keep((AutoCloseable) provider);
        }
        return provider;
    }

    /**
     * Closes every provider and client, the last one first. Does nothing the second time.
     *
     * @throws IllegalStateException with the first failure; everything is closed nevertheless
     */
    @Override
    public synchronized void close() {
        IllegalStateException failure = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new IllegalStateException("Credentials were not closed properly", e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
