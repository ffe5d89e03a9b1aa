/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.log;

import javax.annotation.Nullable;

import java.time.Instant;

/** One API call as the service answered it. Immutable. */
public final class ApiCall {
    private final String operation;
    @Nullable private final String stream;
    private final Instant time;
    private final long nanoTime;
    private final int status;
    @Nullable private final String errorType;
    private final String requestId;
    @Nullable private final String startSelector;
    @Nullable private final String accessKeyId;
    private final int fragments;
    private final int points;

    public ApiCall(
            String operation,
            @Nullable String stream,
            Instant time,
            long nanoTime,
            int status,
            @Nullable String errorType,
            String requestId,
            @Nullable String startSelector,
            @Nullable String accessKeyId,
            int fragments,
            int points) {
        this.operation = operation;
        this.stream = stream;
        this.time = time;
        this.nanoTime = nanoTime;
        this.status = status;
        this.errorType = errorType;
        this.requestId = requestId;
        this.startSelector = startSelector;
        this.accessKeyId = accessKeyId;
        this.fragments = fragments;
        this.points = points;
    }

    /** Such as {@code GetMedia}. */
    public String operation() {
        return operation;
    }

    /** The stream's name if it is known; null for ListStreams. */
    @Nullable
    public String stream() {
        return stream;
    }

    /** When it arrived, by the service's clock. */
    public Instant time() {
        return time;
    }

    /** When it arrived, as {@link System#nanoTime()}. */
    public long nanoTime() {
        return nanoTime;
    }

    /** The HTTP status of the answer; 0 if it was not answered. */
    public int status() {
        return status;
    }

    /** Null when the call succeeded. */
    @Nullable
    public String errorType() {
        return errorType;
    }

    public String requestId() {
        return requestId;
    }

    /**
     * For GetMedia: the type and, after a blank, the number, time or token. For ListFragments: the
     * type and, after blanks, the start and end in seconds.
     */
    @Nullable
    public String startSelector() {
        return startSelector;
    }

    /** From the signature, which is not verified. */
    @Nullable
    public String accessKeyId() {
        return accessKeyId;
    }

    /** Fragments that ListFragments returned, or GetMediaForFragmentList was asked for; else 0. */
    public int fragments() {
        return fragments;
    }

    /** The points that it cost: of metadata for ListFragments, of media for the other; else 0. */
    public int points() {
        return points;
    }

    @Override
    public String toString() {
        return operation
                + " "
                + stream
                + (startSelector == null ? "" : " " + startSelector)
                + " -> "
                + status
                + (errorType == null ? "" : " " + errorType);
    }
}
