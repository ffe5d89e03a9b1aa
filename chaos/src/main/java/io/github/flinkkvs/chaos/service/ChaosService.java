/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.service;

import io.github.flinkkvs.chaos.ledger.Ledger;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.admin.Administration;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.faults.Faults;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The embedded service as a process of its own, with streams that are pushed into and a ledger. It
 * prints its addresses when it is up, and takes commands from its input: {@code quiet}, {@code
 * spoil STREAM}, {@code calls NUMBER}, {@code expire KEY}; to each it answers with a line. It ends
 * with its input, so it does not outlive the process that started it.
 *
 * <p>It may be killed at any time, and started again on the same folder and ports: what was
 * complete is there again, with its numbers, as after a failure of a host of the real service,
 * which stores what it has acknowledged. A fragment that was being pushed is lost with its
 * producer.
 */
@Command(name = "service")
public final class ChaosService implements Callable<Integer> {
    /** The calls that the connector makes. */
    public static final List<String> OPERATIONS =
            List.of(
                    "GetMedia",
                    "GetMediaForFragmentList",
                    "ListFragments",
                    "GetDataEndpoint",
                    "DescribeStream",
                    "ListStreams");

    private static final int LOG_LIMIT = 1000;

    private static final int FAILED = 1;

    /** What a line of the output begins with when the service is up. */
    public static final String UP = "UP ";

    @Option(names = "--folder", required = true)
    private Path folder;

    @Option(names = "--port")
    private int port;

    @Option(names = "--admin-port")
    private int adminPort;

    @Option(names = "--clock-offset-millis")
    private long clockOffsetMillis;

    @Option(names = "--session-cap-seconds")
    private int sessionCapSeconds;

    @Mixin private final Size size = new Size();

    /** The options that are a {@link FleetSize}. */
    static final class Size {
        @Option(names = "--cameras")
        private int cameras;

        @Option(names = "--calls")
        private int calls;

        @Option(names = "--histories")
        private int histories;

        @Option(names = "--history-fragments")
        private int historyFragments;

        FleetSize toFleetSize() {
            return new FleetSize(cameras, calls, 0, histories, historyFragments);
        }
    }

    /** Runs the service. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ChaosService()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        Ledger before = Ledger.read(folder.resolve("ledger.csv"));
        boolean first = before.streams().isEmpty();
        Duration offset = Duration.ofMillis(clockOffsetMillis);
        try (EmbeddedKvs kvs =
                        EmbeddedKvs.builder()
                                .onePort(true)
                                .port(port)
                                .limits(
                                        Limits.service()
                                                .sessionCap(Duration.ofSeconds(sessionCapSeconds)))
                                .behavior(Behavior.likely().credentialsCheckedOnlyAtStart(false))
                                .clockOffset(first ? offset.minus(Fleet.PAST) : offset)
                                .logLimit(LOG_LIMIT)
                                .faults(ChaosService::unavailable)
                                .start();
                Administration administration = Administration.start(kvs, "127.0.0.1", adminPort);
                // Without a producer, the truth would be smaller than the plan says.
                Fleet fleet = new Fleet(kvs, folder, () -> Runtime.getRuntime().halt(FAILED))) {
            if (first) {
                fleet.begin(size.toFleetSize());
            } else {
                fleet.resume(before);
            }
            kvs.faults().clear();
            System.out.println(UP + kvs.endpoint() + " " + administration.endpoint());
            obey(kvs, fleet);
        }
        return 0;
    }

    /** Until it has its streams: a stream that is not found was deleted, to its readers. */
    private static void unavailable(Faults faults) {
        OPERATIONS.forEach(operation -> faults.everyCall(operation, Fault.refuse(503)));
    }

    private static void obey(EmbeddedKvs kvs, Fleet fleet) throws IOException {
        BufferedReader commands =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "quiet" -> fleet.quiet();
                case "spoil" -> fleet.spoilNext(words[1]);
                case "calls" -> fleet.addCalls(Integer.parseInt(words[1]));
                case "expire" -> kvs.expireCredentials(words[1]);
                default -> throw new IllegalArgumentException("No such command: " + line);
            }
            System.out.println("DONE " + line);
        }
    }
}
