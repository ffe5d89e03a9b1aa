/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import io.github.flinkkvs.client.aws.AwsOptions.CredentialProvider;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.errors.ExpiredCredentialsException;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

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
import software.amazon.awssdk.utils.SdkAutoCloseable;

import javax.annotation.Nullable;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The credentials of one reader or enumerator, together with whatever was opened to get them.
 *
 * <p>Safe for use by any thread. The provider finds credentials when it is first asked and keeps
 * them fresh; that first call, and every call while a renewal fails, blocks its caller. A role is
 * renewed ahead of time by whoever asks then: the SDK keeps no thread for it.
 *
 * <p>No message and no {@code toString()} of this class contains a value of the configuration.
 */
public final class AwsCredentials implements SdkAutoCloseable {

    private static final String DEFAULT_SESSION_NAME = "flink-connector-kvs";

    private static final Duration STS_CONNECTION_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration STS_SOCKET_TIMEOUT = Duration.ofSeconds(10);

    /** Which providers use an option; set for any other provider, it is a contradiction. */
    private static final class Use {
        private final Function<String, ConfigOption<?>> option;
        private final Set<CredentialProvider> providers;

        private Use(
                Function<String, ConfigOption<?>> option,
                CredentialProvider first,
                CredentialProvider... rest) {
            this.option = option;
            this.providers = EnumSet.of(first, rest);
        }
    }

    private static final List<Use> USES =
            List.of(
                    new Use(AwsOptions::accessKeyId, CredentialProvider.BASIC),
                    new Use(AwsOptions::secretKey, CredentialProvider.BASIC),
                    new Use(AwsOptions::sessionToken, CredentialProvider.BASIC),
                    new Use(AwsOptions::profilePath, CredentialProvider.PROFILE),
                    new Use(AwsOptions::profileName, CredentialProvider.PROFILE),
                    new Use(
                            AwsOptions::roleArn,
                            CredentialProvider.ASSUME_ROLE,
                            CredentialProvider.WEB_IDENTITY_TOKEN),
                    new Use(
                            AwsOptions::roleSessionName,
                            CredentialProvider.ASSUME_ROLE,
                            CredentialProvider.WEB_IDENTITY_TOKEN),
                    new Use(AwsOptions::roleExternalId, CredentialProvider.ASSUME_ROLE),
                    new Use(AwsOptions::roleProvider, CredentialProvider.ASSUME_ROLE),
                    new Use(
                            AwsOptions::roleStsEndpoint,
                            CredentialProvider.ASSUME_ROLE,
                            CredentialProvider.WEB_IDENTITY_TOKEN),
                    new Use(
                            AwsOptions::webIdentityTokenFile,
                            CredentialProvider.WEB_IDENTITY_TOKEN),
                    new Use(AwsOptions::customClass, CredentialProvider.CUSTOM));

    private final ReadableConfig config;
    private final CredentialProvider kind;

    /** What to close, the last one first; guarded by this. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private final AwsCredentialsProvider provider;

    /** Service clients close a provider that can be closed, each of them; this one cannot. */
    private final AwsCredentialsProvider view;

