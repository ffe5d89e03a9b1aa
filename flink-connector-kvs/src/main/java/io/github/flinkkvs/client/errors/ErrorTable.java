/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.errors;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesisvideomedia.model.InvalidEndpointException;
import software.amazon.awssdk.services.sts.model.StsException;

import javax.annotation.Nullable;
import javax.net.ssl.SSLException;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Says for every error of the service what to do about it. The page {@code docs/errors.md} explains
 * each row to users: change both together.
 */
@Internal
public final class ErrorTable {

    private static final Map<String, ErrorClass> BY_CODE =
            Map.ofEntries(
                    Map.entry("ClientLimitExceededException", ErrorClass.THROTTLED),
                    Map.entry("ThrottlingException", ErrorClass.THROTTLED),
                    Map.entry("Throttling", ErrorClass.THROTTLED),
                    Map.entry("TooManyRequestsException", ErrorClass.THROTTLED),
                    Map.entry("RequestLimitExceeded", ErrorClass.THROTTLED),
                    Map.entry("ConnectionLimitExceededException", ErrorClass.CONNECTION_LIMIT),
                    Map.entry("InvalidEndpointException", ErrorClass.REFRESH_ENDPOINT),
                    Map.entry("ResourceNotFoundException", ErrorClass.STREAM_NOT_FOUND),
                    // The credentials provider replaces an expired token before the next call. If
                    // it never does, the error is an ExpiredCredentialsException.
                    Map.entry("ExpiredTokenException", ErrorClass.RETRY),
                    Map.entry("ExpiredToken", ErrorClass.RETRY),
                    // The Security Token Service could not reach the issuer of the web identity
                    // token.
                    Map.entry("IDPCommunicationError", ErrorClass.RETRY),
                    Map.entry("RequestExpired", ErrorClass.RETRY),
                    Map.entry("RequestTimeTooSkewed", ErrorClass.RETRY),
                    Map.entry("InternalFailure", ErrorClass.RETRY),
                    Map.entry("ServiceUnavailable", ErrorClass.RETRY),
                    Map.entry("NotAuthorizedException", ErrorClass.FATAL),
                    Map.entry("AccessDeniedException", ErrorClass.FATAL),
                    Map.entry("InvalidArgumentException", ErrorClass.FATAL));

    /** Error ids inside a body. The service was seen to send 3000 where it documents 4000. */
    private static final Map<Integer, ErrorClass> BY_ID =
            Map.of(
                    3000, ErrorClass.REPOSITION,
                    3002, ErrorClass.RETRY,
                    4000, ErrorClass.REPOSITION,
                    4500, ErrorClass.FATAL,
                    4501, ErrorClass.FATAL,
                    4502, ErrorClass.FATAL,
                    4503, ErrorClass.RETRY,
                    4504, ErrorClass.FATAL,
                    4505, ErrorClass.FATAL,
                    4506, ErrorClass.FATAL);

    /** Replaces the SDK's own message, which fills a screen and remains in the cause. */
    private static final String NO_CREDENTIALS =
            "There are no AWS credentials: set '"
                    + AwsOptions.CREDENTIALS_PROVIDER.key()
                    + "', or give the machines of the cluster credentials that the AWS SDK finds"
                    + " (environment, profile file, container, instance)";

    /** How many causes to follow: they may form a cycle. */
    private static final int MAX_DEPTH = 32;

    /** What to do about a failed call, whatever it is wrapped in. */
    public static ErrorClass classify(Throwable error) {
        Throwable cause = unwrap(error);
        if (cause instanceof MkvException) {
            return ErrorClass.BAD_FRAGMENT;
        }
        if (find(cause, ExpiredCredentialsException.class) != null) {
            return ErrorClass.FATAL;
        }
        AwsServiceException service = find(cause, AwsServiceException.class);
        if (service != null) {
            return classify(service);
        }
        if (find(cause, UnknownHostException.class) != null
                || find(cause, ConnectException.class) != null) {
            return ErrorClass.REFRESH_ENDPOINT;
        }
        if (find(cause, CertificateException.class) != null) {
            return ErrorClass.FATAL;
        }
        SSLException ssl = find(cause, SSLException.class);
        if (ssl != null && mentions(ssl, "certificate")) {
            // The server rejects our certificate, or requires one.
            return ErrorClass.FATAL;
        }
        if (isLackOfCredentials(cause)) {
            return ErrorClass.FATAL;
        }
        if (cause instanceof IllegalArgumentException) {
            return ErrorClass.FATAL;
        }
        return ErrorClass.RETRY;
    }

    /** Whether no provider found credentials. */
    public static boolean isLackOfCredentials(Throwable error) {
        Throwable cause = unwrap(error);
        return cause instanceof SdkClientException
                && mentions(cause, "unable to load credentials", "contained no credentials");
    }

