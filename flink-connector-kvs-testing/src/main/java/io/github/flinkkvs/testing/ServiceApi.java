/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.net.URI;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The operations of the service over HTTP: routing, authorization header, quotas, error format.
 * Stateless but for the quotas; runs on the event loops of its connections.
 */
final class ServiceApi {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceApi.class);

    private static final String ERROR_SUFFIX =
            ":https://kinesisvideo.amazonaws.com/doc/2017-09-30/";
    private static final String WRONG_HOST =
            "<AccessDeniedException>\n"
                    + "  <Message>Unable to determine service/operation name to be authorized"
                    + "</Message>\n"
                    + "</AccessDeniedException>\n";
    private static final Set<String> BUILT =
            Set.of(
                    "ListStreams",
                    "DescribeStream",
                    "ListTagsForStream",
                    "GetDataEndpoint",
                    "GetMedia");

    private static final Set<String> MEDIA_API_NAMES = Set.of("GET_MEDIA", "PUT_MEDIA");
    private static final Set<String> ARCHIVE_API_NAMES =
            Set.of(
                    "LIST_FRAGMENTS",
                    "GET_MEDIA_FOR_FRAGMENT_LIST",
                    "GET_HLS_STREAMING_SESSION_URL",
                    "GET_DASH_STREAMING_SESSION_URL",
                    "GET_CLIP",
                    "GET_IMAGES");

    private static final Pattern STREAM_ARN =
            Pattern.compile(
                    "arn:[a-z\\d-]+:kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+/([a-zA-Z0-9_.-]+)/[0-9]+");
    private static final Pattern CREDENTIAL = Pattern.compile("Credential=([^/,\\s]+)/");
    private static final int MAX_LIST_STREAMS = 10_000;
    private static final String LIST_STREAMS_SCOPE = "ListStreams";

    /** Several times what the longest request takes, a list of fragments. */
    private static final int MAX_BODY_BYTES = 1 << 20;

    /** HTTP dates have two digits of the day, unlike {@code RFC_1123_DATE_TIME}. */
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    private static final int LINGER_MILLIS = 1_000;
    private static final double MILLIS_PER_SECOND = 1000.0;

    private final EmbeddedKvs service;
    private final Vertx vertx;
    private final ObjectMapper json = new ObjectMapper();
    private final CallRates rates = new CallRates();

    ServiceApi(EmbeddedKvs service, Vertx vertx) {
        this.service = service;
        this.vertx = vertx;
    }

    /**
     * @param planes what the host that was called is for
     * @param only the one stream that this port serves; null for all
     */
    void handle(HttpServerRequest request, Set<Plane> planes, @Nullable EmbeddedStream only) {
        Call call = new Call(request);
        request.exceptionHandler(error -> LOG.debug("Request broke off: {}", error.toString()));
        try {
            // Before the body, which may be endless, like that of PutMedia.
            String operation = operation(request, planes);
            if (operation == null) {
                wrongHost(call);
                return;
            }
            call.operation = operation;
            authorize(call);
            if (!BUILT.contains(operation)) {
                throw AwsError.notBuilt(operation);
            }
        } catch (AwsError e) {
            error(call, e);
            return;
        }
        readBody(request, body -> answer(call, body, only), refused -> error(call, refused));
    }

    @Nullable
    private static String operation(HttpServerRequest request, Set<Plane> planes) {
        if (request.method() != HttpMethod.POST) {
            return null;
        }
        for (Plane plane : planes) {
            String operation = plane.operation(request.path());
            if (operation != null) {
                return operation;
            }
        }
        return null;
    }

    private void authorize(Call call) throws AwsError {
        call.accessKeyId = accessKeyId(call.request);
        service.accessKeys()
                .check(call.accessKeyId, call.request.getHeader("X-Amz-Security-Token"));
    }

    /** Reads the whole body of a request, or refuses it when it is too large. */
    static void readBody(
            HttpServerRequest request, Handler<Buffer> whole, Handler<AwsError> refused) {
        Buffer body = Buffer.buffer();
        request.endHandler(end -> whole.handle(body));
        request.handler(
                piece -> {
                    if (body.length() + piece.length() > MAX_BODY_BYTES) {
                        request.endHandler(null);
                        refused.handle(AwsError.tooLarge(MAX_BODY_BYTES));
                    } else {
                        body.appendBuffer(piece);
                    }
                });
    }

    private void answer(Call call, Buffer body, @Nullable EmbeddedStream only) {
        try {
            RequestFields request = RequestFields.parse(body.getBytes());
            call.stream = stream(request);
            List<Fault> faults = new ArrayList<>(service.faults().take(call.operation));
            EmbeddedStream stream = null;
            if (!call.operation.equals("ListStreams")) {
                stream = readableStream(request);
                faults.addAll(stream.faults().take(call.operation));
            }
            EmbeddedStream found = stream;
            withFaults(call, faults, () -> dispatch(call, request, found, only, faults));
        } catch (AwsError e) {
            error(call, e);
        } catch (RuntimeException e) {
            internalFailure(call, e);
        }
    }

    /** Who signed a request. */
    static String accessKeyId(HttpServerRequest request) throws AwsError {
        String header = request.getHeader("Authorization");
        if (header == null) {
            throw new AwsError(
                    403, "MissingAuthenticationTokenException", "Missing Authentication Token");
        }
        Matcher credential = CREDENTIAL.matcher(header);
        if (!header.startsWith("AWS4-HMAC-SHA256 ")
                || !credential.find()
                || !header.contains("SignedHeaders=")
                || !header.contains("Signature=")) {
            throw new AwsError(
                    400,
                    "IncompleteSignatureException",
                    "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'");
        }
        return credential.group(1);
    }

    /** The name for the log, as far as there is one. */
    @Nullable
    private static String stream(RequestFields request) throws AwsError {
        String arn = request.text("StreamARN");
        Matcher parts = STREAM_ARN.matcher(arn == null ? "" : arn);
        return parts.matches() ? parts.group(1) : request.text("StreamName");
    }

    private EmbeddedStream readableStream(RequestFields request) throws AwsError {
        String name = request.text("StreamName");
        String arn = request.text("StreamARN");
        if ((name == null) == (arn == null)) {
            throw AwsError.invalidArgument("Either StreamName or StreamARN must be given");
        }
        if (name != null && !StreamSettings.NAME.matcher(name).matches()
                || arn != null && !STREAM_ARN.matcher(arn).matches()) {
            throw AwsError.invalidArgument("StreamName or StreamARN is not valid");
        }
        EmbeddedStream stream = service.find(stream(request));
        if (stream == null || arn != null && !arn.equals(stream.arn())) {
            throw AwsError.streamNotFound();
        }
        return stream;
    }

    // ------------------------------------------------------------------ faults

    private void withFaults(Call call, List<Fault> faults, Runnable answer) {
        for (Fault fault : faults) {
            switch (fault.kind) {
                case ANSWER:
                    error(call, fault.number, fault.text, fault.message);
                    return;
                case WRONG_ENDPOINT:
                    wrongHost(call);
                    return;
                case RESET_BEFORE_ANSWER:
                    log(call, 0, "reset");
                    ConnectionCut.reset(call.request.connection());
                    return;
                case SILENCE:
                    log(call, 0, "silence");
                    return;
                case DELAY:
                    List<Fault> rest = new ArrayList<>(faults);
                    rest.remove(fault);
                    vertx.setTimer(
                            Math.max(1, fault.time.toMillis()),
                            id -> {
                                if (call.request.response().closed()) {
                                    log(call, 0, "client gone");
                                } else {
                                    withFaults(call, rest, answer);
                                }
                            });
                    return;
                default:
                    // Concerns the body.
            }
        }
        answer.run();
    }

    // ------------------------------------------------------------------ operations

    private void dispatch(
            Call call,
            RequestFields request,
            @Nullable EmbeddedStream stream,
            @Nullable EmbeddedStream only,
            List<Fault> faults) {
        try {
            admit(call.operation, stream);
            switch (call.operation) {
                case "ListStreams":
                    answer(call, listStreams(request));
                    break;
                case "DescribeStream":
                    answer(call, json.createObjectNode().set("StreamInfo", info(stream)));
                    break;
                case "ListTagsForStream":
                    answer(call, listTags(request, stream));
                    break;
                case "GetDataEndpoint":
                    answer(call, dataEndpoint(request, stream));
                    break;
                case "GetMedia":
                    if (only != null && only != stream) {
                        throw AwsError.invalidEndpoint();
                    }
                    getMedia(call, request, stream, faults);
                    break;
                default:
                    throw AwsError.notBuilt(call.operation);
            }
        } catch (AwsError e) {
            error(call, e);
        } catch (RuntimeException e) {
            internalFailure(call, e);
        }
    }

    private void admit(String operation, @Nullable EmbeddedStream stream) throws AwsError {
        if (stream != null
                && !rates.admit(
                        operation + " " + stream.arn(), service.limits().callsPerSecond())) {
            throw AwsError.callLimit(operation, stream.name());
        }
        if (!rates.admit(operation, accountLimit(operation))) {
            throw AwsError.callLimit(operation, "account");
        }
    }

    private int accountLimit(String operation) {
        switch (operation) {
            case "ListStreams":
            case "ListTagsForStream":
                return service.limits().listCallsPerSecond();
            case "DescribeStream":
            case "GetDataEndpoint":
                return service.limits().accountCallsPerSecond();
            default:
                return 0;
        }
    }

    private ObjectNode listStreams(RequestFields request) throws AwsError {
        Integer asked = request.integer("MaxResults");
        int max = asked == null ? MAX_LIST_STREAMS : asked;
        if (max < 1 || max > MAX_LIST_STREAMS) {
            throw AwsError.invalidArgument("MaxResults is not between 1 and 10000");
        }
        String prefix = namePrefix(request.object("StreamNameCondition"));
        String after = PageToken.decode(LIST_STREAMS_SCOPE, request.text("NextToken"));
        ObjectNode answer = json.createObjectNode();
        ArrayNode infos = answer.putArray("StreamInfoList");
        String last = null;
        for (EmbeddedStream stream : service.streams()) {
            if (stream.name().startsWith(prefix)
                    && (after == null || stream.name().compareTo(after) > 0)) {
                if (infos.size() == max) {
                    answer.put("NextToken", PageToken.encode(LIST_STREAMS_SCOPE, last));
                    break;
                }
                infos.add(info(stream));
                last = stream.name();
            }
        }
        return answer;
    }

    private static String namePrefix(RequestFields condition) throws AwsError {
        String operator = condition.text("ComparisonOperator");
        if (operator != null && !operator.equals("BEGINS_WITH")) {
            throw AwsError.invalidArgument("ComparisonOperator is not BEGINS_WITH");
        }
        String prefix = condition.text("ComparisonValue");
        if (prefix != null && !StreamSettings.NAME.matcher(prefix).matches()) {
            throw AwsError.invalidArgument("ComparisonValue is not the beginning of a name");
        }
        return prefix == null ? "" : prefix;
    }

    private ObjectNode info(EmbeddedStream stream) {
        StreamSettings settings = stream.settings();
        ObjectNode info = json.createObjectNode();
        info.put("CreationTime", stream.creationMillis() / MILLIS_PER_SECOND);
        info.put("DataRetentionInHours", settings.retention.toHours());
        info.put("DeviceName", "Kinesis_Video_Device");
        info.putNull("IngestionConfiguration");
        info.put(
                "KmsKeyId",
                "arn:aws:kms:"
                        + service.region()
                        + ":"
                        + service.accountId()
                        + ":alias/aws/kinesisvideo");
        info.put("MediaType", settings.mediaType);
        info.put("Status", stream.status().name());
        info.put("StreamARN", stream.arn());
        info.put("StreamName", stream.name());
        info.put("Version", "1");
        return info;
    }

    private ObjectNode listTags(RequestFields request, EmbeddedStream stream) throws AwsError {
        String scope = "ListTagsForStream " + stream.arn().hashCode();
        String after = PageToken.decode(scope, request.text("NextToken"));
        int max = service.behavior().listTagsPageSize();
        ObjectNode answer = json.createObjectNode();
        ObjectNode tags = answer.putObject("Tags");
        boolean skip = after != null;
        String last = null;
        for (Map.Entry<String, String> tag : stream.tags().entrySet()) {
            if (skip) {
                skip = !tag.getKey().equals(after);
                continue;
            }
            if (tags.size() == max) {
                answer.put("NextToken", PageToken.encode(scope, last));
                break;
            }
            tags.put(tag.getKey(), tag.getValue());
            last = tag.getKey();
        }
        return answer;
    }

    private ObjectNode dataEndpoint(RequestFields request, EmbeddedStream stream) throws AwsError {
        String api = request.text("APIName");
        URI endpoint;
        if (api != null && MEDIA_API_NAMES.contains(api)) {
            endpoint = stream.mediaEndpoint();
        } else if (api != null && ARCHIVE_API_NAMES.contains(api)) {
            endpoint = service.archiveEndpoint();
        } else {
            throw AwsError.invalidArgument("APIName '" + api + "' is not valid");
        }
        if (!stream.readable()) {
            throw AwsError.streamNotFound();
        }
        return json.createObjectNode().put("DataEndpoint", endpoint.toString());
    }

    private void getMedia(
            Call call, RequestFields request, EmbeddedStream stream, List<Fault> faults)
            throws AwsError {
        StartSelector selector = StartSelector.parse(request);
        call.selector = selector.toString();
        if (!stream.readable()) {
            throw AwsError.streamNotFound();
        }
        HttpServerResponse response = call.request.response();
        MediaSession record =
                new MediaSession(service.log(), stream.name(), call.requestId, selector.toString());
        MediaStart start = stream.locate(selector, service.behavior());
        GetMediaSession session =
                new GetMediaSession(
                        vertx,
                        stream,
                        response,
                        call.request.connection(),
                        record,
                        start,
                        faults,
                        call.accessKeyId);
        if (!stream.admit(session, service.limits().connectionsPerStream())) {
            throw AwsError.connectionLimit(stream.name());
        }
        headers(call, 200, "video/webm");
        log(call, 200, null);
        service.log().session(record);
        session.begin();
    }

    // ------------------------------------------------------------------ answers

    private void answer(Call call, ObjectNode body) {
        log(call, 200, null);
        headers(call, 200, "application/json").end(Buffer.buffer(body.toString()));
    }

    private void error(Call call, AwsError e) {
        error(call, e.status, e.type, e.getMessage());
    }

    private void internalFailure(Call call, RuntimeException e) {
        LOG.error("Call {} failed", call.operation, e);
        error(call, 500, "InternalFailure", "The call failed for a reason inside of the service");
    }

    private void error(Call call, int status, String type, String message) {
        log(call, status, type.isEmpty() ? "HTTP " + status : type);
        HttpServerResponse response = headers(call, status, "application/json");
        Buffer body = Buffer.buffer();
        if (!type.isEmpty()) {
            response.putHeader("x-amzn-ErrorType", type + ERROR_SUFFIX);
            body = Buffer.buffer(json.createObjectNode().put("Message", message).toString());
        }
        endAndClose(vertx, call.request, body);
    }

    private void wrongHost(Call call) {
        log(call, 403, "AccessDeniedException");
        headers(call, 403, "application/xml");
        Buffer body = Buffer.buffer(WRONG_HOST);
        endAndClose(vertx, call.request, body);
    }

    /** Sends an answer and closes the connection, when the client can have read the answer. */
    static void endAndClose(Vertx vertx, HttpServerRequest request, Buffer body) {
        HttpConnection connection = request.connection();
        Future<Void> sent = request.response().putHeader("Connection", "close").end(body);
        if (request.isEnded()) {
            sent.onComplete(done -> connection.close());
        } else {
            // To close while the client still sends could take the answer from it.
            request.handler(ignored -> {});
            request.endHandler(end -> connection.close());
            vertx.setTimer(LINGER_MILLIS, id -> connection.close());
        }
    }

    private HttpServerResponse headers(Call call, int status, String contentType) {
        return call.request
                .response()
                .setStatusCode(status)
                .putHeader("x-amzn-RequestId", call.requestId)
                .putHeader("Content-Type", contentType)
                .putHeader("Date", HTTP_DATE.format(service.clock().now()));
    }

    private void log(Call call, int status, @Nullable String errorType) {
        service.log()
                .call(
                        new ApiCall(
                                call.operation,
                                call.stream,
                                call.time,
                                call.nanoTime,
                                status,
                                errorType,
                                call.requestId,
                                call.selector,
                                call.accessKeyId));
    }

    /** What is known of a call so far. Owned by the event loop of its connection. */
    private final class Call {
        final HttpServerRequest request;
        final java.time.Instant time = service.clock().now();
        final long nanoTime = System.nanoTime();
        final String requestId = UUID.randomUUID().toString();
        String operation;
        @Nullable String stream;
        @Nullable String selector;
        @Nullable String accessKeyId;

        Call(HttpServerRequest request) {
            this.request = request;
            this.operation = request.path();
        }
    }
}
