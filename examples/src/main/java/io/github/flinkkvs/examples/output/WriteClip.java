/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.output;

import io.github.flinkkvs.examples.events.CameraEvent;
import io.github.flinkkvs.media.clip.Clip;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.types.Either;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Writes each clip to a file that is named after its event, in one folder per stream. A file exists
 * only when it is complete. A clip that comes again after a failure replaces its file.
 */
public final class WriteClip
        implements MapFunction<Either<String, Tuple2<CameraEvent, Clip>>, String> {

    private static final long serialVersionUID = 1L;

    /** Begins a line of an event without a clip; no line of a file begins like that. */
    private static final String NO_FILE = "\n";

    private final String folder;
    private final Map<String, String> labels;

    /**
     * @param labels the names of streams in the output, by the names that the service knows
     */
    public WriteClip(String folder, Map<String, String> labels) {
        this.folder = folder;
        this.labels = labels;
    }

    /**
     * Returns the name of the file, the length of the clip, and whether something is missing; or
     * what was given in place of a clip, see {@link #isFile}.
     */
    @Override
    public String map(Either<String, Tuple2<CameraEvent, Clip>> either) {
        if (either.isLeft()) {
            return NO_FILE + either.left();
        }
        CameraEvent event = either.right().f0;
        Clip clip = either.right().f1;
        String stream = labels.getOrDefault(clip.streamName(), clip.streamName());
        String name = event.fileName() + '.' + clip.format().name().toLowerCase(Locale.ROOT);
        Path target = OutputFile.write(folder, stream, name, clip::writeTo);
        return String.format(
                Locale.ROOT,
                "%s: %.3f s%s",
                target,
                clip.duration().toMillis() / 1_000.0,
                clip.isComplete() ? "" : ", incomplete");
    }

    /** Whether a line stands for a file. */
    public static boolean isFile(String line) {
        return !line.startsWith(NO_FILE);
    }
}
