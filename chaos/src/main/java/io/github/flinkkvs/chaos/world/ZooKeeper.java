/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.world;

import io.github.flinkkvs.cluster.ClusterProcess;
import io.github.flinkkvs.cluster.ProcessGroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The ZooKeeper that comes with Flink, for a JobManager that survives its own death. */
final class ZooKeeper {
    /** A line of its log when it is up. */
    private static final String BOUND = "binding to port .*:(\\d+)";

    private final int port;

    /**
     * Starts it.
     *
     * @param home a Flink
     * @param folder for its data, configuration and log
     */
    ZooKeeper(ProcessGroup processes, Path home, Path folder) throws IOException {
        Path config = Files.createDirectories(folder).resolve("zoo.cfg");
        port = FreePort.find();
        Files.writeString(
                config,
                """
                tickTime=1000
                dataDir=%s
                clientPort=%d
                clientPortAddress=localhost
                admin.enableServer=false
                """
                        .formatted(folder.resolve("data"), port));
        Path log4j = folder.resolve("log4j.properties");
        Files.writeString(
                log4j,
                """
                status = ERROR
                rootLogger.level = INFO
                rootLogger.appenderRef.out.ref = Out
                appender.out.name = Out
                appender.out.type = CONSOLE
                appender.out.layout.type = PatternLayout
                appender.out.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} - %m%n%xEx
                """);
        ClusterProcess process =
                processes.start(
                        "zookeeper",
                        new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xmx256m",
                                        "-XX:TieredStopAtLevel=1",
                                        "-Dlog4j2.configurationFile=" + log4j.toUri(),
                                        "-cp",
                                        home.resolve("lib") + "/*",
                                        "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer",
                                        "--zkConfigFile",
                                        config.toString(),
                                        "--peerId",
                                        "1")),
                        folder.resolve("zookeeper.log"));
        process.await(BOUND);
    }

    String quorum() {
        return "localhost:" + port;
    }
}
