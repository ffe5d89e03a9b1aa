/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/**
 * Reads the payloads of one function, and counts those that it cannot use. No content of a payload
 * fails a query. Not thread-safe.
 */
final class Payloads {

    /** A fragment does not contain the name of its stream. */
    private static final String STREAM = "unknown";

    private final String function;
    private final Counter damaged;
    private final RareWarning warning;

    Payloads(String function, MetricGroup metrics) {
        this(function, metrics, System::nanoTime);
    }

    /**
     * @param function its name in SQL
     */
    Payloads(String function, MetricGroup metrics, LongSupplier nanoTime) {
        this.function = function;
        this.damaged = metrics.addGroup(function).counter("damagedPayloads");
        this.warning = new RareWarning(nanoTime);
    }

    /** The fragment without its media, which takes little memory; null if it cannot be read. */
    @Nullable
    Fragment readTags(byte[] payload) {
        return read(payload, false);
    }

    /** The fragment; null if it cannot be read. */
    @Nullable
    Fragment read(byte[] payload) {
        return read(payload, true);
    }

    @Nullable
    private Fragment read(byte[] payload, boolean media) {
        int[] count = new int[1];
        Fragment[] first = new Fragment[1];
        FragmentHandler handler =
                new FragmentHandler() {
                    @Override
                    public void onFragment(Fragment fragment) {
                        // Only the first is kept: a payload may consist of thousands.
                        if (count[0]++ == 0) {
                            first[0] = fragment;
                        }
                    }

                    @Override
                    public void onServiceError(ServiceError error) {}
                };
        // Archived media has no trailing Tags. Those of GetMedia end a fragment in this mode, too.
        FragmentAssembler assembler =
                new FragmentAssembler(
                        STREAM, null, media, Integer.MAX_VALUE, FragmentEnd.NEXT_FRAGMENT);
        try {
            assembler.feed(ByteBuffer.wrap(payload), handler);
            assembler.completeLast(handler);
        } catch (MkvException e) {
            onDamage(payload, e.getMessage());
            return null;
        }
        if (count[0] != 1) {
            onDamage(payload, count[0] + " fragments in place of one");
            return null;
        }
        return first[0];
    }

    /** One picture of a fragment; null if there is no such picture, or if it is damaged. */
    @Nullable
    Picture decode(VideoDecoder decoder, byte[] payload, Fragment fragment, int place) {
        long damagedFrames = decoder.damagedFrames();
        Picture picture = decoder.picture(fragment, place);
        if (picture == null && decoder.damagedFrames() > damagedFrames) {
            onDamage(payload, decoder.lastDamage());
        }
        return picture;
    }

    /**
     * Counts a payload that cannot be used, and logs that at most once a minute.
     *
     * @param what the problem, without content of the payload
     */
    void onDamage(byte[] payload, @Nullable String what) {
        damaged.inc();
        warning.log(
                () ->
                        function
                                + " makes nothing of a payload of "
                                + payload.length
                                + " bytes: "
                                + what);
    }
}
