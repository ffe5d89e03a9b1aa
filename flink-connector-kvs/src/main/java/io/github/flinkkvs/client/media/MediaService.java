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

/** Opens GetMedia calls. */
@Internal
public interface MediaService {

    /**
     * Begins a call; never blocks on the network. Nothing of the body is read until it is
     * {@linkplain MediaCall#request requested}.
     *
     * @param listener is called on any thread, also before this returns. Bytes never come by two
     *     threads at once, but the end may be told while another thread still brings some
     */
    MediaCall open(StreamArn stream, StartSelector start, MediaListener listener);

    /** Forgets the data endpoint of a stream, so that the next call asks for it again. */
    void forgetEndpoint(StreamArn stream);
}
