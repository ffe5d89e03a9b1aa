/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.PublicEvolving;

/** Receives the blocks of a fragment that cannot be read and are skipped. */
@PublicEvolving
@FunctionalInterface
public interface BlockDamage {

    /**
     * A block was skipped.
     *
     * @param trackNumber the number of its track
     * @param frames how many frames its header declares
     * @param problem what is wrong, and where
     */
    void onDamagedBlock(long trackNumber, int frames, MkvException problem);
}
