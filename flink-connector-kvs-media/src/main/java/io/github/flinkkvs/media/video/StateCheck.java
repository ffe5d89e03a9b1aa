/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import javax.annotation.Nullable;

import java.io.IOException;

/** Says what is wrong with a decoder's state that was damaged in a checkpoint. */
final class StateCheck {

    private StateCheck() {}

    static void check(boolean condition, String wrong) throws IOException {
        if (!condition) {
            throw damaged(wrong, null);
        }
    }

    static IOException damaged(String what, @Nullable Exception cause) {
        String help = ". Restore the job from another checkpoint or savepoint.";
        return new IOException("The state of a decoder is damaged: " + what + help, cause);
    }
}
