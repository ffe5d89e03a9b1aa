/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.resources;

import org.apache.flink.annotation.Internal;

/** The clock and the timers of a reader's sessions; tests turn it by hand. Thread-safe. */
@Internal
public interface Timer {

    /** Nanoseconds of a clock that never goes back. */
    long nanoTime();

    /** Epoch millis by the clock of this machine, which may jump. */
    long epochMillis();

    /** A random number from 0 to 1, which spreads delays so that few end at the same time. */
    double jitter();

    /** Runs an action once, after a delay, in a thread that may make calls. */
    Task schedule(Runnable action, long delayNanos);

    /** A scheduled action. */
    interface Task {
        /** Has no effect if the action is running or has run. */
        void cancel();
    }
}
