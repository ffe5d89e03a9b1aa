/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.faults;

import io.github.flinkkvs.chaos.plan.PlannedFault;
import io.github.flinkkvs.chaos.service.ChaosService;
import io.github.flinkkvs.chaos.world.World;

import java.time.Duration;
import java.util.Map;

/** What goes wrong with the service as a whole. */
final class ServiceFaults {
    /** A clock that is set right goes forward or back by seconds, seldom by more. */
    private static final int MAX_STEP_SECONDS = 90;

    private ServiceFaults() {}

    static Recovery restart(World world, PlannedFault fault) throws InterruptedException {
        world.service().kill();
        world.output().watch(fault.duration());
        world.service().start();
        return Cameras.goOn(world, System.currentTimeMillis());
    }

    static Recovery throttle(World world, PlannedFault fault) throws InterruptedException {
        return everyCall(world, fault, Map.of("fault", "throttle"));
    }

    static Recovery serverErrors(World world, PlannedFault fault) throws InterruptedException {
        return everyCall(world, fault, Map.of("fault", "internalFailure"));
    }

    private static Recovery everyCall(World world, PlannedFault fault, Map<String, Object> what)
            throws InterruptedException {
        for (String operation : ChaosService.OPERATIONS) {
            world.service().admin().everyCall(operation, what);
        }
        world.output().watch(fault.duration());
        world.service().admin().clearFaults();
        return Cameras.goOn(world, System.currentTimeMillis());
    }

    static Recovery expireCredentials(World world, PlannedFault fault) throws Exception {
        world.service().expire(world.credentials().key());
        world.output().watch(fault.duration());
        world.credentials().renew();
        return Cameras.goOn(world, System.currentTimeMillis());
    }

    static Recovery stepClock(World world, PlannedFault fault) {
        int seconds = 1 + (fault.chance() >> 1) % MAX_STEP_SECONDS;
        long since = System.currentTimeMillis();
        world.service()
                .shiftClock(Duration.ofSeconds(fault.chance() % 2 == 0 ? seconds : -seconds));
        return Cameras.goOn(world, since);
    }
}
