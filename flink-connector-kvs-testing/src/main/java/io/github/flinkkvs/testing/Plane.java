/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import javax.annotation.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The hosts that the real service spreads its operations over, each with the operations it knows;
 * this service answers only some of them.
 */
enum Plane {
    CONTROL(
            "CreateSignalingChannel",
            "CreateStream",
            "DeleteEdgeConfiguration",
            "DeleteSignalingChannel",
            "DeleteStream",
            "DescribeEdgeConfiguration",
            "DescribeImageGenerationConfiguration",
            "DescribeMappedResourceConfiguration",
            "DescribeMediaStorageConfiguration",
            "DescribeNotificationConfiguration",
            "DescribeSignalingChannel",
            "DescribeStream",
            "DescribeStreamStorageConfiguration",
            "GetDataEndpoint",
            "GetSignalingChannelEndpoint",
            "ListEdgeAgentConfigurations",
            "ListSignalingChannels",
            "ListStreams",
            "ListTagsForResource",
            "ListTagsForStream",
            "StartEdgeConfigurationUpdate",
            "TagResource",
            "TagStream",
            "UntagResource",
            "UntagStream",
            "UpdateDataRetention",
            "UpdateImageGenerationConfiguration",
            "UpdateMediaStorageConfiguration",
            "UpdateNotificationConfiguration",
            "UpdateSignalingChannel",
            "UpdateStream",
            "UpdateStreamStorageConfiguration"),
    MEDIA("GetMedia", "PutMedia"),
    ARCHIVE(
            "GetClip",
            "GetDASHStreamingSessionURL",
            "GetHLSStreamingSessionURL",
            "GetImages",
            "GetMediaForFragmentList",
            "ListFragments");

    private final Map<String, String> operationsByPath = new HashMap<>();

    Plane(String... operations) {
        Arrays.stream(operations).forEach(name -> operationsByPath.put(path(name), name));
    }

    private static String path(String operation) {
        // Only the paths of TagResource, UntagResource and ListTagsForResource have a capital.
        return operation.endsWith("Resource")
                ? "/" + operation
                : "/" + Character.toLowerCase(operation.charAt(0)) + operation.substring(1);
    }

    /** The operation that hosts of this plane have under a path; null if they have none. */
    @Nullable
    String operation(String path) {
        return operationsByPath.get(path);
    }
}
