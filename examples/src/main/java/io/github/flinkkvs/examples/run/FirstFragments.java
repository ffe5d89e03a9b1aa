/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.run;

import io.github.flinkkvs.examples.input.Input;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

import java.util.function.Function;

/**
 * Passes only the first fragments on, and then ends the input for the operators that follow, by
 * emitting the maximum watermark. The source itself may never end.
 */
public final class FirstFragments implements FilterFunction<Fragment> {

    private static final long serialVersionUID = 1L;

    private final long limit;
    private long passed;

    private FirstFragments(long limit) {
        this.limit = limit;
    }

    /**
     * What a job makes of fragments: of all, or of the first {@link Input#maxFragments()}, with an
     * empty line after the last one.
     *
     * @param job makes lines of fragments
     */
    public static DataStream<String> lines(
            StreamExecutionEnvironment env,
            Input input,
            Function<DataStream<Fragment>, DataStream<String>> job) {
        KvsSource<Fragment> source =
                input.<Fragment>source()
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .build();
        DataStream<Fragment> fragments =
                env.fromSource(source, WatermarkStrategy.noWatermarks(), "Kinesis video streams")
                        .uid("kvs");
        if (input.maxFragments() == 0) {
            return job.apply(fragments);
        }
        DataStream<Fragment> first = first(fragments, input.maxFragments());
        return end(first, job.apply(first));
    }

    /** Limits a stream to its first fragments. */
    private static DataStream<Fragment> first(DataStream<Fragment> fragments, long limit) {
        return fragments
                .filter(new FirstFragments(limit))
                .setParallelism(1)
                .uid("first")
                .assignTimestampsAndWatermarks(
                        WatermarkStrategy.forGenerator(context -> new EndAfter(limit)))
                .setParallelism(1)
                .uid("end");
    }

    /**
     * Adds an empty line after the last line that the first fragments lead to.
     *
     * @param first what {@link #first} returned
     * @param lines what the job makes of it
     */
    private static DataStream<String> end(DataStream<Fragment> first, DataStream<String> lines) {
        return first.map(fragment -> "")
                .returns(Types.STRING)
                .union(lines)
                .keyBy(line -> 0, Types.INT)
                .process(new LastLine())
                .setParallelism(1)
                .uid("last-line");
    }

    @Override
    public boolean filter(Fragment fragment) {
        return passed++ < limit;
    }

    private static final class EndAfter implements WatermarkGenerator<Fragment> {
        private final long limit;
        private long seen;

        EndAfter(long limit) {
            this.limit = limit;
        }

        @Override
        public void onEvent(Fragment fragment, long timestamp, WatermarkOutput output) {
            if (++seen == limit) {
                output.emitWatermark(Watermark.MAX_WATERMARK);
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            // Only the number of fragments matters.
        }
    }

    private static final class LastLine extends KeyedProcessFunction<Integer, String, String> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(String line, Context context, Collector<String> out) {
            context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
            if (!line.isEmpty()) {
                out.collect(line);
            }
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<String> out) {
            out.collect("");
        }
    }
}
