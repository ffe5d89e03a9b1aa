/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.streams;

import io.github.flinkkvs.testing.behavior.StreamStatus;

/** An answer in the error wire format of the service. Thrown without a stack trace. */
public final class AwsError extends Exception {
    private static final long serialVersionUID = 1L;

    public final int status;
    public final String type;

    public AwsError(int status, String type, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
    }

    public static AwsError invalidArgument(String message) {
        return new AwsError(400, "InvalidArgumentException", message);
    }

    public static AwsError serialization(String message) {
        return new AwsError(400, "SerializationException", message);
    }

    public static AwsError noSignature() {
        return new AwsError(
                403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    }

    public static AwsError incompleteSignature() {
        return new AwsError(
                400,
                "IncompleteSignatureException",
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'");
    }

    public static AwsError streamNotFound() {
        return new AwsError(
                404,
                "ResourceNotFoundException",
                "The requested stream is not found or not active.");
    }

    public static AwsError streamInUse(String stream, StreamStatus status) {
        return new AwsError(
                400,
                "ResourceInUseException",
                "The stream '" + stream + "' is " + status + ", not ACTIVE");
    }

    public static AwsError streamExists(String stream) {
        return new AwsError(
                400, "ResourceInUseException", "The stream '" + stream + "' exists already");
    }

    public static AwsError versionMismatch(String current, String asked) {
        return new AwsError(
                400,
                "VersionMismatchException",
                "The current version of the stream is " + current + ", not " + asked);
    }

    public static AwsError streamLimit(int limit) {
        return new AwsError(
                400,
                "AccountStreamLimitExceededException",
                "The account has " + limit + " streams, as many as it may have");
    }

    public static AwsError tagLimit(int limit) {
        return new AwsError(
                400,
                "TagsPerResourceExceededLimitException",
                "A stream has at most " + limit + " tags");
    }

    public static AwsError callLimit(String operation, String stream) {
        return new AwsError(
                400,
                "ClientLimitExceededException",
                "Limit exceeded on number of requests for "
                        + operation
                        + " API for resource '"
                        + stream
                        + "'");
    }

    public static AwsError connectionLimit(String stream) {
        return new AwsError(
                400,
                "ConnectionLimitExceededException",
                "Limit exceeded on number of concurrent connections for resource '" + stream + "'");
    }

    public static AwsError notAuthorized() {
        return new AwsError(
                401,
                "NotAuthorizedException",
                "The security token included in the request is expired");
    }

    public static AwsError expiredToken() {
        return new AwsError(
                403,
                "ExpiredTokenException",
                "The security token included in the request is expired");
    }

    public static AwsError unknownClient() {
        return new AwsError(
                403,
                "UnrecognizedClientException",
                "The security token included in the request is invalid.");
    }

    public static AwsError tooLarge(int maxBytes) {
        return new AwsError(
                413,
                "RequestEntityTooLargeException",
                "The body of a request has at most " + maxBytes + " bytes");
    }

    /** As the service answers ListFragments without a selector: not InvalidArgumentException. */
    public static AwsError internalFailure() {
        return new AwsError(500, "InternalFailure", "Internal failure");
    }

    public static AwsError notBuilt(String operation) {
        return new AwsError(
                501,
                "UnsupportedOperationException",
                "The embedded service does not answer " + operation);
    }

    public static AwsError invalidEndpoint() {
        return new AwsError(
                400,
                "InvalidEndpointException",
                "The endpoint is not valid for this stream; call GetDataEndpoint");
    }
}
