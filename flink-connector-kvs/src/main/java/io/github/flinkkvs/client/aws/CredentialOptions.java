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

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The options of one credentials provider: that of the job, or one whose credentials assume a role.
 * Every provider has the same options, below a prefix of its own. Immutable.
 */
final class CredentialOptions {

    final ConfigOption<CredentialProvider> provider;
    final ConfigOption<String> accessKeyId;
    final ConfigOption<String> secretKey;
    final ConfigOption<String> sessionToken;
    final ConfigOption<String> profilePath;
    final ConfigOption<String> profileName;
    final ConfigOption<String> roleArn;
    final ConfigOption<String> roleSessionName;
    final ConfigOption<String> roleExternalId;
    final ConfigOption<String> stsEndpoint;
    final ConfigOption<String> tokenFile;
    final ConfigOption<String> customClass;

    /**
     * The part of the keys between {@code aws.credentials.provider} and the options of this
     * provider.
     */
    private final String nesting;

    private final Map<ConfigOption<String>, Set<CredentialProvider>> users = new LinkedHashMap<>();

    /** The options of the job's own provider. */
    CredentialOptions() {
        this("");
    }

    private CredentialOptions(String nesting) {
        this.nesting = nesting;
        provider =
                withBothSpellings(
                        ConfigOptions.key(key(AwsOptions.CREDENTIALS_PROVIDER))
                                .enumType(CredentialProvider.class)
                                .noDefaultValue());
        accessKeyId = text(AwsOptions.ACCESS_KEY_ID, CredentialProvider.BASIC);
        secretKey = text(AwsOptions.SECRET_KEY, CredentialProvider.BASIC);
        sessionToken = text(AwsOptions.SESSION_TOKEN, CredentialProvider.BASIC);
        profilePath = text(AwsOptions.PROFILE_PATH, CredentialProvider.PROFILE);
        profileName = text(AwsOptions.PROFILE_NAME, CredentialProvider.PROFILE);
        roleArn =
                text(
                        AwsOptions.ROLE_ARN,
                        CredentialProvider.ASSUME_ROLE,
                        CredentialProvider.WEB_IDENTITY_TOKEN);
        roleSessionName =
                text(
                        AwsOptions.ROLE_SESSION_NAME,
                        CredentialProvider.ASSUME_ROLE,
                        CredentialProvider.WEB_IDENTITY_TOKEN);
        roleExternalId = text(AwsOptions.ROLE_EXTERNAL_ID, CredentialProvider.ASSUME_ROLE);
        stsEndpoint =
                text(
                        AwsOptions.ROLE_STS_ENDPOINT,
                        CredentialProvider.ASSUME_ROLE,
                        CredentialProvider.WEB_IDENTITY_TOKEN);
        tokenFile = text(AwsOptions.WEB_IDENTITY_TOKEN_FILE, CredentialProvider.WEB_IDENTITY_TOKEN);
        customClass = text(AwsOptions.CUSTOM_CLASS, CredentialProvider.CUSTOM);
    }

    /** The options of the provider whose credentials assume this provider's role. */
    CredentialOptions ofRoleProvider() {
        return new CredentialOptions(nesting + AwsOptions.ROLE_PROVIDER_SUFFIX);
    }

    /** All options but {@link #provider}, each with the providers that use it. */
    Map<ConfigOption<String>, Set<CredentialProvider>> users() {
        return users;
    }

    /** The options without which a provider cannot work. */
    List<ConfigOption<String>> neededBy(CredentialProvider kind) {
        switch (kind) {
            case BASIC:
                return List.of(accessKeyId, secretKey);
            case ASSUME_ROLE:
                return List.of(roleArn);
            case CUSTOM:
                return List.of(customClass);
            default:
                return List.of();
        }
    }

    /** Whether a key belongs to the provider whose credentials assume this provider's role. */
    boolean isOfRoleProvider(String key) {
        String role = provider.key() + AwsOptions.ROLE_PROVIDER_SUFFIX;
        return isAtOrBelow(key, role) || isAtOrBelow(key, AwsOptions.otherSpelling(role));
    }

    private static boolean isAtOrBelow(String key, String prefix) {
        return key.equals(prefix) || key.startsWith(prefix + ".");
    }

    private ConfigOption<String> text(
            ConfigOption<String> top, CredentialProvider first, CredentialProvider... rest) {
        ConfigOption<String> option =
                withBothSpellings(ConfigOptions.key(key(top)).stringType().noDefaultValue());
        users.put(option, EnumSet.of(first, rest));
        return option;
    }

    /** Translates a key of the job's own provider to this one. */
    private String key(ConfigOption<?> top) {
        return AwsOptions.CREDENTIALS_PREFIX
                + nesting
                + top.key().substring(AwsOptions.CREDENTIALS_PREFIX.length());
    }

    private static <T> ConfigOption<T> withBothSpellings(ConfigOption<T> option) {
        String other = AwsOptions.otherSpelling(option.key());
        return other.equals(option.key()) ? option : option.withFallbackKeys(other);
    }
}
