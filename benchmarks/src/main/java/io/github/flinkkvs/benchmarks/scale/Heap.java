/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import java.util.ArrayList;
import java.util.List;

/**
 * The heap of a TaskManager, touched beforehand.
 *
 * @param megabytes its fixed size
 * @param hugePages whether it has them, where the JVM can: fewer places in memory to look up
 */
record Heap(int megabytes, Collector collector, boolean hugePages) {

    /** What collects its garbage. */
    enum Collector {
        /** What Java 17 takes by default. */
        G1,
        /** With half of the heap for what is young: media should die there. */
        PARALLEL
    }

    List<String> flags() {
        List<String> flags = new ArrayList<>(pages());
        flags.add("-Xms" + megabytes + "m");
        flags.add("-XX:+AlwaysPreTouch");
        if (collector == Collector.G1) {
            flags.add("-XX:+UseG1GC");
        } else {
            flags.add("-XX:+UseParallelGC");
            flags.add("-Xmn" + megabytes / 2 + "m");
        }
        return flags;
    }

    /** The flags for huge pages, also of another JVM. */
    List<String> pages() {
        return hugePages && System.getProperty("os.name").equals("Linux")
                ? List.of("-XX:+UseTransparentHugePages")
                : List.of();
    }
}
