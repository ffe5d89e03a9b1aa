/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamPage;

import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideo.model.ComparisonOperator;
import software.amazon.awssdk.services.kinesisvideo.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesisvideo.model.ListTagsForStreamResponse;
import software.amazon.awssdk.services.kinesisvideo.model.Status;
import software.amazon.awssdk.services.kinesisvideo.model.StreamInfo;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static io.github.flinkkvs.contract.Statement.that;
import static org.assertj.core.api.Assertions.assertThat;

/** What the control plane says about streams. */
final class StreamStatements {

    private static final int TAGS = 50;

    private final World world;
    private final Service service;

    StreamStatements(World world) {
        this.world = world;
        this.service = world.service;
    }

    List<Statement> all() {
        return List.of(
                that("A stream has its creation time in its ARN", this::creationTime),
                that("DescribeStream finds a stream by name and by ARN", this::describe),
                that("DescribeStream does not find a stream that is not there", this::unknown),
                that("ListStreams lists by a prefix, page by page", this::list),
                that("ListTagsForStream has every tag, page by page", this::tags),
                that("GetDataEndpoint names a host for each operation", this::endpoints));
    }

    /** Statements that need the buffer no more. */
    List<Statement> atTheEnd() {
        return List.of(
                that("A stream that was deleted is found no more", this::deleted),
                that("A stream that is created again has another ARN", this::recreated));
    }

    private void creationTime() {
        world.report.answer(
                Question.STATUS_CHANGE,
                world.creation().toMillis() + " ms",
                "from CreateStream to ACTIVE, polled");
        StreamInfo stream = world.stream;
        String arn = stream.streamARN();
        assertThat(arn)
                .endsWith("/" + stream.streamName() + "/" + stream.creationTime().toEpochMilli());
        assertThat(world.arn.region()).isEqualTo(service.target.region.id());
    }

    private void describe() throws Exception {
        StreamInfo byName =
                service.control.describeStream(r -> r.streamName(world.arn.name())).streamInfo();
        StreamInfo byArn =
                service.control.describeStream(r -> r.streamARN(world.arn.toString())).streamInfo();
        assertThat(byArn).isEqualTo(byName);
        assertThat(byName.status()).isEqualTo(Status.ACTIVE);
        assertThat(byName.dataRetentionInHours()).isEqualTo(1);
        assertThat(
                        service.connection
                                .directory()
                                .describe(world.arn.name())
                                .get(World.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                .arn())
                .isEqualTo(world.arn);
    }

    private void unknown() {
        String name = world.arn.name() + "-nowhere";
        Refusal.of(() -> service.control.describeStream(r -> r.streamName(name)))
                .is("ResourceNotFoundException 404", ErrorClass.STREAM_NOT_FOUND);
        Refusal.of(
                        () ->
                                service.control.getDataEndpoint(
                                        r -> r.streamName(name).apiName(APIName.GET_MEDIA)))
                .is("ResourceNotFoundException 404", ErrorClass.STREAM_NOT_FOUND);
    }

    private void list() throws Exception {
        List<String> listed = new ArrayList<>();
        String token = null;
        do {
            String from = token;
            ListStreamsResponse page =
                    service.control.listStreams(
                            r ->
                                    r.maxResults(1)
                                            .nextToken(from)
                                            .streamNameCondition(
                                                    c ->
                                                            c.comparisonOperator(
                                                                            ComparisonOperator
                                                                                    .BEGINS_WITH)
                                                                    .comparisonValue(
                                                                            world.arn.name())));
            assertThat(page.streamInfoList()).hasSizeLessThanOrEqualTo(1);
            page.streamInfoList().forEach(stream -> listed.add(stream.streamARN()));
            token = page.nextToken();
        } while (token != null);
        assertThat(listed)
                .containsExactlyInAnyOrder(
                        world.arn.toString(), world.buffer.toString(), world.live.toString());
        StreamPage all =
                service.connection
                        .listing()
                        .list(world.arn.name(), null)
                        .get(World.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(all.readable())
                .extracting(StreamDescription::arn)
                .containsExactlyInAnyOrder(world.arn, world.buffer, world.live);
        assertThat(all.nextToken()).isNull();
    }

    private void tags() throws Exception {
        Map<String, String> tags = new HashMap<>();
        for (int i = 0; i < TAGS; i++) {
            tags.put("contract-" + i, "value of " + i);
        }
        service.control.tagStream(r -> r.streamARN(world.arn.toString()).tags(tags));
        ListTagsForStreamResponse first =
                service.control.listTagsForStream(r -> r.streamARN(world.arn.toString()));
        world.report.answer(
                Question.TAG_PAGES,
                first.tags().size() + (first.nextToken() == null ? " or more" : ""),
                "the first page of " + TAGS);
        assertThat(
                        service.connection
                                .listing()
                                .tags(world.arn)
                                .get(World.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo(tags);
    }

    private void endpoints() {
        for (APIName operation :
                List.of(
                        APIName.GET_MEDIA,
                        APIName.LIST_FRAGMENTS,
                        APIName.GET_MEDIA_FOR_FRAGMENT_LIST)) {
            URI endpoint =
                    URI.create(
                            service.control
                                    .getDataEndpoint(
                                            r ->
                                                    r.streamARN(world.arn.toString())
                                                            .apiName(operation))
                                    .dataEndpoint());
            assertThat(endpoint.getHost()).as("%s", operation).isNotEmpty();
            assertThat(endpoint.getPath()).as("%s", operation).isIn("", "/");
        }
    }

    private void deleted() throws Exception {
        StreamArn buffer = world.buffer;
        service.delete(buffer.toString());
        Refusal.of(() -> service.control.describeStream(r -> r.streamARN(buffer.toString())))
                .is("ResourceNotFoundException 404", ErrorClass.STREAM_NOT_FOUND);
        try (Reading reading = world.tryRead(buffer, World.at(StartSelectorType.EARLIEST))) {
            Refusal.of(reading.failure())
                    .is("ResourceNotFoundException 404", ErrorClass.STREAM_NOT_FOUND);
        }
    }

    private void recreated() throws Exception {
        StreamArn before = world.buffer;
        StreamArn again = StreamArn.parse(service.create(before.name(), 0).streamARN());
        assertThat(again.name()).isEqualTo(before.name());
        assertThat(again).isNotEqualTo(before);
        try (Reading reading = world.tryRead(before, World.at(StartSelectorType.EARLIEST))) {
            assertThat(ErrorTable.classify(reading.failure()))
                    .isEqualTo(ErrorClass.STREAM_NOT_FOUND);
        }
        service.delete(again.toString());
    }
}
