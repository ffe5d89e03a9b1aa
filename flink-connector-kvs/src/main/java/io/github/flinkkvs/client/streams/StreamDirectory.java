/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.streams;

import org.apache.flink.annotation.Internal;

import java.util.concurrent.CompletableFuture;

/** Looks streams up. */
@Internal
public interface StreamDirectory {

    /**
     * Describes a stream (DescribeStream); never blocks.
     *
     * @param nameOrArn with an ARN, the stream of that creation time only; with an ARN without
     *     creation time, the stream that has the name now
     * @return fails with the service's own exception
     */
    CompletableFuture<StreamDescription> describe(String nameOrArn);
}
