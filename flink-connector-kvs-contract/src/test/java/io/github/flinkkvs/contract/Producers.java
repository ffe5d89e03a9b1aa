/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import com.amazonaws.auth.AWSCredentials;
import com.amazonaws.auth.AWSCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.auth.BasicSessionCredentials;
import com.amazonaws.services.kinesisvideo.AmazonKinesisVideoPutMedia;
import com.amazonaws.services.kinesisvideo.AmazonKinesisVideoPutMediaClient;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;

import java.util.HashMap;
import java.util.Map;

/**
 * The clients of PutMedia, one for each host: each has threads, and its end takes two seconds. Used
 * by one thread.
 */
final class Producers implements AutoCloseable {

    private final Target target;
    private final KinesisVideoClient control;
    private final Map<String, AmazonKinesisVideoPutMedia> byEndpoint = new HashMap<>();

    Producers(Target target, KinesisVideoClient control) {
        this.target = target;
        this.control = control;
    }

    /** The client for a stream. */
    AmazonKinesisVideoPutMedia of(String arn) {
        String endpoint =
                control.getDataEndpoint(r -> r.streamARN(arn).apiName(APIName.PUT_MEDIA))
                        .dataEndpoint();
        return byEndpoint.computeIfAbsent(
                endpoint,
                host ->
                        AmazonKinesisVideoPutMediaClient.builder()
                                .withEndpoint(host)
                                .withRegion(target.region.id())
                                .withCredentials(credentials())
                                .build());
    }

    /** The same credentials in the form of version 1. */
    private AWSCredentialsProvider credentials() {
        return new AWSCredentialsProvider() {
            @Override
            public AWSCredentials getCredentials() {
                AwsCredentials now = target.credentials.resolveCredentials();
                return now instanceof AwsSessionCredentials
                        ? new BasicSessionCredentials(
                                now.accessKeyId(),
                                now.secretAccessKey(),
                                ((AwsSessionCredentials) now).sessionToken())
                        : new BasicAWSCredentials(now.accessKeyId(), now.secretAccessKey());
            }

            @Override
            public void refresh() {}
        };
    }

    @Override
    public void close() {
        byEndpoint.values().forEach(AmazonKinesisVideoPutMedia::close);
    }
}
