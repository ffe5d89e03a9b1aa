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

/** A running call for media. Thread-safe; no method blocks. */
@Internal
public interface MediaCall {

    /** Requests this many more pieces of the body, at least 1. A piece has at most 8 KiB. */
    void request(int pieces);

    /** Gives up the connection. Bytes in transit may still reach the listener. */
    void cancel();
}
