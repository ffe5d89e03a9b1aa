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
 * Takes what comes of a GetMedia call. One of the last two methods is called, once, as the last.
 */
@Internal
public interface MediaListener {

    /**
     * The call is under way. Before, it waits for its turn: many streams that begin at once ask for
     * their endpoints one after the other.
     */
    void onTurn();

    /**
     * The service accepted the call.
     *
     * @param requestId the service's name for it
     * @param serviceTimeMillis the service's clock at that moment: epoch millis, whole seconds
     */
    void onResponse(String requestId, long serviceTimeMillis);

    /** A piece of the body, which now belongs to the listener. */
    void onBytes(ByteBuffer bytes);

    /** The body ended. This proves nothing: a connection that was cut ends in the same way. */
    void onEnd();

    /** The call failed. */
    void onError(Throwable error);
}
