/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.MkvException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Describes values as text, so that a failed comparison is readable. */
public final class Describe {

    public static String frame(Frame frame) {
        return frame(
                frame.trackNumber(),
                frame.timestampMillis(),
                frame.offsetNanos(),
                frame.durationNanos(),
                frame.isKeyFrame(),
                frame.isInvisible(),
                frame.isDiscardable(),
                frame.references(),
                bytes(frame.data()));
    }

    public static String frame(
            long track,
            long millis,
            long offsetNanos,
            long durationNanos,
            boolean key,
            boolean invisible,
            boolean discardable,
            long[] references,
            byte[] payload) {
        return "track "
                + track
                + " at "
                + millis
                + " ms, offset "
                + offsetNanos
                + ", duration "
                + durationNanos
                + (key ? ", key" : "")
                + (invisible ? ", invisible" : "")
                + (discardable ? ", discardable" : "")
                + ", references "
                + Arrays.toString(references)
                + ": "
                + TestMedia.hex(payload);
    }

    public static List<String> frames(Fragment fragment) throws MkvException {
        List<String> frames = new ArrayList<>();
        for (Frame frame : fragment.frames()) {
            frames.add(frame(frame));
        }
        return frames;
    }

    public static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Everything in a fragment except its frames and bytes. */
    public static String metadata(Fragment fragment) {
        return String.join(
                "\n",
                fragment.streamName() + " " + fragment.streamArn(),
                fragment.number().toString(),
                "server " + fragment.serverTimestampMillis(),
                "producer " + fragment.producerTimestampMillis(),
                "behind " + fragment.millisBehindNow(),
                "token " + fragment.continuationToken(),
                "tags " + tags(fragment.tags()),
                "tracks " + tracks(fragment.tracks()),
                "scale " + fragment.timestampScaleNanos(),
                "frames " + fragment.frameCounts(),
                "size " + fragment.sizeBytes());
    }

    public static String tags(List<Tag> tags) {
        StringBuilder text = new StringBuilder();
        for (Tag tag : tags) {
            text.append("\n  ")
                    .append(tag.place())
                    .append(' ')
                    .append(tag.name())
                    .append('=')
                    .append(tag.text())
                    .append('|')
                    .append(tag.binary() == null ? null : TestMedia.hex(tag.binary()))
                    .append('|')
                    .append(tag.language())
                    .append(tag.children().isEmpty() ? "" : " {" + tags(tag.children()) + "}");
        }
        return text.toString();
    }

    public static String tracks(List<Track> tracks) {
        StringBuilder text = new StringBuilder();
        for (Track track : tracks) {
            text.append("\n  ")
                    .append(track)
                    .append(" uid ")
                    .append(Long.toUnsignedString(track.uid()))
                    .append(" name ")
                    .append(track.name())
                    .append(" private ")
                    .append(
                            track.codecPrivate() == null
                                    ? null
                                    : TestMedia.hex(track.codecPrivate()))
                    .append(" duration ")
                    .append(track.defaultDurationNanos())
                    .append(" video ")
                    .append(track.video())
                    .append(" audio ")
                    .append(track.audio());
        }
        return text.toString();
    }

    private Describe() {}
}
