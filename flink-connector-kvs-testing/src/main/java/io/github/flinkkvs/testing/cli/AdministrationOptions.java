/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.cli;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.admin.Administration;

import picocli.CommandLine.Option;

import javax.annotation.Nullable;

/** The options of the administration over HTTP. */
final class AdministrationOptions {
    /** Without administration, nothing reads the log. */
    private static final int LOG_ENTRIES = 100;

    private static final int LOG_ENTRIES_WITH_IT = 10_000;

    @Nullable
    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description =
                    "A port for administration over HTTP, whose address is printed, too; 0 takes"
                            + " a free one.")
    private Integer port;

    @Option(
            names = "--admin-listen",
            paramLabel = "ADDRESS",
            description =
                    "Address of --admin-port; whoever reaches it can do everything. Default"
                            + " ${DEFAULT-VALUE}.")
    private String address = "127.0.0.1";

    /** How many entries the log needs. */
    int logLimit() {
        return port == null ? LOG_ENTRIES : LOG_ENTRIES_WITH_IT;
    }

    /** Null if it was not asked for. */
    @Nullable
    Administration start(EmbeddedKvs kvs) {
        return port == null ? null : Administration.start(kvs, address, port);
    }
}
