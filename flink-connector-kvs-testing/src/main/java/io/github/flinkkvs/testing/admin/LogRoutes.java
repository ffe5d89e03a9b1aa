/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.log.Acknowledgement;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ReceivedMedia;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.ServiceLog;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import javax.annotation.Nullable;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Requests that read the log, and wait for it. */
final class LogRoutes {
    private final EmbeddedKvs kvs;

    LogRoutes(EmbeddedKvs kvs) {
        this.kvs = kvs;
    }

    void addTo(Routes routes) {
        routes.add("GET", "/log/calls", this::calls);
        routes.add("GET", "/log/sessions", this::sessions);
        routes.add("GET", "/log/uploads", this::uploads);
        routes.add("GET", "/log/pushed", this::pushed);
        routes.add("DELETE", "/log", this::clear);
    }

    /** Waits until there are as many entries as the query asks for. */
    private <E> List<E> entries(AdminCall call, String what, Function<ServiceLog, List<E>> read)
            throws AdminException {
        int atLeast = call.number("atLeast", 0);
        if (atLeast > 0) {
            try {
                kvs.log()
                        .await(
                                log -> read.apply(log).size() >= atLeast,
                                atLeast + " " + what,
                                call.timeout());
            } catch (AssertionError e) {
                throw new AdminException(408, e.getMessage());
            }
        }
        return read.apply(kvs.log());
    }

    private Answer calls(AdminCall call) throws AdminException {
        String operation = call.query("operation");
        String stream = call.query("stream");
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (ApiCall entry :
                entries(
                        call,
                        "calls",
                        log ->
                                log.calls().stream()
                                        .filter(c -> is(operation, c.operation()))
                                        .filter(c -> is(stream, c.stream()))
                                        .collect(Collectors.toList()))) {
            list.addObject()
                    .put("operation", entry.operation())
                    .put("stream", entry.stream())
                    .put("time", entry.time().toString())
                    .put("status", entry.status())
                    .put("errorType", entry.errorType())
                    .put("requestId", entry.requestId())
                    .put("startSelector", entry.startSelector())
                    .put("accessKeyId", entry.accessKeyId())
                    .put("fragments", entry.fragments())
                    .put("points", entry.points());
        }
        return Answer.of(list);
    }

    private static boolean is(@Nullable String wanted, @Nullable String found) {
        return wanted == null || wanted.equals(found);
    }

    private Answer sessions(AdminCall call) throws AdminException {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        boolean ended = "true".equals(call.query("ended"));
        String asked = call.query("operation");
        String operation = asked == null ? "GetMedia" : asked;
        for (ServedMedia session :
                entries(
                        call,
                        "sessions",
                        log ->
                                log.sessions(operation, call.query("stream")).stream()
                                        .filter(s -> !ended || s.endReason() != null)
                                        .collect(Collectors.toList()))) {
            ObjectNode json =
                    list.addObject()
                            .put("stream", session.stream())
                            .put("requestId", session.requestId())
                            .put("startSelector", session.startSelector())
                            .put("bytesSent", session.bytesSent())
                            .put("endReason", name(session.endReason()));
            session.fragmentsSent().forEach(json.putArray("fragmentsSent")::add);
        }
        return Answer.of(list);
    }

    private Answer uploads(AdminCall call) throws AdminException {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (ReceivedMedia upload :
                entries(call, "uploads", log -> log.uploads(call.query("stream")))) {
            ObjectNode json =
                    list.addObject()
                            .put("stream", upload.stream())
                            .put("requestId", upload.requestId())
                            .put("bytesReceived", upload.bytesReceived())
                            .put("endReason", name(upload.endReason()));
            ArrayNode acks = json.putArray("acknowledgements");
            for (Acknowledgement ack : upload.acknowledgements()) {
                acks.addObject()
                        .put("type", ack.type().name())
                        .put("fragmentTimecode", ack.fragmentTimecode())
                        .put("fragmentNumber", ack.fragmentNumber())
                        .put("error", ack.error() == null ? null : ack.error().name());
            }
        }
        return Answer.of(list);
    }

    private Answer pushed(AdminCall call) throws AdminException {
        return Answer.of(
                FragmentRoutes.json(
                        entries(call, "fragments", log -> log.pushed(call.query("stream")))));
    }

    private Answer clear(AdminCall call) {
        kvs.log().clear();
        return Answer.done();
    }

    @Nullable
    private static String name(@Nullable EndReason reason) {
        return reason == null ? null : reason.name();
    }
}
