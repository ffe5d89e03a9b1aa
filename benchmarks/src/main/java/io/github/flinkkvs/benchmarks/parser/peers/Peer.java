/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.peers;

import java.util.function.IntFunction;

/** The measured parsers by task, in the order of each round. */
public enum Peer {
    LIMIT(Task.FRAGMENTS, "limit", largest -> new Limit()),
    CONNECTOR_1K(Task.FRAGMENTS, "ours, 1 KiB", largest -> new Connector(1 << 10, largest)),
    CONNECTOR_8K(Task.FRAGMENTS, "ours, 8 KiB", largest -> new Connector(8 << 10, largest)),
    CONNECTOR_64K(Task.FRAGMENTS, "ours, 64 KiB", largest -> new Connector(64 << 10, largest)),
    AWS(Task.FRAGMENTS, "AWS's library", largest -> new AwsLibrary()),
    JEBML(Task.FRAGMENTS, "jebml", largest -> new Jebml()),

    ELEMENTS_AT_HAND(Task.ELEMENTS, "ours, at hand", largest -> new Elements(true, largest)),
    ELEMENTS(Task.ELEMENTS, "ours", largest -> new Elements(false, largest)),
    AWS_ELEMENTS(Task.ELEMENTS, "AWS's library", largest -> new AwsElements()),
    JEBML_ELEMENTS(Task.ELEMENTS, "jebml", largest -> new JebmlElements()),

    FRAMES_AT_HAND(Task.FRAMES, "ours, at hand", largest -> new Frames(true, largest)),
    FRAMES(Task.FRAMES, "ours", largest -> new Frames(false, largest)),
    AWS_FRAMES(Task.FRAMES, "AWS's library", largest -> new AwsFrames()),
    JEBML_FRAMES(Task.FRAMES, "jebml", largest -> new Jebml());

    private final Task task;
    private final String label;
    private final IntFunction<Contender> contender;

    Peer(Task task, String label, IntFunction<Contender> contender) {
        this.task = task;
        this.label = label;
        this.contender = contender;
    }

    public Task task() {
        return task;
    }

    public boolean isOurs() {
        return label.startsWith("ours");
    }

    public String label() {
        return label;
    }

    public Contender contender(int largestFragment) {
        return contender.apply(largestFragment);
    }
}
