/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.api;

import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.HeaderFields;
import io.github.flinkkvs.testing.internal.operations.GetClip;
import io.github.flinkkvs.testing.internal.operations.GetMedia;
import io.github.flinkkvs.testing.internal.operations.GetMediaForFragmentList;
import io.github.flinkkvs.testing.internal.operations.ListFragments;
import io.github.flinkkvs.testing.internal.operations.PutMedia;
import io.github.flinkkvs.testing.internal.operations.control.CreateStream;
import io.github.flinkkvs.testing.internal.operations.control.DeleteStream;
import io.github.flinkkvs.testing.internal.operations.control.DescribeStream;
import io.github.flinkkvs.testing.internal.operations.control.GetDataEndpoint;
import io.github.flinkkvs.testing.internal.operations.control.ListStreams;
import io.github.flinkkvs.testing.internal.operations.control.ListTagsForStream;
import io.github.flinkkvs.testing.internal.operations.control.TagStream;
import io.github.flinkkvs.testing.internal.operations.control.UntagStream;
import io.github.flinkkvs.testing.internal.operations.control.UpdateDataRetention;
import io.github.flinkkvs.testing.internal.operations.control.UpdateStream;
import io.github.flinkkvs.testing.internal.streams.Plane;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.internal.streams.StreamRegistry;

import io.vertx.core.Vertx;

import javax.annotation.Nullable;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * All operations that the service has, each with its host. Each operation that is answered has a
 * handler. Immutable.
 */
final class Operations {
    private static final String[] CONTROL_NOT_ANSWERED = {
        "CreateSignalingChannel",
        "DeleteEdgeConfiguration",
        "DeleteSignalingChannel",
        "DescribeEdgeConfiguration",
        "DescribeImageGenerationConfiguration",
        "DescribeMappedResourceConfiguration",
        "DescribeMediaStorageConfiguration",
        "DescribeNotificationConfiguration",
        "DescribeSignalingChannel",
        "DescribeStreamStorageConfiguration",
        "GetSignalingChannelEndpoint",
        "ListEdgeAgentConfigurations",
        "ListSignalingChannels",
        "ListTagsForResource",
        "StartEdgeConfigurationUpdate",
        "TagResource",
        "UntagResource",
        "UpdateImageGenerationConfiguration",
        "UpdateMediaStorageConfiguration",
        "UpdateNotificationConfiguration",
        "UpdateSignalingChannel",
        "UpdateStreamStorageConfiguration",
    };

    private final Map<Plane, Map<String, Operation>> byPath = new EnumMap<>(Plane.class);
    private final Map<String, Plane> planesByApiName = new HashMap<>();

    Operations(ServiceState service, StreamRegistry streams, Answers answers, Vertx vertx) {
        add(
                control("ListStreams")
                        .ofAccount()
                        .accountQuota(Limits::listCallsPerSecond)
                        .answeredBy(new ListStreams(service, streams, answers)),
                control("DescribeStream")
                        .streamQuota(Limits::callsPerSecond)
                        .accountQuota(Limits::accountCallsPerSecond)
                        .answeredBy(new DescribeStream(service, answers)),
                control("ListTagsForStream")
                        .streamQuota(Limits::callsPerSecond)
                        .accountQuota(Limits::listCallsPerSecond)
                        .answeredBy(new ListTagsForStream(service, answers)),
                control("GetDataEndpoint")
                        .streamQuota(Limits::callsPerSecond)
                        .accountQuota(Limits::accountCallsPerSecond)
                        .answeredBy(new GetDataEndpoint(answers, this::plane)),
                control("CreateStream")
                        .ofAccount()
                        .accountQuota(Limits::changeCallsPerSecond)
                        .answeredBy(new CreateStream(service, streams, answers, vertx)),
                changing("DeleteStream")
                        .answeredBy(new DeleteStream(service, streams, answers, vertx)),
                changing("UpdateStream").answeredBy(new UpdateStream(service, answers)),
                changing("UpdateDataRetention")
                        .answeredBy(new UpdateDataRetention(service, answers)),
                changing("TagStream").answeredBy(new TagStream(answers)),
                changing("UntagStream").answeredBy(new UntagStream(answers)),
                media("GetMedia", "GET_MEDIA")
                        .streamQuota(Limits::callsPerSecond)
                        .answeredBy(new GetMedia(service, answers, vertx)),
                media("PutMedia", "PUT_MEDIA")
                        .readBy(new HeaderFields(PutMedia.HEADERS))
                        .streamQuota(Limits::callsPerSecond)
                        .answeredBy(new PutMedia(service, answers, vertx)),
                archive("ListFragments", "LIST_FRAGMENTS")
                        .answeredBy(new ListFragments(service, answers)),
                archive("GetMediaForFragmentList", "GET_MEDIA_FOR_FRAGMENT_LIST")
                        .answeredBy(new GetMediaForFragmentList(service, answers, vertx)),
                archive("GetClip", "GET_CLIP").answeredBy(new GetClip(service, answers, vertx)),
                archive("GetImages", "GET_IMAGES"),
                archive("GetHLSStreamingSessionURL", "GET_HLS_STREAMING_SESSION_URL"),
                archive("GetDASHStreamingSessionURL", "GET_DASH_STREAMING_SESSION_URL"));
        for (String name : CONTROL_NOT_ANSWERED) {
            add(control(name));
        }
    }

    private static Operation control(String name) {
        return Operation.of(Plane.CONTROL, name);
    }

    /** An operation that changes or deletes a stream. */
    private static Operation changing(String name) {
        return control(name)
                .streamQuota(Limits::callsPerSecond)
                .accountQuota(Limits::changeCallsPerSecond);
    }

    private static Operation media(String name, String apiName) {
        return Operation.of(Plane.MEDIA, name).apiName(apiName);
    }

    private static Operation archive(String name, String apiName) {
        return Operation.of(Plane.ARCHIVE, name).apiName(apiName);
    }

    private void add(Operation... rows) {
        for (Operation row : rows) {
            byPath.computeIfAbsent(row.plane(), key -> new HashMap<>()).put(row.path(), row);
            if (row.apiName() != null) {
                planesByApiName.put(row.apiName(), row.plane());
            }
        }
    }

    /** The operation that hosts of these planes have under a path; null if they have none. */
    @Nullable
    Operation find(Set<Plane> planes, String path) {
        for (Plane plane : planes) {
            Operation found = byPath.get(plane).get(path);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Where an operation of a data endpoint is called; null if there is none of this API name. */
    @Nullable
    Plane plane(String apiName) {
        return planesByApiName.get(apiName);
    }
}
