/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.world;

import io.github.flinkkvs.chaos.job.ReadingMode;
import io.github.flinkkvs.chaos.service.FleetSize;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a run is made of.
 *
 * @param mode how the job reads
 * @param homes of Flink, by version from the lowest on; the job begins on the first
 * @param tables folder with the jars of Flink's tables for a home, as {@code tables/flink-VERSION}
 * @param connector the SQL jar of the connector
 * @param job the job's jar
 * @param work an empty folder
 * @param checkpoints folder of the checkpoints; made if it is missing
 * @param size how many streams there are
 */
public record WorldSettings(
        ReadingMode mode,
        List<Path> homes,
        Path tables,
        Path connector,
        Path job,
        Path work,
        Path checkpoints,
        FleetSize size) {

    /**
     * With what the build of the project has left in its folders.
     *
     * @param root the folder of the project
     * @param versions of Flink, from the lowest on
     */
    public static WorldSettings of(
            Path root, ReadingMode mode, List<String> versions, Path work, FleetSize size) {
        Path chaos = root.resolve("chaos");
        return new WorldSettings(
                mode,
                versions.stream()
                        .map(
                                version ->
                                        root.resolve(
                                                "flink-connector-kvs-cluster/target/flink-"
                                                        + version))
                        .collect(Collectors.toList()),
                chaos.resolve("flink/target"),
                chaos.resolve("target/job/flink-sql-connector-kvs.jar"),
                chaos.resolve("target/flink-connector-kvs-chaos-1.0-SNAPSHOT-job.jar"),
                work.toAbsolutePath(),
                work.toAbsolutePath().resolve("checkpoints"),
                size);
    }

    /** The same, with the checkpoints in another folder. */
    public WorldSettings withCheckpoints(Path folder) {
        return new WorldSettings(
                mode, homes, tables, connector, job, work, folder.toAbsolutePath(), size);
    }
}
