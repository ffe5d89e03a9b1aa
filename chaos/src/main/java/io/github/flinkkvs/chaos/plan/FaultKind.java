/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.plan;

/** What goes wrong. */
public enum FaultKind {
    KILL_TASKMANAGER("SIGKILL of a TaskManager", 3),
    KILL_JOBMANAGER("SIGKILL of the JobManager", 2),
    PAUSE_BRIEFLY("SIGSTOP of a TaskManager, shorter than its heartbeat timeout", 2),
    PAUSE_LONG("SIGSTOP of a TaskManager, longer than its heartbeat timeout", 1),
    RESCALE("stop with a savepoint, start with another parallelism", 2),
    UPGRADE("stop with a savepoint, start on the next version of Flink", 0),
    RESTART_SERVICE("SIGKILL of the service, which starts again", 2),
    CUT("connections that break in mid-fragment", 3),
    THROTTLE("a storm of throttling", 2),
    SERVER_ERRORS("a storm of answers with status 500", 1),
    EXPIRED_CREDENTIALS("credentials that expire and are replaced", 2),
    STALL("connections that hang", 2),
    BAD_FRAGMENT("a fragment that is malformed for ever", 2),
    CORRUPT_BODY("bytes that are wrong once", 1),
    SLOW_SINK("a sink that stands still", 1),
    FULL_DISK("checkpoints that cannot be written", 1),
    CLOCK_STEP("a step of the service's clock", 2);

    private final String title;
    private final int weight;

    FaultKind(String title, int weight) {
        this.title = title;
        this.weight = weight;
    }

    /** What it is, for reports. */
    public String title() {
        return title;
    }

    /** Whether the job goes on from a checkpoint or savepoint after it. */
    public boolean restores() {
        return switch (this) {
            case KILL_TASKMANAGER, KILL_JOBMANAGER, PAUSE_LONG, RESCALE, UPGRADE -> true;
            default -> false;
        };
    }

    /** Whether Flink may restore the job: a pause may be longer than Flink waits. */
    public boolean mayRestore() {
        return restores() || this == PAUSE_BRIEFLY;
    }

    /** How often it occurs in a plan, compared with others; 0 if it is placed by its own rule. */
    int weight() {
        return weight;
    }
}
