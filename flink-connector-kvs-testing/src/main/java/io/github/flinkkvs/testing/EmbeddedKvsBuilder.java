/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.faults.CertificateFlaw;
import io.github.flinkkvs.testing.faults.Faults;
import io.github.flinkkvs.testing.internal.streams.Plane;

import io.netty.handler.ssl.OpenSsl;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/** Builds a server; not thread-safe. */
public final class EmbeddedKvsBuilder {
    private static final int MAX_PORT = 65_535;

    String region = "us-east-1";
    String accountId = "123456789012";
    String host = "127.0.0.1";
    String bindAddress = "127.0.0.1";
    @Nullable String mediaHost;
    @Nullable String archiveHost;
    int port;
    private boolean onePort;
    @Nullable private Integer mediaPort;
    @Nullable private Integer archivePort;
    int eventLoops = 2;
    int logLimit = Integer.MAX_VALUE;
    Function<String, StreamSettings.Builder> newStreams = StreamSettings::named;
    Consumer<Faults> firstFaults = faults -> {};
    boolean https;
    boolean openSsl;
    CertificateFlaw certificateFlaw = CertificateFlaw.NONE;
    boolean dataPortPerStream;
    Limits limits = Limits.service();
    Behavior behavior = Behavior.likely();
    Duration clockOffset = Duration.ZERO;
    double clockSpeed = 1;

    EmbeddedKvsBuilder() {}

    public EmbeddedKvsBuilder region(String name) {
        if (!name.matches("[a-z0-9-]+")) {
            throw new IllegalArgumentException("'" + name + "' is not a region such as us-east-1");
        }
        region = name;
        return this;
    }

    public EmbeddedKvsBuilder accountId(String id) {
        if (!id.matches("[0-9]+")) {
            throw new IllegalArgumentException("'" + id + "' is not an account id of digits");
        }
        accountId = id;
        return this;
    }

    private static int checkPort(int number) {
        if (number < 0 || number > MAX_PORT) {
            throw new IllegalArgumentException(
                    "A port is between 0 and " + MAX_PORT + ", not " + number);
        }
        return number;
    }

    /** The port of the control plane; 0, the default, takes a free one. */
    public EmbeddedKvsBuilder port(int controlPort) {
        port = checkPort(controlPort);
        return this;
    }

    /**
     * Serves all operations on the control plane's port, for a server in a container or behind a
     * published port; false by default, so that clients notice when they mix up endpoints. The path
     * of a call, and its host where {@link #dataHosts} names others, tell which operation it is.
     */
    public EmbeddedKvsBuilder onePort(boolean enabled) {
        onePort = enabled;
        return this;
    }

    /** A port for GetMedia alone; 0 takes a free one. Without it {@link #onePort} decides. */
    public EmbeddedKvsBuilder mediaPort(int number) {
        mediaPort = checkPort(number);
        return this;
    }

    /** A port for archived media alone; 0 takes a free one. */
    public EmbeddedKvsBuilder archivePort(int number) {
        archivePort = checkPort(number);
        return this;
    }

    /**
     * Hosts in the URLs of GetMedia and of archived media, instead of the control plane's; each in
     * the form of the advertised host of {@link #host}.
     */
    public EmbeddedKvsBuilder dataHosts(String media, String archive) {
        mediaHost = Objects.requireNonNull(media);
        archiveHost = Objects.requireNonNull(archive);
        return this;
    }

    /** The ports of planes that do not share the control plane's; 0 for a free one. */
    Map<Plane, Integer> ownPorts() {
        Map<Plane, Integer> ports = new EnumMap<>(Plane.class);
        if (mediaPort != null || !onePort) {
            ports.put(Plane.MEDIA, mediaPort == null ? 0 : mediaPort);
        }
        if (archivePort != null || !onePort) {
            ports.put(Plane.ARCHIVE, archivePort == null ? 0 : archivePort);
        }
        return ports;
    }

    /**
     * How many entries of each kind the log keeps, and how many fragments of each session; all by
     * default. For long-running servers.
     */
    public EmbeddedKvsBuilder logLimit(int entries) {
        if (entries < 1) {
            throw new IllegalArgumentException("The log must keep at least 1 entry");
        }
        logLimit = entries;
        return this;
    }

    /**
     * The settings that a stream begins with if a client creates it, by its name, such as {@link
     * StreamSettings.Builder#keepExpired keepExpired(false)}; the request decides on retention,
     * media type, device name and tags. {@link StreamSettings#named} by default.
     *
     * @param settings called on an event loop
     */
    public EmbeddedKvsBuilder streamsOfClients(Function<String, StreamSettings.Builder> settings) {
        newStreams = Objects.requireNonNull(settings);
        return this;
    }

