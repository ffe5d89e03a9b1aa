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

import javax.annotation.Nullable;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Lists the streams of the account in the region. Thread-safe. */
@Internal
public interface StreamListing {

    /**
     * How many ListTagsForStream calls a second may begin, a third of what the service allows an
     * account. Further calls wait for their turn.
     */
    int TAG_CALLS_PER_SECOND = 16;

    /**
     * One page of the list (ListStreams); never blocks on the network.
     *
     * @param namePrefix with what the names begin; empty for all streams
     * @param nextToken of the page before; null for the first page
     * @return fails with the service's own exception
     */
    CompletableFuture<StreamPage> list(String namePrefix, @Nullable String nextToken);

    /**
     * The tags of a stream (ListTagsForStream); never blocks on the network.
     *
     * @return fails with the service's own exception
     */
    CompletableFuture<Map<String, String>> tags(StreamArn stream);
}
