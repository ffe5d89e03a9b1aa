/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.faults;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.Objects;

/**
 * One thing that goes wrong with a call, in a GetMedia body or in a PutMedia request. Several may
 * be combined on one connection. Immutable.
 */
public final class Fault {
    /** What happens. */
    public enum Kind {
        ANSWER,
        WRONG_ENDPOINT,
        RESET_BEFORE_ANSWER,
        SILENCE,
        DELAY,
        CUT,
        STALL,
        CORRUPT,
        ERROR_TAG,
        ERROR_ACK,
        REPEAT,
        DRIP
    }

    private final Kind kind;
    private final int number;
    private final long offset;
    private final String text;
    private final String message;
    private final Duration time;
    @Nullable private final Cut cut;
    private final byte[] bytes;

    private Fault(
            Kind kind,
            int number,
            long offset,
            String text,
            String message,
            Duration time,
            @Nullable Cut cut,
            byte[] bytes) {
        this.kind = kind;
        this.number = number;
        this.offset = offset;
        this.text = text;
        this.message = message;
        this.time = time;
        this.cut = cut;
        this.bytes = bytes;
    }

    private static Fault simple(Kind kind, int number, long offset) {
        return new Fault(kind, number, offset, "", "", Duration.ZERO, null, new byte[0]);
    }

    /** An answer with this status and no AWS error type, as a load balancer sends it. */
    public static Fault refuse(int status) {
        return httpError(status, "", "");
    }

    /** An AWS error in the service's wire format. */
    public static Fault httpError(int status, String type, String message) {
        return new Fault(Kind.ANSWER, status, 0, type, message, Duration.ZERO, null, new byte[0]);
    }

    /** ClientLimitExceededException, 400. */
    public static Fault throttle() {
        return httpError(
                400, "ClientLimitExceededException", "Limit exceeded on number of requests");
    }

    /** ConnectionLimitExceededException, 400. */
    public static Fault connectionLimit() {
        return httpError(
                400,
                "ConnectionLimitExceededException",
                "Limit exceeded on number of concurrent connections");
    }

    /** InternalFailure, 500. */
    public static Fault internalFailure() {
        return httpError(500, "InternalFailure", "Internal failure");
    }

    /** NotAuthorizedException, 401, as for an expired token. */
    public static Fault expiredToken() {
        return httpError(
                401,
                "NotAuthorizedException",
                "The security token included in the request is expired");
    }

    /** InvalidEndpointException, 400: the client must request the data endpoint again. */
    public static Fault invalidEndpoint() {
        return httpError(
                400,
                "InvalidEndpointException",
                "The endpoint is not valid for this stream; call GetDataEndpoint");
    }

    /** The XML answer, 403, of a host that does not know the operation. */
    public static Fault wrongEndpoint() {
        return simple(Kind.WRONG_ENDPOINT, 403, 0);
    }

    /** The connection is reset instead of answered. */
    public static Fault resetBeforeAnswer() {
        return simple(Kind.RESET_BEFORE_ANSWER, 0, 0);
    }

    /** The call is never answered; the connection stays open until the client goes away. */
    public static Fault silence() {
        return simple(Kind.SILENCE, 0, 0);
    }

    /** The answer is delayed by this time. */
    public static Fault delay(Duration time) {
        return new Fault(Kind.DELAY, 0, 0, "", "", time, null, new byte[0]);
    }

    /** The body of GetMedia, or the request of PutMedia, breaks off after this many bytes. */
    public static Fault cutAfter(long bytes, Cut how) {
        return new Fault(
                Kind.CUT,
                0,
                bytes,
                "",
                "",
                Duration.ZERO,
                Objects.requireNonNull(how),
                new byte[0]);
    }

    /**
     * After this many bytes, GetMedia sends and PutMedia reads nothing more, until the client goes
     * away.
     */
    public static Fault stallAfter(long bytes) {
        return simple(Kind.STALL, 0, bytes);
    }

    /** Bytes of the GetMedia body are replaced, at an offset in the body. */
    public static Fault corruptAt(long offset, byte... bytes) {
        return new Fault(Kind.CORRUPT, 0, offset, "", "", Duration.ZERO, null, bytes.clone());
    }

    /** An in-band error instead of the first fragment; the body ends after it. */
    public static Fault errorTag(int id, String code) {
        return errorTag(id, code, 0);
    }

    /** An in-band error after this many fragments; the body ends after it. */
    public static Fault errorTag(int id, String code, int afterFragments) {
        return new Fault(
                Kind.ERROR_TAG, id, afterFragments, code, "", Duration.ZERO, null, new byte[0]);
    }

    /**
     * PutMedia acknowledges this error for the fragment that follows this many, which is not
     * stored, and ends.
     */
    public static Fault errorAck(AckError error, int afterFragments) {
        return new Fault(
                Kind.ERROR_ACK,
                error.id(),
                afterFragments,
                error.name(),
                "",
                Duration.ZERO,
                null,
                new byte[0]);
    }

    /** After this many fragments, the last one is delivered a second time. */
    public static Fault repeatFragment(int afterFragments) {
        return simple(Kind.REPEAT, 0, Math.max(1, afterFragments));
    }

    /** The body comes in writes, and HTTP chunks, of this many bytes, as fast as they drain. */
    public static Fault drip(int bytesPerWrite) {
        return drip(bytesPerWrite, Duration.ZERO);
    }

    /** The same with a pause between two writes. */
    public static Fault drip(int bytesPerWrite, Duration pause) {
        return new Fault(
                Kind.DRIP, Math.max(1, bytesPerWrite), 0, "", "", pause, null, new byte[0]);
    }

    public Kind kind() {
        return kind;
    }

    /** The HTTP status of ANSWER, id of ERROR_TAG or ERROR_ACK, or bytes of DRIP; else 0. */
    public int number() {
        return number;
    }

    /** Bytes of the body for CUT, STALL, CORRUPT; fragments for the others; else 0. */
    public long offset() {
        return offset;
    }

    /** The error type of ANSWER, or code of ERROR_TAG or ERROR_ACK; otherwise empty. */
    public String text() {
        return text;
    }

    /** The message of ANSWER for people; otherwise empty. */
    public String message() {
        return message;
    }

    /** The delay of DELAY, or pause of DRIP; otherwise zero. */
    public Duration time() {
        return time;
    }

    /** How CUT breaks off; otherwise null. */
    @Nullable
    public Cut cut() {
        return cut;
    }

    /** The replacement bytes of CORRUPT; otherwise empty. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return kind + (text.isEmpty() ? "" : " " + text) + " " + number + "@" + offset;
    }
}
