/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A way to find streams, scan by scan. Called by one thread at a time. */
interface StreamFinder {

    /** What learns of streams. Methods may be called in any thread. */
    interface Sink {

        /**
         * The service lists streams.
         *
         * @param wanted those that may be read
         * @param others that exist as well
         * @return those of the wanted that are not known yet
         */
        CompletableFuture<List<StreamDescription>> listed(
                List<StreamDescription> wanted, List<StreamArn> others);

        /** Streams were found that are to be read. */
        void found(List<StreamDescription> streams);
    }

    /**
     * Looks for streams that are not known yet. Never blocks.
     *
     * @return completes when no call is under way any more; fails if one did
     */
    CompletableFuture<Void> scan(KvsConnection connection, Sink sink);

    /**
     * How many answers it got that it need not ask for again. It grows while scans fail halfway but
     * get on.
     */
    int answers();

    /** Whether there is nothing more to find, so that no scan is needed. */
    boolean isDone();

    /** How long after a complete scan the next one begins. */
    long intervalNanos();
}
