/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.mkv.Track;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

import javax.annotation.Nullable;

import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * How the pixels of a decoded frame are to be arranged to be shown: turned by quarters, mirrored,
 * or as they are coded. Immutable.
 */
final class Orientation {

    static final Orientation AS_CODED = new Orientation(false, false, false);

    /** Whether rows of the frame are shown as columns. */
    private final boolean transposed;

    /** Whether rows are shown from their end. */
    private final boolean fromRight;

    /** Whether the last row is shown first. */
    private final boolean fromBottom;

    private Orientation(boolean transposed, boolean fromRight, boolean fromBottom) {
        this.transposed = transposed;
        this.fromRight = fromRight;
        this.fromBottom = fromBottom;
    }

    /** What the frame itself says, or, where it says nothing, its track. */
    static Orientation of(AVFrame frame, @Nullable Track.Video declared) {
        AVFrameSideData own =
                avutil.av_frame_get_side_data(frame, avutil.AV_FRAME_DATA_DISPLAYMATRIX);
        if (own != null && own.size() >= 9 * Integer.BYTES) {
            IntBuffer matrix =
                    own.data()
                            .capacity(9 * Integer.BYTES)
                            .asByteBuffer()
                            .order(ByteOrder.nativeOrder())
                            .asIntBuffer();
            return of(matrix.get(0), matrix.get(1), matrix.get(3), matrix.get(4));
        }
        if (declared == null) {
            return AS_CODED;
        }
        double angle = Math.toRadians(declared.rotation());
        long cos = Math.round(Math.cos(angle));
        long sin = Math.round(Math.sin(angle));
        long left = declared.isMirrored() ? -1 : 1;
        return of(left * cos, -left * sin, sin, cos);
    }

    /**
     * That of a matrix, as the ffmpeg program takes it, but for angles that are no multiple of 90
     * degrees.
     *
     * @param a how far right it is shown what is one to the right
     * @param b how far down it is shown what is one to the right
     * @param c how far right it is shown what is one down
     * @param d how far down it is shown what is one down
     */
    private static Orientation of(long a, long b, long c, long d) {
        double angle = Math.toDegrees(Math.atan2(b / Math.hypot(b, d), a / Math.hypot(a, c)));
        long rounded = Math.round(angle);
        if (rounded % 90 != 0) {
            return AS_CODED;
        }
        return rounded % 180 == 0
                ? new Orientation(false, a < 0, d < 0)
                : new Orientation(true, b < 0, c < 0);
    }

    /** Whether what is wide is shown high. */
    boolean isTransposed() {
        return transposed;
    }

    boolean isAsCoded() {
        return !transposed && !fromRight && !fromBottom;
    }

    /**
     * Arranges the pixels of a frame whose components have 8 bits.
     *
     * @param shown gets them; with buffers of the same format, and with the sides exchanged if that
     *     {@link #isTransposed}
     */
    void arrange(AVFrame coded, AVFrame shown) {
        AVPixFmtDescriptor format = avutil.av_pix_fmt_desc_get(coded.format());
        for (int plane = 0; plane < avutil.av_pix_fmt_count_planes(coded.format()); plane++) {
            int pixel = format.comp(plane).step();
            boolean chroma = plane == 1 || plane == 2;
            int width = shifted(coded.width(), chroma ? format.log2_chroma_w() : 0);
            int height = shifted(coded.height(), chroma ? format.log2_chroma_h() : 0);
            byte[] pixels = arrange(coded.data(plane), coded.linesize(plane), width, height, pixel);
            int row = (transposed ? height : width) * pixel;
            BytePointer to = shown.data(plane);
            for (int at = 0; at < pixels.length; at += row) {
                to.position((long) at / row * shown.linesize(plane)).put(pixels, at, row);
            }
        }
    }

    /** Chroma has samples for the rest of an odd number of pixels, too. */
    private static int shifted(int length, int bits) {
        return (length + (1 << bits) - 1) >> bits;
    }

    /** A plane as it is shown, without gaps between rows. */
    private byte[] arrange(BytePointer plane, int stride, int width, int height, int pixel) {
        byte[] shown = new byte[Math.multiplyExact(width * pixel, height)];
        int right = (transposed ? height : 1) * (fromRight ? -pixel : pixel);
        int down = (transposed ? 1 : width) * (fromBottom ? -pixel : pixel);
        int first = (fromRight ? (1 - width) * right : 0) + (fromBottom ? (1 - height) * down : 0);
        byte[] row = new byte[width * pixel];
        for (int y = 0; y < height; y++) {
            plane.position((long) y * stride).get(row);
            int to = first + y * down;
            for (int from = 0; from < row.length; from += pixel) {
                for (int i = 0; i < pixel; i++) {
                    shown[to + i] = row[from + i];
                }
                to += right;
            }
        }
        return shown;
    }
}
