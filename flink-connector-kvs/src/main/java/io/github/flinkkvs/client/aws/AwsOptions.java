/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

import javax.annotation.Nullable;

import java.util.List;
import java.util.Locale;

/**
 * Where the service is, and with which credentials to call it: the {@code aws.*} options.
 *
 * <p>The keys are those of Flink's other AWS connectors, so that one set of properties serves all
 * of them. Options below {@code aws.credentials.provider} are also understood without {@code
 * .provider} ({@code aws.credentials.role.arn}), the form those connectors use in table options.
 *
 * <p>Some values are secrets: see {@link #isSecret(String)} before a value is logged. This class
 * cannot be instantiated, its members are immutable and safe for use by any thread.
 */
@PublicEvolving
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

    /** What encrypts the connections. In a configuration the names are case-insensitive. */
    public enum TlsProvider {
        /** Java's own implementation. */
        JDK,
        /** OpenSSL or BoringSSL, by way of Netty's native library. */
        OPENSSL
    }

    /** All options of this class begin with it. */
    static final String PREFIX = "aws.";

    /** Followed by the id of a region. */
    static final String ENDPOINT_PREFIX = "aws.endpoint.";

    /** The key that names the provider, and the prefix of the keys of its options. */
    static final String CREDENTIALS_PREFIX = "aws.credentials.provider";

    /** The same prefix as other connectors spell it in tables. */
    static final String CREDENTIALS_PREFIX_IN_TABLES = "aws.credentials";

    /**
     * After the prefix of a provider that assumes a role: the provider whose credentials assume it.
     */
    static final String ROLE_PROVIDER_SUFFIX = ".role.provider";

    /** The region of the streams. */
    public static final ConfigOption<String> REGION =
            ConfigOptions.key("aws.region")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Region of the streams, such as eu-central-1. Needed, unless all"
                                    + " streams are given by ARN, which names the region.");

    /** The address of the control plane. */
    public static final ConfigOption<String> ENDPOINT =
            ConfigOptions.key("aws.endpoint")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "URL of the control plane of Kinesis Video Streams (DescribeStream,"
                                    + " GetDataEndpoint and so on), with http or https. Derived"
                                    + " from the region if not set. aws.endpoint.REGION, such as"
                                    + " aws.endpoint.us-east-1, overrides it for one region. Media"
                                    + " is always read from the data endpoint that the control"
                                    + " plane names for a stream.");

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
    public static final ConfigOption<String> ACCESS_KEY_ID =
            credentials(".basic.accesskeyid", "BASIC: the access key id.");

    /** BASIC: the secret access key. */
    public static final ConfigOption<String> SECRET_KEY =
            credentials(".basic.secretkey", "BASIC: the secret access key.");

    /** BASIC: the session token of temporary credentials. */
    public static final ConfigOption<String> SESSION_TOKEN =
            credentials(
                    ".basic.sessiontoken",
                    "BASIC: the session token, if the keys are temporary. They are not renewed."
                            + " Flink's other AWS connectors do not have this option.");

    /** PROFILE: the credentials file. */
    public static final ConfigOption<String> PROFILE_PATH =
            credentials(
                    ".profile.path",
                    "PROFILE: path of the credentials file; read again whenever it changes. The AWS"
                            + " SDK's own rules apply if not set (AWS_SHARED_CREDENTIALS_FILE,"
                            + " ~/.aws/credentials).");

    /** PROFILE: the name of the profile. */
    public static final ConfigOption<String> PROFILE_NAME =
            credentials(
                    ".profile.name",
                    "PROFILE: name of the profile. If not set, AWS_PROFILE or default.");

    /** ASSUME_ROLE, WEB_IDENTITY_TOKEN: the role. */
    public static final ConfigOption<String> ROLE_ARN =
            credentials(
                    ".role.arn",
                    "ASSUME_ROLE, WEB_IDENTITY_TOKEN: ARN of the role. WEB_IDENTITY_TOKEN takes"
                            + " AWS_ROLE_ARN if not set.");

    /** ASSUME_ROLE, WEB_IDENTITY_TOKEN: the name of the session. */
    public static final ConfigOption<String> ROLE_SESSION_NAME =
            credentials(
                    ".role.sessionName",
                    "ASSUME_ROLE, WEB_IDENTITY_TOKEN: name of the session, as it appears in"
                            + " CloudTrail. If not set, flink-connector-kvs; for WEB_IDENTITY_TOKEN"
                            + " AWS_ROLE_SESSION_NAME comes first.");

    /** ASSUME_ROLE: the external id that the role's owner demands. */
    public static final ConfigOption<String> ROLE_EXTERNAL_ID =
            credentials(
                    ".role.externalId",
                    "ASSUME_ROLE: the external id, if the trust policy of the role demands one.");

    /** ASSUME_ROLE: the provider of the credentials that assume the role. */
    public static final ConfigOption<CredentialProvider> ROLE_PROVIDER =
            ConfigOptions.key(CREDENTIALS_PREFIX + ROLE_PROVIDER_SUFFIX)
                    .enumType(CredentialProvider.class)
                    .noDefaultValue()
                    .withDescription(
                            "ASSUME_ROLE: how the credentials that assume the role are found, with"
                                    + " the same values and rules as aws.credentials.provider. Its"
                                    + " options are below this key, as in"
                                    + " aws.credentials.provider.role.provider.basic.accesskeyid."
                                    + " May be ASSUME_ROLE again.")
                    .withFallbackKeys(CREDENTIALS_PREFIX_IN_TABLES + ROLE_PROVIDER_SUFFIX);

    /** ASSUME_ROLE, WEB_IDENTITY_TOKEN: the address of the Security Token Service. */
    public static final ConfigOption<String> ROLE_STS_ENDPOINT =
            credentials(
                    ".role.stsEndpoint",
                    "ASSUME_ROLE, WEB_IDENTITY_TOKEN: URL of the Security Token Service, with http"
                            + " or https. Derived from the region if not set. Nested providers"
                            + " inherit it.");

    /** WEB_IDENTITY_TOKEN: the file with the token. */
    public static final ConfigOption<String> WEB_IDENTITY_TOKEN_FILE =
            credentials(
                    ".webIdentityToken.file",
                    "WEB_IDENTITY_TOKEN: path of the file with the token; read at each renewal. If"
                            + " not set, AWS_WEB_IDENTITY_TOKEN_FILE.");

    /** CUSTOM: the user's class. */
    public static final ConfigOption<String> CUSTOM_CLASS =
            credentials(
                    ".custom.class",
                    "CUSTOM: name of a class that implements AwsCredentialsProvider of the AWS SDK"
                            + " v2 and has a public constructor with one java.util.Properties,"
                            + " which gets the whole configuration.");

    /** Whether to accept any certificate of a server. */
    public static final ConfigOption<Boolean> TRUST_ALL_CERTIFICATES =
            ConfigOptions.key("aws.trust.all.certificates")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Accept any TLS certificate of Kinesis Video Streams. For tests only:"
                                    + " anybody on the network path can then read and change the"
                                    + " media. Does not apply to the Security Token Service.");

    /** The certificates that are trusted. */
    public static final ConfigOption<String> TRUST_STORE_PATH =
            ConfigOptions.key("aws.truststore.path")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Path of a file with the certificates to trust, instead of those that"
                                    + " Java trusts. PEM, PKCS #12 and JKS are recognized by their"
                                    + " content. Applies to Kinesis Video Streams, control plane"
                                    + " and data endpoints, and to the Security Token Service of"
                                    + " ASSUME_ROLE and WEB_IDENTITY_TOKEN. It is read on every"
                                    + " machine of the cluster, when a reader starts.");

    /** The password of the file with the certificates. */
    public static final ConfigOption<String> TRUST_STORE_PASSWORD =
            ConfigOptions.key("aws.truststore.password")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Password of the file in aws.truststore.path. A PEM file needs none.");

    /** What encrypts the connections. */
    public static final ConfigOption<TlsProvider> TLS_PROVIDER =
            ConfigOptions.key("aws.tls.provider")
                    .enumType(TlsProvider.class)
                    .defaultValue(TlsProvider.JDK)
                    .withDescription(
                            "What encrypts the connections to Kinesis Video Streams: JDK, or"
                                    + " OPENSSL, which takes less CPU time and needs Netty's native"
                                    + " library in the jar of the job.");

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
                    TRUST_STORE_PASSWORD,
                    TLS_PROVIDER);

    private AwsOptions() {}

    private static ConfigOption<String> credentials(String suffix, String description) {
        return ConfigOptions.key(CREDENTIALS_PREFIX + suffix)
                .stringType()
                .noDefaultValue()
                .withDescription(description)
                .withFallbackKeys(CREDENTIALS_PREFIX_IN_TABLES + suffix);
    }

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
     * The address of the control plane in one region, which overrides {@link #ENDPOINT} there.
     *
     * @param region the id of the region, not null
     * @return never null
     */
    public static ConfigOption<String> endpoint(String region) {
        return ConfigOptions.key(ENDPOINT_PREFIX + region).stringType().noDefaultValue();
    }

    /** The region of an {@linkplain #endpoint option of one region}; null for any other key. */
    @Nullable
    static String regionOfEndpoint(String key) {
        return key.startsWith(ENDPOINT_PREFIX) ? key.substring(ENDPOINT_PREFIX.length()) : null;
    }

    /**
     * Whether the value of a key must never be logged or shown: access key, secret key and session
     * token at any nesting and in any spelling of the prefix, and every other key whose name
     * suggests a secret, a password or a token, such as those of custom providers.
     *
     * @param key a configuration key, not null
     * @return true if the value is a secret
     */
    public static boolean isSecret(String key) {
        String name = key.toLowerCase(Locale.ROOT);
        return name.endsWith(".basic.accesskeyid")
                || name.contains("secret")
                || name.contains("password")
                // The path of the file with a web identity token is no secret.
                || name.replace(".webidentitytoken.file", "").contains("token");
    }

    /**
     * Whether a key is an option of a credentials provider, at any nesting of roles and in either
     * spelling. Any key below {@code aws.credentials.provider.custom.} is one: custom providers
     * have options of their own.
     *
     * @param key a configuration key, not null
     */
    public static boolean isCredentialsKey(String key) {
        String suffix;
        if (key.startsWith(CREDENTIALS_PREFIX)) {
            suffix = key.substring(CREDENTIALS_PREFIX.length());
        } else if (key.startsWith(CREDENTIALS_PREFIX_IN_TABLES + ".")) {
            suffix = key.substring(CREDENTIALS_PREFIX_IN_TABLES.length());
        } else {
            return false;
        }
        while (suffix.startsWith(ROLE_PROVIDER_SUFFIX + ".")) {
            suffix = suffix.substring(ROLE_PROVIDER_SUFFIX.length());
        }
        if (suffix.startsWith(".custom.")) {
            return true;
        }
        String plain = CREDENTIALS_PREFIX + suffix;
        return ALL.stream().anyMatch(option -> option.key().equals(plain));
    }

    /**
     * The same key in the other spelling: {@code aws.credentials.role.arn} for {@code
     * aws.credentials.provider.role.arn}, and the other way round.
     *
     * @param key a configuration key, not null
     * @return the key itself if it has only one spelling
     */
    public static String otherSpelling(String key) {
        if (key.startsWith(CREDENTIALS_PREFIX + ".")) {
            return CREDENTIALS_PREFIX_IN_TABLES + key.substring(CREDENTIALS_PREFIX.length());
        }
        if (key.startsWith(CREDENTIALS_PREFIX_IN_TABLES + ".")) {
            return CREDENTIALS_PREFIX + key.substring(CREDENTIALS_PREFIX_IN_TABLES.length());
        }
        return key;
    }
}
