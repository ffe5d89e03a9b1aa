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

/** Takes what a {@link FragmentAssembler} makes of the bytes, in their order. */
@PublicEvolving
public interface FragmentHandler {

    /** A frame is complete; its fragment may not be. Only if frames are asked for. */
    default void onFrame(FrameRecord frame) {}

    /**
     * A block is left out, since its frames cannot be read. Only if frames are asked for.
     *
     * @param fragment what is known of its fragment
     * @param trackNumber its track
     * @param frames how many frames it says it has
     * @param problem what is wrong with it
     */
    default void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int frames, MkvException problem) {}

    /** A fragment is complete. */
    void onFragment(Fragment fragment);

    /** The service sent an error in place of a fragment. */
    void onServiceError(ServiceError error);
}
