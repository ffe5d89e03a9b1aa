/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser;

import java.util.function.IntFunction;

/** Who is measured, in the order of each round. */
public enum Peer {
    LIMIT("limit", largest -> new Limit()),
    CONNECTOR_1K("ours, 1 KiB", largest -> new Connector(1 << 10, largest)),
    CONNECTOR_8K("ours, 8 KiB", largest -> new Connector(8 << 10, largest)),
    CONNECTOR_64K("ours, 64 KiB", largest -> new Connector(64 << 10, largest)),
    AWS("AWS's library", largest -> new AwsLibrary()),
    JEBML("jebml", largest -> new Jebml());

    private final String label;
    private final IntFunction<Contender> contender;

    Peer(String label, IntFunction<Contender> contender) {
        this.label = label;
        this.contender = contender;
    }

    String label() {
        return label;
    }

    Contender contender(int largestFragment) {
        return contender.apply(largestFragment);
    }
}
