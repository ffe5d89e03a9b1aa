/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

import java.util.Objects;
import java.util.function.Consumer;

/** Discards records after showing each to a probe, in the thread of the task. */
final class ProbeSink<T> implements Sink<T> {

    private static final long serialVersionUID = 1L;

    /** The sink in the job is a copy, but it runs in this JVM: so it finds its probe here. */
    private static volatile Consumer<?> probe;

    ProbeSink(Consumer<T> newProbe) {
        probe = Objects.requireNonNull(newProbe);
    }

    @Override
    @SuppressWarnings("unchecked")
    public SinkWriter<T> createWriter(WriterInitContext context) {
        Consumer<T> looker = (Consumer<T>) probe;
        return new SinkWriter<>() {
            @Override
            public void write(T record, Context ignored) {
                looker.accept(record);
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public void close() {}
        };
    }
}
