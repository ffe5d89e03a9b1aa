/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The streams whose tags did not fit, and when to ask for their tags again: tags are often set soon
 * after a stream is created, and seldom later, so each answer doubles the time to the next
 * question. Not larger than the list of streams. Guarded by itself.
 */
final class TagMemory {

    private static final long MAX_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(15);

    private static final class Unfit {
        StreamDescription stream;
        long intervalNanos;
        long dueNanos;
        long listedIn;
    }

    private final long firstIntervalNanos;
    private final Map<StreamArn, Unfit> streams = new HashMap<>();
    private long scan;

    /**
     * @param firstIntervalNanos how long after the first answer to ask again
     */
    TagMemory(long firstIntervalNanos) {
        this.firstIntervalNanos = Math.min(firstIntervalNanos, MAX_INTERVAL_NANOS);
    }

    synchronized void beginScan() {
        scan++;
    }

    /** The streams among these whose tags were never requested; notes that the others exist. */
    synchronized List<StreamDescription> neverAsked(List<StreamDescription> listed) {
        List<StreamDescription> never = new ArrayList<>();
        for (StreamDescription stream : listed) {
            Unfit known = streams.get(stream.arn());
            if (known == null) {
                never.add(stream);
            } else {
                known.stream = stream;
                known.listedIn = scan;
            }
        }
        return never;
    }

    /** The tags of a stream do not fit. */
    synchronized void add(StreamDescription stream, long nanoTime) {
        Unfit unfit = streams.get(stream.arn());
        if (unfit == null) {
            unfit = new Unfit();
            unfit.intervalNanos = firstIntervalNanos;
            streams.put(stream.arn(), unfit);
        } else {
            unfit.intervalNanos = Math.min(2 * unfit.intervalNanos, MAX_INTERVAL_NANOS);
        }
        unfit.stream = stream;
        unfit.dueNanos = nanoTime + unfit.intervalNanos;
        unfit.listedIn = scan;
    }

    synchronized void remove(StreamDescription stream) {
        streams.remove(stream.arn());
    }

    /**
     * The streams that the scan lists and whose tags are to be requested again, longest due first.
     */
    synchronized List<StreamDescription> due(long nanoTime, long limit) {
        return streams.values().stream()
                .filter(unfit -> unfit.listedIn == scan && unfit.dueNanos - nanoTime <= 0)
                .sorted(Comparator.comparingLong(unfit -> unfit.dueNanos - nanoTime))
                .limit(limit)
                .map(unfit -> unfit.stream)
                .collect(Collectors.toList());
    }

    /** The scan is complete: what it did not list does not exist any more. */
    synchronized void endScan() {
        streams.values().removeIf(unfit -> unfit.listedIn < scan);
    }
}
