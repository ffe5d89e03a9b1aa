/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.log;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * What was pushed, requested and sent: the reference for tests. Thread-safe; waiting is by
 * notification, and a wait that times out throws an {@link AssertionError} that says what was seen.
 */
public interface ServiceLog {
    /** All calls, in the order of their answers. */
    List<ApiCall> calls();

    /** Calls of one operation, such as {@code GetMedia}; a null stream means all. */
    List<ApiCall> calls(String operation, @Nullable String stream);

    /** The most calls that arrived within any one second; a null stream means all together. */
    int maxCallsPerSecond(String operation, @Nullable String stream);

    /** GetMedia sessions in the order they were opened; a null stream means all. */
    List<ServedMedia> sessions(@Nullable String stream);

    /**
     * Bodies of one operation, such as {@code GetMediaForFragmentList}, in the order they were
     * opened; a null stream means all.
     */
    List<ServedMedia> sessions(String operation, @Nullable String stream);

    /** PutMedia calls in the order they were accepted; a null stream means all. */
    List<ReceivedMedia> uploads(@Nullable String stream);

    /** Fragments completed in a stream (or, with null, in all), in order. */
    List<StoredFragment> pushed(@Nullable String stream);

    /** Waits until an operation was called this often on a stream (null: on all together). */
    List<ApiCall> awaitCalls(
            String operation, @Nullable String stream, int count, Duration timeout);

    /** Waits until this many GetMedia sessions were opened. */
    List<ServedMedia> awaitSessions(@Nullable String stream, int count, Duration timeout);

    /** Waits until this many GetMedia sessions were opened and have ended. */
    List<ServedMedia> awaitEndedSessions(@Nullable String stream, int count, Duration timeout);

    /** Waits until a fragment was sent whole, on any connection. */
    ServedMedia awaitSent(String stream, String fragmentNumber, Duration timeout);

    /** Waits until this many fragments were completed in a stream (null: in all together). */
    List<StoredFragment> awaitPushed(@Nullable String stream, int count, Duration timeout);

    /**
     * Waits until the log meets a condition, which is checked after each new entry with the log
     * locked. The condition may look at streams as well.
     */
    void await(Predicate<ServiceLog> condition, String what, Duration timeout);

    /** Forgets all entries; open sessions are still recorded but no longer listed. */
    void clear();
}
