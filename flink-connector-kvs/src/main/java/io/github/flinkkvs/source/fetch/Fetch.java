/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.StartingPosition;

import org.apache.flink.annotation.Internal;

/**
 * One attempt to read fragments from a position. It reports to its owner, and only while it is the
 * owner's current attempt. Guarded by the reader lock.
 */
@Internal
public interface Fetch {

    /** What became of a fragment or a frame. */
    enum Outcome {
        /** It is progress of the stream. */
        PROGRESS,
        /** It was not wanted. */
        NO_PROGRESS,
        /** The stream ends with it, or ended before it. */
        OVER
    }

    /** Takes what a fetch delivers. All methods are called with the reader lock held. */
    interface Sink {

        /** A frame is complete. */
        Outcome onFrame(FrameRecord frame);

        /** A block was left out, since its frames cannot be read. */
        void onDamagedBlock(
                FragmentHead fragment, long trackNumber, int frames, MkvException problem);

        /** A fragment is complete. */
        Outcome onFragment(Fragment fragment);

        /**
         * Everything wanted that the service received up to this moment of its clock was handed
         * over.
         *
         * @param serviceTimeMillis epoch millis
         */
        void onReadUpTo(long serviceTimeMillis);
    }

    /** The session. All methods are called with the reader lock held, and may end the fetch. */
    interface Owner {

        boolean isCurrent(Fetch fetch);

        /**
         * How many pieces may be outstanding; 0 if memory or alignment do not allow any. The fetch
         * requests up to this number, once half of them or more have come.
         */
        int piecesAhead();

        /**
         * The service accepted a call for media.
         *
         * @param asked where the fetch begins
         * @param requestId the service's name for the call
         * @param serviceTimeMillis the service's clock: epoch millis
         */
        void onAnswered(StartingPosition asked, String requestId, long serviceTimeMillis);

        /**
         * The service answered a call that lists fragments.
         *
         * @param serviceTimeMillis the service's clock: epoch millis
         */
        void onListed(long serviceTimeMillis);

        /** The fetch now holds this many bytes that were not handed over. */
        void onHeld(long bytes);

        /** The fetch ended. With {@link FetchEnd.How#BROKEN} it need not be the current one. */
        void onOver(FetchEnd end);
    }

    /** Makes the call once the lock is free. */
    void begin();

    /** Requests the next bytes if the owner allows it, unless they were requested already. */
    void askForMore();

    /** Gives the fetch up, once. It reports nothing after this. */
    void cancel();
}
