/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.faults;

/**
 * What an acknowledgement of PutMedia says when it reports an error; after it, the service ends the
 * call. The names are its ErrorCode.
 */
public enum AckError {
    /** The service could not read the request. */
    STREAM_READ_ERROR(4000),
    /** More bytes than a fragment may have. */
    MAX_FRAGMENT_SIZE_REACHED(4001),
    /** Frames further apart than a fragment may last. */
    MAX_FRAGMENT_DURATION_REACHED(4002),
    /** The call lasted too long. */
    MAX_CONNECTION_DURATION_REACHED(4003),
    /** A Cluster Timestamp before that of the previous Cluster. */
    FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS(4004),
    /** Deprecated by the service: several tracks are allowed today. */
    MORE_THAN_ONE_TRACK_FOUND(4005),
    /** Not Matroska, or an element that is not allowed, such as a second Segment. */
    INVALID_MKV_DATA(4006),
    /** A time of the producer that is no date. */
    INVALID_PRODUCER_TIMESTAMP(4007),
    /** The stream was deleted, or is no longer active. */
    STREAM_NOT_ACTIVE(4008),
    /** Too many tags, too long ones, or names that are the service's own. */
    FRAGMENT_METADATA_LIMIT_REACHED(4009),
    /** A frame of a track that Tracks does not have. */
    TRACK_NUMBER_MISMATCH(4010),
    /** A track that has no frame in a fragment. */
    FRAMES_MISSING_FOR_TRACK(4011),
    /** More tracks than allowed. */
    MORE_THAN_ALLOWED_TRACKS_FOUND(4012),
    /** From here: the key that encrypts the stream. */
    KMS_KEY_ACCESS_DENIED(4500),
    KMS_KEY_DISABLED(4501),
    KMS_KEY_VALIDATION_ERROR(4502),
    KMS_KEY_UNAVAILABLE(4503),
    KMS_KEY_INVALID_USAGE(4504),
    KMS_KEY_INVALID_STATE(4505),
    KMS_KEY_NOT_FOUND(4506),
    /** Clients know it; the service is documented to send {@link #STREAM_NOT_ACTIVE}. */
    STREAM_DELETED(4507),
    /** The service failed. */
    INTERNAL_ERROR(5000),
    /** The service received a fragment but could not store it. */
    ARCHIVAL_ERROR(5001);

    private final int id;

    AckError(int id) {
        this.id = id;
    }

    /** ErrorId. */
    public int id() {
        return id;
    }
}
