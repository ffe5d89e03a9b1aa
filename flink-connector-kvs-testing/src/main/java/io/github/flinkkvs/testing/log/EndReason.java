/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.log;

/** Why a body of GetMedia or GetMediaForFragmentList, or a PutMedia call, ended. */
public enum EndReason {
    /**
     * GetMediaForFragmentList: everything that the request asked for was sent. PutMedia: the
     * producer ended its request.
     */
    COMPLETE,
    /** PutMedia: an error was acknowledged. */
    ERROR_ACK,
    /**
     * No media for {@link io.github.flinkkvs.testing.behavior.Limits#idleEnd()}, or from a producer
     * for {@link io.github.flinkkvs.testing.behavior.Limits#producerIdleEnd()}.
     */
    IDLE,
    /**
     * It lasted for {@link io.github.flinkkvs.testing.behavior.Limits#sessionCap()}, or {@link
     * io.github.flinkkvs.testing.behavior.Limits#producerSessionCap()}.
     */
    SESSION_CAP,
    /** The client closed the connection. */
    CLIENT,
    /** The stream was deleted or left the state ACTIVE. */
    STREAM_GONE,
    /** An in-band error was sent. */
    IN_BAND_ERROR,
    /** A stored fragment breaks off there. */
    BROKEN_FRAGMENT,
    /** A scripted cut. */
    CUT,
    /**
     * The client did not read for {@link
     * io.github.flinkkvs.testing.behavior.Behavior#slowReaderLimit()}.
     */
    SLOW_READER,
    /** The credentials that opened it expired. */
    CREDENTIALS,
    /** The server was closed. */
    SERVER_CLOSED
}
