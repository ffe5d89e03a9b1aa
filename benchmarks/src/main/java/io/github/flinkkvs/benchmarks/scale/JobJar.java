/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Makes the jar that is submitted: the job, with the connector's jar in its folder lib. */
final class JobJar {

    private JobJar() {}

    /**
     * @param connector a jar with the connector and all that it needs beside Flink
     */
    static Path write(Path jar, Path connector) throws IOException {
        if (!Files.isRegularFile(connector)) {
            throw new IOException(
                    "There is no connector in "
                            + connector
                            + ": build it with mvn package -pl flink-sql-connector-kvs -am");
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Class<?> type :
                    List.of(CameraJob.class, SequenceCheck.class, SequenceCheck.Last.class)) {
                String name = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(name));
                try (InputStream in = type.getClassLoader().getResourceAsStream(name)) {
                    in.transferTo(out);
                }
            }
            out.putNextEntry(new JarEntry("lib/" + connector.getFileName()));
            Files.copy(connector, out);
        }
        return jar;
    }
}
