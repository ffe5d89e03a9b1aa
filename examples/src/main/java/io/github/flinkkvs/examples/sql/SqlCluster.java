/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.sql;

import io.github.flinkkvs.cluster.FlinkCluster;
import io.github.flinkkvs.examples.errors.ExampleException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The Flink of the example: a JobManager, a TaskManager with 4 slots, and SQL clients. */
final class SqlCluster {

    private SqlCluster() {}

    /**
     * Starts it, and waits until the TaskManager has registered.
     *
     * @param home a folder with {@code lib}
     * @param folder for configuration, logs and temporary files
     */
    static FlinkCluster start(Path home, Path folder) {
        if (!Files.isDirectory(home.resolve("lib"))) {
            throw new ExampleException(
                    "There is no Flink in "
                            + home
                            + ": build it with mvn package -pl examples/cluster -am");
        }
        return FlinkCluster.builder(home, folder).config("heartbeat.interval", 1000).start();
    }

    /**
     * Starts an SQL client, whose log is a file in the folder of the cluster.
     *
     * @param arguments those of sql-client.sh
     */
    static Process client(
            FlinkCluster cluster,
            ProcessBuilder.Redirect in,
            ProcessBuilder.Redirect out,
            List<String> arguments) {
        return cluster.startClient(
                "client",
                "org.apache.flink.table.client.SqlClient",
                Stream.concat(Stream.of("embedded"), arguments.stream()).toList(),
                in,
                out);
    }
}