    private AwsCredentials(ReadableConfig config) {
        this.config = config;
        this.kind = kind(config, AwsOptions.CREDENTIALS_PREFIX);
        try {
            this.provider = open(AwsOptions.CREDENTIALS_PREFIX, null);
            this.view = provider::resolveCredentials;
        } catch (RuntimeException | Error e) {
            try {
                close();
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /**
     * Opens the provider that a configuration asks for. Nothing is sent yet, but files, classes and
     * the environment of this process are looked at, so this belongs to where the job runs.
     *
     * @param config the options of {@link AwsOptions}, not null
     * @return the credentials, to be closed by the caller
     * @throws IllegalArgumentException if the configuration is incomplete, contradicts itself or
     *     does not fit this machine; the message names the key and says what to do
     */
    public static AwsCredentials create(ReadableConfig config) {
        validate(config);
        return new AwsCredentials(config);
    }

    /**
     * Checks what can be told from the configuration alone, as where a job is built.
     *
     * @param config the options of {@link AwsOptions}, not null
     * @throws IllegalArgumentException if the configuration is incomplete or contradicts itself;
     *     the message names the key and says what to do
     */
    public static void validate(ReadableConfig config) {
        validate(config, AwsOptions.CREDENTIALS_PREFIX);
    }

    /**
     * The provider for the SDK, for any number of its clients: closing them does not close it.
     *
     * @return never null, usable until {@link #close()}
     */
    public AwsCredentialsProvider provider() {
        return view;
    }

    /** What is behind {@link #provider()}. */
    AwsCredentialsProvider delegate() {
        return provider;
    }

    /**
     * What the configuration asks for.
     *
     * @return the kind of the outermost provider, never null
     */
    public CredentialProvider kind() {
        return kind;
    }

    /**
     * What a failed call means with these credentials: a token that expired may be another one at
     * the next call, unless nobody renews it.
     */
    public Throwable explained(Throwable error) {
        if (!ErrorTable.isExpiredToken(error)) {
            return error;
        }
        String prefix = AwsOptions.CREDENTIALS_PREFIX;
        if (ErrorTable.isOfSecurityTokenService(error)) {
            // It speaks of the credentials that were to assume the role.
            while (kind(config, prefix) == CredentialProvider.ASSUME_ROLE) {
                prefix = AwsOptions.rolePrefix(prefix);
            }
        }
        CredentialProvider asked = kind(config, prefix);
        boolean fixed =
                asked == CredentialProvider.ENV_VAR
                        || asked == CredentialProvider.BASIC
                                && isSet(config, AwsOptions.sessionToken(prefix));
        return fixed ? new ExpiredCredentialsException(prefix, asked, error) : error;
    }

    /**
     * Closes the provider and every provider and client below it. Does nothing the second time.
     *
     * @throws RuntimeException the first failure; all is closed nevertheless
     */
    @Override
    public synchronized void close() {
        RuntimeException failure = null;
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

    @Override
    public String toString() {
        return "AwsCredentials(" + kind + ")";
    }

    // ------------------------------------------------------------------------------------------
    // Checking
    // ------------------------------------------------------------------------------------------

    private static void validate(ReadableConfig config, String prefix) {
        CredentialProvider kind = kind(config, prefix);
        refuseUnused(config, prefix, prefix, kind);
        switch (kind) {
            case BASIC:
                require(config, AwsOptions.accessKeyId(prefix), prefix, kind);
                require(config, AwsOptions.secretKey(prefix), prefix, kind);
                break;
            case ASSUME_ROLE:
                require(config, AwsOptions.roleArn(prefix), prefix, kind);
                AwsOptions.url(config, AwsOptions.roleStsEndpoint(prefix));
                validate(config, AwsOptions.rolePrefix(prefix));
                break;
            case WEB_IDENTITY_TOKEN:
                AwsOptions.url(config, AwsOptions.roleStsEndpoint(prefix));
                break;
            case CUSTOM:
                require(config, AwsOptions.customClass(prefix), prefix, kind);
                break;
            default:
                break;
        }
        if (kind != CredentialProvider.ASSUME_ROLE) {
            refuseUnused(config, AwsOptions.rolePrefix(prefix), prefix, kind);
        }
    }

    /** Refuses options at a prefix that the provider, whose kind stands at {@code key}, ignores. */
    private static void refuseUnused(
            ReadableConfig config, String prefix, String key, CredentialProvider kind) {
        boolean nested = !prefix.equals(key);
        for (Use use : USES) {
            Set<CredentialProvider> users =
                    nested ? EnumSet.of(CredentialProvider.ASSUME_ROLE) : use.providers;
            ConfigOption<?> option = use.option.apply(prefix);
            if (!users.contains(kind) && isSet(config, option)) {
                String names = users.stream().map(Enum::name).collect(Collectors.joining(" or "));
                throw new IllegalArgumentException(
                        String.format(
                                "'%s' is set, but '%s' is %s, which does not use it: set '%s' to"
                                        + " %s, or remove '%s'.",
                                option.key(), key, kind, key, names, option.key()));
            }
        }
    }

    private static boolean isSet(ReadableConfig config, ConfigOption<?> option) {
        try {
            return config.getOptional(option).isPresent();
        } catch (IllegalArgumentException e) {
            return true; // set, to something unreadable
        }
    }

    private static String require(
            ReadableConfig config,
            ConfigOption<String> option,
            String prefix,
            CredentialProvider kind) {
        return AwsOptions.value(config, option)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        String.format(
                                                "'%s' is missing: '%s' is %s, which needs it. Set"
                                                        + " it, or choose another '%s'.",
                                                option.key(), prefix, kind, prefix)));
    }

    /** The provider that is meant at a prefix. */
    private static CredentialProvider kind(ReadableConfig config, String prefix) {
        Optional<CredentialProvider> explicit;
        try {
            explicit = config.getOptional(AwsOptions.provider(prefix));
        } catch (IllegalArgumentException e) {
            // Without the cause: it repeats the value, which may be a key in the wrong place.
            throw new IllegalArgumentException(
                    String.format(
                            "'%s' is none of the known providers: set it to one of %s.",
                            prefix, Arrays.toString(CredentialProvider.values())));
        }
        return explicit.orElseGet(
                () ->
                        isSet(config, AwsOptions.accessKeyId(prefix))
                                        || isSet(config, AwsOptions.secretKey(prefix))
                                ? CredentialProvider.BASIC
                                : CredentialProvider.AUTO);
    }

    // ------------------------------------------------------------------------------------------
    // Opening
    // ------------------------------------------------------------------------------------------

    private AwsCredentialsProvider open(String prefix, @Nullable URI outerStsEndpoint) {
        switch (kind(config, prefix)) {
            case AUTO:
                // create() would share one instance in the process, which nobody may close.
                return keep(DefaultCredentialsProvider.builder().build());
            case ENV_VAR:
                return EnvironmentVariableCredentialsProvider.create();
            case SYS_PROP:
                return SystemPropertyCredentialsProvider.create();
            case PROFILE:
                return keep(profile(prefix));
            case BASIC:
                return basic(prefix);
            case ASSUME_ROLE:
                return assumeRole(prefix, outerStsEndpoint);
            case WEB_IDENTITY_TOKEN:
                return webIdentity(prefix, outerStsEndpoint);
            case CUSTOM:
                return custom(prefix);
            default:
                throw new AssertionError();
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        synchronized (this) {
            opened.push(resource);
        }
        return resource;
    }

    private AwsCredentialsProvider basic(String prefix) {
        String id = AwsOptions.value(config, AwsOptions.accessKeyId(prefix)).orElseThrow();
        String secret = AwsOptions.value(config, AwsOptions.secretKey(prefix)).orElseThrow();
        return AwsOptions.value(config, AwsOptions.sessionToken(prefix))
                .map(
                        token ->
                                StaticCredentialsProvider.create(
                                        AwsSessionCredentials.create(id, secret, token)))
                .orElseGet(
                        () ->
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(id, secret)));
    }

    private ProfileCredentialsProvider profile(String prefix) {
        ProfileCredentialsProvider.Builder builder = ProfileCredentialsProvider.builder();
        AwsOptions.value(config, AwsOptions.profileName(prefix)).ifPresent(builder::profileName);
        ConfigOption<String> path = AwsOptions.profilePath(prefix);
        AwsOptions.value(config, path)
                .map(value -> AwsOptions.readable(path.key(), value))
                .ifPresent(
                        file ->
                                builder.profileFile(
                                        ProfileFileSupplier.reloadWhenModified(
                                                file, ProfileFile.Type.CREDENTIALS)));
        return builder.build();
    }

    private AwsCredentialsProvider assumeRole(String prefix, @Nullable URI outerStsEndpoint) {
        URI endpoint = stsEndpoint(prefix, outerStsEndpoint);
        AwsCredentialsProvider base = open(AwsOptions.rolePrefix(prefix), endpoint);
        StsClient sts = keep(sts(base, endpoint));
        String role = AwsOptions.value(config, AwsOptions.roleArn(prefix)).orElseThrow();
        String session =
                AwsOptions.value(config, AwsOptions.roleSessionName(prefix))
                        .orElse(DEFAULT_SESSION_NAME);
        String externalId =
                AwsOptions.value(config, AwsOptions.roleExternalId(prefix)).orElse(null);
        return keep(
                StsAssumeRoleCredentialsProvider.builder()
                        .stsClient(sts)
                        .refreshRequest(
                                r ->
                                        r.roleArn(role)
                                                .roleSessionName(session)
                                                .externalId(externalId))
                        .build());
    }

    private AwsCredentialsProvider webIdentity(String prefix, @Nullable URI outerStsEndpoint) {
        ConfigOption<String> arnOption = AwsOptions.roleArn(prefix);
        ConfigOption<String> fileOption = AwsOptions.webIdentityTokenFile(prefix);
        String role = fromEnvironment(arnOption, SdkSystemSetting.AWS_ROLE_ARN);
        Path file =
                AwsOptions.readable(
                        fileOption.key(),
                        fromEnvironment(fileOption, SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE));
        String session =
                AwsOptions.value(config, AwsOptions.roleSessionName(prefix))
                        .or(SdkSystemSetting.AWS_ROLE_SESSION_NAME::getStringValue)
                        .orElse(DEFAULT_SESSION_NAME);
        StsClient sts =
                keep(
                        sts(
                                AnonymousCredentialsProvider.create(),
                                stsEndpoint(prefix, outerStsEndpoint)));
        // Not StsWebIdentityTokenFileCredentialsProvider: it does not hand close() on to the
        // provider
        // inside that does the work.
        return keep(
                StsAssumeRoleWithWebIdentityCredentialsProvider.builder()
                        .stsClient(sts)
                        .refreshRequest(
                                () ->
                                        AssumeRoleWithWebIdentityRequest.builder()
                                                .roleArn(role)
                                                .roleSessionName(session)
                                                .webIdentityToken(token(fileOption.key(), file))
                                                .build())
                        .build());
    }

    private String fromEnvironment(ConfigOption<String> option, SdkSystemSetting setting) {
        return AwsOptions.value(config, option)
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

    @Nullable
    private URI stsEndpoint(String prefix, @Nullable URI outer) {
        return AwsOptions.url(config, AwsOptions.roleStsEndpoint(prefix)).orElse(outer);
    }

    private StsClient sts(AwsCredentialsProvider credentials, @Nullable URI endpoint) {
        TrustStore trustStore = TrustStore.open(config);
        StsClientBuilder builder =
                StsClient.builder()
                        .credentialsProvider(credentials::resolveCredentials) // not its to close
                        .region(AwsOptions.region(config))
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
            // The SDK refuses a given endpoint together with either of the two.
            builder.endpointOverride(endpoint).dualstackEnabled(false).fipsEnabled(false);
        }
        return builder.build();
    }

    private AwsCredentialsProvider custom(String prefix) {
        ConfigOption<String> option = AwsOptions.customClass(prefix);
        String name = AwsOptions.value(config, option).orElseThrow();
        Properties properties = new Properties();
        properties.putAll(config.toMap());
        try {
            Object instance = load(name).getConstructor(Properties.class).newInstance(properties);
            if (instance instanceof AutoCloseable) {
                keep((AutoCloseable) instance);
            }
            return (AwsCredentialsProvider) instance;
        } catch (ClassNotFoundException e) {
            throw customFailed(option, "is not the name of a class of this job", e);
        } catch (ClassCastException e) {
            throw customFailed(option, "names a class that is no AwsCredentialsProvider", e);
        } catch (InvocationTargetException e) {
            throw customFailed(option, "names a class whose constructor failed", e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw customFailed(option, "names a class that cannot be instantiated", e);
        }
    }

    private static Class<?> load(String name) throws ClassNotFoundException {
        ClassLoader loader = Thread.currentThread().getContextClassLoader(); // Flink's, for jobs
        if (loader != null) {
            try {
                return Class.forName(name, true, loader);
            } catch (ClassNotFoundException e) {
                // perhaps beside the connector
            }
        }
        return Class.forName(name, true, AwsCredentials.class.getClassLoader());
    }

    private static IllegalArgumentException customFailed(
            ConfigOption<String> option, String what, Throwable cause) {
        return new IllegalArgumentException(
                String.format(
                        "'%s' %s: give a public class that implements %s and has a public"
                                + " constructor with one java.util.Properties.",
                        // In the jar for SQL it has another name.
                        option.key(), what, AwsCredentialsProvider.class.getName()),
                cause);
    }
}
