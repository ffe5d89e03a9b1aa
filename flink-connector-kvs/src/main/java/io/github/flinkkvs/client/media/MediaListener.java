/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import org.apache.flink.annotation.Internal;

import java.nio.ByteBuffer;

/**
 * Receives what a call for media delivers. The last call is either {@link #onEnd} or {@link
 * #onError}, once; after {@link MediaCall#cancel} it may be missing. All methods are called in any
 * thread and must not block.
 */
@Internal
public interface MediaListener {

    /**
     * The call is being sent. Until then it waits for its turn: if many streams begin at once, they
     * do so one after the other.
     */
    void onTurn();

    /**
     * The service accepted the call.
     *
     * @param requestId identifies the call to AWS support
     * @param serviceTimeMillis the service's clock at that moment: epoch millis, whole seconds
     */
    void onResponse(String requestId, long serviceTimeMillis);

    /** A piece of the body of at most 8 KiB, which now belongs to the listener. */
    void onBytes(ByteBuffer bytes);

    /** The body ended. This proves nothing: a connection that was cut ends in the same way. */
    void onEnd();

    /** The call failed; {@code ErrorTable} says what that means. */
    void onError(Throwable error);
}
