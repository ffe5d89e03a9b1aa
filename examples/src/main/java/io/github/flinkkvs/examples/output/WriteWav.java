/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.output;

import io.github.flinkkvs.media.CallAudio;

import org.apache.flink.api.common.functions.MapFunction;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Writes the audio of each call to a file of its own, in one folder per stream. A file exists only
 * when it is complete. A call that comes again after a failure replaces its file.
 */
public final class WriteWav implements MapFunction<CallAudio, String> {

    private static final long serialVersionUID = 1L;

    private final String folder;
    private final Map<String, String> labels;

    /**
     * @param labels the names of streams in the output, by the names that the service knows
     */
    public WriteWav(String folder, Map<String, String> labels) {
        this.folder = folder;
        this.labels = labels;
    }

    /** Returns the name of the file and its length in seconds. */
    @Override
    public String map(CallAudio call) {
        String stream = labels.getOrDefault(call.streamName(), call.streamName());
        Path target = OutputFile.write(folder, stream, call.fileName(), call::writeTo);
        return String.format(
                Locale.ROOT, "%s: %.3f s", target, call.duration().toNanos() / 1_000_000_000.0);
    }
}
