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
import com.amazonaws.kinesisvideo.parser.mkv.MkvDataElement;
import com.amazonaws.kinesisvideo.parser.mkv.MkvElementVisitor;
import com.amazonaws.kinesisvideo.parser.mkv.MkvEndMasterElement;
import com.amazonaws.kinesisvideo.parser.mkv.MkvStartMasterElement;
import com.amazonaws.kinesisvideo.parser.mkv.StreamingMkvReader;

import java.io.ByteArrayInputStream;
import java.util.function.Consumer;

/** AWS's parser library with a visitor that passes on every element and decodes none. */
public final class AwsElements implements Contender {

    @Override
    public void read(Body body, Consumer<Object> sink) throws Exception {
        StreamingMkvReader.createDefault(
                        new InputStreamParserByteSource(new ByteArrayInputStream(body.bytes())))
                .apply(
                        new MkvElementVisitor() {
                            @Override
                            public void visit(MkvStartMasterElement master) {
                                sink.accept(master);
                            }

                            @Override
                            public void visit(MkvEndMasterElement master) {
                                sink.accept(master);
                            }

                            @Override
                            public void visit(MkvDataElement element) {
                                sink.accept(element);
                            }
                        });
    }
}
