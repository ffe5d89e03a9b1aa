/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.Collector;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * The progress of each stream, for jobs that never restart; no fragments are kept. The service
 * numbers the fragments of a stream from 1, and that counter is part of their numbers: each arrived
 * once and in order if its counter is one more than the previous. Thread-safe: guarded by itself.
 */
final class Progress {

    private static final Map<String, Progress> BY_ID = new ConcurrentHashMap<>();

    private final String id = UUID.randomUUID().toString();
    private final Map<String, Integer> counts = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private int checkpoints;
    private boolean ended;

    Progress() {
        BY_ID.put(id, this);
    }

    Sink sink() {
        return new Sink(id);
    }

    private synchronized void see(String stream, int count) {
        int expected = counts.getOrDefault(stream, 0) + 1;
        if (count != expected) {
            wrong.add(stream + " goes on with " + count + ", not " + expected);
        }
        counts.put(stream, count);
        notifyAll();
    }

    private synchronized void checkpointed() {
        checkpoints++;
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    // ---- for tests ----------------------------------------------------------------------------

    /** Fragments that arrived twice, or without their predecessor. */
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    /** The fewest fragments of any of this many streams. */
    synchronized int least(int streams) {
        return counts.size() < streams
                ? 0
                : counts.values().stream().mapToInt(Integer::intValue).min().orElse(0);
    }

    synchronized void awaitLeast(int streams, int count, Duration timeout) {
        await(() -> least(streams) >= count, count + " of each", timeout);
    }

    synchronized void awaitCounts(Map<String, Integer> expected, Duration timeout) {
        await(() -> counts.equals(expected), expected.toString(), timeout);
    }

    /** Waits for the next checkpoint, or the end of the job. */
    synchronized void awaitCheckpoint() {
        int next = checkpoints + 1;
        await(() -> checkpoints >= next || ended, "a checkpoint", KvsTestBase.TIME);
    }

    private void await(BooleanSupplier condition, String what, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                throw new AssertionError("Not within " + timeout + ": " + what + "; " + counts);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("Interrupted", e);
            }
        }
    }

    // ---- for jobs -----------------------------------------------------------------------------

    /** Turns fragments into names and counters. */
    static final class Schema implements KvsDeserializationSchema<String> {

        private static final long serialVersionUID = 1L;

        private static final int COUNTER_SHIFT = 92;

        private final boolean media;

        /**
         * @param media whether the reader has to keep media, though nobody looks at it
         */
        Schema(boolean media) {
            this.media = media;
        }

        @Override
        public void deserialize(Fragment fragment, Collector<String> out) {
            BigInteger number = new BigInteger(fragment.number().toString());
            out.collect(fragment.streamName() + " " + number.shiftRight(COUNTER_SHIFT).intValue());
        }

        @Override
        public boolean needsMedia() {
            return media;
        }

        @Override
        public TypeInformation<String> getProducedType() {
            return Types.STRING;
        }
    }

    /** Finds its {@link Progress} by id, since it is serialized on its way into the cluster. */
    static final class Sink extends RichMapFunction<String, String> implements CheckpointListener {

        private static final long serialVersionUID = 1L;

        private final String id;

        private Sink(String id) {
            this.id = id;
        }

        @Override
        public String map(String record) {
            int blank = record.indexOf(' ');
            BY_ID.get(id)
                    .see(record.substring(0, blank), Integer.parseInt(record.substring(blank + 1)));
            return record;
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            BY_ID.get(id).checkpointed();
        }

        @Override
        public void close() {
            BY_ID.get(id).end();
        }
    }
}
