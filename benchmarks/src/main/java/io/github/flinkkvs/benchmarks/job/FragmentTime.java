/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

/**
 * When a fragment or frame was sent or received, by the clock that all processes of a machine
 * share: on Linux, {@link System#nanoTime()} counts from the start of the machine.
 */
record FragmentTime(String stream, String number, long nanos) {

    static FragmentTime ofFrame(String stream, String fragmentNumber, int index, long nanos) {
        return new FragmentTime(stream, fragmentNumber + "." + index, nanos);
    }

    static FragmentTime parse(String line) {
        String[] parts = line.split(" ");
        return new FragmentTime(parts[0], parts[1], Long.parseLong(parts[2]));
    }

    @Override
    public String toString() {
        return stream + " " + number + " " + nanos;
    }
}
