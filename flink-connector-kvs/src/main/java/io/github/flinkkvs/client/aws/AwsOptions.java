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
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ConfigOptions.OptionBuilder;
import org.apache.flink.configuration.ReadableConfig;

import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the service is and who is asking: the {@code aws.*} options.
 *
 * <p>The keys are those of Flink's other AWS connectors, so that one set of properties serves all
 * of them. Options below {@code aws.credentials.provider} are also understood without {@code
 * .provider} ({@code aws.credentials.role.arn}), the form those connectors use in table options.
 *
 * <p>Some values are secrets: see {@link #isSecret(String)} before a value is logged. This class
 * cannot be instantiated, its members are immutable and safe for use by any thread.
 */
public final class AwsOptions {

    /** How credentials are found. In a configuration the names are case-insensitive. */
    public enum CredentialProvider {
        /**
         * The default chain of the AWS SDK: system properties, environment, web identity, profile
         * file, container, instance.
         */
        AUTO,
        /** The environment variables {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}. */
        ENV_VAR,
        /** The system properties {@code aws.accessKeyId}, {@code aws.secretAccessKey}. */
        SYS_PROP,
        /** A profile of a credentials file. */
        PROFILE,
        /** Access key and secret key from the configuration. */
        BASIC,
        /** A role, assumed with the credentials of another provider. */
        ASSUME_ROLE,
        /** A role, assumed with a token that the platform keeps in a file. */
        WEB_IDENTITY_TOKEN,
        /** A class of the user. */
        CUSTOM
    }

    /** The key of the provider's kind, and the prefix of everything that belongs to it. */
    static final String CREDENTIALS_PREFIX = "aws.credentials.provider";

    private static final String CREDENTIALS_PREFIX_IN_TABLES = "aws.credentials";

    private static final Pattern REGION_ID =
            Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    /** The region of the streams. */
    public static final ConfigOption<String> REGION =
            ConfigOptions.key("aws.region")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Region of the streams, such as eu-central-1. Needed, unless the streams"
                                    + " are given by ARN.");

    /** The address of the control plane. */
    public static final ConfigOption<String> ENDPOINT =
            ConfigOptions.key("aws.endpoint")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "URL of the control plane of Kinesis Video Streams (DescribeStream,"
                                    + " GetDataEndpoint and so on), with http or https. Derived"
                                    + " from the region if not set. Media is always read from the"
                                    + " data endpoint that the control plane names for a stream.");

    /** How credentials are found. */
    public static final ConfigOption<CredentialProvider> CREDENTIALS_PROVIDER =
            ConfigOptions.key(CREDENTIALS_PREFIX)
                    .enumType(CredentialProvider.class)
                    .defaultValue(CredentialProvider.AUTO)
                    .withDescription(
                            "How credentials are found: AUTO (the default chain of the AWS SDK),"
                                    + " ENV_VAR, SYS_PROP, PROFILE, BASIC, ASSUME_ROLE,"
                                    + " WEB_IDENTITY_TOKEN or CUSTOM. If not set, a configuration"
                                    + " with an access key means BASIC, any other AUTO.");

    /** BASIC: the access key id. */
    public static final ConfigOption<String> ACCESS_KEY_ID = accessKeyId(CREDENTIALS_PREFIX);

    /** BASIC: the secret access key. */
    public static final ConfigOption<String> SECRET_KEY = secretKey(CREDENTIALS_PREFIX);

    /** BASIC: the session token of temporary credentials. */
    public static final ConfigOption<String> SESSION_TOKEN = sessionToken(CREDENTIALS_PREFIX);

    /** PROFILE: the credentials file. */
    public static final ConfigOption<String> PROFILE_PATH = profilePath(CREDENTIALS_PREFIX);

    /** PROFILE: the name of the profile. */
    public static final ConfigOption<String> PROFILE_NAME = profileName(CREDENTIALS_PREFIX);

    /** ASSUME_ROLE, WEB_IDENTITY_TOKEN: the role. */
    public static final ConfigOption<String> ROLE_ARN = roleArn(CREDENTIALS_PREFIX);

    /** ASSUME_ROLE, WEB_IDENTITY_TOKEN: the name of the session. */
    public static final ConfigOption<String> ROLE_SESSION_NAME =
            roleSessionName(CREDENTIALS_PREFIX);

    /** ASSUME_ROLE: the external id that the role's owner demands. */
    public static final ConfigOption<String> ROLE_EXTERNAL_ID = roleExternalId(CREDENTIALS_PREFIX);

    /** ASSUME_ROLE: the provider of the credentials that assume the role. */
    public static final ConfigOption<CredentialProvider> ROLE_PROVIDER =
            roleProvider(CREDENTIALS_PREFIX);

    /** ASSUME_ROLE, WEB_IDENTITY_TOKEN: the address of the Security Token Service. */
    public static final ConfigOption<String> ROLE_STS_ENDPOINT =
            roleStsEndpoint(CREDENTIALS_PREFIX);

    /** WEB_IDENTITY_TOKEN: the file with the token. */
    public static final ConfigOption<String> WEB_IDENTITY_TOKEN_FILE =
            webIdentityTokenFile(CREDENTIALS_PREFIX);

    /** CUSTOM: the user's class. */
    public static final ConfigOption<String> CUSTOM_CLASS = customClass(CREDENTIALS_PREFIX);

    /** Whether certificates of servers go unchecked. */
    public static final ConfigOption<Boolean> TRUST_ALL_CERTIFICATES =
            ConfigOptions.key("aws.trust.all.certificates")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Accept any TLS certificate of Kinesis Video Streams. For tests only:"
                                    + " anybody on the way can then read and change the media. Does"
                                    + " not concern the Security Token Service.");

    /** The certificates that are trusted. */
    public static final ConfigOption<String> TRUST_STORE_PATH =
            ConfigOptions.key("aws.truststore.path")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Path of a file with the certificates to trust, instead of those that"
                                    + " Java trusts: PEM, PKCS #12 or JKS, as its content tells."
                                    + " Counts for Kinesis Video Streams, control plane and data"
                                    + " endpoints, and for the Security Token Service of"
                                    + " ASSUME_ROLE and WEB_IDENTITY_TOKEN. It is read on every"
                                    + " machine of the cluster, when a reader starts.");

    /** The password of the file with the certificates. */
    public static final ConfigOption<String> TRUST_STORE_PASSWORD =
            ConfigOptions.key("aws.truststore.password")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Password of the file in aws.truststore.path. A PEM file needs none.");

    private static final List<ConfigOption<?>> ALL =
            List.of(
                    REGION,
                    ENDPOINT,
                    CREDENTIALS_PROVIDER,
                    ACCESS_KEY_ID,
                    SECRET_KEY,
                    SESSION_TOKEN,
                    PROFILE_PATH,
                    PROFILE_NAME,
                    ROLE_ARN,
                    ROLE_SESSION_NAME,
                    ROLE_EXTERNAL_ID,
                    ROLE_PROVIDER,
                    ROLE_STS_ENDPOINT,
                    WEB_IDENTITY_TOKEN_FILE,
                    CUSTOM_CLASS,
                    TRUST_ALL_CERTIFICATES,
                    TRUST_STORE_PATH,
                    TRUST_STORE_PASSWORD);

    private AwsOptions() {}

    /**
     * All options in the order of the documentation. Those of nested providers ({@code
     * aws.credentials.provider.role.provider.*}) are not listed.
     *
     * @return an unmodifiable list, never null
     */
    public static List<ConfigOption<?>> all() {
        return ALL;
    }

    /**
     * Whether the value of a key must never be logged or shown: access key, secret key and session
     * token at any nesting and in any spelling of the prefix, and every other key whose name speaks
     * of a secret, a password or a token, such as those of custom providers.
     *
     * @param key a configuration key, not null
     * @return true if the value is a secret
     */
    public static boolean isSecret(String key) {
        String name = key.toLowerCase(Locale.ROOT);
        return name.endsWith(".basic.accesskeyid")
                || name.contains("secret")
                || name.contains("password")
                // the path of the web identity token is none
                || name.replace(".webidentitytoken.file", "").contains("token");
    }

    // ------------------------------------------------------------------------------------------
    // The options of one provider; the prefix says at which nesting.
    // ------------------------------------------------------------------------------------------

    static ConfigOption<CredentialProvider> provider(String prefix) {
        return prefix.equals(CREDENTIALS_PREFIX)
                ? CREDENTIALS_PROVIDER
                : roleProvider(prefix.substring(0, prefix.length() - ".role.provider".length()));
    }

    static ConfigOption<String> accessKeyId(String prefix) {
        return text(prefix, ".basic.accesskeyid", "BASIC: the access key id.");
    }

    static ConfigOption<String> secretKey(String prefix) {
        return text(prefix, ".basic.secretkey", "BASIC: the secret access key.");
    }

    static ConfigOption<String> sessionToken(String prefix) {
        return text(
                prefix,
                ".basic.sessiontoken",
                "BASIC: the session token, if the keys are temporary ones; they are not renewed."
                        + " Flink's other AWS connectors do not have this option.");
    }

    static ConfigOption<String> profilePath(String prefix) {
        return text(
                prefix,
                ".profile.path",
                "PROFILE: path of the credentials file; read again whenever it changes. The AWS"
                        + " SDK's own rules apply if not set (AWS_SHARED_CREDENTIALS_FILE,"
                        + " ~/.aws/credentials).");
    }

    static ConfigOption<String> profileName(String prefix) {
        return text(
                prefix,
                ".profile.name",
                "PROFILE: name of the profile. If not set, AWS_PROFILE or default.");
    }

    static ConfigOption<String> roleArn(String prefix) {
        return text(
                prefix,
                ".role.arn",
                "ASSUME_ROLE, WEB_IDENTITY_TOKEN: ARN of the role. WEB_IDENTITY_TOKEN takes"
                        + " AWS_ROLE_ARN if not set.");
    }

    static ConfigOption<String> roleSessionName(String prefix) {
        return text(
                prefix,
                ".role.sessionName",
                "ASSUME_ROLE, WEB_IDENTITY_TOKEN: name of the session, as it appears in CloudTrail."
                        + " If not set, flink-connector-kvs; for WEB_IDENTITY_TOKEN"
                        + " AWS_ROLE_SESSION_NAME comes first.");
    }

    static ConfigOption<String> roleExternalId(String prefix) {
        return text(
                prefix,
                ".role.externalId",
                "ASSUME_ROLE: the external id, if the trust policy of the role demands one.");
    }

    static ConfigOption<CredentialProvider> roleProvider(String prefix) {
        return withFallback(
                rolePrefix(prefix),
                ConfigOptions.key(rolePrefix(prefix))
                        .enumType(CredentialProvider.class)
                        .noDefaultValue()
                        .withDescription(
                                "ASSUME_ROLE: how the credentials that assume the role are found,"
                                        + " with the same values and rules as"
                                        + " aws.credentials.provider. Its own options stand below"
                                        + " this key, as in"
                                        + " aws.credentials.provider.role.provider.basic.accesskeyid."
                                        + " May be ASSUME_ROLE again."));
    }

    static ConfigOption<String> roleStsEndpoint(String prefix) {
        return text(
                prefix,
                ".role.stsEndpoint",
                "ASSUME_ROLE, WEB_IDENTITY_TOKEN: URL of the Security Token Service, with http or"
                        + " https. Derived from the region if not set. Nested providers inherit"
                        + " it.");
    }

    static ConfigOption<String> webIdentityTokenFile(String prefix) {
        return text(
                prefix,
                ".webIdentityToken.file",
                "WEB_IDENTITY_TOKEN: path of the file with the token; read at each renewal. If not"
                        + " set, AWS_WEB_IDENTITY_TOKEN_FILE.");
    }

    static ConfigOption<String> customClass(String prefix) {
        return text(
                prefix,
                ".custom.class",
                "CUSTOM: name of a class that implements AwsCredentialsProvider of the AWS SDK v2"
                        + " and has a public constructor with one java.util.Properties, which gets"
                        + " the whole configuration.");
    }

    /**
     * Whether a key is one of a credentials provider, at any nesting of roles and in either
     * spelling. Custom providers take what they like below {@code
     * aws.credentials.provider.custom.}.
     */
    public static boolean isCredentialsKey(String key) {
        String suffix;
        if (key.startsWith(CREDENTIALS_PREFIX)) {
            suffix = key.substring(CREDENTIALS_PREFIX.length());
        } else if (key.startsWith(CREDENTIALS_PREFIX_IN_TABLES)) {
            suffix = key.substring(CREDENTIALS_PREFIX_IN_TABLES.length());
        } else {
            return false;
        }
        while (suffix.startsWith(rolePrefix("") + ".")) {
            suffix = suffix.substring(rolePrefix("").length());
        }
        if (suffix.equals(rolePrefix("")) || suffix.startsWith(".custom.")) {
            return true;
        }
        String plain = CREDENTIALS_PREFIX + suffix;
        return all().stream().anyMatch(option -> option.key().equals(plain));
    }

    /** The same key in the other spelling; itself if it has only one. */
    public static String otherSpelling(String key) {
        for (String[] prefixes :
                new String[][] {
                    {CREDENTIALS_PREFIX, CREDENTIALS_PREFIX_IN_TABLES},
                    {CREDENTIALS_PREFIX_IN_TABLES, CREDENTIALS_PREFIX}
                }) {
            if (key.startsWith(prefixes[0] + ".")) {
                return prefixes[1] + key.substring(prefixes[0].length());
            }
        }
        return key;
    }

    /** The prefix of the provider whose credentials assume the role. */
    static String rolePrefix(String prefix) {
        return prefix + ".role.provider";
    }

    private static ConfigOption<String> text(String prefix, String suffix, String description) {
        String key = prefix + suffix;
        OptionBuilder builder = ConfigOptions.key(key);
        return withFallback(
                key, builder.stringType().noDefaultValue().withDescription(description));
    }

    private static <T> ConfigOption<T> withFallback(String key, ConfigOption<T> option) {
        return option.withFallbackKeys(
                CREDENTIALS_PREFIX_IN_TABLES + key.substring(CREDENTIALS_PREFIX.length()));
    }

    // ------------------------------------------------------------------------------------------
    // Reading. No message contains a value: a value in the wrong place may be a secret.
    // ------------------------------------------------------------------------------------------

    /**
     * Checks region, endpoint and trust store as far as can be told from the configuration alone,
     * as where a job is built. Credentials are {@link AwsCredentials#validate}'s.
     *
     * @param config the options of this class, not null
     * @throws IllegalArgumentException if one cannot be used, or if they contradict each other; the
     *     message names the key and says what to do
     */
    public static void validate(ReadableConfig config) {
        value(config, REGION).ifPresent(AwsOptions::region);
        url(config, ENDPOINT);
        boolean trustsAll = trustsAll(config);
        boolean trustStore = value(config, TRUST_STORE_PATH).isPresent();
        if (trustStore && trustsAll) {
            throw new IllegalArgumentException(
                    String.format(
                            "'%s' and '%s' contradict each other: remove one.",
                            TRUST_STORE_PATH.key(), TRUST_ALL_CERTIFICATES.key()));
        }
        if (!trustStore && value(config, TRUST_STORE_PASSWORD).isPresent()) {
            throw new IllegalArgumentException(
                    String.format(
                            "'%s' is set, but '%s' is not: set both, or remove the password.",
                            TRUST_STORE_PASSWORD.key(), TRUST_STORE_PATH.key()));
        }
    }

    /** Whether certificates go unchecked. */
    public static boolean trustsAll(ReadableConfig config) {
        try {
            return config.get(TRUST_ALL_CERTIFICATES);
        } catch (IllegalArgumentException e) {
            // Without the cause: it repeats the value.
            throw new IllegalArgumentException(
                    "'" + TRUST_ALL_CERTIFICATES.key() + "' is neither true nor false.");
        }
    }

    /**
     * A file on this machine.
     *
     * @throws IllegalArgumentException if there is no such file that can be read
     */
    static Path readable(String key, String value) {
        Path path;
        try {
            path = Paths.get(value);
        } catch (InvalidPathException e) {
            path = null;
        }
        if (path == null || !Files.isReadable(path) || Files.isDirectory(path)) {
            throw new IllegalArgumentException(
                    String.format(
                            "'%s' is not the path of a readable file on this machine: correct it,"
                                    + " or provide the file on every machine of the cluster.",
                            key));
        }
        return path;
    }

    /** The value without surrounding white space; a blank one counts as not set. */
    static Optional<String> value(ReadableConfig config, ConfigOption<String> option) {
        return config.getOptional(option).map(String::trim).filter(value -> !value.isEmpty());
    }

    /**
     * An option that is a URL.
     *
     * @throws IllegalArgumentException if it is none with http or https and a host
     */
    public static Optional<URI> url(ReadableConfig config, ConfigOption<String> option) {
        return value(config, option).map(value -> url(option.key(), value));
    }

    private static URI url(String key, String value) {
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException e) {
            uri = null; // neither the value nor the exception, which repeats it, is shown
        }
        if (uri == null
                || !("https".equalsIgnoreCase(uri.getScheme())
                        || "http".equalsIgnoreCase(uri.getScheme()))
                || uri.getHost() == null
                || uri.getRawUserInfo() != null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "'"
                            + key
                            + "' is not a URL of a service: give scheme, host and optionally port"
                            + " and path, as in"
                            + " https://host:443.");
        }
        return uri;
    }

    /**
     * The region, from the configuration or as the AWS SDK finds it, which may ask the instance
     * metadata service and so block for a second or two.
     *
     * @throws IllegalArgumentException if there is none, or if it is not the id of a region
     */
    public static Region region(ReadableConfig config) {
        Optional<String> id = value(config, REGION);
        if (id.isPresent()) {
            return region(id.get());
        }
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        } catch (SdkClientException e) {
            throw new IllegalArgumentException(
                    "No region is known: set '"
                            + REGION.key()
                            + "', or AWS_REGION in the environment of the Flink processes.",
                    e);
        }
    }

    private static Region region(String id) {
        if (!REGION_ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + REGION.key()
                            + "' is not the id of a region: give one such as eu-central-1.");
        }
        return Region.of(id);
    }
}
