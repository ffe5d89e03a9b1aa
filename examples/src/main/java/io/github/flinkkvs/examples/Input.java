/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.aws.AwsOptions.CredentialProvider;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedKvs;

import org.apache.flink.configuration.Configuration;

import javax.annotation.Nullable;

import java.util.List;
import java.util.Map;

/**
 * Where a job reads from: what its {@code KvsSource} is built with.
 *
 * @param region of the streams
 * @param endpoint of the control plane
 * @param streams names or ARNs
 * @param start where to begin each of them
 * @param stop where to end each of them
 * @param config further options of the source, such as credentials
 * @param labels what to call a stream in the output, if that is not its name
 * @param maxFragments after how many fragments of all streams to stop; no limit if 0
 * @param expectedFragments how many fragments there are before {@code stop}; -1 if nobody knows
 * @param remark for the summary; empty if there is nothing to say
 * @param embedded the service that serves it all, if it is ours
 */
record Input(
        String region,
        String endpoint,
        List<String> streams,
        StartingPosition start,
        StoppingPosition stop,
        Configuration config,
        Map<String, String> labels,
        long maxFragments,
        long expectedFragments,
        String remark,
        @Nullable EmbeddedKvs embedded)
        implements AutoCloseable {

    static final long UNKNOWN = -1;

    /** For the embedded service, which takes any credentials. */
    static Configuration embeddedCredentials() {
        return new Configuration()
                .set(AwsOptions.CREDENTIALS_PROVIDER, CredentialProvider.BASIC)
                .set(AwsOptions.ACCESS_KEY_ID, "any")
                .set(AwsOptions.SECRET_KEY, "thing");
    }

    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
