/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.streams;

import io.github.flinkkvs.testing.log.EndReason;

import io.vertx.core.Future;

import javax.annotation.Nullable;

/**
 * A body that is being sent to a reader of a stream, or received from its producer. Its methods may
 * be called by any thread.
 */
public interface LiveBody {
    /** Called when there may be new media. */
    void wake();

    /** Ends the body cleanly; the returned future completes when its end was written. */
    Future<Void> requestEnd(EndReason reason);

    /** The access key of the call that it answers; null if it is not known. */
    @Nullable
    String accessKeyId();
}
