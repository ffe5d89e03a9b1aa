/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.clients;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaClip;

import com.amazonaws.services.kinesisvideo.model.FragmentTimecodeType;
import com.amazonaws.services.kinesisvideo.model.PutMediaRequest;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideo.model.ComparisonOperator;
import software.amazon.awssdk.services.kinesisvideo.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesisvideo.model.StreamInfo;
import software.amazon.awssdk.services.kinesisvideo.model.UpdateDataRetentionOperation;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.KinesisVideoArchivedMediaClient;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.Fragment;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelector;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelectorType;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.GetMediaForFragmentListResponse;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.TimestampRange;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A stream from its creation to its end, with AWS's clients alone: nothing is done in Java. */
class WholeLifeITCase {
    private static final long START = 1_700_000_000_000L;

    @Test
    void aStreamIsCreatedFilledReadAndDeleted() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().limits(Limits.service()).start();
                KinesisVideoClient control =
                        at(KinesisVideoClient.builder(), kvs.endpoint().toString()).build()) {
            String arn =
                    control.createStream(
                                    r ->
                                            r.streamName("call-1")
                                                    .mediaType("video/h264")
                                                    .tags(Map.of("floor", "1"))
                                                    .dataRetentionInHours(1))
                            .streamARN();
            control.tagStream(r -> r.streamARN(arn).tags(Map.of("queue", "sales")));
            StreamInfo created = onlyStream(control);
            assertThat(created.streamARN()).isEqualTo(arn);
            control.updateDataRetention(
                    r ->
                            r.streamARN(arn)
                                    .currentVersion(created.version())
                                    .operation(UpdateDataRetentionOperation.INCREASE_DATA_RETENTION)
                                    .dataRetentionChangeInHours(23));
            assertThat(onlyStream(control).dataRetentionInHours()).isEqualTo(24);
            assertThat(control.listTagsForStream(r -> r.streamARN(arn)).tags())
                    .containsOnlyKeys("floor", "queue");

            ProducedMedia media =
                    ProducedMedia.of(MediaClip.h264(), START, 25, ClusterSize.UNKNOWN_1_BYTE);
            try (AwsClients clients = new AwsClients(kvs)) {
                clients.putMedia(
                        new PutMediaRequest()
                                .withStreamARN(arn)
                                .withFragmentTimecodeType(FragmentTimecodeType.ABSOLUTE)
                                .withProducerStartTimestamp(new Date(START)),
                        media.open());
            }
            assertArchived(control, arn, media);

            control.deleteStream(
                    r -> r.streamARN(arn).currentVersion(onlyStream(control).version()));
            assertThatThrownBy(() -> control.describeStream(r -> r.streamARN(arn)))
                    .isInstanceOf(ResourceNotFoundException.class);
        }
    }

    private static StreamInfo onlyStream(KinesisVideoClient control) {
        List<StreamInfo> streams =
                control.listStreams(
                                r ->
                                        r.streamNameCondition(
                                                c ->
                                                        c.comparisonOperator(
                                                                        ComparisonOperator
                                                                                .BEGINS_WITH)
                                                                .comparisonValue("call-")))
                        .streamInfoList();
        assertThat(streams).hasSize(1);
        return streams.get(0);
    }

    private static void assertArchived(KinesisVideoClient control, String arn, ProducedMedia media)
            throws Exception {
        TimestampRange range =
                TimestampRange.builder()
                        .startTimestamp(Instant.ofEpochMilli(START))
                        .endTimestamp(Instant.ofEpochMilli(START + 60_000))
                        .build();
        FragmentSelector selector =
                FragmentSelector.builder()
                        .fragmentSelectorType(FragmentSelectorType.PRODUCER_TIMESTAMP)
                        .timestampRange(range)
                        .build();
        List<String> numbers;
        try (KinesisVideoArchivedMediaClient archive =
                archive(control, arn, APIName.LIST_FRAGMENTS)) {
            List<Fragment> listed =
                    archive.listFragments(r -> r.streamARN(arn).fragmentSelector(selector))
                            .fragments();
            assertThat(listed)
                    .extracting(fragment -> fragment.producerTimestamp().toEpochMilli())
                    .containsExactlyInAnyOrder(START, START + 1_000, START + 2_000, START + 3_000);
            numbers =
                    listed.stream()
                            .map(Fragment::fragmentNumber)
                            .sorted()
                            .collect(Collectors.toList());
        }
        try (KinesisVideoArchivedMediaClient archive =
                        archive(control, arn, APIName.GET_MEDIA_FOR_FRAGMENT_LIST);
                ResponseInputStream<GetMediaForFragmentListResponse> body =
                        archive.getMediaForFragmentList(r -> r.streamARN(arn).fragments(numbers))) {
            String bytes = new String(body.readAllBytes(), StandardCharsets.ISO_8859_1);
            int at = 0;
            for (byte[] cluster : media.clusters()) {
                at = bytes.indexOf(new String(cluster, StandardCharsets.ISO_8859_1), at);
                assertThat(at).isPositive();
            }
        }
    }

    private static KinesisVideoArchivedMediaClient archive(
            KinesisVideoClient control, String arn, APIName api) {
        String endpoint =
                control.getDataEndpoint(r -> r.streamARN(arn).apiName(api)).dataEndpoint();
        return at(KinesisVideoArchivedMediaClient.builder(), endpoint).build();
    }

    private static <B extends AwsClientBuilder<B, ?>> B at(B builder, String endpoint) {
        return builder.endpointOverride(URI.create(endpoint))
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("AKIDEXAMPLE", "secret")));
    }
}
