/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

/**
 * Decides which reader gets a stream: the one with the fewest that are live, the first of several.
 * Used by one thread only.
 */
final class SplitPlacement {

    /** By reader: the streams that it has or will get. */
    private final int[] live;

    SplitPlacement(int readers) {
        this.live = new int[readers];
    }

    int readers() {
        return live.length;
    }

    /** The reader for one more stream, which counts from now on. */
    int place() {
        int fewest = 0;
        for (int reader = 1; reader < live.length; reader++) {
            if (live[reader] < live[fewest]) {
                fewest = reader;
            }
        }
        live[fewest]++;
        return fewest;
    }

    /** A reader has one more stream. */
    void began(int reader) {
        live[reader]++;
    }

    /** A stream of a reader is over. */
    void ended(int reader) {
        live[reader]--;
    }
}
