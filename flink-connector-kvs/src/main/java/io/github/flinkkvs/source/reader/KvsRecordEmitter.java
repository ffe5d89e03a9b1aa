/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.source.serialization.KvsFrameDeserializationSchema;
import io.github.flinkkvs.source.session.StreamEvent;
import io.github.flinkkvs.source.split.KvsSplitState;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.util.Collector;

import javax.annotation.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes records from a fragment or a frame, emits them and moves the position. The position moves
 * nowhere else, so duplicates could only come from here. Flink takes no checkpoint in the middle of
 * a call. Runs in the task thread.
 */
@Internal
public final class KvsRecordEmitter<T> implements RecordEmitter<StreamEvent, T, KvsSplitState> {

    private final KvsDeserializationSchema<T> schema;

    /** The schema if it wants frames, else null, since none come. */
    @Nullable private final KvsFrameDeserializationSchema<T> frameSchema;

    private final KvsReaderMetrics metrics;
    private final Records<T> records = new Records<>();
    private long emitted;

    public KvsRecordEmitter(KvsDeserializationSchema<T> schema, KvsReaderMetrics metrics) {
        this.schema = schema;
        this.frameSchema =
                schema instanceof KvsFrameDeserializationSchema
                        ? (KvsFrameDeserializationSchema<T>) schema
                        : null;
        this.metrics = metrics;
    }

    @Override
    public void emitRecord(StreamEvent event, SourceOutput<T> output, KvsSplitState state)
            throws Exception {
        if (event instanceof StreamEvent.FragmentArrived) {
            Fragment fragment = ((StreamEvent.FragmentArrived) event).fragment();
            emit(
                    fragment,
                    () -> schema.deserialize(fragment, records),
                    fragment.producerTimestampMillis(),
                    output);
        } else if (event instanceof StreamEvent.FrameArrived) {
            FrameRecord frame = ((StreamEvent.FrameArrived) event).frame();
            emit(
                    frame,
                    () -> frameSchema.deserialize(frame, records),
                    frame.frame().timestampMillis(),
                    output);
        } else {
            metrics.onNoRecord();
        }
        event.applyTo(state);
        event.onEmitted();
    }

    private void emit(
            Object source, Deserialization made, long timestampMillis, SourceOutput<T> output)
            throws IOException {
        records.list.clear();
        try {
            made.run();
        } catch (Exception e) {
            metrics.onRecordError();
            throw new IOException("No record could be made of " + source + ": " + e, e);
        }
        // Outside of the try block: the schema is not to blame for what a downstream operator
        // throws.
        for (T record : records.list) {
            output.collect(record, timestampMillis);
        }
        emitted += records.list.size();
        records.list.clear();
    }

    /** The number of records so far. */
    long emitted() {
        return emitted;
    }

    private interface Deserialization {
        void run() throws Exception;
    }

    private static final class Records<T> implements Collector<T> {

        private final List<T> list = new ArrayList<>();

        @Override
        public void collect(T record) {
            list.add(record);
        }

        @Override
        public void close() {}
    }
}
