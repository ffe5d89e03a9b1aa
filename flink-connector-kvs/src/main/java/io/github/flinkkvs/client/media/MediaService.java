/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import io.github.flinkkvs.client.streams.StreamArn;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;

/** Opens calls for media. Thread-safe. */
@Internal
public interface MediaService {

    /**
     * Begins a GetMedia call; never blocks on the network. The body is read only as far as it is
     * {@linkplain MediaCall#request requested}.
     *
     * @param listener called in any thread, even before this returns. No two threads deliver bytes
     *     at once, but the end may be reported while another thread still delivers some
     */
    MediaCall open(StreamArn stream, StartSelector start, MediaListener listener);

    /** Forgets the data endpoint of a stream, so that the next call looks it up again. */
    void forgetEndpoint(StreamArn stream);
}
