/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.log;

import io.github.flinkkvs.testing.faults.AckError;

import javax.annotation.Nullable;

/** What PutMedia tells a producer about one fragment, or about its connection. Immutable. */
public final class Acknowledgement {
    /** EventType. */
    public enum Type {
        /** The service has begun to receive the fragment. */
        BUFFERING,
        /** The fragment is complete. */
        RECEIVED,
        /** The fragment is stored; only in a stream with a retention. */
        PERSISTED,
        /** The call ends with this error. */
        ERROR,
        /** The producer is silent, and its connection still open. */
        IDLE
    }

    private final Type type;
    @Nullable private final Long fragmentTimecode;
    @Nullable private final String fragmentNumber;
    @Nullable private final AckError error;

    private Acknowledgement(
            Type type,
            @Nullable Long fragmentTimecode,
            @Nullable String fragmentNumber,
            @Nullable AckError error) {
        this.type = type;
        this.fragmentTimecode = fragmentTimecode;
        this.fragmentNumber = fragmentNumber;
        this.error = error;
    }

    /**
     * @param fragmentTimecode the Cluster Timestamp in milliseconds
     */
    public static Acknowledgement of(Type type, long fragmentTimecode, String fragmentNumber) {
        return new Acknowledgement(type, fragmentTimecode, fragmentNumber, null);
    }

    /** An error, with the fragment that it is about if there is one. */
    public static Acknowledgement error(
            AckError error, @Nullable Long fragmentTimecode, @Nullable String fragmentNumber) {
        return new Acknowledgement(Type.ERROR, fragmentTimecode, fragmentNumber, error);
    }

    public static Acknowledgement idle() {
        return new Acknowledgement(Type.IDLE, null, null, null);
    }

    public Type type() {
        return type;
    }

    /** The Cluster Timestamp in milliseconds, as the producer sent it; null if it has none. */
    @Nullable
    public Long fragmentTimecode() {
        return fragmentTimecode;
    }

    /** Null if it is about no fragment. */
    @Nullable
    public String fragmentNumber() {
        return fragmentNumber;
    }

    /** Only with {@link Type#ERROR}; otherwise null. */
    @Nullable
    public AckError error() {
        return error;
    }

    @Override
    public String toString() {
        return type
                + (error == null ? "" : " " + error)
                + (fragmentTimecode == null ? "" : " " + fragmentTimecode)
                + (fragmentNumber == null ? "" : " " + fragmentNumber);
    }
}
