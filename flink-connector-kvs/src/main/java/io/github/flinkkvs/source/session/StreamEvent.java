/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.resources.MemoryAccount;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplitState;
import io.github.flinkkvs.source.split.OpenFragment;

import org.apache.flink.annotation.Internal;

/**
 * Something learned about a stream, in stream order. Every change of a split's state is an event,
 * so that it takes effect after the fragments before it.
 */
@Internal
public abstract class StreamEvent {

    /** The event itself, and its places in the queues that it goes through. */
    private static final int OWN_BYTES = 64;

    // Without the characters of their texts.
    private static final int BYTES_OF_POSITION = 96;
    private static final int BYTES_OF_ARN = 200;

    private final MemoryAccount account;
    private final int retainedBytes;

    private StreamEvent(MemoryAccount account, int bytesOfContent) {
        this.account = account;
        this.retainedBytes = OWN_BYTES + bytesOfContent;
    }

    /** Moves the state of the split. */
    public abstract void applyTo(KvsSplitState state);

    /** Frees its memory: the record emitter is done with it. Runs in the task thread. */
    public final void onEmitted() {
        account.locked(() -> account.released(release()));
    }

    /** Bytes of memory that it keeps, without those that it shares with other events. */
    public final int retainedBytes() {
        return retainedBytes;
    }

    /** Whether it carries media, as opposed to only moving the position. */
    boolean isMedia() {
        return false;
    }

    /**
     * It begins to wait; guarded by the reader lock.
     *
     * @return how many bytes are now kept in addition
     */
    int hold() {
        return retainedBytes;
    }

    /**
     * It was emitted or given up; guarded by the reader lock.
     *
     * @return how many bytes are no longer kept
     */
    int release() {
        return retainedBytes;
    }

    /** A complete fragment. */
    @Internal
    public static final class FragmentArrived extends StreamEvent {

        private final Fragment fragment;

        FragmentArrived(MemoryAccount account, Fragment fragment) {
            super(account, fragment.retainedBytes());
            this.fragment = fragment;
        }

        @Override
        boolean isMedia() {
            return true;
        }

        public Fragment fragment() {
            return fragment;
        }

        @Override
        public void applyTo(KvsSplitState state) {
            state.moveTo(new FragmentPosition(fragment.number(), fragment.serverTimestampMillis()));
        }
    }

    /** The head of a fragment with waiting frames. */
    static final class SharedHead {

        private final FragmentHead head;
        private int holders;

        SharedHead(FragmentHead head) {
            this.head = head;
        }

        boolean isOf(FrameRecord frame) {
            return head == frame.fragment();
        }
    }

    /** A frame of a fragment that may still be arriving. */
    @Internal
    public static final class FrameArrived extends StreamEvent {

        private final FrameRecord frame;
        private final SharedHead head;

        /**
         * @param head the head of its fragment, kept once for all waiting frames of the fragment
         */
        FrameArrived(MemoryAccount account, FrameRecord frame, SharedHead head) {
            super(account, frame.retainedBytes());
            this.frame = frame;
            this.head = head;
        }

        @Override
        boolean isMedia() {
            return true;
        }

        public FrameRecord frame() {
            return frame;
        }

        @Override
        int hold() {
            return super.hold() + (head.holders++ == 0 ? head.head.retainedBytes() : 0);
        }

        @Override
        int release() {
            return super.release() + (--head.holders == 0 ? head.head.retainedBytes() : 0);
        }

        @Override
        public void applyTo(KvsSplitState state) {
            state.moveWithin(
                    new OpenFragment(frame.fragment().number(), frame.frame().index() + 1));
        }
    }

    /**
     * Nothing more of a fragment will come: all its frames have arrived, or it cannot be read and
     * is left out.
     */
    @Internal
    public static final class FragmentOver extends StreamEvent {

        private final FragmentPosition position;

        FragmentOver(MemoryAccount account, FragmentPosition position) {
            super(account, BYTES_OF_POSITION + position.number().toString().length());
            this.position = position;
        }

        @Override
        public void applyTo(KvsSplitState state) {
            state.moveTo(position);
        }
    }

    /** There was nothing more to read. */
    @Internal
    public static final class CaughtUp extends StreamEvent {

        private final long serviceTimeMillis;

        CaughtUp(MemoryAccount account, long serviceTimeMillis) {
            super(account, 0);
            this.serviceTimeMillis = serviceTimeMillis;
        }

        @Override
        public void applyTo(KvsSplitState state) {
            state.caughtUpAt(serviceTimeMillis);
        }
    }

    /** From here on, another stream with the same name is read. */
    @Internal
    public static final class StreamRecreated extends StreamEvent {

        private final StreamArn arn;

        StreamRecreated(MemoryAccount account, StreamArn arn) {
            super(account, BYTES_OF_ARN + 3 * arn.toString().length());
            this.arn = arn;
        }

        @Override
        public void applyTo(KvsSplitState state) {
            state.switchTo(arn);
        }
    }
}
