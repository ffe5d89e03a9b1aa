/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.streams.StreamArn;

import org.apache.flink.annotation.Internal;

import java.io.Serializable;
import java.util.List;

/** The streams to read, as the user named them: by name or by ARN. Immutable. */
@Internal
public final class StreamSelector implements Serializable {

    private static final long serialVersionUID = 1L;

    private final List<String> namesOrArns;

    /**
     * @throws IllegalArgumentException if one is neither a name nor an ARN
     */
    public StreamSelector(List<String> namesOrArns) {
        this.namesOrArns = List.copyOf(namesOrArns);
        for (String stream : this.namesOrArns) {
            if (StreamArn.isArn(stream)) {
                StreamArn.parse(stream);
            } else if (!StreamArn.isName(stream)) {
                throw new IllegalArgumentException(
                        "'"
                                + stream
                                + "' is not a name of a Kinesis video stream: letters, digits and _.-"
                                + " only, at most 256");
            }
        }
    }

    public List<String> namesOrArns() {
        return namesOrArns;
    }

    /** Whether a stream is among those to read, whatever its creation time. */
    public boolean contains(StreamArn arn) {
        return namesOrArns.stream().anyMatch(stream -> names(stream, arn.withoutCreationTime()));
    }

    /**
     * Whether a name or ARN from the user denotes a stream, whatever its creation time.
     *
     * @param splitId the stream's ARN without creation time
     */
    public static boolean names(String nameOrArn, String splitId) {
        return StreamArn.isArn(nameOrArn)
                ? StreamArn.parse(nameOrArn).withoutCreationTime().equals(splitId)
                : splitId.endsWith("/" + nameOrArn);
    }

    @Override
    public String toString() {
        return String.join(", ", namesOrArns);
    }
}
