/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.examples.errors.ExampleException;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;

import org.apache.flink.configuration.Configuration;

import javax.annotation.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An input from any server, with the credentials that the AWS SDK finds. */
final class Endpoint {

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    private Endpoint() {}

    /**
     * @param endpoint of the control plane; null for that of AWS
     */
    static Input open(
            @Nullable URI endpoint,
            String region,
            StreamChoice streams,
            StartingPosition start,
            long fragments) {
        if (endpoint != null) {
            checkReachable(endpoint);
        }
        return new Input(
                region,
                endpoint == null ? null : endpoint.toString(),
                streams,
                start,
                StoppingPosition.never(),
                new Configuration(),
                Map.of(),
                fragments,
                Input.UNKNOWN,
                "");
    }

    /**
     * Reports a misspelt address at once. The source itself tries for a long time, which is right
     * for a job but not for somebody who waits for an example.
     */
    private static void checkReachable(URI endpoint) {
        if (hasProxy(endpoint)) {
            return;
        }
        int port = endpoint.getPort();
        if (port < 0) {
            port = "https".equalsIgnoreCase(endpoint.getScheme()) ? 443 : 80;
        }
        // An IPv6 address is in brackets.
        String host = endpoint.getHost().replaceAll("[\\[\\]]", "");
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MILLIS);
        } catch (UnknownHostException e) {
            throw new ExampleException("Cannot connect to " + endpoint + ": unknown host");
        } catch (IOException | IllegalArgumentException e) {
            throw new ExampleException("Cannot connect to " + endpoint + ": " + e.getMessage());
        }
    }

    /** Whether the settings of the JVM or the environment set a proxy; the AWS SDK uses both. */
    private static boolean hasProxy(URI endpoint) {
        String variable = endpoint.getScheme().toUpperCase(Locale.ROOT) + "_PROXY";
        return System.getenv(variable) != null
                || System.getenv(variable.toLowerCase(Locale.ROOT)) != null
                || !ProxySelector.getDefault().select(endpoint).equals(List.of(Proxy.NO_PROXY));
    }
}
