/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.audio.CallAudioFunction;
import io.github.flinkkvs.media.file.MkvMerger;
import io.github.flinkkvs.media.table.KvsFrames;
import io.github.flinkkvs.media.table.KvsJpeg;
import io.github.flinkkvs.media.table.KvsTags;
import io.github.flinkkvs.media.table.KvsWav;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Audio, pictures, files and SQL functions handle any content of fragments within a small heap, and
 * nothing fails.
 */
class MediaFuzzTest {

    private static final PictureOptions SMALL = PictureOptions.defaults().maxPixels(1 << 20);

    @Fuzzed
    void anyFragments(byte[] media) throws Exception {
        List<Fragment> fragments =
                Assembly.of(
                                media,
                                () -> media.length,
                                true,
                                Integer.MAX_VALUE,
                                FragmentEnd.NEXT_FRAGMENT)
                        .fragments;
        if (fragments.isEmpty()) {
            return;
        }
        checkCalls(fragments, CallAudioFunction.builder().maxPartBytes(1 << 20));
        checkCalls(fragments, CallAudioFunction.builder().maxPartBytes(1 << 10).stereo(true));
        checkMerging(new MkvMerger(OutputStream.nullOutputStream()), fragments);
        checkMerging(MkvMerger.withoutPauses(OutputStream.nullOutputStream()), fragments);
        try (VideoDecoder decoder = new VideoDecoder(SMALL)) {
            for (Fragment fragment : fragments) {
                decoder.decode(fragment, picture -> {});
            }
        }
        if (fragments.size() == 1) {
            checkFunctions(media);
        }
    }

    private static void checkCalls(List<Fragment> fragments, CallAudioFunction.Builder function)
            throws Exception {
        try (KeyedOneInputStreamOperatorTestHarness<String, Fragment, CallAudio> operator =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new KeyedProcessOperator<>(function.build()),
                        Fragment::streamName,
                        Types.STRING)) {
            operator.open();
            for (Fragment fragment : fragments) {
                operator.processElement(fragment, 0);
            }
            operator.processWatermark(Watermark.MAX_WATERMARK);
            Set<String> parts = new HashSet<>();
            for (CallAudio call : operator.extractOutputValues()) {
                Check.that(!call.duration().isNegative(), call);
                Check.that(call.fileName().length() <= 255, call.fileName());
                String part = call.serverTimestampMillis() + call.track() + call.part();
                Check.that(call.callId() != null || parts.add(part), call);
            }
        }
    }

    private static void checkMerging(MkvMerger merger, List<Fragment> fragments)
            throws IOException {
        for (Fragment fragment : fragments) {
            try {
                merger.add(fragment);
            } catch (MkvException e) {
                Check.saysSomething(e);
            }
        }
    }

    private static void checkFunctions(byte[] payload) throws Exception {
        FunctionContext context =
                new FunctionContext(null) {
                    @Override
                    public MetricGroup getMetricGroup() {
                        return new UnregisteredMetricsGroup();
                    }
                };
        KvsWav wav = new KvsWav();
        wav.open(context);
        wav.eval(payload, null);
        KvsJpeg jpeg = new KvsJpeg();
        jpeg.open(context);
        jpeg.eval(payload, null, null, null);
        jpeg.close();
        KvsFrames frames = new KvsFrames();
        frames.open(context);
        frames.setCollector(new Nowhere());
        frames.eval(payload);
        KvsTags tags = new KvsTags();
        tags.open(context);
        tags.setCollector(new Nowhere());
        tags.eval(payload);
    }

    private static final class Nowhere implements Collector<Row> {
        @Override
        public void collect(Row row) {}

        @Override
        public void close() {}
    }
}
