/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.world;

import io.github.flinkkvs.chaos.ledger.Ledger;
import io.github.flinkkvs.chaos.ledger.StreamKind;
import io.github.flinkkvs.chaos.service.ChaosService;
import io.github.flinkkvs.chaos.service.FleetSize;
import io.github.flinkkvs.cluster.ClusterProcess;
import io.github.flinkkvs.cluster.ProcessGroup;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The embedded service as a process that can be killed and started again, with the same ports, the
 * same clock and what its ledger says. Belongs to one thread.
 */
public final class ServiceProcess {
    /** The service's is 45 minutes; that would leave a stream on one connection for a whole run. */
    public static final Duration SESSION_CAP = Duration.ofSeconds(6);

    private final ProcessGroup processes;
    private final Path folder;
    private final FleetSize size;
    private ClusterProcess process;
    private ServiceAdmin admin;
    private URI endpoint;
    private URI adminEndpoint;
    private Duration clockOffset = Duration.ZERO;

    /** How many streams of phone calls there are. */
    private int calls;

    /**
     * @param folder for the ledger, recordings and log
     */
    ServiceProcess(ProcessGroup processes, Path folder, FleetSize size) throws IOException {
        this.processes = processes;
        this.folder = Files.createDirectories(folder);
        this.size = size;
        calls = size.calls();
    }

    /** Starts it, for the first time or after it was killed, and waits until it is up. */
    public void start() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx1g",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChaosService.class.getName(),
                        "--folder=" + folder,
                        "--port=" + (endpoint == null ? 0 : endpoint.getPort()),
                        "--admin-port=" + (endpoint == null ? 0 : adminEndpoint.getPort()),
                        "--clock-offset-millis=" + clockOffset.toMillis(),
                        "--session-cap-seconds=" + SESSION_CAP.toSeconds(),
                        "--cameras=" + size.cameras(),
                        "--calls=" + size.calls(),
                        "--histories=" + size.histories(),
                        "--history-fragments=" + size.historyFragments()));
        process =
                processes.start(
                        "service", new ProcessBuilder(command), folder.resolve("service.log"));
        String[] up = process.await("^" + ChaosService.UP + "(.+)").split(" ");
        endpoint = URI.create(up[0]);
        adminEndpoint = URI.create(up[1]);
        admin = new ServiceAdmin(up[1]);
    }

    /** Ends it as {@code kill -9} does. */
    public void kill() {
        process.kill();
    }

    public URI endpoint() {
        return endpoint;
    }

    public ServiceAdmin admin() {
        return admin;
    }

    /** Moves its clock, for good. */
    public void shiftClock(Duration by) {
        admin.shiftClock(by);
        clockOffset = clockOffset.plus(by);
    }

    /**
     * When the calls of an operation on a stream arrived since a time, in order, in epoch
     * milliseconds by the machine's clock.
     */
    public List<Long> callsSince(String operation, String stream, long millis) {
        return admin.calls(operation, stream).stream()
                .map(time -> time.minus(clockOffset).toEpochMilli())
                .filter(time -> time >= millis)
                .collect(Collectors.toList());
    }

    /** Creates one more stream of phone calls. */
    public void addCalls() {
        command("calls " + calls);
        calls++;
    }

    /** The names of the cameras. */
    public List<String> cameras() {
        return names(StreamKind.CAMERA, size.cameras());
    }

    /** The names of all streams. */
    public List<String> streams() {
        List<String> all = new ArrayList<>(cameras());
        all.addAll(names(StreamKind.CALLS, calls));
        all.addAll(names(StreamKind.HISTORY, size.histories()));
        return all;
    }

    private static List<String> names(StreamKind kind, int count) {
        return IntStream.range(0, count).mapToObj(kind::stream).collect(Collectors.toList());
    }

    /** Has its producers end, each after the fragment that it is pushing. */
    public void quiet() {
        command("quiet");
    }

    /** Lets the next fragment of a stream be malformed. */
    public void spoilNext(String stream) {
        command("spoil " + stream);
    }

    /** Refuses a key from now on, and ends the bodies that were requested with it. */
    public void expire(String key) {
        command("expire " + key);
    }

    private void command(String command) {
        process.send(command);
        process.await("^DONE " + command + "$");
    }

    /** What was pushed so far. */
    public Ledger ledger() throws IOException {
        return Ledger.read(folder.resolve("ledger.csv"));
    }
}