    /** Whether the service refused a session token because it has expired. */
    static boolean isExpiredToken(Throwable error) {
        AwsServiceException service = find(error, AwsServiceException.class);
        if (service == null) {
            return false;
        }
        String code = code(service);
        return "ExpiredTokenException".equals(code)
                || "ExpiredToken".equals(code)
                || "NotAuthorizedException".equals(code) && mentions(service, "expired");
    }

    /** Whether the credentials are good, and do not permit the call. */
    public static boolean isDenied(Throwable error) {
        AwsServiceException service = find(unwrap(error), AwsServiceException.class);
        return service != null
                && classify(error) == ErrorClass.FATAL
                && ("AccessDeniedException".equals(code(service))
                        || "NotAuthorizedException".equals(code(service)));
    }

    /** Whether the service does not accept an argument of the call. */
    public static boolean isInvalidArgument(Throwable error) {
        AwsServiceException service = find(unwrap(error), AwsServiceException.class);
        return service != null
                && classify(error) == ErrorClass.FATAL
                && "InvalidArgumentException".equals(code(service));
    }

    /** Whether the failed call requested credentials, rather than using them. */
    static boolean isOfSecurityTokenService(Throwable error) {
        return find(error, StsException.class) != null;
    }

    private static ErrorClass classify(AwsServiceException error) {
        if (error instanceof InvalidEndpointException) {
            return ErrorClass.REFRESH_ENDPOINT;
        }
        String code = code(error);
        if (code == null || code.isEmpty()) {
            // The answer of a host that does not serve the stream, or leads to another one.
            if (error.statusCode() == 403 || error.statusCode() / 100 == 3) {
                return ErrorClass.REFRESH_ENDPOINT;
            }
        } else if (isExpiredToken(error)) {
            return ErrorClass.RETRY;
        } else if (isOutsideRetention(error, code)) {
            return ErrorClass.REPOSITION;
        } else if (BY_CODE.containsKey(code)) {
            return BY_CODE.get(code);
        }
        if (error.statusCode() == 429) {
            return ErrorClass.THROTTLED;
        }
        return error.statusCode() == 408 || error.statusCode() >= 500
                ? ErrorClass.RETRY
                : ErrorClass.FATAL;
    }

    /** Whether ListFragments was asked for a range of which nothing is stored any more. */
    private static boolean isOutsideRetention(AwsServiceException error, String code) {
        return "InvalidArgumentException".equals(code)
                && mentions(error, "outside of the stream retention");
    }

    /** What to do about an error that the service sent inside a body; unknown ids are retried. */
    public static ErrorClass classify(ServiceError error) {
        return BY_ID.getOrDefault(error.id(), ErrorClass.RETRY);
    }

    /**
     * What went wrong, in one line: error code, message and request id of the service, and what to
     * do if neither the service nor the SDK says so.
     */
    public static String describe(Throwable error) {
        return OneLine.of(text(error));
    }

    private static String text(Throwable error) {
        Throwable cause = unwrap(error);
        if (isLackOfCredentials(cause)) {
            // The SDK appends all providers, or all profiles.
            return mentions(cause, "providers in the chain")
                    ? NO_CREDENTIALS
                    : cause.getMessage().replaceFirst(": ProfileFile\\(.*", "");
        }
        CertificateException certificate = find(cause, CertificateException.class);
        if (certificate != null && certificate.getMessage() != null) {
            return certificate.getMessage();
        }
        AwsServiceException service = find(cause, AwsServiceException.class);
        if (service != null) {
            String what = describe(service);
            ExpiredCredentialsException expired = find(cause, ExpiredCredentialsException.class);
            return expired == null ? what : expired.getMessage() + " (" + what + ")";
        }
        Throwable root = cause;
        for (int depth = 0; root.getCause() != null && depth < MAX_DEPTH; depth++) {
            root = root.getCause();
        }
        String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return root == cause || String.valueOf(root.getMessage()).equals(cause.getMessage())
                ? text
                : text + " (" + root + ")";
    }

    private static String describe(AwsServiceException error) {
        String code = code(error);
        String message =
                error.awsErrorDetails() == null ? null : error.awsErrorDetails().errorMessage();
        return (code == null || code.isEmpty() ? "HTTP status " + error.statusCode() : code)
                + (message == null || message.isEmpty() ? "" : ": " + message)
                + (error.requestId() == null ? "" : " (request " + error.requestId() + ")");
    }

    @Nullable
    private static String code(AwsServiceException error) {
        return error.awsErrorDetails() == null ? null : error.awsErrorDetails().errorCode();
    }

    private static Throwable unwrap(Throwable error) {
        Throwable cause = error;
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            boolean wrapper =
                    cause instanceof CompletionException || cause instanceof ExecutionException;
            if (!wrapper || cause.getCause() == null) {
                break;
            }
            cause = cause.getCause();
        }
        return cause;
    }

    @Nullable
    private static <E extends Throwable> E find(Throwable error, Class<E> type) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++, cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }

    private static boolean mentions(Throwable error, String... words) {
        String message = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
        for (String word : words) {
            if (message.contains(word)) {
                return true;
            }
        }
        return false;
    }

    private ErrorTable() {}
}
