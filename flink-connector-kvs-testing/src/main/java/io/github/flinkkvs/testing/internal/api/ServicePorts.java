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

import javax.annotation.Nullable;

import java.net.URI;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Maps operations to ports: one for each plane, shared ones, or one for each stream. */
public final class ServicePorts implements StreamPorts {
    private final ServerHosts hosts;
    private final HttpListeners listeners;
    private final ServiceState service;
    private final boolean perStream;

    /** Empty unless streams have ports of their own. */
    private final Map<KvsStream, HttpListeners.Listening> own = new ConcurrentHashMap<>();

    /** Set before there are streams. */
    private volatile ServiceApi api;

    /**
     * @param perStream whether each stream is read at a port of its own
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
    public URI open(KvsStream stream) {
        if (!perStream) {
            return service.endpoints().get(Plane.MEDIA);
        }
        Set<Plane> media = Set.of(Plane.MEDIA);
        HttpListeners.Listening opened =
                listeners.openSmall(request -> api.handle(request, media, stream));
        own.put(stream, opened);
        return hosts.of(Plane.MEDIA).withoutPort().uri(listeners.scheme(), opened.port());
    }

    @Override
    public void close(KvsStream stream, Future<?> ended) {
        @Nullable HttpListeners.Listening opened = own.remove(stream);
        if (opened != null) {
            listeners.close(opened, ended);
        }
    }
}
