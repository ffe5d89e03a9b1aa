/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

/** Decides which reader gets a stream: the one with the fewest so far. Used by one thread only. */
final class SplitPlacement {

    private final int[] splitsOfReader;

    SplitPlacement(int readers) {
        this.splitsOfReader = new int[readers];
    }

    /** The reader for one more split. */
    int place() {
        int fewest = 0;
        for (int reader = 1; reader < splitsOfReader.length; reader++) {
            if (splitsOfReader[reader] < splitsOfReader[fewest]) {
                fewest = reader;
            }
        }
        splitsOfReader[fewest]++;
        return fewest;
    }
}
