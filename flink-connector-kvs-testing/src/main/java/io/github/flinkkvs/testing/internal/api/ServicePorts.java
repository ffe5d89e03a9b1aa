/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.api;

import io.github.flinkkvs.testing.internal.http.HttpListeners;
import io.github.flinkkvs.testing.internal.http.ServerHosts;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.Plane;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.internal.streams.StreamPorts;

import io.vertx.core.Future;

import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Maps operations to ports: one for each plane, shared ones, or two for each stream. */
public final class ServicePorts implements StreamPorts {
    private static final Set<Plane> DATA_PLANES = EnumSet.of(Plane.MEDIA, Plane.ARCHIVE);

    private final ServerHosts hosts;
    private final HttpListeners listeners;
    private final ServiceState service;
    private final boolean perStream;

    /** Empty unless streams have ports of their own. */
    private final Map<KvsStream, List<HttpListeners.Listening>> own = new ConcurrentHashMap<>();

    /** Set before there are streams. */
    private volatile ServiceApi api;

    /**
     * @param perStream whether each stream is read at ports of its own
     */
    public ServicePorts(
            ServerHosts hosts, HttpListeners listeners, ServiceState service, boolean perStream) {
        this.hosts = hosts;
        this.listeners = listeners;
        this.service = service;
        this.perStream = perStream;
    }

    /**
     * Opens the ports of all planes, and waits until they are open.
     *
     * @param calls answers the calls
     * @param controlPort 0 for a free one
     * @param ownPorts the ports of planes that do not share that one
     * @throws IllegalStateException if a port is taken
     */
    public void open(ServiceApi calls, int controlPort, Map<Plane, Integer> ownPorts) {
        api = calls;
        Map<Plane, URI> opened = new EnumMap<>(Plane.class);
        ownPorts.forEach(
                (plane, port) -> {
                    Set<Plane> planes = Set.of(plane);
                    opened.put(
                            plane,
                            uri(
                                    plane,
                                    listeners.open(
                                            port, request -> calls.handle(request, planes, null))));
                });
        Set<Plane> shared = EnumSet.allOf(Plane.class);
        shared.removeAll(ownPorts.keySet());
        HttpListeners.Listening control =
                listeners.open(controlPort, request -> calls.handleShared(request, shared));
        shared.forEach(plane -> opened.put(plane, uri(plane, control)));
        service.endpoints(opened);
    }

    private URI uri(Plane plane, HttpListeners.Listening listening) {
        return hosts.of(plane).uri(listeners.scheme(), listening.port());
    }

    @Override
    public Map<Plane, URI> open(KvsStream stream) {
        Map<Plane, URI> endpoints = new EnumMap<>(service.endpoints());
        if (perStream) {
            List<HttpListeners.Listening> opened = new ArrayList<>();
            for (Plane plane : DATA_PLANES) {
                Set<Plane> only = Set.of(plane);
                HttpListeners.Listening listening =
                        listeners.openSmall(request -> api.handle(request, only, stream));
                opened.add(listening);
                endpoints.put(
                        plane,
                        hosts.of(plane).withoutPort().uri(listeners.scheme(), listening.port()));
            }
            own.put(stream, opened);
        }
        return endpoints;
    }

    @Override
    public void close(KvsStream stream, Future<?> ended) {
        List<HttpListeners.Listening> opened = own.remove(stream);
        if (opened != null) {
            opened.forEach(listening -> listeners.close(listening, ended));
        }
    }
}
