/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.world;

import io.github.flinkkvs.cluster.ClusterException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The administration of the embedded service, in another process. */
public final class ServiceAdmin {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TIMEOUT)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .build();
    private final String url;

    ServiceAdmin(String url) {
        this.url = url;
    }

    /** Lets all calls of an operation, on all streams, have a fault from now on. */
    public void everyCall(String operation, Map<String, Object> fault) {
        send("POST", "/faults", Map.of("call", operation, "every", true, "faults", List.of(fault)));
    }

    /** Lets the next call of an operation on a stream, behind those that have faults, have one. */
    public void nextCall(String stream, String operation, Map<String, Object> fault) {
        send(
                "POST",
                "/streams/" + stream + "/faults",
                Map.of("call", operation, "faults", List.of(fault)));
    }

    /** Ends what {@link #everyCall} began. */
    public void clearFaults() {
        send("DELETE", "/faults", null);
    }

    /** Moves the service's clock, and forgets the log, whose times would be those of before. */
    public void shiftClock(Duration by) {
        send("PATCH", "/clock", Map.of("shift", by.toMillis() / 1000.0));
        send("DELETE", "/log", null);
    }

    /** When the calls of an operation on a stream arrived that are still in the log, in order. */
    List<Instant> calls(String operation, String stream) {
        List<Instant> times = new ArrayList<>();
        send("GET", "/log/calls?operation=" + operation + "&stream=" + stream, null)
                .forEach(call -> times.add(Instant.parse(call.get("time").asText())));
        return times;
    }

    private JsonNode send(String method, String path, Map<String, Object> body) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(url + path))
                            .timeout(TIMEOUT)
                            .header("Content-Type", "application/json")
                            .method(
                                    method,
                                    body == null
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofString(
                                                    mapper.writeValueAsString(body)))
                            .build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new ClusterException(method + " " + path + ": " + answer.body());
            }
            return mapper.readTree(answer.body());
        } catch (IOException e) {
            throw new ClusterException(method + " " + url + path + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("Interrupted in " + method + " " + path, e);
        }
    }
}
