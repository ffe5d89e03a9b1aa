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
import com.amazonaws.kinesisvideo.parser.ebml.MkvTypeInfos;
import com.amazonaws.kinesisvideo.parser.mkv.MkvElement;
import com.amazonaws.kinesisvideo.parser.mkv.MkvEndMasterElement;
import com.amazonaws.kinesisvideo.parser.mkv.StreamingMkvReader;
import com.amazonaws.kinesisvideo.parser.mkv.visitors.CopyVisitor;
import com.amazonaws.kinesisvideo.parser.utilities.FragmentMetadata;
import com.amazonaws.kinesisvideo.parser.utilities.FragmentMetadataVisitor;
import com.amazonaws.kinesisvideo.parser.utilities.FragmentMetadataVisitor.BasicMkvTagProcessor;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * AWS's parser library with its own visitors: metadata, tags, tracks, and a copy of each fragment.
 */
public final class AwsLibrary implements Contender {

    @Override
    public void read(Body body, Consumer<Object> sink) throws Exception {
        StreamingMkvReader reader =
                StreamingMkvReader.createDefault(
                        new InputStreamParserByteSource(new ByteArrayInputStream(body.bytes())));
        BasicMkvTagProcessor tags = new BasicMkvTagProcessor();
        FragmentMetadataVisitor metadata = FragmentMetadataVisitor.create(Optional.of(tags));
        ByteArrayOutputStream document = new ByteArrayOutputStream();
        CopyVisitor copy = new CopyVisitor(document);
        while (reader.mightHaveNext()) {
            Optional<MkvElement> next = reader.nextIfAvailable();
            if (next.isEmpty()) {
                continue;
            }
            MkvElement element = next.get();
            element.accept(metadata);
            element.accept(copy);
            if (element instanceof MkvEndMasterElement
                    && MkvTypeInfos.TAGS.equals(element.getElementMetaData().getTypeInfo())) {
                Optional<FragmentMetadata> fragment = metadata.getCurrentFragmentMetadata();
                if (fragment.isPresent() && fragment.get().isCompleteFragment()) {
                    sink.accept(fragment.get());
                    sink.accept(List.copyOf(tags.getTags()));
                    sink.accept(metadata.getMkvTrackMetadata(1));
                    sink.accept(document.toByteArray());
                    document.reset();
                    tags.clear();
                }
            }
        }
    }
}
