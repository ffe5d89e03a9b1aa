/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.run;

import io.github.flinkkvs.chaos.check.CommittedOutput;
import io.github.flinkkvs.chaos.check.Comparison;
import io.github.flinkkvs.chaos.check.Finding;
import io.github.flinkkvs.chaos.check.Share;
import io.github.flinkkvs.chaos.check.Verdict;
import io.github.flinkkvs.chaos.faults.Cameras;
import io.github.flinkkvs.chaos.faults.Injections;
import io.github.flinkkvs.chaos.faults.Recovery;
import io.github.flinkkvs.chaos.ledger.Ledger;
import io.github.flinkkvs.chaos.plan.PlannedFault;
import io.github.flinkkvs.chaos.record.OutputRow;
import io.github.flinkkvs.chaos.world.ServiceProcess;
import io.github.flinkkvs.chaos.world.World;
import io.github.flinkkvs.chaos.world.WorldSettings;
import io.github.flinkkvs.cluster.ClusterException;
import io.github.flinkkvs.cluster.FlinkRest;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Lets the faults of a plan happen to a job, and compares its output with the ledger. */
public final class ChaosRun {
    /** Long, because only a job that stands still takes this long. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** In the traces of what fails in the connector, or in the job itself. */
    private static final String PROJECT = "io.github.flinkkvs.";

    private final PrintStream out;
    private final List<Injected> injected = new ArrayList<>();

    /** Since when the job may not have failed, in epoch milliseconds. */
    private long unharmedMillis;

    /**
     * @param out for a line about each step
     */
    public ChaosRun(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs a plan from beginning to end.
     *
     * @throws ChaosException if the job failed for good, or stood still
     */
    public RunResult run(WorldSettings settings, List<PlannedFault> plan) throws Exception {
        try (World world = new World(settings)) {
            awaitRecovery(world, Cameras.goOn(world, 0), "the start");
            out.println("The job runs: " + world.cluster().rest().url());
            long begin = System.currentTimeMillis();
            unharmedMillis = begin;
            int later = settings.size().laterCalls();
            for (int i = 0; i < plan.size(); i++) {
                PlannedFault fault = plan.get(i);
                // Some discoveries meet a fault.
                int added = later * i / plan.size();
                for (int n = added; n < later * (i + 1) / plan.size(); n++) {
                    world.service().addCalls();
                }
                long wait = begin + fault.atMillis() - System.currentTimeMillis();
                world.output().watch(Duration.ofMillis(Math.max(0, wait)));
                inject(world, fault);
            }
            return finish(world);
        }
    }

    private void inject(World world, PlannedFault fault) throws Exception {
        assertUnharmed(world, "what was before " + fault);
        out.println(fault);
        long at = System.currentTimeMillis();
        Recovery recovery = Injections.inject(world, fault);
        if (fault.kind().restores()) {
            long since = recovery.sinceMillis();
            FlinkRest.await(
                    "the restore after " + fault,
                    () -> restoredAt(world),
                    time -> time > since,
                    PATIENCE);
        }
        List<OutputRow> rows = awaitRecovery(world, recovery, fault.toString());
        // The last one: Flink may restart a job twice, if it first counts on slots that are gone.
        OptionalLong restore = OptionalLong.empty();
        long restored = restoredAt(world);
        if (fault.kind().mayRestore()) {
            unharmedMillis = System.currentTimeMillis();
        } else {
            assertUnharmed(world, fault.toString());
        }
        if (restored > recovery.sinceMillis()) {
            restore = OptionalLong.of(restored - recovery.sinceMillis());
            recovery = recovery.after(restored);
            rows = awaitRecovery(world, recovery, fault.toString());
        }
        injected.add(
                new Injected(
                        fault.kind(),
                        at,
                        restore,
                        recovery.firstMillis(rows).getAsLong(),
                        recovery.allMillis(rows).getAsLong()));
        out.println("          " + injected.get(injected.size() - 1));
    }

    /**
     * Flink may restart a job for a reason of its own, such as a process that was killed before,
     * but nothing of the job may have failed.
     */
    private void assertUnharmed(World world, String cause) throws ChaosException {
        JsonNode failures =
                world.cluster()
                        .rest()
                        .exceptions(world.job())
                        .path("exceptionHistory")
                        .path("entries");
        for (JsonNode failure : failures) {
            String trace = failure.path("stacktrace").asText();
            if (failure.path("timestamp").asLong() > unharmedMillis && trace.contains(PROJECT)) {
                throw new ChaosException(
                        "The job failed because of %s, which it must survive: %s"
                                .formatted(cause, trace));
            }
        }
    }

    private static List<OutputRow> awaitRecovery(World world, Recovery recovery, String from)
            throws Exception {
        CommittedOutput output = world.output();
        if (!output.await(rows -> recovery.allMillis(rows).isPresent(), PATIENCE)) {
            throw new ChaosException(
                    "The job did not get over %s within %d s: %s"
                            .formatted(from, PATIENCE.toSeconds(), describe(world)));
        }
        return output.rows();
    }

    /** When the job was restored last, in epoch milliseconds; 0 if it never was. */
    private static long restoredAt(World world) {
        try {
            return world.cluster()
                    .rest()
                    .checkpoints(world.job())
                    .path("latest")
                    .path("restored")
                    .path("restore_timestamp")
                    .asLong();
        } catch (ClusterException e) {
            // A JobManager that was just started does not know its job yet.
            return 0;
        }
    }

    /** Ends what is pushed, waits until all of it is committed, and compares. */
    private RunResult finish(World world) throws Exception {
        out.println("The faults are over");
        world.service().quiet();
        Ledger ledger = world.service().ledger();
        world.output()
                .await(
                        rows -> compare(world, ledger, rows).count(Finding.Kind.LOST) == 0,
                        PATIENCE);
        // What comes twice would come with the next connections.
        world.output().watch(ServiceProcess.SESSION_CAP.multipliedBy(2));
        assertUnharmed(world, "the last fault");
        world.stop();
        List<OutputRow> rows = world.output().rows();
        Verdict verdict = compare(world, ledger, rows);
        List<Long> begins = injected.stream().map(Injected::atMillis).collect(Collectors.toList());
        return new RunResult(
                List.copyOf(injected), Share.of(begins, ledger, rows, verdict.findings()), verdict);
    }

    private static Verdict compare(World world, Ledger ledger, List<OutputRow> rows) {
        return Comparison.compare(
                ledger, world.service().streams(), rows, world.settings().mode().frames());
    }

    private static String describe(World world) {
        return "it is %s; %s"
                .formatted(
                        world.cluster().rest().status(world.job()),
                        world.cluster().rest().exceptions(world.job()));
    }
}
