/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureTypeInfo;
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;
import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.Collector;

/**
 * Fragments to pictures, each fragment for itself: nothing is kept from one to the next, so it
 * survives failures as it is, and fragments may come in any order, to any subtask.
 *
 * <p>Counts {@code decodedFrames}, {@code damagedFrames} and {@code skippedFrames}.
 */
@PublicEvolving
public final class DecodeFragments extends RichFlatMapFunction<Fragment, Picture>
        implements ResultTypeQueryable<Picture> {

    private static final long serialVersionUID = 1L;

    private final PictureOptions options;

    private transient VideoDecoder decoder;
    private transient Counter decodedFrames;
    private transient Counter damagedFrames;
    private transient Counter skippedFrames;

    public DecodeFragments(PictureOptions options) {
        this.options = options;
    }

    @Override
    public void open(OpenContext context) {
        // A machine that cannot decode is to be known before the first fragment.
        FFmpegLibrary.load();
        decoder = new VideoDecoder(options);
        decodedFrames = getRuntimeContext().getMetricGroup().counter("decodedFrames");
        damagedFrames = getRuntimeContext().getMetricGroup().counter("damagedFrames");
        skippedFrames = getRuntimeContext().getMetricGroup().counter("skippedFrames");
    }

    @Override
    public void flatMap(Fragment fragment, Collector<Picture> out) {
        try {
            decoder.decode(fragment, out::collect);
        } finally {
            decodedFrames.inc(decoder.decodedFrames() - decodedFrames.getCount());
            damagedFrames.inc(decoder.damagedFrames() - damagedFrames.getCount());
            skippedFrames.inc(decoder.skippedFrames() - skippedFrames.getCount());
        }
    }

    @Override
    public void close() {
        if (decoder != null) {
            decoder.close();
        }
    }

    @Override
    public TypeInformation<Picture> getProducedType() {
        return PictureTypeInfo.INSTANCE;
    }
}
