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
import io.github.flinkkvs.chaos.world.World;
import io.github.flinkkvs.cluster.ClusterProcess;

import java.time.Duration;
import java.util.List;

/** What goes wrong with Flink, its disk and what it writes into. */
final class ClusterFaults {
    private static final Duration REGISTERED = Duration.ofMinutes(2);
    private static final int MIN_PARALLELISM = 2;
    private static final int PARALLELISMS = 3;

    private ClusterFaults() {}

    static Recovery killTaskManager(World world, PlannedFault fault) {
        long since = System.currentTimeMillis();
        taskManager(world, fault).kill();
        world.cluster().startTaskManager();
        return Cameras.goOn(world, since);
    }

    static Recovery killJobManager(World world, PlannedFault fault) {
        long since = System.currentTimeMillis();
        world.cluster().jobManager().kill();
        world.cluster().startJobManager();
        return Cameras.goOn(world, since);
    }

    /** Flink waits for it, and it goes on. */
    static Recovery pauseBriefly(World world, PlannedFault fault) throws InterruptedException {
        pause(world, fault);
        return Cameras.goOn(world, System.currentTimeMillis());
    }

    /** Flink does not wait for it: the job goes on with the other one meanwhile. */
    static Recovery pauseLong(World world, PlannedFault fault) throws InterruptedException {
        long since = System.currentTimeMillis();
        pause(world, fault);
        world.cluster().rest().awaitTaskManagers(World.TASK_MANAGERS, REGISTERED);
        return Cameras.goOn(world, since);
    }

    private static void pause(World world, PlannedFault fault) throws InterruptedException {
        ClusterProcess taskManager = taskManager(world, fault);
        taskManager.pause();
        world.output().watch(fault.duration());
        taskManager.resume();
    }

    private static ClusterProcess taskManager(World world, PlannedFault fault) {
        List<ClusterProcess> all = world.busyTaskManagers();
        return all.get(fault.chance() % all.size());
    }

    static Recovery rescale(World world, PlannedFault fault) throws Exception {
        int other = 1 + fault.chance() % (PARALLELISMS - 1);
        return Cameras.goOn(
                world,
                world.rescale(
                        MIN_PARALLELISM
                                + (world.parallelism() - MIN_PARALLELISM + other) % PARALLELISMS));
    }

    static Recovery upgrade(World world, PlannedFault fault) throws Exception {
        return Cameras.goOn(world, world.upgrade());
    }

    static Recovery slowSink(World world, PlannedFault fault) throws Exception {
        world.sink().whileClosed(() -> world.output().watch(fault.duration()));
        return Cameras.goOn(world, System.currentTimeMillis());
    }

    static Recovery fullDisk(World world, PlannedFault fault) throws Exception {
        int before = failedCheckpoints(world);
        world.checkpoints().whileFull(fault.duration(), world.output()::watch);
        if (failedCheckpoints(world) == before) {
            throw new IllegalStateException("No checkpoint failed on the full disk");
        }
        return Cameras.goOn(world, System.currentTimeMillis());
    }

    private static int failedCheckpoints(World world) {
        return world.cluster().rest().checkpoints(world.job()).get("counts").get("failed").asInt();
    }
}
