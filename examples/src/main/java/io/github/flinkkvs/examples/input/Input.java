/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.aws.AwsOptions.CredentialProvider;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;

import org.apache.flink.configuration.Configuration;

import javax.annotation.Nullable;

import java.util.Map;

/**
 * Where a job reads from: the settings of its {@code KvsSource}. An embedded service that was
 * started for it runs as long as the process, since a source may ask it for a moment after its job.
 *
 * @param region of the streams
 * @param endpoint of the control plane; null for that of AWS
 * @param streams which streams
 * @param start where reading begins, in each stream
 * @param stop where reading ends, in each stream
 * @param config further options of the source, such as credentials
 * @param labels the names of streams in the output, by the names that the service knows
 * @param maxFragments the number of fragments of all streams after which to stop; 0 for no limit
 * @param expectedFragments the number of fragments up to {@code stop}; {@link #UNKNOWN} if nobody
 *     knows
 * @param remark a text for the summary; empty if there is nothing to say
 */
public record Input(
        String region,
        @Nullable String endpoint,
        StreamChoice streams,
        StartingPosition start,
        StoppingPosition stop,
        Configuration config,
        Map<String, String> labels,
        long maxFragments,
        long expectedFragments,
        String remark) {

    public static final long UNKNOWN = -1;

    private static final String AWS = "aws.";

    /** Credentials for the embedded service, which accepts any. */
    public static Configuration embeddedCredentials() {
        return new Configuration()
                .set(AwsOptions.CREDENTIALS_PROVIDER, CredentialProvider.BASIC)
                .set(AwsOptions.ACCESS_KEY_ID, "any")
                .set(AwsOptions.SECRET_KEY, "thing");
    }

    /** A source with all of these settings; it still needs a schema. */
    public <T> KvsSourceBuilder<T> source() {
        KvsSourceBuilder<T> source =
                KvsSource.<T>builder()
                        .setRegion(region)
                        .setStartingPosition(start)
                        .setStoppingPosition(stop)
                        .setSourceConfig(config);
        if (endpoint != null) {
            source.setEndpoint(endpoint);
        }
        streams.setOn(source);
        return source;
    }

    /** Region, endpoint and credentials, for whatever else than a source asks the service. */
    public Configuration aws() {
        Configuration aws = new Configuration();
        config.toMap()
                .forEach(
                        (key, value) -> {
                            if (key.startsWith(AWS)) {
                                aws.setString(key, value);
                            }
                        });
        aws.set(AwsOptions.REGION, region);
        if (endpoint != null) {
            aws.set(AwsOptions.ENDPOINT, endpoint);
        }
        return aws;
    }

    /** The name that the service knows, of a stream that has a name of its own in the output. */
    public String nameOf(String label) {
        return labels.entrySet().stream()
                .filter(name -> name.getValue().equals(label))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(label);
    }

    /** Whether there is a stream to read. */
    public boolean hasStreams() {
        return !streams.isEmpty();
    }
}
