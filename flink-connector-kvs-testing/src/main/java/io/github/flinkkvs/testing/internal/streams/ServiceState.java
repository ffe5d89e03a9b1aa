/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.streams;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.ServiceClock;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.faults.Faults;
import io.github.flinkkvs.testing.internal.log.RecordedLog;

import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** What all operations of a service share. It knows nothing of HTTP. Thread-safe. */
public final class ServiceState {
    private final String region;
    private final String accountId;
    private final Limits limits;
    private final Function<String, StreamSettings.Builder> newStreams;
    private final ServiceClock clock;
    private final RecordedLog log;
    private final Faults faults = new Faults();
    private final CallRates accountCalls = new CallRates();
    private final KnownKeys keys;

    private volatile Behavior behavior;

    /** Where each plane is called; empty until all ports are open. */
    private volatile Map<Plane, URI> endpoints = Map.of();

    public ServiceState(
            String region,
            String accountId,
            Limits limits,
            Behavior behavior,
            ServiceClock clock,
            int logLimit,
            Function<String, StreamSettings.Builder> newStreams) {
        this.region = region;
        this.accountId = accountId;
        this.limits = limits;
        this.behavior = behavior;
        this.clock = clock;
        this.newStreams = newStreams;
        log = new RecordedLog(logLimit);
        keys = new KnownKeys(clock);
    }

    public String region() {
        return region;
    }

    public String accountId() {
        return accountId;
    }

    public Limits limits() {
        return limits;
    }

    /** What a stream of this name begins with if a client creates it. */
    public StreamSettings.Builder newStream(String name) {
        return newStreams.apply(name);
    }

    public Behavior behavior() {
        return behavior;
    }

    public void behavior(Behavior newBehavior) {
        behavior = Objects.requireNonNull(newBehavior);
    }

    public ServiceClock clock() {
        return clock;
    }

    public RecordedLog log() {
        return log;
    }

    /** Faults of calls on any stream, and of ListStreams. */
    public Faults faults() {
        return faults;
    }

    /** The calls of the account within the last second, by operation. */
    public CallRates accountCalls() {
        return accountCalls;
    }

    public KnownKeys keys() {
        return keys;
    }

    public Map<Plane, URI> endpoints() {
        return endpoints;
    }

    public void endpoints(Map<Plane, URI> opened) {
        endpoints = Map.copyOf(opened);
    }
}
