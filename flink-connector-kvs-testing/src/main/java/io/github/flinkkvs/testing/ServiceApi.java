/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
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

    /** The hosts that the real service spreads its operations over. */
    enum Plane {
        CONTROL,
        MEDIA,
        ARCHIVE
    }

    private static final String ERROR_SUFFIX =
            ":https://kinesisvideo.amazonaws.com/doc/2017-09-30/";
    private static final String WRONG_HOST =
            "<AccessDeniedException>\n"
                    + "  <Message>Unable to determine service/operation name to be authorized"
                    + "</Message>\n"
                    + "</AccessDeniedException>\n";
    private static final Map<String, String> CONTROL_OPERATIONS =
            Map.of(
                    "/listStreams", "ListStreams",
                    "/describeStream", "DescribeStream",
                    "/listTagsForStream", "ListTagsForStream",
                    "/getDataEndpoint", "GetDataEndpoint");
    private static final Map<String, String> MEDIA_OPERATIONS = Map.of("/getMedia", "GetMedia");

    /** Known, not built yet. */
    private static final Map<String, String> ARCHIVE_OPERATIONS =
            Map.of(
                    "/listFragments", "ListFragments",
                    "/getMediaForFragmentList", "GetMediaForFragmentList");

    private static final Set<String> MEDIA_API_NAMES = Set.of("GET_MEDIA", "PUT_MEDIA");
    private static final Set<String> ARCHIVE_API_NAMES =
            Set.of(
                    "LIST_FRAGMENTS",
                    "GET_MEDIA_FOR_FRAGMENT_LIST",
                    "GET_HLS_STREAMING_SESSION_URL",
                    "GET_DASH_STREAMING_SESSION_URL",
                    "GET_CLIP",
                    "GET_IMAGES");

    private static final Pattern STREAM_NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,256}");
    private static final Pattern STREAM_ARN =
            Pattern.compile(
                    "arn:[a-z\\d-]+:kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+/([a-zA-Z0-9_.-]+)/[0-9]+");
    private static final Pattern CREDENTIAL = Pattern.compile("Credential=([^/,\\s]+)/");
    private static final int MAX_LIST_STREAMS = 10_000;
    private static final double MILLIS_PER_SECOND = 1000.0;

    private final EmbeddedKvs service;
    private final Vertx vertx;
    private final ObjectMapper json =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private final CallRates rates = new CallRates();

    ServiceApi(EmbeddedKvs service, Vertx vertx) {
        this.service = service;
        this.vertx = vertx;
    }

    /**
     * @param plane what this port is for
     * @param only the one stream that this port serves; null for all
     */
    void handle(HttpServerRequest request, Plane plane, @Nullable EmbeddedStream only) {
        Call call = new Call(request);
        request.exceptionHandler(error -> LOG.debug("Request broke off: {}", error.toString()));
        request.body()
                .onSuccess(body -> answer(call, body, plane, only))
                .onFailure(error -> LOG.debug("Request broke off: {}", error.toString()));
    }

    private void answer(Call call, Buffer body, Plane plane, @Nullable EmbeddedStream only) {
        try {
            String path = call.request.path();
            call.operation = operation(plane, path);
            if (call.operation == null) {
                unknownOperation(call, path);
                return;
            }
            authorize(call);
            JsonNode request = parse(body);
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
            error(call, e.status, e.type, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("Call {} failed", call.request.path(), e);
            error(call, 500, "InternalFailure", e.toString());
        }
    }

    @Nullable
    private static String operation(Plane plane, String path) {
        switch (plane) {
            case CONTROL:
                return CONTROL_OPERATIONS.get(path);
            case MEDIA:
                return MEDIA_OPERATIONS.get(path);
            default:
                return ARCHIVE_OPERATIONS.get(path);
        }
    }

    private void unknownOperation(Call call, String path) {
        boolean elsewhere =
                CONTROL_OPERATIONS.containsKey(path)
                        || MEDIA_OPERATIONS.containsKey(path)
                        || ARCHIVE_OPERATIONS.containsKey(path);
        call.operation = path;
        if (elsewhere) {
            wrongHost(call);
        } else {
            error(call, 404, "UnknownOperationException", "Unknown operation " + path);
        }
    }

    private void authorize(Call call) throws AwsError {
        if (call.request.method() != HttpMethod.POST) {
            throw new AwsError(405, "MethodNotAllowedException", "Only POST is supported");
        }
        call.accessKeyId = accessKeyId(call.request);
        service.accessKeys()
                .check(call.accessKeyId, call.request.getHeader("X-Amz-Security-Token"));
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

    private JsonNode parse(Buffer body) throws AwsError {
        try {
            JsonNode node =
                    body.length() == 0 ? json.createObjectNode() : json.readTree(body.getBytes());
            if (node.isObject()) {
                return node;
            }
        } catch (IOException e) {
            LOG.debug("Not JSON: {}", e.getMessage());
        }
        throw new AwsError(400, "SerializationException", "The body is not a JSON object");
    }

    /** The name for the log, as far as there is one. */
    @Nullable
    private static String stream(JsonNode request) {
        Matcher arn = STREAM_ARN.matcher(request.path("StreamARN").asText(""));
        return arn.matches() ? arn.group(1) : request.path("StreamName").asText(null);
    }

    private EmbeddedStream readableStream(JsonNode request) throws AwsError {
        String name = request.path("StreamName").asText(null);
        String arn = request.path("StreamARN").asText(null);
        if ((name == null) == (arn == null)) {
            throw AwsError.invalidArgument("Either StreamName or StreamARN must be given");
        }
        if (name != null && !STREAM_NAME.matcher(name).matches()
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
                            id -> withFaults(call, rest, answer));
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
            JsonNode request,
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
                    throw new AwsError(
                            501,
                            "UnsupportedOperationException",
                            "The embedded service does not have " + call.operation + " yet");
            }
        } catch (AwsError e) {
            error(call, e.status, e.type, e.getMessage());
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

    private ObjectNode listStreams(JsonNode request) throws AwsError {
        int max = request.path("MaxResults").asInt(MAX_LIST_STREAMS);
        if (max < 1 || max > MAX_LIST_STREAMS) {
            throw AwsError.invalidArgument("MaxResults is not between 1 and 10000");
        }
        JsonNode condition = request.path("StreamNameCondition");
        String prefix = condition.path("ComparisonValue").asText("");
        if (!condition.path("ComparisonOperator").asText("BEGINS_WITH").equals("BEGINS_WITH")) {
            throw AwsError.invalidArgument("ComparisonOperator is not BEGINS_WITH");
        }
        String after = decodeToken(request);
        ObjectNode answer = json.createObjectNode();
        ArrayNode infos = answer.putArray("StreamInfoList");
        String last = null;
        for (EmbeddedStream stream : service.streams()) {
            if (stream.name().startsWith(prefix)
                    && (after == null || stream.name().compareTo(after) > 0)) {
                if (infos.size() == max) {
                    answer.put("NextToken", encodeToken(last));
                    break;
                }
                infos.add(info(stream));
                last = stream.name();
            }
        }
        return answer;
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

    private ObjectNode listTags(JsonNode request, EmbeddedStream stream) throws AwsError {
        String after = decodeToken(request);
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
                answer.put("NextToken", encodeToken(last));
                break;
            }
            tags.put(tag.getKey(), tag.getValue());
            last = tag.getKey();
        }
        return answer;
    }

    private static String encodeToken(String key) {
        return Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    @Nullable
    private static String decodeToken(JsonNode request) throws AwsError {
        String token = request.path("NextToken").asText(null);
        try {
            return token == null
                    ? null
                    : new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw AwsError.invalidArgument("NextToken is not valid");
        }
    }

    private ObjectNode dataEndpoint(JsonNode request, EmbeddedStream stream) throws AwsError {
        String api = request.path("APIName").asText("");
        URI endpoint;
        if (MEDIA_API_NAMES.contains(api)) {
            endpoint = stream.mediaEndpoint();
        } else if (ARCHIVE_API_NAMES.contains(api)) {
            endpoint = service.archiveEndpoint();
        } else {
            throw AwsError.invalidArgument("APIName '" + api + "' is not valid");
        }
        if (!stream.readable()) {
            throw AwsError.streamNotFound();
        }
        return json.createObjectNode().put("DataEndpoint", endpoint.toString());
    }

    private void getMedia(Call call, JsonNode request, EmbeddedStream stream, List<Fault> faults)
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

    private void error(Call call, int status, String type, String message) {
        log(call, status, type.isEmpty() ? "HTTP " + status : type);
        HttpServerResponse response = headers(call, status, "application/json");
        Buffer body = Buffer.buffer();
        if (!type.isEmpty()) {
            response.putHeader("x-amzn-ErrorType", type + ERROR_SUFFIX);
            body = Buffer.buffer(json.createObjectNode().put("Message", message).toString());
        }
        endAndClose(call, response, body);
    }

    private void wrongHost(Call call) {
        log(call, 403, "AccessDeniedException");
        endAndClose(call, headers(call, 403, "application/xml"), Buffer.buffer(WRONG_HOST));
    }

    private static void endAndClose(Call call, HttpServerResponse response, Buffer body) {
        response.putHeader("Connection", "close");
        response.end(body).onComplete(sent -> call.request.connection().close());
    }

    private HttpServerResponse headers(Call call, int status, String contentType) {
        return call.request
                .response()
                .setStatusCode(status)
                .putHeader("x-amzn-RequestId", call.requestId)
                .putHeader("Content-Type", contentType)
                .putHeader(
                        "Date",
                        DateTimeFormatter.RFC_1123_DATE_TIME
                                .withLocale(Locale.ROOT)
                                .format(service.clock().now().atOffset(ZoneOffset.UTC)));
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
