/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.split.FragmentPosition;

import org.apache.flink.annotation.Internal;

/** A fragment that is being received, once its leading Tags were read. Immutable. */
@Internal
public final class PartialFragment {

    private final FragmentNumber number;
    private final long serverMillis;
    private final long producerMillis;

    /**
     * @param serverMillis its server timestamp, in epoch millis
     * @param producerMillis its producer timestamp, in epoch millis
     */
    public PartialFragment(FragmentNumber number, long serverMillis, long producerMillis) {
        this.number = number;
        this.serverMillis = serverMillis;
        this.producerMillis = producerMillis;
    }

    public FragmentNumber number() {
        return number;
    }

    /** Epoch millis. */
    public long serverMillis() {
        return serverMillis;
    }

    /** Epoch millis. */
    public long producerMillis() {
        return producerMillis;
    }

    public FragmentPosition position() {
        return new FragmentPosition(number, serverMillis);
    }
}
