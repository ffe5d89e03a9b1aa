/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.StreamArn;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplitState;
import io.github.flinkkvs.source.split.OpenFragment;

import org.apache.flink.annotation.Internal;

/**
 * Something that a session found out about its stream, in the order of the stream. Whatever moves
 * the state of a split comes as an event, so that it takes effect behind the fragments that precede
 * it.
 */
@Internal
public abstract class StreamEvent {

    private StreamEvent() {}

    /** Moves the state of the split; called by the record emitter. */
    abstract void applyTo(KvsSplitState state);

    /** Bytes of memory that it holds, apart from a constant. */
    int retainedBytes() {
        return 0;
    }

    /** A complete fragment. */
    static final class FragmentArrived extends StreamEvent {

        private final MediaSession session;
        private final Fragment fragment;

        FragmentArrived(MediaSession session, Fragment fragment) {
            this.session = session;
            this.fragment = fragment;
        }

        MediaSession session() {
            return session;
        }

        Fragment fragment() {
            return fragment;
        }

        FragmentPosition position() {
            return new FragmentPosition(fragment.number(), fragment.serverTimestampMillis());
        }

        @Override
        int retainedBytes() {
            return fragment.retainedBytes();
        }

        @Override
        void applyTo(KvsSplitState state) {
            state.moveTo(position());
        }
    }

    /** A frame of a fragment that may still be arriving. */
    static final class FrameArrived extends StreamEvent {

        /** What a record takes besides its payload, roughly, apart from its fragment's head. */
        private static final int OVERHEAD_BYTES = 200;

        private final MediaSession session;
        private final FrameRecord frame;
        private final boolean countsHead;

        /**
         * @param countsHead whether the head, which frames share, is counted with this one
         */
        FrameArrived(MediaSession session, FrameRecord frame, boolean countsHead) {
            this.session = session;
            this.frame = frame;
            this.countsHead = countsHead;
        }

        MediaSession session() {
            return session;
        }

        FrameRecord frame() {
            return frame;
        }

        OpenFragment open() {
            return new OpenFragment(frame.fragment().number(), frame.frame().index() + 1);
        }

        @Override
        int retainedBytes() {
            return frame.frame().sizeBytes()
                    + OVERHEAD_BYTES
                    + (countsHead ? frame.fragment().retainedBytes() : 0);
        }

        @Override
        void applyTo(KvsSplitState state) {
            state.moveWithin(open());
        }
    }

    /**
     * Nothing more is to come of a fragment: all its frames have arrived, or it cannot be read and
     * is left out.
     */
    static final class FragmentOver extends StreamEvent {

        private final FragmentPosition position;

        FragmentOver(FragmentPosition position) {
            this.position = position;
        }

        FragmentPosition position() {
            return position;
        }

        @Override
        void applyTo(KvsSplitState state) {
            state.moveTo(position);
        }
    }

    /** There was nothing more to read. */
    static final class CaughtUp extends StreamEvent {

        private final long serviceTimeMillis;

        CaughtUp(long serviceTimeMillis) {
            this.serviceTimeMillis = serviceTimeMillis;
        }

        long serviceTimeMillis() {
            return serviceTimeMillis;
        }

        @Override
        void applyTo(KvsSplitState state) {
            state.caughtUpAt(serviceTimeMillis);
        }
    }

    /** From here on another stream is read that has the same name. */
    static final class StreamRecreated extends StreamEvent {

        private final StreamArn arn;

        StreamRecreated(StreamArn arn) {
            this.arn = arn;
        }

        @Override
        void applyTo(KvsSplitState state) {
            state.switchTo(arn);
        }
    }
}
