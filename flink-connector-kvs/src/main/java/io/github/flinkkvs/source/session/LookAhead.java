/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.fetch.Fetch.Outcome;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.OpenFragment;

import javax.annotation.Nullable;

import java.util.function.Function;

/**
 * Judges the fragments of a list, in order, as they will be judged when their media comes: wanted,
 * unwanted, or beyond the stop. Guarded by the reader lock.
 */
final class LookAhead implements Function<ArchivedFragment, Outcome> {

    private final FragmentGate gate;
    @Nullable private final FragmentNumber open;

    /**
     * @param gate a copy: fragments pass it ahead of their media
     * @param open the fragment of which some frames have passed; null if there is none
     */
    LookAhead(FragmentGate gate, @Nullable OpenFragment open) {
        this.gate = gate;
        this.open = open == null ? null : open.number();
    }

    @Override
    public Outcome apply(ArchivedFragment listed) {
        FragmentNumber number = listed.number();
        long serverMillis = listed.serverTimestampMillis();
        switch (gate.judge(number, serverMillis, listed.producerTimestampMillis())) {
            case BEYOND_STOP:
                return Outcome.OVER;
            case EMIT:
            case EMIT_LAST:
                if (open != null && number.compareTo(open) < 0) {
                    return Outcome.NO_PROGRESS;
                }
                gate.skip(new FragmentPosition(number, serverMillis));
                return Outcome.PROGRESS;
            default:
                return Outcome.NO_PROGRESS;
        }
    }
}
