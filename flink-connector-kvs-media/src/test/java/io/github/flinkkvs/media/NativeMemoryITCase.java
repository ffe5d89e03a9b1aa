/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.media.video.KeyFrameDecoder;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.awt.image.BufferedImage;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** All memory outside Java's heap is freed by the code that allocated it. */
class NativeMemoryITCase {

    private Fragment fragment;
    private byte[] smallJpeg;

    @BeforeEach
    void read() throws Exception {
        fragment = TestFragments.ofCamera(1).get(0);
        smallJpeg =
                PictureWriter.jpeg()
                        .encode(new BufferedImage(32, 16, BufferedImage.TYPE_3BYTE_BGR));
    }

    /** Nothing else would free it, neither a thread nor the garbage collector. */
    @Test
    void nothingIsLeftToTheGarbageCollector() throws Exception {
        decodeInAllWays();
        // Constants of FFmpeg.
        long before = Pointer.totalCount();
        decodeInAllWays();

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("JavaCPP Deallocator");
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    /** A decoder takes more than half a megabyte. */
    @Test
    void closedDecodersTakeNoMemory() throws Exception {
        assertThat(FixedHeapProcess.run(Decode.class)).isLessThan(32 << 20);
    }

    /** Prints by how much the memory of the process has grown. */
    static final class Decode {
        public static void main(String[] arguments) throws Exception {
            NativeMemoryITCase test = new NativeMemoryITCase();
            test.read();
            long before = 0;
            for (int i = 0; i < 150; i++) {
                test.decodeInAllWays();
                before = i == 50 ? Pointer.physicalBytes() : before;
            }
            System.out.println(Pointer.physicalBytes() - before);
        }
    }

    /**
     * Decodes to the end, stops in mid-stream, fails on damage, and has an invalid CodecPrivate;
     * decodes to pixels, to JPEGs of several sizes, and pictures too large for a JPEG.
     */
    private void decodeInAllWays() throws Exception {
        decodeInAllWays(PictureOptions.defaults());
        decodeInAllWays(PictureOptions.defaults().jpeg());
        try (VideoDecoder decoder =
                new VideoDecoder(PictureOptions.defaults().size(1, 66_000).jpeg())) {
            decoder.picture(fragment, 0);
            assertThat(decoder.lastDamage()).endsWith("A picture of 1x66000 cannot be a JPEG");
        }
        try (KeyFrameDecoder decoder = new KeyFrameDecoder(PictureOptions.defaults().jpeg())) {
            Frame frame = fragment.frames().get(0);
            Track track = fragment.tracks().get(0);
            byte[] jpeg = decoder.jpeg(track.codecId(), track.codecPrivate(), frame.data());
            decoder.jpeg("V_MJPEG", null, ByteBuffer.wrap(smallJpeg));
            assertThat(decoder.jpeg(track.codecId(), track.codecPrivate(), frame.data()))
                    .isEqualTo(jpeg);
        }
    }

    private void decodeInAllWays(PictureOptions options) throws Exception {
        List<FrameRecord> records = FrameRecord.of(fragment);
        try (VideoDecoder decoder = new VideoDecoder(options)) {
            decoder.decode(fragment, picture -> {});
        }
        try (VideoDecoder decoder = new VideoDecoder(options)) {
            decoder.decode(records.get(0), picture -> {});
            decoder.decode(records.get(1), picture -> {});
        }
        try (VideoDecoder decoder = new VideoDecoder(options.failOnDamage())) {
            decoder.decode(records.get(0), picture -> {});
            assertThatThrownBy(
                            () ->
                                    decoder.decode(
                                            fragment,
                                            picture -> {
                                                throw new IllegalStateException("full");
                                            }))
                    .hasMessage("full");
        }
        try (KeyFrameDecoder decoder = new KeyFrameDecoder(options)) {
            assertThatThrownBy(
                            () ->
                                    decoder.decode(
                                            "V_MPEG4/ISO/AVC",
                                            new byte[] {1, 2, 3, 4, 5, 6, 7, 8},
                                            records.get(0).frame().data()))
                    .isInstanceOf(MediaException.class);
        }
    }

    /** Other code in the same job may rely on it. */
    @Test
    void pointersOfOthersAreFreedWhenTheyAreUnreachable() throws Exception {
        decodeInAllWays();
        long before = Pointer.totalBytes();
        ReferenceQueue<Object> collected = new ReferenceQueue<>();
        WeakReference<Pointer> forgotten =
                new WeakReference<>(new BytePointer(1_000_000), collected);
        assertThat(Pointer.totalBytes()).isEqualTo(before + 1_000_000);
        System.gc();
        assertThat(collected.remove(30_000)).isSameAs(forgotten);
        // The same collection finds both of its references and queues one after the other.
        System.gc();

        decodeInAllWays();

        assertThat(Pointer.totalBytes()).isEqualTo(before);
    }
}
