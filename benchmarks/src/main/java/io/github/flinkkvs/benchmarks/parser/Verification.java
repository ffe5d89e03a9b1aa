/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;

import org.ebml.matroska.MatroskaFileFrame;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether a contender makes of a set what is in it; what does not is not worth a clock. */
final class Verification {

    /** What is wrong with what the contender makes; empty if nothing is. */
    static Optional<String> problem(Contender contender, MediaSet set) {
        List<ByteBuffer> documents = set.documents().stream().map(ByteBuffer::wrap).toList();
        List<ByteBuffer> foundDocuments = new ArrayList<>();
        List<ByteBuffer> foundFrames = new ArrayList<>();
        try {
            contender.read(
                    Body.of(set.documents()),
                    found -> {
                        if (found instanceof Fragment fragment) {
                            foundDocuments.add(fragment.bytes());
                        } else if (found instanceof byte[] document) {
                            foundDocuments.add(ByteBuffer.wrap(document));
                        } else if (found instanceof MatroskaFileFrame frame) {
                            foundFrames.add(frame.getData());
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

    /** All frames of a set, as the connector finds them. */
    static List<ByteBuffer> frames(MediaSet set) throws Exception {
        List<Fragment> fragments = new ArrayList<>();
        Contender connector = Peer.CONNECTOR_64K.contender(set.largestFragment());
        connector.read(
                Body.of(set.documents()),
                found -> {
                    if (found instanceof Fragment fragment) {
                        fragments.add(fragment);
                    }
                });
        List<ByteBuffer> frames = new ArrayList<>();
        for (Fragment fragment : fragments) {
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
