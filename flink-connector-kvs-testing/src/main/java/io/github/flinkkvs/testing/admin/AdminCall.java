/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import io.vertx.core.http.HttpServerRequest;

import javax.annotation.Nullable;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** A request: the variable parts of its path, its query, and its body. Immutable. */
final class AdminCall {
    private static final Duration MAX_WAIT = Duration.ofMinutes(5);

    private final Map<String, String> path;
    private final Map<String, String> query = new LinkedHashMap<>();
    private final Fields body;

    AdminCall(Map<String, String> path, HttpServerRequest request, Fields body) {
        this.path = path;
        this.body = body;
        request.params().forEach(parameter -> query.put(parameter.getKey(), parameter.getValue()));
    }

    /** A part of the path, such as {@code stream}. */
    String path(String name) {
        return path.get(name);
    }

    /** Null if the query does not have it. */
    @Nullable
    String query(String name) {
        return query.get(name);
    }

    /** A whole number of the query; {@code otherwise} if the query does not have it. */
    int number(String name, int otherwise) throws AdminException {
        String text = query.get(name);
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw AdminException.wrong(name + " is a whole number, not '" + text + "'");
        }
    }

    /** How many seconds to wait, as the query says; 10 s if it does not. */
    Duration timeout() throws AdminException {
        String text = query.get("timeout");
        if (text == null) {
            return Duration.ofSeconds(10);
        }
        try {
            BigDecimal millis = new BigDecimal(text).movePointRight(3);
            if (millis.signum() >= 0
                    && millis.compareTo(BigDecimal.valueOf(MAX_WAIT.toMillis())) <= 0) {
                return Duration.ofMillis(millis.longValue());
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // Answered below.
        }
        throw AdminException.wrong(
                "timeout is a number of seconds, at most "
                        + MAX_WAIT.toSeconds()
                        + ", not '"
                        + text
                        + "'");
    }

    Fields body() {
        return body;
    }
}
