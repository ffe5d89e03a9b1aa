/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import java.util.concurrent.TimeUnit;

/**
 * Watches a connection that is not silent, and yet brings so little that no fragment becomes
 * complete: a byte now and then would keep it for ever. Guarded by the reader lock.
 */
final class TrickleWatch {

    /** How many times the silence timeout it waits: 5 minutes by default. A fragment lasts 20 s. */
    private static final int TIMEOUTS = 20;

    /** No connection for media is so slow that it brings less in that time. */
    private static final long MIN_BYTES = 64 << 10;

    private final long spanNanos;

    /** Since the last complete fragment, or since enough came. */
    private long waitedNanos;

    private long bytes;

    TrickleWatch(long silenceTimeoutNanos) {
        // The longest timeouts would overflow.
        this.spanNanos =
                (long) Math.min((double) Long.MAX_VALUE, (double) silenceTimeoutNanos * TIMEOUTS);
    }

    /**
     * Bytes came.
     *
     * @param waited how long they were waited for, in nanos
     * @param completed whether a fragment is complete with them
     * @return whether the connection is to be given up
     */
    boolean onBytes(int count, long waited, boolean completed) {
        waitedNanos += waited;
        bytes += count;
        if (waitedNanos < spanNanos && !completed) {
            return false;
        }
        if (!completed && bytes < MIN_BYTES) {
            return true;
        }
        waitedNanos = 0;
        bytes = 0;
        return false;
    }

    /** What is wrong with the connection that is to be given up. */
    @Override
    public String toString() {
        return "no fragment became complete in "
                + TimeUnit.NANOSECONDS.toSeconds(waitedNanos)
                + " s, in which only "
                + bytes
                + " bytes came";
    }
}
