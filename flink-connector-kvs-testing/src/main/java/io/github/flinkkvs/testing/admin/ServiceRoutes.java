/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.function.UnaryOperator;

/** Requests about the service as a whole: limits, switches, clock, faults. */
final class ServiceRoutes {
    private final EmbeddedKvs kvs;
    private final FluentSettings<Limits> limits = new FluentSettings<>("limits", Limits.class);
    private final FluentSettings<Behavior> behavior =
            new FluentSettings<>("behavior", Behavior.class);

    ServiceRoutes(EmbeddedKvs kvs) {
        this.kvs = kvs;
    }

    void addTo(Routes routes) {
        routes.add("GET", "/", call -> Answer.of(about(routes)));
        routes.add("GET", "/limits", call -> Answer.of(limits.json(kvs.limits())));
        routes.add("PATCH", "/limits", this::changeLimits);
        routes.add("GET", "/behavior", call -> Answer.of(behavior.json(kvs.behavior())));
        routes.add("PATCH", "/behavior", this::changeBehavior);
        routes.add("GET", "/clock", call -> Answer.of(clock()));
        routes.add("PATCH", "/clock", this::shiftClock);
        routes.add("POST", "/faults", this::addFaults);
        routes.add("DELETE", "/faults", this::clearFaults);
    }

    private ObjectNode about(Routes routes) {
        ObjectNode about =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("endpoint", kvs.endpoint().toString())
                        .put("region", kvs.region())
                        .put("accountId", kvs.accountId());
        routes.list().forEach(about.putArray("requests")::add);
        return about;
    }

    private Answer changeLimits(AdminCall call) throws AdminException {
        UnaryOperator<Limits> change = limits.change(call.body());
        change.apply(kvs.limits());
        return Answer.of(limits.json(kvs.limits()));
    }

    /** One at a time: each changes what the one before left. */
    private synchronized Answer changeBehavior(AdminCall call) throws AdminException {
        UnaryOperator<Behavior> change = behavior.change(call.body());
        kvs.behavior(change.apply(kvs.behavior()));
        return Answer.of(behavior.json(kvs.behavior()));
    }

    private ObjectNode clock() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("now", kvs.clock().now().toString())
                .put("offset", kvs.clock().offset().toMillis() / 1000.0);
    }

    private Answer shiftClock(AdminCall call) throws AdminException {
        Duration shift = call.body().requiredSeconds("shift");
        call.body().end();
        kvs.clock().shift(shift);
        return Answer.of(clock());
    }

    private Answer addFaults(AdminCall call) throws AdminException {
        FaultForms.add(kvs.faults(), call.body());
        return Answer.done();
    }

    private Answer clearFaults(AdminCall call) {
        kvs.faults().clear();
        return Answer.done();
    }
}
