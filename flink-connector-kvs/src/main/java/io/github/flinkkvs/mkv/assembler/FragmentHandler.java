/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.PublicEvolving;

/** Takes what a {@link FragmentAssembler} reads, in the order of the bytes. */
@PublicEvolving
public interface FragmentHandler {

    /**
     * A frame is complete; its fragment may not be. Called only with {@link
     * FragmentAssembler#ofFrames}.
     */
    default void onFrame(FrameRecord frame) {}

    /**
     * A block was skipped, because its frames cannot be read. Called only with {@link
     * FragmentAssembler#ofFrames}.
     *
     * @param fragment the fragment of the block
     * @param trackNumber the number of its track
     * @param frames how many frames its header declares
     * @param problem what is wrong, and where
     */
    default void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int frames, MkvException problem) {}

    /** A fragment is complete. */
    void onFragment(Fragment fragment);

    /** The service sent an error in place of a fragment. */
    void onServiceError(ServiceError error);
}
