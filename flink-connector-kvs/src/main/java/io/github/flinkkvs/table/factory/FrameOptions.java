/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.factory;

import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.table.KvsTableOptions;
import io.github.flinkkvs.table.KvsTableOptions.RecordMode;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

import javax.annotation.Nullable;

import java.util.List;

/** Which frames a table has, according to its {@code frame.*} options. */
final class FrameOptions {

    /**
     * @return null if rows are fragments
     * @throws ValidationException if there are such options, but rows are fragments
     */
    @Nullable
    static FrameFilter filter(ReadableConfig options, RecordMode mode) {
        FrameFilter filter = FrameFilter.all();
        List<Long> numbers = options.getOptional(KvsTableOptions.FRAME_TRACK_NUMBERS).orElse(null);
        if (numbers != null) {
            filter = filter.trackNumbers(numbers.stream().mapToLong(Long::longValue).toArray());
        }
        List<String> names = options.getOptional(KvsTableOptions.FRAME_TRACK_NAMES).orElse(null);
        if (names != null) {
            filter = filter.trackNames(names.toArray(new String[0]));
        }
        List<Track.Type> types =
                options.getOptional(KvsTableOptions.FRAME_TRACK_TYPES).orElse(null);
        if (types != null) {
            filter = filter.trackTypes(types.toArray(new Track.Type[0]));
        }
        if (options.get(KvsTableOptions.FRAME_KEY_FRAMES_ONLY)) {
            filter = filter.keyFrames();
        }
        filter = filter.everyNth(options.get(KvsTableOptions.FRAME_EVERY_NTH));
        if (mode == RecordMode.FRAME) {
            return filter;
        }
        if (!filter.equals(FrameFilter.all())) {
            throw new ValidationException(
                    "Options frame.* choose among frames, but rows are fragments: set 'record' ="
                            + " 'frame', or remove them");
        }
        return null;
    }

    private FrameOptions() {}
}
