/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.body;

import io.github.flinkkvs.testing.log.EndReason;

import io.netty.buffer.ByteBuf;

import javax.annotation.Nullable;

/**
 * Where the bytes of a body come from, such as live media. Called by its {@link BodyWriter} on the
 * event loop of the connection.
 */
interface BodySource {
    /**
     * The next bytes.
     *
     * @param max the most to return, at least 1
     * @return null if there are none now; the source has then ended the body, paused it, or will
     *     wake it with {@link BodyWriter#pump()} later
     */
    @Nullable
    ByteBuf next(int max);

    /** The bytes that {@link #next} returned are on their way. */
    void handedOver();

    /** The body has ended, for whatever reason. Called once. */
    void ended(EndReason reason);
}
