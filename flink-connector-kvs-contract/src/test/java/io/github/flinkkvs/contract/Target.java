/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.testing.EmbeddedKvs;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

import javax.annotation.Nullable;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Which service is asked, and as whom. Immutable. */
final class Target {

    /** The only key that the embedded service of a build accepts. */
    static final String KEY = "AKIDEXAMPLE";

    static final String SECRET = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY";

    /** How time passes by the service's clock. */
    interface Time {
        void pass(Duration time) throws InterruptedException;
    }

    /** AWS's own endpoint if null. */
    @Nullable final URI endpoint;

    final Region region;
    final AwsCredentialsProvider credentials;

    /** Whether the credentials are those that the AWS SDK finds, not {@link #KEY}. */
    final boolean ambient;

    /** The name of the stream that is created, and what the names of others begin with. */
    final String stream;

    /** Whether to ask what takes about an hour. */
    final boolean slow;

    final Time time;

    private Target(
            @Nullable URI endpoint,
            Region region,
            AwsCredentialsProvider credentials,
            boolean ambient,
            String stream,
            boolean slow,
            Time time) {
        this.endpoint = endpoint;
        this.region = region;
        this.credentials = credentials;
        this.ambient = ambient;
        this.stream = stream;
        this.slow = slow;
        this.time = time;
    }

    /** The service of a build, whose clock can be moved. */
    static Target of(EmbeddedKvs kvs, boolean slow) {
        kvs.accessKeys().allow(KEY);
        return new Target(
                kvs.endpoint(),
                Region.of(kvs.region()),
                StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET)),
                false,
                "contract",
                slow,
                kvs.clock()::shift);
    }

    /** Whether the system properties name a service, as they do in the profile contract-aws. */
    static boolean isGiven() {
        return Boolean.getBoolean("contract.aws");
    }

    /**
     * The service that the system properties name, with the credentials that the AWS SDK finds.
     *
     * @throws IllegalArgumentException if no stream is named
     */
    static Target given() {
        String stream = text("contract.stream");
        if (stream == null) {
            throw new IllegalArgumentException(
                    "Name a stream that does not exist: -Dcontract.stream=NAME. It is created, and"
                            + " deleted at the end");
        }
        String region = text("contract.region");
        String endpoint = text("contract.endpoint");
        return new Target(
                endpoint == null ? null : URI.create(endpoint),
                region == null
                        ? DefaultAwsRegionProviderChain.builder().build().getRegion()
                        : Region.of(region),
                DefaultCredentialsProvider.create(),
                true,
                stream,
                Boolean.getBoolean("contract.slow"),
                Target::wait);
    }

    @Nullable
    private static String text(String property) {
        String value = System.getProperty(property, "");
        return value.isBlank() ? null : value;
    }

    /** Another clock than one's own cannot be told to hurry. */
    private static void wait(Duration time) throws InterruptedException {
        new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public String toString() {
        return (endpoint == null ? "AWS" : endpoint.toString()) + " in " + region;
    }
}
