/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.split;

import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.annotation.Internal;

/** Where a fragment stands in its stream. Immutable. */
@Internal
public final class FragmentPosition {

    private final FragmentNumber number;
    private final long serverTimestampMillis;

    public FragmentPosition(FragmentNumber number, long serverTimestampMillis) {
        this.number = number;
        this.serverTimestampMillis = serverTimestampMillis;
    }

    public FragmentNumber number() {
        return number;
    }

    /** Epoch millis, by the service's clock. */
    public long serverTimestampMillis() {
        return serverTimestampMillis;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FragmentPosition
                && number.equals(((FragmentPosition) other).number)
                && serverTimestampMillis == ((FragmentPosition) other).serverTimestampMillis;
    }

    @Override
    public int hashCode() {
        return number.hashCode();
    }

    @Override
    public String toString() {
        return "fragment " + number;
    }
}
