/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.peers;

import io.github.flinkkvs.benchmarks.parser.media.Body;

import com.amazonaws.kinesisvideo.parser.ebml.InputStreamParserByteSource;
import com.amazonaws.kinesisvideo.parser.mkv.Frame;
import com.amazonaws.kinesisvideo.parser.mkv.StreamingMkvReader;
import com.amazonaws.kinesisvideo.parser.utilities.FragmentMetadata;
import com.amazonaws.kinesisvideo.parser.utilities.FrameVisitor;
import com.amazonaws.kinesisvideo.parser.utilities.MkvTrackMetadata;

import java.io.ByteArrayInputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** AWS's FrameVisitor: a copy of each frame, with its track and fragment metadata. */
public final class AwsFrames implements Contender {

    @Override
    public void read(Body body, Consumer<Object> sink) throws Exception {
        FrameVisitor visitor =
                FrameVisitor.create(
                        new FrameVisitor.FrameProcessor() {
                            @Override
                            public void process(
                                    Frame frame,
                                    MkvTrackMetadata track,
                                    Optional<FragmentMetadata> fragment) {
                                sink.accept(frame);
                                sink.accept(track);
                                sink.accept(fragment);
                            }
                        });
        StreamingMkvReader.createDefault(
                        new InputStreamParserByteSource(new ByteArrayInputStream(body.bytes())))
                .apply(visitor);
    }
}
