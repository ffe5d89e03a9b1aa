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

import java.util.List;

/** A part of the list of streams. Immutable. */
@Internal
public final class StreamPage {

    private final List<StreamDescription> readable;
    private final List<StreamArn> others;
    @Nullable private final String nextToken;

    /**
     * @param readable streams that are active or being updated
     * @param others streams that are being created or deleted
     * @param nextToken null if this is the last page
     */
    public StreamPage(
            List<StreamDescription> readable, List<StreamArn> others, @Nullable String nextToken) {
        this.readable = List.copyOf(readable);
        this.others = List.copyOf(others);
        this.nextToken = nextToken;
    }

    /** The streams that can be read. */
    public List<StreamDescription> readable() {
        return readable;
    }

    /** The streams that cannot be read yet, or any more. */
    public List<StreamArn> others() {
        return others;
    }

    /** Requests the next page; null if this is the last one. */
    @Nullable
    public String nextToken() {
        return nextToken;
    }
}
