/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import java.nio.file.Path;

/** Where the build has put what a cluster needs. */
final class Homes {

    private Homes() {}

    /** A Flink, of the module flink-connector-kvs-cluster. */
    static Path flink() {
        return folder("benchmarks.flink");
    }

    /** The jar with the connector and the AWS SDK, of the module flink-sql-connector-kvs. */
    static Path connector() {
        return folder("benchmarks.connector");
    }

    private static Path folder(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalStateException(
                    "The property " + property + " is missing: use benchmarks/run.sh");
        }
        return Path.of(value);
    }
}
