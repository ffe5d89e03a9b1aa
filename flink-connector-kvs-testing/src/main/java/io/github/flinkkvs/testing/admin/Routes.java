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

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Which request is performed by what. Immutable once it is filled. */
final class Routes {
    /** Performs a request; it may wait. */
    interface Handler {
        Answer perform(AdminCall call) throws AdminException;
    }

    private final List<Route> routes = new ArrayList<>();

    /**
     * @param path with variable parts, such as {@code /streams/{stream}}
     */
    void add(String method, String path, Handler handler) {
        routes.add(new Route(method, path.split("/", -1), handler));
    }

    /** All of them, each as method and path. */
    List<String> list() {
        List<String> list = new ArrayList<>();
        routes.forEach(route -> list.add(route.method + " " + String.join("/", route.parts)));
        return list;
    }

    Answer perform(HttpServerRequest request, byte[] body) throws AdminException {
        String[] parts = request.path().split("/", -1);
        TreeSet<String> methods = new TreeSet<>();
        for (Route route : routes) {
            Map<String, String> path = route.match(parts);
            if (path != null) {
                if (route.method.equals(request.method().name())) {
                    return route.handler.perform(new AdminCall(path, request, Fields.parse(body)));
                }
                methods.add(route.method);
            }
        }
        if (methods.isEmpty()) {
            throw new AdminException(404, "There is no " + request.path() + "; there is " + list());
        }
        throw new AdminException(
                405, request.path() + " has " + methods + ", not " + request.method());
    }

    private static final class Route {
        final String method;
        final String[] parts;
        final Handler handler;

        Route(String method, String[] parts, Handler handler) {
            this.method = method;
            this.parts = parts;
            this.handler = handler;
        }

        /** The variable parts; null if it is another path. */
        @Nullable
        Map<String, String> match(String[] path) {
            if (path.length != parts.length) {
                return null;
            }
            Map<String, String> variables = new LinkedHashMap<>();
            for (int i = 0; i < parts.length; i++) {
                if (parts[i].startsWith("{")) {
                    variables.put(parts[i].substring(1, parts[i].length() - 1), path[i]);
                } else if (!parts[i].equals(path[i])) {
                    return null;
                }
            }
            return variables;
        }
    }
}
