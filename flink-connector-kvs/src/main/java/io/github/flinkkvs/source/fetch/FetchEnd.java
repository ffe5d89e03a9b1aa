/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.source.StartingPosition;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.OptionalLong;

/** How a {@link Fetch} ended, and what was known of it by then. Immutable. */
@Internal
public final class FetchEnd {

    /** How it ended. */
    public enum How {
        /** The fragment at the stop came, or one beyond it. */
        STOP_REACHED,
        /** The body ended. This proves nothing: a cut connection may end in the same way. */
        BODY_ENDED,
        /** The call failed: {@link #cause()}. */
        FAILED,
        /** Nothing came for too long although bytes were requested. */
        SILENT,
        /** The service sent an error in place of a fragment: {@link #serviceError()}. */
        ERROR_TAG,
        /**
         * Everything archived was read up to a moment of the service's clock: {@link
         * #readUpToMillis()}.
         */
        HISTORY_READ,
        /** Archived media that was not read may have left the retention. */
        EXPIRED,
        /**
         * The archive lists a fragment and does not deliver it: {@link #open()}. The service said
         * so, {@link #serviceError()}, or left it out although it sent later ones.
         */
        LOST,
        /** The body ended before a fragment that was requested: {@link #open()}. */
        ENDED_BEFORE,
        /** The bytes are no fragment: {@link #cause()}. */
        BAD_BYTES,
        /** Something unforeseen was thrown: {@link #cause()}. */
        BROKEN
    }

    private final How how;
    @Nullable private final Throwable cause;
    @Nullable private final ServiceError serviceError;
    private final StartingPosition asked;
    private final String requestId;
    private final OptionalLong answeredAtMillis;
    @Nullable private final PartialFragment open;
    private final boolean inFragment;
    private final long offset;
    private final boolean quiet;
    private final boolean progress;
    private final boolean heldUp;
    private final long lastedNanos;
    private final long readUpToMillis;

    private FetchEnd(Builder facts) {
        this.how = facts.how;
        this.cause = facts.cause;
        this.serviceError = facts.serviceError;
        this.asked = facts.asked;
        this.requestId = facts.requestId;
        this.answeredAtMillis = facts.answeredAtMillis;
        this.open = facts.open;
        this.inFragment = facts.inFragment;
        this.offset = facts.offset;
        this.quiet = facts.quiet;
        this.progress = facts.progress;
        this.heldUp = facts.heldUp;
        this.lastedNanos = facts.lastedNanos;
        this.readUpToMillis = facts.readUpToMillis;
    }

    /** Begins to describe the end of a fetch that began at a position. */
    public static Builder of(How how, StartingPosition asked) {
        return new Builder(how, asked);
    }

    public How how() {
        return how;
    }

    /** Whether it would end in the same way if it were repeated. */
    public boolean isFinal() {
        return how == How.STOP_REACHED || how == How.BROKEN;
    }

    /** What was thrown; null if nothing was. */
    @Nullable
    public Throwable cause() {
        return cause;
    }

    /** What the service sent in place of a fragment; null otherwise. */
    @Nullable
    public ServiceError serviceError() {
        return serviceError;
    }

    /** Where the fetch began. */
    public StartingPosition asked() {
        return asked;
    }

    /** The service's name for the call. */
    public String requestId() {
        return requestId;
    }

    /** The service's clock when it answered, in epoch millis; empty if it did not. */
    public OptionalLong answeredAtMillis() {
        return answeredAtMillis;
    }

    /** The fragment that was not complete; null if there was none, or its number had not come. */
    @Nullable
    public PartialFragment open() {
        return open;
    }

    /** Whether there was a fragment that was not complete. */
    public boolean isInFragment() {
        return inFragment;
    }

    /**
     * Where it ended in that fragment, or where bytes are bad: in bytes from the fragment's
     * beginning.
     */
    public long offset() {
        return offset;
    }

    /** Whether it ended after a silence like that of a service that has nothing to send. */
    public boolean isQuiet() {
        return quiet;
    }

    /** Whether the stream made progress by it. */
    public boolean hasProgress() {
        return progress;
    }

    /** Whether it was not read for so long before its end that the service may have given it up. */
    public boolean isHeldUp() {
        return heldUp;
    }

    /** How long ago the call began. */
    public long lastedNanos() {
        return lastedNanos;
    }

    /** With HISTORY_READ: up to which moment of the service's clock, in epoch millis. */
    public long readUpToMillis() {
        return readUpToMillis;
    }

    @Override
    public String toString() {
        return how + (open == null ? "" : " in fragment " + open.number() + " at byte " + offset);
    }

    /** The facts of an end. */
    @Internal
    public static final class Builder {

        private final How how;
        private final StartingPosition asked;
        @Nullable private Throwable cause;
        @Nullable private ServiceError serviceError;
        private String requestId = "unknown";
        private OptionalLong answeredAtMillis = OptionalLong.empty();
        @Nullable private PartialFragment open;
        private boolean inFragment;
        private long offset;
        private boolean quiet;
        private boolean progress;
        private boolean heldUp;
        private long lastedNanos;
        private long readUpToMillis;

        private Builder(How how, StartingPosition asked) {
            this.how = how;
            this.asked = asked;
        }

        public Builder cause(@Nullable Throwable thrown) {
            cause = thrown;
            return this;
        }

        public Builder serviceError(@Nullable ServiceError error) {
            serviceError = error;
            return this;
        }

        public Builder answered(String id, OptionalLong serviceTimeMillis) {
            requestId = id;
            answeredAtMillis = serviceTimeMillis;
            return this;
        }

        public Builder inFragment(@Nullable PartialFragment fragment, long atByte) {
            inFragment = true;
            open = fragment;
            offset = atByte;
            return this;
        }

        public Builder quiet(boolean isQuiet) {
            quiet = isQuiet;
            return this;
        }

        public Builder progress(boolean hasProgress) {
            progress = hasProgress;
            return this;
        }

        public Builder heldUp(boolean isHeldUp) {
            heldUp = isHeldUp;
            return this;
        }

        public Builder lasted(long nanos) {
            lastedNanos = nanos;
            return this;
        }

        public Builder readUpTo(long serviceTimeMillis) {
            readUpToMillis = serviceTimeMillis;
            return this;
        }

        public FetchEnd build() {
            return new FetchEnd(this);
        }
    }
}
