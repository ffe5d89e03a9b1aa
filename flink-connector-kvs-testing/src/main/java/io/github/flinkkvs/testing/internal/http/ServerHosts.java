/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.http;

import io.github.flinkkvs.testing.internal.streams.Plane;

import javax.annotation.Nullable;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What clients call the hosts of a service. Immutable. */
public final class ServerHosts {
    private final Map<Plane, HostAddress> hosts = new EnumMap<>(Plane.class);

    /**
     * @param control HOST or HOST:PORT
     * @param ownPorts the planes that do not share the port of the control plane
     * @param media another host for GetMedia; null for that of the control plane
     * @throws IllegalArgumentException if one of them is not a host that URLs can have
     */
    public ServerHosts(
            String control, Set<Plane> ownPorts, @Nullable String media, @Nullable String archive) {
        hosts.put(Plane.CONTROL, HostAddress.parse(control));
        hosts.put(Plane.MEDIA, dataHost(media, ownPorts.contains(Plane.MEDIA)));
        hosts.put(Plane.ARCHIVE, dataHost(archive, ownPorts.contains(Plane.ARCHIVE)));
    }

    private HostAddress dataHost(@Nullable String name, boolean ownPort) {
        if (name != null) {
            return HostAddress.parse(name);
        }
        HostAddress control = of(Plane.CONTROL);
        return ownPort ? control.withoutPort() : control;
    }

    public HostAddress of(Plane plane) {
        return hosts.get(plane);
    }

    /** All names and addresses, for a certificate. */
    public List<String> names() {
        return hosts.values().stream().map(HostAddress::name).collect(Collectors.toList());
    }
}
