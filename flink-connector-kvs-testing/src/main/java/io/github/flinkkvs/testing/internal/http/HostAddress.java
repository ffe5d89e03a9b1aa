/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.http;

import javax.annotation.Nullable;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host that clients call, and the port if it differs from the one that the server listens on,
 * as behind a published port. Immutable.
 */
public final class HostAddress {
    private static final Pattern FORM =
            Pattern.compile("(\\[[^\\[\\]]+\\]|[^:\\[\\]]+)(?::([0-9]{1,5}))?");

    /** An IPv6 address is in brackets, as in URLs. */
    private final String host;

    /** 0: that of the listener. */
    private final int port;

    private HostAddress(String host, int port) {
        this.host = host;
        this.port = port;
    }

    /**
     * Reads {@code HOST} or {@code HOST:PORT}; an IPv6 address is in brackets if a port follows.
     *
     * @throws IllegalArgumentException if it is not a host that URLs can have
     */
    public static HostAddress parse(String text) {
        boolean bareVersion6 = text.indexOf(':') != text.lastIndexOf(':') && !text.contains("[");
        Matcher parts = FORM.matcher(bareVersion6 ? "[" + text + "]" : text);
        if (parts.matches()) {
            int port = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
            HostAddress address = new HostAddress(parts.group(1), port);
            if (port <= 65_535 && address.isHostOfUrls()) {
                return address;
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is neither HOST nor HOST:PORT, such as localhost, [::1]:4567");
    }

    private boolean isHostOfUrls() {
        try {
            return URI.create("http://" + host).getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** For an operation that has a port of its own. */
    public HostAddress withoutPort() {
        return new HostAddress(host, 0);
    }

    /** The name or address itself, without brackets. */
    public String name() {
        return unbracketed(host);
    }

    /**
     * @param listenedPort the port that the server listens on
     */
    public URI uri(String scheme, int listenedPort) {
        return URI.create(scheme + "://" + host + ":" + (port == 0 ? listenedPort : port));
    }

    /**
     * Whether a header {@code Host} names the host of a URL; clients leave out the port that
     * belongs to the scheme.
     */
    public static boolean isNamed(URI uri, @Nullable String header) {
        int standard = uri.getScheme().equals("https") ? 443 : 80;
        return uri.getAuthority().equalsIgnoreCase(header)
                || uri.getPort() == standard && uri.getHost().equalsIgnoreCase(header);
    }

    /** An address to listen on, without brackets. */
    public static String unbracketed(String address) {
        return address.startsWith("[") ? address.substring(1, address.length() - 1) : address;
    }
}
