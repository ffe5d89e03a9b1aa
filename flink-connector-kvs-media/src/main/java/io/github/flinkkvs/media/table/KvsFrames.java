/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.types.Row;

import javax.annotation.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** {@code KVS_FRAMES(payload)}: a row for each frame of a fragment, in the order of its bytes. */
@PublicEvolving
// No column is NOT NULL: Flink's planner cannot LEFT JOIN such a function.
@FunctionHint(
        output =
                @DataTypeHint(
                        "ROW<frame_index INT, track_number BIGINT,"
                                + " track_name STRING, track_type STRING,"
                                + " codec_id STRING, codec_private BYTES,"
                                + " frame_timestamp TIMESTAMP_LTZ(3),"
                                + " key_frame BOOLEAN, frame_size INT,"
                                + " data BYTES>"))
public final class KvsFrames extends PayloadTableFunction {

    static final String NAME = "KVS_FRAMES";

    private static final long serialVersionUID = 1L;

    public KvsFrames() {
        super(NAME);
    }

    @FunctionHint(argument = {@ArgumentHint(name = "payload", type = @DataTypeHint("BYTES"))})
    public void eval(@Nullable byte[] payload) {
        Fragment fragment = payload == null ? null : payloads.read(payload);
        if (fragment == null) {
            return;
        }
        List<MkvException> problems = new ArrayList<>(1);
        List<FrameRecord> records =
                FrameRecord.of(
                        fragment,
                        (track, leftOut, problem) -> {
                            if (problems.isEmpty()) {
                                problems.add(problem);
                            }
                        });
        if (!problems.isEmpty()) {
            payloads.onDamage(payload, problems.get(0).getMessage());
        }
        for (FrameRecord record : records) {
            Frame frame = record.frame();
            Track track = record.track();
            byte[] data = new byte[frame.sizeBytes()];
            frame.data().get(data);
            collect(
                    Row.of(
                            frame.index(),
                            track.number(),
                            track.name(),
                            track.type().name(),
                            track.codecId(),
                            track.codecPrivate(),
                            Instant.ofEpochMilli(frame.timestampMillis()),
                            frame.isKeyFrame(),
                            frame.sizeBytes(),
                            data));
        }
    }
}
