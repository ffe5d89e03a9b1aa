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

import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

import javax.annotation.Nullable;

import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The configured credentials: a provider with the values of its options and, if it assumes a role,
 * the spec of the provider whose credentials assume it. Complete and without contradiction as far
 * as the configuration alone shows. Immutable.
 */
@Internal
public final class CredentialSpec {

    private final CredentialOptions options;
    private final CredentialProvider kind;
    private final Map<ConfigOption<String>, String> values;
    @Nullable private final URI stsEndpoint;
    @Nullable private final CredentialSpec roleProvider;

    private CredentialSpec(
            CredentialOptions options,
            CredentialProvider kind,
            Map<ConfigOption<String>, String> values,
            @Nullable URI stsEndpoint,
            @Nullable CredentialSpec roleProvider) {
        this.options = options;
        this.kind = kind;
        this.values = Map.copyOf(values);
        this.stsEndpoint = stsEndpoint;
        this.roleProvider = roleProvider;
    }

    /**
     * @throws IllegalArgumentException if the configuration is incomplete or contradicts itself;
     *     the message names the key and says what to do
     */
    static CredentialSpec of(ReadableConfig config) {
        return of(config, new CredentialOptions(), null);
    }

    private static CredentialSpec of(
            ReadableConfig config, CredentialOptions options, @Nullable URI outerStsEndpoint) {
        CredentialProvider kind = kind(config, options);
        refuseUnused(config, options, kind);
        Map<ConfigOption<String>, String> values = new HashMap<>();
        for (ConfigOption<String> option : options.users().keySet()) {
            ConfigValues.text(config, option).ifPresent(value -> values.put(option, value));
        }
        for (ConfigOption<String> needed : options.neededBy(kind)) {
            if (!values.containsKey(needed)) {
                String key = options.provider.key();
                throw new IllegalArgumentException(
                        String.format(
                                "'%s' is missing: '%s' is %s, which needs it. Set it, or choose"
                                        + " another '%s'.",
                                needed.key(), key, kind, key));
            }
        }
        URI stsEndpoint = ConfigValues.url(config, options.stsEndpoint).orElse(outerStsEndpoint);
        CredentialSpec roleProvider =
                kind == CredentialProvider.ASSUME_ROLE
                        ? of(config, options.ofRoleProvider(), stsEndpoint)
                        : null;
        return new CredentialSpec(options, kind, values, stsEndpoint, roleProvider);
    }

    private static CredentialProvider kind(ReadableConfig config, CredentialOptions options) {
        Optional<CredentialProvider> explicit;
        try {
            explicit = config.getOptional(options.provider);
        } catch (IllegalArgumentException e) {
            // Without the cause: it repeats the value, which may be a key in the wrong place.
            throw new IllegalArgumentException(
                    String.format(
                            "'%s' is none of the known providers: set it to one of %s.",
                            options.provider.key(), Arrays.toString(CredentialProvider.values())));
        }
        return explicit.orElseGet(
                () ->
                        ConfigValues.isSet(config, options.accessKeyId)
                                        || ConfigValues.isSet(config, options.secretKey)
                                ? CredentialProvider.BASIC
                                : CredentialProvider.AUTO);
    }

    /**
     * An option that the provider ignores is a mistake, as is a provider for a role that is
     * missing.
     */
    private static void refuseUnused(
            ReadableConfig config, CredentialOptions options, CredentialProvider kind) {
        Set<String> keys = new TreeSet<>(config.toMap().keySet());
        options.users()
                .forEach(
                        (option, users) -> {
                            if (!users.contains(kind) && ConfigValues.isSet(config, option)) {
                                String other = AwsOptions.otherSpelling(option.key());
                                throw unused(
                                        keys.contains(option.key()) ? option.key() : other,
                                        options,
                                        kind,
                                        users);
                            }
                        });
        if (kind != CredentialProvider.ASSUME_ROLE) {
            for (String key : keys) {
                if (options.isOfRoleProvider(key)) {
                    throw unused(key, options, kind, EnumSet.of(CredentialProvider.ASSUME_ROLE));
                }
            }
        }
    }

    private static IllegalArgumentException unused(
            String key,
            CredentialOptions options,
            CredentialProvider kind,
            Set<CredentialProvider> users) {
        return new IllegalArgumentException(
                String.format(
                        "'%s' is set, but '%s' is %s, which does not use it: set '%s' to %s, or"
                                + " remove '%s'.",
                        key,
                        options.provider.key(),
                        kind,
                        options.provider.key(),
                        users.stream().map(Enum::name).collect(Collectors.joining(" or ")),
                        key));
    }

    /**
     * The key of the option that chooses the provider, such as {@code aws.credentials.provider}.
     */
    public String key() {
        return options.provider.key();
    }

    public CredentialProvider kind() {
        return kind;
    }

    /** The spec of the provider that assumes the first role; this one if it assumes none. */
    public CredentialSpec innermost() {
        return roleProvider == null ? this : roleProvider.innermost();
    }

    /** Whether the provider has a session token that it never renews. */
    public boolean neverRenews() {
        return kind == CredentialProvider.ENV_VAR
                || kind == CredentialProvider.BASIC && values.containsKey(options.sessionToken);
    }

    CredentialOptions options() {
        return options;
    }

    /**
     * @param option one of {@link #options()}
     * @return empty if it is not set
     */
    Optional<String> value(ConfigOption<String> option) {
        return Optional.ofNullable(values.get(option));
    }

    /**
     * @param option one of {@link #options()} that the provider needs
     */
    String needed(ConfigOption<String> option) {
        return value(option).orElseThrow();
    }

    /** The Security Token Service to ask; null for that of the region. */
    @Nullable
    URI stsEndpoint() {
        return stsEndpoint;
    }

    /** The provider whose credentials assume the role; only of ASSUME_ROLE. */
    CredentialSpec roleProvider() {
        return Optional.ofNullable(roleProvider).orElseThrow();
    }

    /** Without values: some are secrets. */
    @Override
    public String toString() {
        return key() + " = " + kind + (roleProvider == null ? "" : ", " + roleProvider);
    }
}
