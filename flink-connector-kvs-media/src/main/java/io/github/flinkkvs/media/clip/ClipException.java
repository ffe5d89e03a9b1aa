/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

/** A clip that cannot be made. The message says why, and what to do. */
@PublicEvolving
public final class ClipException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why there is no clip. */
    public enum Kind {
        /** The request names no stream, its end is before its beginning, or it is too far away. */
        INVALID_REQUEST,
        /** The stream does not exist. */
        STREAM_NOT_FOUND,
        /** The stream has no data retention: nothing of it is archived. */
        NOT_ARCHIVED,
        /** The whole range has left the stream's retention. */
        EXPIRED,
        /** The range ends so late that its media would come after the timeout. */
        IN_THE_FUTURE,
        /** The producer sent nothing in the range. */
        NO_MEDIA,
        /** The archive lists fragments of the range, but cannot deliver any of them. */
        LOST,
        /** The clip would have more bytes than {@link ClipOptions#MAX_BYTES} allows. */
        TOO_LARGE,
        /** MP4 cannot hold the codec of a track. MKV can. */
        NOT_FOR_MP4,
        /** The service refused a call, and would refuse it again. */
        REFUSED,
        /** The clip was not ready within {@link ClipOptions#TIMEOUT}. */
        TIMEOUT
    }

    private final Kind kind;

    ClipException(Kind kind, String message) {
        this(kind, message, null);
    }

    ClipException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Of a request that cannot be made. */
    @Internal
    public static ClipException invalid(IllegalArgumentException cause) {
        return new ClipException(Kind.INVALID_REQUEST, cause.getMessage(), cause);
    }

    /** Why there is no clip. */
    public Kind kind() {
        return kind;
    }
}
