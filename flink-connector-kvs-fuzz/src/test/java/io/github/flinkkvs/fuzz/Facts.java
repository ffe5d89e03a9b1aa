/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.HeadReader;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The content of a fragment, and checks of its consistency. */
final class Facts {

    /** Everything except media. */
    static List<Object> of(Fragment fragment) {
        return Arrays.asList(
                fragment.toString(),
                fragment.serverTimestampMillis(),
                fragment.producerTimestampMillis(),
                fragment.millisBehindNow(),
                fragment.continuationToken(),
                fragment.timestampScaleNanos(),
                fragment.tags(),
                fragment.tracks(),
                fragment.frameCounts(),
                fragment.arrival());
    }

    /** Reads everything that is parsed lazily: it is valid, or throws an {@link MkvException}. */
    static void check(Fragment fragment) {
        Check.that(fragment.tags().hashCode() == fragment.tags().hashCode(), fragment);
        Check.that(fragment.userTags().size() <= fragment.tags().size(), fragment);
        Check.that(fragment.toString().contains(fragment.number().toString()), fragment);
        // It has a head, so its frames can become records.
        FragmentHead head = HeadReader.of(fragment);
        Check.that(head.tags().size() <= fragment.tags().size(), fragment);
        fragment.tags().forEach(tag -> Check.that(tag.toString().length() > 0, fragment));
        fragment.tracks().forEach(track -> Check.that(track.toString().length() > 0, fragment));
        if (fragment.hasMedia()) {
            checkMedia(fragment);
        }
    }

    private static void checkMedia(Fragment fragment) {
        Check.that(fragment.bytes().remaining() == fragment.sizeBytes(), fragment);
        checkTree(fragment);
        int[] damaged = new int[1];
        List<Frame> frames =
                fragment.frames(
                        (track, count, e) -> {
                            Check.that(e.offset() >= 0 && e.offset() <= fragment.sizeBytes(), e);
                            damaged[0] += count;
                        });
        int counted = fragment.frameCounts().values().stream().mapToInt(n -> n).sum();
        int met = frames.size() + damaged[0];
        Check.that(met == counted, met + " frames, " + counted + " counted");
        long bytes = 0;
        for (Frame frame : frames) {
            bytes += frame.data().remaining();
        }
        // Unpacked frames are part of the fragment, and packed ones expand to at most 64 MiB.
        long most = fragment.sizeBytes() + (64L << 20);
        Check.that(bytes <= most, "frames of " + bytes + " bytes");
    }

    /** Reads all values; the text reports unreadable ones. */
    private static void checkTree(Fragment fragment) {
        StringBuilder text = new StringBuilder();
        try {
            fragment.document().print(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Check.that(text.indexOf("+ Segment") >= 0, text);
    }

    private Facts() {}
}
