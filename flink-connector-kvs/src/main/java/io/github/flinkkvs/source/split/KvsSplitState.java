/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.split;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

/**
 * How far a stream was emitted, as checkpoints store it. Owned by the task thread, moved by the
 * record emitter only.
 */
@Internal
public final class KvsSplitState {

    private StreamArn arn;
    private StartingPosition start;
    private final StoppingPosition stop;
    @Nullable private FragmentPosition position;
    @Nullable private Long caughtUpMillis;
    @Nullable private OpenFragment open;

    public KvsSplitState(KvsSplit split) {
        this.arn = split.arn();
        this.start = split.start();
        this.stop = split.stop();
        this.position = split.position();
        this.caughtUpMillis = split.caughtUpMillis();
        this.open = split.open();
    }

    /** A fragment was emitted, or is left out for good. */
    public void moveTo(FragmentPosition newPosition) {
        position = newPosition;
        open = null;
    }

    /** A frame of the fragment after the position was emitted. */
    public void moveWithin(OpenFragment newOpen) {
        open = newOpen;
    }

    /** All media that existed at this moment of the service's clock was emitted. */
    public void caughtUpAt(long serviceTimeMillis) {
        caughtUpMillis = serviceTimeMillis;
    }

    /** From now on another stream with the same name is read, from its beginning. */
    public void switchTo(StreamArn newArn) {
        arn = newArn;
        start = StartingPosition.earliest();
        position = null;
        caughtUpMillis = null;
        open = null;
    }

    /** The split as a checkpoint stores it: a restored reader begins later than its "now". */
    public KvsSplit toSplit() {
        return new KvsSplit(arn, start.delayed(), stop, position, caughtUpMillis).within(open);
    }
}
