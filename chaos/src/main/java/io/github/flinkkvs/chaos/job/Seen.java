/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.job;

import io.github.flinkkvs.chaos.record.Checksum;
import io.github.flinkkvs.chaos.record.OutputRow;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;

/** What the job keeps of a fragment or frame: stream, fragment number, frame index, checksum. */
final class Seen {
    static final TypeInformation<Tuple4<String, String, Integer, Long>> TYPE =
            Types.TUPLE(Types.STRING, Types.STRING, Types.INT, Types.LONG);

    private Seen() {}

    static Tuple4<String, String, Integer, Long> of(Fragment fragment) throws MkvException {
        return Tuple4.of(
                fragment.streamName(),
                fragment.number().toString(),
                OutputRow.WHOLE,
                checksum(fragment));
    }

    static Tuple4<String, String, Integer, Long> of(FrameRecord record) {
        Frame frame = record.frame();
        return Tuple4.of(
                record.fragment().streamName(),
                record.fragment().number().toString(),
                frame.index(),
                add(new Checksum(), frame).value());
    }

    static long checksum(Fragment fragment) throws MkvException {
        Checksum checksum = new Checksum();
        for (Frame frame : fragment.frames()) {
            add(checksum, frame);
        }
        return checksum.value();
    }

    private static Checksum add(Checksum checksum, Frame frame) {
        return checksum.frame(
                frame.trackNumber(), frame.isKeyFrame(), frame.timestampMillis(), frame.data());
    }
}
