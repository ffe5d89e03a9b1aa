/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.split;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceEvent;

import java.util.Collection;
import java.util.List;

/**
 * Tells the enumerator that everything of some streams was read and emitted, and that the reader's
 * state has them no more. Immutable.
 */
@Internal
public final class StreamsOver implements SourceEvent {

    private static final long serialVersionUID = 1L;

    private final List<String> splitIds;

    public StreamsOver(Collection<String> splitIds) {
        this.splitIds = List.copyOf(splitIds);
    }

    public List<String> splitIds() {
        return splitIds;
    }

    @Override
    public String toString() {
        return "over are " + splitIds;
    }
}