    /**
     * Scripts {@link EmbeddedKvs#faults()} before the first call can come. For example, a service
     * that comes back under its old port is unavailable until it has its streams again.
     */
    public EmbeddedKvsBuilder faults(Consumer<Faults> script) {
        firstFaults = Objects.requireNonNull(script);
        return this;
    }

    /**
     * The address to listen on and the host in URLs given to clients; 127.0.0.1 for both by
     * default. The advertised host may be an IPv6 address, and may have a port, {@code [::1]:8080},
     * if clients reach the control plane's port under another number.
     */
    public EmbeddedKvsBuilder host(String listenAddress, String advertisedHost) {
        bindAddress = Objects.requireNonNull(listenAddress);
        host = Objects.requireNonNull(advertisedHost);
        return this;
    }

    /** HTTPS with a certificate made for this server; see {@link EmbeddedKvs#trustStore()}. */
    public EmbeddedKvsBuilder https(boolean enabled) {
        https = enabled;
        return this;
    }

    /**
     * With HTTPS: lets Netty's native library encrypt, which takes less CPU time than the JDK. For
     * tests with very much media. It must be in the class path: {@code
     * io.netty:netty-tcnative-boringssl-static}, with the classifier of the system.
     */
    public EmbeddedKvsBuilder openSsl(boolean enabled) {
        openSsl = enabled;
        return this;
    }

    /** With HTTPS: a certificate that clients must refuse. */
    public EmbeddedKvsBuilder certificateFlaw(CertificateFlaw flaw) {
        certificateFlaw = Objects.requireNonNull(flaw);
        return this;
    }

    /** Ports of its own for each stream: one for GetMedia, one for archived media. */
    public EmbeddedKvsBuilder dataPortPerStream(boolean enabled) {
        dataPortPerStream = enabled;
        return this;
    }

    /** A copy is taken at the start; {@link Limits#service()} by default. */
    public EmbeddedKvsBuilder limits(Limits startLimits) {
        limits = Objects.requireNonNull(startLimits);
        return this;
    }

    public EmbeddedKvsBuilder behavior(Behavior startBehavior) {
        behavior = Objects.requireNonNull(startBehavior);
        return this;
    }

    /** The distance of the service's clock from this machine's. */
    public EmbeddedKvsBuilder clockOffset(Duration offset) {
        clockOffset = Objects.requireNonNull(offset);
        return this;
    }

    /**
     * How fast the service's clock runs; 1 is real time. Cameras need the same {@linkplain
     * Camera.Builder#speed speed} to keep up with it.
     */
    public EmbeddedKvsBuilder clockSpeed(double factor) {
        if (!(factor > 0)) {
            throw new IllegalArgumentException("The speed must be above 0");
        }
        clockSpeed = factor;
        return this;
    }

    /** Threads that serve all connections; 2 by default. */
    public EmbeddedKvsBuilder eventLoops(int threads) {
        eventLoops = threads;
        return this;
    }

    /**
     * @throws IllegalArgumentException if settings contradict each other
     * @throws IllegalStateException if it cannot listen, for example because a port is taken, or if
     *     {@link #openSsl} finds no native library
     */
    public EmbeddedKvs start() {
        if (onePort && dataPortPerStream) {
            throw new IllegalArgumentException(
                    "With one port for all operations, streams have no ports of their own");
        }
        if (openSsl && !https) {
            throw new IllegalArgumentException("OpenSSL is for HTTPS");
        }
        if (openSsl && !OpenSsl.isAvailable()) {
            throw new IllegalStateException(
                    "OpenSSL needs Netty's native library, which cannot be loaded: add"
                            + " io.netty:netty-tcnative-boringssl-static, with the classifier of this"
                            + " system, to the class path",
                    OpenSsl.unavailabilityCause());
        }
        return new EmbeddedKvs(copy());
    }

    private EmbeddedKvsBuilder copy() {
        EmbeddedKvsBuilder copy = new EmbeddedKvsBuilder();
        copy.region = region;
        copy.accountId = accountId;
        copy.host = host;
        copy.bindAddress = bindAddress;
        copy.mediaHost = mediaHost;
        copy.archiveHost = archiveHost;
        copy.port = port;
        copy.onePort = onePort;
        copy.mediaPort = mediaPort;
        copy.archivePort = archivePort;
        copy.logLimit = logLimit;
        copy.newStreams = newStreams;
        copy.firstFaults = firstFaults;
        copy.eventLoops = eventLoops;
        copy.https = https;
        copy.openSsl = openSsl;
        copy.certificateFlaw = certificateFlaw;
        copy.dataPortPerStream = dataPortPerStream;
        copy.limits = limits;
        copy.behavior = behavior;
        copy.clockOffset = clockOffset;
        copy.clockSpeed = clockSpeed;
        return copy;
    }
}
