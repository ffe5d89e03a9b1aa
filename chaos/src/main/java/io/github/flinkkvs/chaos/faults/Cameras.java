/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.faults;

import io.github.flinkkvs.chaos.world.World;

/** The streams that never stop: only they show that the job goes on. */
public final class Cameras {
    private Cameras() {}

    /** Each of them has rows that were written after a time. */
    public static Recovery goOn(World world, long sinceMillis) {
        return Recovery.of(world.service().cameras(), sinceMillis);
    }
}
