/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.faults;

import io.github.flinkkvs.chaos.ledger.PushedFragment;
import io.github.flinkkvs.chaos.ledger.PushedFragment.Fate;
import io.github.flinkkvs.chaos.plan.PlannedFault;
import io.github.flinkkvs.chaos.world.ServiceAdmin;
import io.github.flinkkvs.chaos.world.World;
import io.github.flinkkvs.cluster.FlinkRest;

import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/** What goes wrong with media on its way, or in the service. */
final class MediaFaults {
    /** Calls whose answers have bodies of media. */
    private static final List<String> MEDIA = List.of("GetMedia", "GetMediaForFragmentList");

    private static final List<String> HOW = List.of("CLEAN", "FIN", "ABRUPT");
    private static final int CUTS = 2;

    /** What a camera sends in two seconds, so that no session reaches its cap before. */
    private static final int BYTES = 36_000;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private MediaFaults() {}

    /**
     * The next two connections of each stream break at places that differ: what breaks at the same
     * byte again and again is a bad fragment.
     */
    static Recovery cut(World world, PlannedFault fault) throws Exception {
        Random random = new Random(fault.chance());
        for (int i = 0; i < CUTS; i++) {
            eachStream(
                    world,
                    () ->
                            Map.of(
                                    "fault",
                                    "cutAfter",
                                    "bytes",
                                    1 + random.nextInt(BYTES),
                                    "how",
                                    HOW.get(random.nextInt(HOW.size()))));
        }
        return whole(world, CUTS);
    }

    static Recovery stall(World world, PlannedFault fault) throws Exception {
        Random random = new Random(fault.chance());
        eachStream(
                world,
                () ->
                        random.nextInt(3) == 0
                                ? Map.of("fault", "silence")
                                : Map.of("fault", "stallAfter", "bytes", random.nextInt(BYTES)));
        return whole(world, 1);
    }

    /** The first bytes of the next body are no Matroska; what is stored is well. */
    static Recovery corruptBody(World world, PlannedFault fault) throws Exception {
        eachStream(
                world,
                () -> Map.of("fault", "corruptAt", "offset", 0, "bytes", "0000000000000000"));
        return whole(world, 1);
    }

    private static void eachStream(World world, Supplier<Map<String, Object>> fault)
            throws IOException {
        ServiceAdmin admin = world.service().admin();
        for (String stream : world.service().ledger().streams().keySet()) {
            for (String operation : MEDIA) {
                admin.nextCall(stream, operation, fault.get());
            }
        }
    }

    /**
     * Waits until each camera has had its faulty connections, and counts from the one behind them.
     */
    private static Recovery whole(World world, int faulty) {
        long injected = System.currentTimeMillis();
        Map<String, Long> since = new HashMap<>();
        for (String camera : world.service().cameras()) {
            List<Long> calls =
                    FlinkRest.await(
                            "a whole connection of " + camera,
                            () -> world.service().callsSince("GetMedia", camera, injected),
                            times -> times.size() > faulty,
                            PATIENCE);
            since.put(camera, calls.get(faulty));
        }
        return Recovery.of(since);
    }

    /** Over as soon as it is counted as left out, and the stream goes on behind it. */
    static Recovery badFragment(World world, PlannedFault fault) throws Exception {
        List<String> cameras = world.service().cameras();
        String stream = cameras.get(fault.chance() % cameras.size());
        world.metrics().refresh();
        long counted = world.metrics().skippedFragments();
        BigInteger bad = pushBad(world, stream);
        long since = System.currentTimeMillis();
        FlinkRest.await(
                "the count of fragment " + bad + " of " + stream,
                world.metrics()::skippedFragments,
                count -> count == counted + 1,
                PATIENCE);
        return Recovery.of(stream, since, row -> row.number().compareTo(bad) > 0);
    }

    private static BigInteger pushBad(World world, String stream) throws Exception {
        BigInteger before = lastBad(world, stream).orElse(BigInteger.ZERO);
        world.service().spoilNext(stream);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<BigInteger> last = lastBad(world, stream);
            if (last.isPresent() && last.get().compareTo(before) > 0) {
                return last.get();
            }
            world.output().watch(Duration.ofMillis(200));
        }
        throw new IllegalStateException("No bad fragment was pushed into " + stream);
    }

    private static Optional<BigInteger> lastBad(World world, String stream) throws IOException {
        return world.service().ledger().streams().get(stream).fragments().values().stream()
                .filter(fragment -> fragment.fate() == Fate.BAD)
                .map(PushedFragment::number)
                .max(BigInteger::compareTo);
    }
}
