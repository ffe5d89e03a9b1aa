/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.audio.CallAudioFunction;
import io.github.flinkkvs.media.clip.Clip;
import io.github.flinkkvs.media.clip.ClipRequest;
import io.github.flinkkvs.media.clip.FetchClip;
import io.github.flinkkvs.media.table.KvsClip;
import io.github.flinkkvs.media.table.KvsJpeg;
import io.github.flinkkvs.media.table.KvsWav;
import io.github.flinkkvs.media.video.DecodeFragments;
import io.github.flinkkvs.media.video.DecodeFrames;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.FrameRecordTypeInfo;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.accumulators.IntCounter;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.util.Collector;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** A user's program that uses all media functions on fragments from a stream, and fetches clips. */
public final class MediaJob {

    private MediaJob() {}

    /**
     * @param arguments the stream, its last fragment, and keys and values of options
     */
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Configuration options = options(arguments, 2);
        DataStream<Fragment> fragments =
                env.fromSource(
                        KvsSource.<Fragment>builder()
                                .setStreams(arguments[0])
                                .setStartingPosition(StartingPosition.earliest())
                                .setStoppingPosition(StoppingPosition.atFragment(arguments[1]))
                                .setDeserializationSchema(KvsDeserializationSchema.fragments())
                                .setSourceConfig(options)
                                .build(),
                        WatermarkStrategy.noWatermarks(),
                        "camera");
        DataStream<byte[]> bytes = fragments.map(new ToBytes());
        counted(
                "files of decoded fragments",
                fragments
                        .flatMap(new DecodeFragments(PictureOptions.defaults().size(64, 0)))
                        .map(new ToFiles()));
        counted(
                "decoded frames",
                fragments
                        .flatMap(new ToFrames())
                        .keyBy(frame -> frame.fragment().streamName())
                        .process(DecodeFrames.builder(PictureOptions.defaults()).build()));
        counted(
                "sounds",
                fragments
                        .keyBy(Fragment::streamName)
                        .process(CallAudioFunction.builder().build())
                        .map(CallAudio::fileName));
        counted("results of functions", bytes.flatMap(new Functions()));
        counted(
                "clips",
                AsyncDataStream.unorderedWait(
                        fragments,
                        FetchClip.of(MediaJob::clip).setConfig(options).build(),
                        1,
                        TimeUnit.MINUTES));
        counted("clips of a function", fragments.map(new ClipFunction(options)));
        env.execute();
    }

    /** The second in which a fragment was recorded. */
    private static ClipRequest clip(Fragment fragment) {
        Instant begin = Instant.ofEpochMilli(fragment.producerTimestampMillis());
        return ClipRequest.of(fragment.streamName(), begin, begin.plusMillis(500))
                .withFormat(Clip.Format.MP4);
    }

    /** Keys and values from this argument on. */
    static Configuration options(String[] arguments, int from) {
        Configuration options = new Configuration();
        for (int i = from; i < arguments.length; i += 2) {
            options.setString(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private static void counted(String what, DataStream<?> results) {
        results.map(new Count<>(what)).sinkTo(new DiscardingSink<>());
    }

    private static final class ToBytes implements MapFunction<Fragment, byte[]> {
        @Override
        public byte[] map(Fragment fragment) {
            byte[] bytes = new byte[fragment.bytes().remaining()];
            fragment.bytes().get(bytes);
            return bytes;
        }
    }

    private static final class ToFrames
            implements FlatMapFunction<Fragment, FrameRecord>, ResultTypeQueryable<FrameRecord> {
        @Override
        public void flatMap(Fragment fragment, Collector<FrameRecord> out) throws Exception {
            FrameRecord.of(fragment).forEach(out::collect);
        }

        @Override
        public TypeInformation<FrameRecord> getProducedType() {
            return FrameRecordTypeInfo.INSTANCE;
        }
    }

    private static final class ToFiles implements MapFunction<Picture, Integer> {
        @Override
        public Integer map(Picture picture) {
            return PictureWriter.jpeg().encode(picture).length
                    + PictureWriter.png().encode(picture).length;
        }
    }

    /** The functions that SQL calls. */
    private static final class Functions extends RichFlatMapFunction<byte[], Integer> {
        private transient KvsJpeg jpeg;
        private transient KvsWav wav;

        @Override
        public void open(OpenContext open) throws Exception {
            FunctionContext context = new FunctionContext(getRuntimeContext());
            jpeg = new KvsJpeg();
            jpeg.open(context);
            wav = new KvsWav();
            wav.open(context);
        }

        @Override
        public void flatMap(byte[] payload, Collector<Integer> out) {
            out.collect(jpeg.eval(payload, 0, 80, null).length);
            out.collect(wav.eval(payload, null).length);
        }

        @Override
        public void close() throws Exception {
            jpeg.close();
            wav.close();
        }
    }

    /** The function that SQL calls for clips, and that Flink serializes with its options. */
    private static final class ClipFunction extends RichMapFunction<Fragment, Integer> {
        private final KvsClip function;

        private ClipFunction(Configuration options) {
            function = new KvsClip(options);
        }

        @Override
        public void open(OpenContext open) {
            function.open(new FunctionContext(getRuntimeContext()));
        }

        @Override
        public Integer map(Fragment fragment) throws Exception {
            ClipRequest clip = clip(fragment);
            return function.eval(
                            clip.stream(),
                            Instant.ofEpochMilli(clip.fromMillis()),
                            Instant.ofEpochMilli(clip.toMillis()))
                    .length;
        }

        @Override
        public void close() {
            function.close();
        }
    }

    private static final class Count<T> extends RichMapFunction<T, T> {
        private final String what;
        private transient IntCounter results;

        private Count(String what) {
            this.what = what;
        }

        @Override
        public void open(OpenContext context) {
            results = getRuntimeContext().getIntCounter(what);
        }

        @Override
        public T map(T result) {
            results.add(1);
            return result;
        }
    }
}
