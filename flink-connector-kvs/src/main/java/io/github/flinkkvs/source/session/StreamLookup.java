/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.resources.ReaderResources;
import io.github.flinkkvs.source.session.PositionSearch.Question;

import javax.annotation.Nullable;

/**
 * Asks the service for a stream's description once. The answer is reported only while this is the
 * session's current attempt.
 */
final class StreamLookup {

    /** The session. All methods are called with the reader lock held. */
    interface Owner {

        boolean isCurrent(StreamLookup lookup);

        /**
         * @param found null if the service did not describe the stream
         * @param error why it did not, else null
         */
        void onAnswer(
                Question question, @Nullable StreamDescription found, @Nullable Throwable error);

        /** An unexpected exception was thrown. */
        void onBroken(Throwable cause);
    }

    private final Question question;
    private final String nameOrArn;
    private final Owner owner;
    private final ReaderResources resources;

    StreamLookup(Question question, String nameOrArn, Owner owner, ReaderResources resources) {
        this.question = question;
        this.nameOrArn = nameOrArn;
        this.owner = owner;
        this.resources = resources;
    }

    void ask() {
        // A call may wait for credentials, so it must not run in an I/O thread.
        resources.timer().schedule(this::describe, 0);
    }

    private void describe() {
        try {
            resources.directory().describe(nameOrArn).whenComplete(this::onAnswer);
        } catch (RuntimeException e) {
            onAnswer(null, e);
        }
    }

    private void onAnswer(@Nullable StreamDescription found, @Nullable Throwable error) {
        ReaderLock lock = resources.lock();
        lock.run(
                () -> {
                    if (owner.isCurrent(this)) {
                        owner.onAnswer(question, found, error);
                    }
                },
                owner::onBroken);
    }
}
