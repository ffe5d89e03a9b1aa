/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.decode;

import io.github.flinkkvs.benchmarks.jvm.ChildJvm;
import io.github.flinkkvs.benchmarks.jvm.CompilerCpu;
import io.github.flinkkvs.benchmarks.parser.media.MediaSet;
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;

import com.sun.management.OperatingSystemMXBean;

import javax.annotation.Nullable;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The connector's decoder, in a separate JVM. It reads one order per line and answers each. */
final class OwnDecoder {

    /**
     * What to decode.
     *
     * @param set the file with the fragments
     * @param width the width of the pictures, which keep their shape; 0 for that of the video
     * @param times how often to repeat it
     * @param jpegs the frames that become JPEGs; null for the pixels of all frames
     * @param out receives the JPEGs, one after the other; null to write nothing
     */
    record Order(File set, int width, int times, @Nullable JpegFrames jpegs, @Nullable File out) {}

    /** Frames that become JPEGs. */
    enum JpegFrames {
        KEY_FRAMES,
        ALL
    }

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static final CompilerCpu COMPILERS = CompilerCpu.own();

    @Nullable private File set;
    private List<Fragment> fragments = List.of();
    private long frames;
    private long bytes;

    public static void main(String[] arguments) throws IOException {
        OwnDecoder decoder = new OwnDecoder();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line;
        while ((line = in.readLine()) != null) {
            Order order = ChildJvm.JSON.readValue(line, Order.class);
            System.out.println(ChildJvm.JSON.writeValueAsString(decoder.follow(order)));
        }
    }

    private Decoding follow(Order order) throws IOException {
        if (!order.set.equals(set)) {
            fragments = ChildJvm.JSON.readValue(order.set, MediaSet.class).fragments();
            set = order.set;
        }
        frames = 0;
        bytes = 0;
        PictureOptions options =
                PictureOptions.defaults().size(order.width, 0).threads(1).failOnDamage();
        if (order.jpegs != null) {
            options = options.jpeg();
        }
        if (order.jpegs == JpegFrames.KEY_FRAMES) {
            options = options.keyFramesOnly();
        }
        // Garbage of reading and of earlier orders must not count for this one.
        System.gc();
        long begin = cpuNanos();
        try (VideoDecoder decoder = new VideoDecoder(options);
                OutputStream out = order.out == null ? null : new FileOutputStream(order.out)) {
            for (int i = 0; i < order.times; i++) {
                for (Fragment fragment : fragments) {
                    decoder.decode(fragment, picture -> take(picture, out));
                }
            }
        }
        return new Decoding(frames, bytes, (cpuNanos() - begin) / 1e9);
    }

    private void take(Picture picture, @Nullable OutputStream out) {
        frames++;
        bytes += picture.pixels().remaining();
        if (out != null) {
            try {
                PictureWriter.jpeg().write(picture, out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The CPU time of the whole process, as for the program, without the compiler threads. */
    private static long cpuNanos() {
        return SYSTEM.getProcessCpuTime() - COMPILERS.nanos();
    }

    private OwnDecoder() {}
}
