/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.video.PictureOptions;

import javax.annotation.Nullable;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The decoders of a function that makes JPEGs: one for each width and quality, opened when it is
 * first used. Checks these arguments. Not thread-safe. Memory is native: close it.
 *
 * @param <D> decoder
 */
final class JpegDecoders<D> implements AutoCloseable {

    /** A query uses one or two. Beyond the limit, the least recently used one is closed. */
    static final int MAX_DECODERS = 4;

    /** The width of the video. */
    static final int OWN_WIDTH = 0;

    static final int MAX_WIDTH = 16_384;

    private final String function;
    private final Function<PictureOptions, D> open;
    private final Consumer<D> close;
    private final Map<List<Number>, D> decoders = new LinkedHashMap<>(MAX_DECODERS, 0.75f, true);

    JpegDecoders(String function, Function<PictureOptions, D> open, Consumer<D> close) {
        this.function = function;
        this.open = open;
        this.close = close;
    }

    /**
     * The decoder that makes JPEGs of this width and quality, with the aspect ratio of the video.
     *
     * @param width in pixels; 0 or null for the width of the video
     * @param quality from 0 to 1; null for the default
     * @throws IllegalArgumentException if an argument is out of range
     */
    D decoder(@Nullable Integer width, @Nullable Double quality) {
        int pixels = width == null ? OWN_WIDTH : width;
        float goodness = quality == null ? PictureWriter.USUAL_QUALITY : (float) checked(quality);
        if (pixels < 0 || pixels > MAX_WIDTH) {
            throw wrong(
                    "width is from 1 to "
                            + MAX_WIDTH
                            + " pixels, or 0 for that of the video, not "
                            + width);
        }
        List<Number> settings = List.of(pixels, goodness);
        D decoder = decoders.get(settings);
        if (decoder == null) {
            if (decoders.size() == MAX_DECODERS) {
                Iterator<D> longestUnused = decoders.values().iterator();
                close.accept(longestUnused.next());
                longestUnused.remove();
            }
            decoder = open.apply(PictureOptions.defaults().size(pixels, 0).jpeg(goodness));
            decoders.put(settings, decoder);
        }
        return decoder;
    }

    private double checked(double quality) {
        if (!(quality >= 0 && quality <= 1)) {
            throw wrong("quality is from 0, small, to 1, good, not " + quality);
        }
        return quality;
    }

    IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(function + ": " + what);
    }

    @Override
    public void close() {
        decoders.values().forEach(close);
        decoders.clear();
    }
}
