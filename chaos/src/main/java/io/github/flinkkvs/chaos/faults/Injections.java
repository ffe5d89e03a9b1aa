/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.faults;

import io.github.flinkkvs.chaos.plan.FaultKind;
import io.github.flinkkvs.chaos.plan.PlannedFault;
import io.github.flinkkvs.chaos.world.World;

import java.util.EnumMap;
import java.util.Map;

/** How each kind of fault happens. */
public final class Injections {
    private static final Map<FaultKind, Injection> ALL = new EnumMap<>(FaultKind.class);

    static {
        ALL.put(FaultKind.KILL_TASKMANAGER, ClusterFaults::killTaskManager);
        ALL.put(FaultKind.KILL_JOBMANAGER, ClusterFaults::killJobManager);
        ALL.put(FaultKind.PAUSE_BRIEFLY, ClusterFaults::pauseBriefly);
        ALL.put(FaultKind.PAUSE_LONG, ClusterFaults::pauseLong);
        ALL.put(FaultKind.RESCALE, ClusterFaults::rescale);
        ALL.put(FaultKind.UPGRADE, ClusterFaults::upgrade);
        ALL.put(FaultKind.SLOW_SINK, ClusterFaults::slowSink);
        ALL.put(FaultKind.FULL_DISK, ClusterFaults::fullDisk);
        ALL.put(FaultKind.RESTART_SERVICE, ServiceFaults::restart);
        ALL.put(FaultKind.THROTTLE, ServiceFaults::throttle);
        ALL.put(FaultKind.SERVER_ERRORS, ServiceFaults::serverErrors);
        ALL.put(FaultKind.EXPIRED_CREDENTIALS, ServiceFaults::expireCredentials);
        ALL.put(FaultKind.CLOCK_STEP, ServiceFaults::stepClock);
        ALL.put(FaultKind.CUT, MediaFaults::cut);
        ALL.put(FaultKind.STALL, MediaFaults::stall);
        ALL.put(FaultKind.CORRUPT_BODY, MediaFaults::corruptBody);
        ALL.put(FaultKind.BAD_FRAGMENT, MediaFaults::badFragment);
    }

    private Injections() {}

    /** Lets a fault happen, and returns once it is over; the job may not have got over it. */
    public static Recovery inject(World world, PlannedFault fault) throws Exception {
        return ALL.get(fault.kind()).inject(world, fault);
    }
}
