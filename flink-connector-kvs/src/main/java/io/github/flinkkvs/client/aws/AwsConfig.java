/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import io.github.flinkkvs.client.aws.AwsOptions.TlsProvider;

import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

import javax.annotation.Nullable;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where the service is, whom to trust, and which credentials to take: the options of {@link
 * AwsOptions}, parsed and checked. An instance is free of contradictions, as far as the
 * configuration alone shows; files, classes and the environment are checked when something is
 * opened with it, on the machine that runs the job. Thread-safe. It holds secrets and shows none.
 */
@Internal
public final class AwsConfig {

    private static final Pattern REGION_ID =
            Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    private final Map<String, String> all;
    @Nullable private final URI endpoint;

    /** By the id of the region. */
    private final Map<String, URI> endpointByRegion = new HashMap<>();

    private final boolean trustsAll;
    @Nullable private final String trustStorePath;
    @Nullable private final String trustStorePassword;
    private final TlsProvider tlsProvider;
    private final CredentialSpec credentials;

    /** Null until first requested, unless it is configured. Guarded by this. */
    @Nullable private Region region;

    private AwsConfig(ReadableConfig config) {
        all = Map.copyOf(config.toMap());
        refuseUnknown();
        region = ConfigValues.text(config, AwsOptions.REGION).map(AwsConfig::region).orElse(null);
        endpoint = ConfigValues.url(config, AwsOptions.ENDPOINT).orElse(null);
        for (String key : new TreeSet<>(all.keySet())) {
            String regionId = AwsOptions.regionOfEndpoint(key);
            if (regionId != null) {
                ConfigValues.url(config, AwsOptions.endpoint(regionId))
                        .ifPresent(uri -> endpointByRegion.put(regionId, uri));
            }
        }
        trustsAll = ConfigValues.flag(config, AwsOptions.TRUST_ALL_CERTIFICATES);
        trustStorePath = ConfigValues.text(config, AwsOptions.TRUST_STORE_PATH).orElse(null);
        trustStorePassword =
                ConfigValues.text(config, AwsOptions.TRUST_STORE_PASSWORD).orElse(null);
        checkTrust();
        tlsProvider = ConfigValues.choice(config, AwsOptions.TLS_PROVIDER);
        credentials = CredentialSpec.of(config);
    }

    /**
     * Parses and checks a configuration, both where a job is built and where it runs.
     *
     * @param config the options of {@link AwsOptions}, not null; options that do not begin with
     *     {@code aws.} are for custom credentials providers only
     * @throws IllegalArgumentException if an option is unknown or unusable, if one is missing, or
     *     if some contradict each other; the message names the key and says what to do
     */
    public static AwsConfig of(ReadableConfig config) {
        return new AwsConfig(config);
    }

    private void refuseUnknown() {
        for (String key : new TreeSet<>(all.keySet())) {
            if (key.startsWith(AwsOptions.PREFIX)
                    && !AwsOptions.isCredentialsKey(key)
                    && !isEndpoint(key)
                    && AwsOptions.all().stream().noneMatch(option -> option.key().equals(key))) {
                throw new IllegalArgumentException(
                        "There is no option '"
                                + key
                                + "'. There are: "
                                + AwsOptions.all().stream()
                                        .map(ConfigOption::key)
                                        .collect(Collectors.joining(", ")));
            }
        }
    }

    private static boolean isEndpoint(String key) {
        String region = AwsOptions.regionOfEndpoint(key);
        return region != null && REGION_ID.matcher(region).matches();
    }

    private void checkTrust() {
        if (trustStorePath != null && trustsAll) {
            throw new IllegalArgumentException(
                    String.format(
                            "'%s' and '%s' contradict each other: remove one.",
                            AwsOptions.TRUST_STORE_PATH.key(),
                            AwsOptions.TRUST_ALL_CERTIFICATES.key()));
        }
        if (trustStorePath == null && trustStorePassword != null) {
            throw new IllegalArgumentException(
                    String.format(
                            "'%s' is set, but '%s' is not: set both, or remove the password.",
                            AwsOptions.TRUST_STORE_PASSWORD.key(),
                            AwsOptions.TRUST_STORE_PATH.key()));
        }
    }

    private static Region region(String id) {
        if (!REGION_ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + AwsOptions.REGION.key()
                            + "' is not the id of a region: give one such as eu-central-1.");
        }
        return Region.of(id);
    }

    /**
     * The region that requests are signed for. If it is not configured, the AWS SDK looks for it at
     * the first call; that may query the instance metadata service, and so block for a second or
     * two.
     *
     * @return never null
     * @throws IllegalArgumentException if there is none
     */
    public synchronized Region region() {
        if (region == null) {
            try {
                region = DefaultAwsRegionProviderChain.builder().build().getRegion();
            } catch (SdkClientException e) {
                throw new IllegalArgumentException(
                        "No region is known: set '"
                                + AwsOptions.REGION.key()
                                + "', or AWS_REGION in the environment of the Flink processes.",
                        e);
            }
        }
        return region;
    }

    /** The address of the control plane in a region; empty for the region's own. */
    public Optional<URI> endpoint(Region inRegion) {
        return Optional.ofNullable(endpointByRegion.getOrDefault(inRegion.id(), endpoint));
    }

    /** Whether to accept any certificate of Kinesis Video Streams. */
    public boolean trustsAll() {
        return trustsAll;
    }

    /** What encrypts the connections to Kinesis Video Streams. */
    public TlsProvider tlsProvider() {
        return tlsProvider;
    }

    /** Which credentials to take. */
    public CredentialSpec credentials() {
        return credentials;
    }

    /** The file with the trusted certificates; empty for those that Java trusts. */
    Optional<String> trustStorePath() {
        return Optional.ofNullable(trustStorePath);
    }

    Optional<String> trustStorePassword() {
        return Optional.ofNullable(trustStorePassword);
    }

    /** The whole configuration, secrets included, for custom credentials providers. */
    Map<String, String> all() {
        return all;
    }

    /** Without values: some are secrets. */
    @Override
    public String toString() {
        return "AwsConfig(" + credentials + ")";
    }
}
