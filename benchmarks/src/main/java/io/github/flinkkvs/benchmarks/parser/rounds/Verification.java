/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.rounds;

import io.github.flinkkvs.benchmarks.parser.media.Body;
import io.github.flinkkvs.benchmarks.parser.media.MediaSet;
import io.github.flinkkvs.benchmarks.parser.peers.Contender;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.document.MkvElement;

import com.amazonaws.kinesisvideo.parser.ebml.MkvTypeInfos;
import com.amazonaws.kinesisvideo.parser.mkv.MkvDataElement;
import org.ebml.Element;
import org.ebml.matroska.MatroskaDocTypes;
import org.ebml.matroska.MatroskaFileFrame;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks that a contender parses a set correctly; others are not measured. */
public final class Verification {

    private static final int SIMPLE_BLOCK = 0xA3;
    private static final int BLOCK_HEADER = 4;

    /** What is wrong with the contender's output; empty if it is correct. */
    public static Optional<String> problem(Contender contender, MediaSet set) {
        List<ByteBuffer> documents = set.documents().stream().map(ByteBuffer::wrap).toList();
        List<ByteBuffer> foundDocuments = new ArrayList<>();
        List<ByteBuffer> foundFrames = new ArrayList<>();
        try {
            Body body = Body.of(set.documents());
            contender.prepare(body);
            contender.read(
                    body,
                    found -> {
                        if (found instanceof Fragment fragment) {
                            foundDocuments.add(fragment.bytes());
                        } else if (found instanceof byte[] document) {
                            foundDocuments.add(ByteBuffer.wrap(document));
                        } else {
                            frame(found).ifPresent(foundFrames::add);
                        }
                    });
            if (foundFrames.isEmpty()) {
                return difference(documents, foundDocuments, "fragments");
            }
            return difference(frames(set), foundFrames, "frames");
        } catch (Exception e) {
            return Optional.of(e.toString());
        }
    }

    /** The bytes of a frame in any form; empty if it is not a frame. */
    private static Optional<ByteBuffer> frame(Object found) {
        if (found instanceof FrameRecord record) {
            return Optional.of(record.frame().data());
        } else if (found instanceof com.amazonaws.kinesisvideo.parser.mkv.Frame frame) {
            return Optional.of(frame.getFrameData());
        } else if (found instanceof MatroskaFileFrame frame) {
            return Optional.of(frame.getData());
        } else if (found instanceof MkvElement element && element.id() == SIMPLE_BLOCK) {
            return Optional.of(withoutHeader(element.data()));
        } else if (found instanceof MkvDataElement element
                && element.getElementMetaData().getTypeInfo().equals(MkvTypeInfos.SIMPLEBLOCK)) {
            // A copy, because its buffer is reused.
            return Optional.of(
                    ((com.amazonaws.kinesisvideo.parser.mkv.Frame) element.getValueCopy().getVal())
                            .getFrameData());
        } else if (found instanceof Element element
                && element.isType(MatroskaDocTypes.SimpleBlock.getType())
                // In a Cluster of unknown size, it takes most blocks for children of the Segment.
                && element.getParent().isType(MatroskaDocTypes.Cluster.getType())) {
            return Optional.of(withoutHeader(element.getData()));
        }
        return Optional.empty();
    }

    /**
     * The payload after the track, time and flags of an unlaced block with a one-byte track number.
     */
    private static ByteBuffer withoutHeader(ByteBuffer block) {
        return block.duplicate().position(block.position() + BLOCK_HEADER).slice();
    }

    /** All frames of a set, as the connector finds them. */
    public static List<ByteBuffer> frames(MediaSet set) throws Exception {
        List<ByteBuffer> frames = new ArrayList<>();
        for (Fragment fragment : set.fragments()) {
            for (Frame frame : fragment.frames()) {
                frames.add(frame.data());
            }
        }
        return frames;
    }

    private static Optional<String> difference(
            List<ByteBuffer> expected, List<ByteBuffer> found, String what) {
        if (found.size() != expected.size()) {
            return Optional.of(found.size() + " of " + expected.size() + " " + what);
        }
        return found.equals(expected) ? Optional.empty() : Optional.of("other bytes");
    }

    private Verification() {}
}
