/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import com.sun.net.httpserver.HttpServer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A Security Token Service that answers with KEY-1, SECRET-1, TOKEN-1, then KEY-2 and so on. */
final class ScriptedSts implements AutoCloseable {
    private final HttpServer server;

    /** The parameters of each request, with some of its headers in lower case. */
    final List<Map<String, String>> requests = Collections.synchronizedList(new ArrayList<>());

    private static final Duration VALIDITY = Duration.ofDays(30); // the SDK starts no timer

    volatile int status = 200;

    ScriptedSts() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    Map<String, String> request = new HashMap<>();
                    String body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    for (String pair : body.split("&")) {
                        String[] parts = pair.split("=", 2);
                        request.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
                    }
                    for (String header : List.of("authorization", "x-amz-security-token")) {
                        String value = exchange.getRequestHeaders().getFirst(header);
                        if (value != null) {
                            request.put(header, value);
                        }
                    }
                    requests.add(request);
                    byte[] answer = answer(request.get("Action"), requests.size());
                    exchange.getResponseHeaders().set("Content-Type", "text/xml");
                    exchange.sendResponseHeaders(status, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
    }

    private byte[] answer(String action, int number) {
        String xml =
                status == 200
                        ? String.format(
                                "<%1$sResponse"
                                        + " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%1$sResult>"
                                        + "<Credentials><AccessKeyId>KEY-%2$d</AccessKeyId>"
                                        + "<SecretAccessKey>SECRET-%2$d</SecretAccessKey>"
                                        + "<SessionToken>TOKEN-%2$d</SessionToken><Expiration>%3$s</Expiration>"
                                        + "</Credentials></%1$sResult></%1$sResponse>",
                                action, number, Instant.now().plus(VALIDITY))
                        : "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                                + "<Message>not allowed</Message></Error></ErrorResponse>";
        return xml.getBytes(StandardCharsets.UTF_8);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
