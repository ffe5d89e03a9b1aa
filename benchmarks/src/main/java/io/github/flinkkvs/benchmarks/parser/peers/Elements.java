/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.peers;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.document.MkvElement;
import io.github.flinkkvs.mkv.document.MkvNode;
import io.github.flinkkvs.mkv.parser.ElementType;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.util.function.Consumer;

/** The connector's tree of elements, from the document down to the last leaf. */
public final class Elements extends OwnFragments {

    public Elements(boolean atHand, int largestFragment) {
        super(atHand, largestFragment);
    }

    @Override
    public void visit(Fragment fragment, Consumer<Object> sink) throws MkvException {
        visit(fragment.document(), sink);
    }

    private static void visit(MkvNode node, Consumer<Object> sink) throws MkvException {
        for (MkvElement element : node.children()) {
            sink.accept(element);
            if (element.type() == ElementType.MASTER) {
                visit(element, sink);
            } else {
                // The other parsers have read the data by now.
                sink.accept(element.data());
            }
        }
    }
}
