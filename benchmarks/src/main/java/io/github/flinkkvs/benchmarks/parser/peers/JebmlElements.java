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

import org.ebml.EBMLReader;
import org.ebml.Element;
import org.ebml.MasterElement;

import java.util.function.Consumer;

/** jebml's elements, each leaf with a copy of its data; it is told where fragments end. */
public final class JebmlElements implements Contender {

    @Override
    public void read(Body body, Consumer<Object> sink) {
        int start = 0;
        for (int end : body.ends()) {
            JebmlSource source = JebmlSource.of(body, start, end);
            EBMLReader reader = new EBMLReader(source);
            Element element;
            while (source.getFilePointer() < source.length()
                    && (element = reader.readNextElement()) != null) {
                visit(element, reader, source, sink);
            }
            start = end;
        }
    }

    private static void visit(
            Element element, EBMLReader reader, JebmlSource source, Consumer<Object> sink) {
        if (element instanceof MasterElement master) {
            sink.accept(element);
            Element child;
            while ((child = master.readNextChild(reader)) != null) {
                visit(child, reader, source, sink);
            }
        } else {
            element.readData(source);
            sink.accept(element);
        }
    }
}
