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
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.util.function.Consumer;

/** The connector's frames, each with its track and fragment metadata. */
public final class Frames extends OwnFragments {

    public Frames(boolean atHand, int largestFragment) {
        super(atHand, largestFragment);
    }

    @Override
    public void visit(Fragment fragment, Consumer<Object> sink) throws MkvException {
        for (FrameRecord record : FrameRecord.of(fragment)) {
            sink.accept(record);
            sink.accept(record.frame().data());
        }
    }
}
