/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.decode;

/**
 * What was decoded, and the time that it took.
 *
 * @param bytes the number of bytes of all pictures
 * @param cpuSeconds CPU time on all processors together, excluding one-time work at the start
 */
record Decoding(long frames, long bytes, double cpuSeconds) {

    double framesPerSecond() {
        return frames / cpuSeconds;
    }
}
