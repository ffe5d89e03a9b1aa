/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.options;

import picocli.CommandLine.Option;

import javax.annotation.Nullable;

import java.nio.file.Path;

/** Recordings to measure besides generated media. */
public final class SamplesOption {

    @Nullable
    @Option(
            names = "--samples",
            paramLabel = "DIR",
            description = "A folder of recorded GetMedia output (*.mkv) to measure in addition.")
    private Path folder;

    /** The folder of the recordings; null if there is none. */
    @Nullable
    public Path folder() {
        return folder;
    }
}
