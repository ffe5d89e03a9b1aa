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

import org.ebml.matroska.MatroskaFile;
import org.ebml.matroska.MatroskaFileFrame;

import java.util.function.Consumer;

/**
 * jebml, which reads one complete document, so it is told where fragments end. It copies tracks and
 * frames and never sees the tags after the frames.
 */
public final class Jebml implements Contender {

    @Override
    public void read(Body body, Consumer<Object> sink) {
        int start = 0;
        for (int end : body.ends()) {
            MatroskaFile file = new MatroskaFile(JebmlSource.of(body, start, end));
            file.readFile();
            sink.accept(file.getTrackList());
            MatroskaFileFrame frame;
            while ((frame = file.getNextFrame()) != null) {
                sink.accept(frame);
            }
            start = end;
        }
    }
}
