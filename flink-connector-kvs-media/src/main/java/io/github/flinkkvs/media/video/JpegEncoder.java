/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.ffmpeg.FFmpegCodec;
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.ShortPointer;

import javax.imageio.plugins.jpeg.JPEGQTable;

/**
 * FFmpeg's encoder of JPEGs (JFIF, 4:2:0). It takes pixels in planes, as video has them. Memory is
 * FFmpeg's own, freed by {@link #close}.
 *
 * <p>A quality means the same as to {@link PictureWriter}: the quantization tables are those that
 * ImageIO takes for it. Only the mean of each block always keeps the precision of the pixels, as
 * FFmpeg has no other.
 */
final class JpegEncoder extends FFmpegCodec {

    /** The scale at which the encoder takes the tables as they are. */
    private static final int SCALE_OF_TABLES = 8;

    private final float quality;

    /**
     * @param quality from 0, small, to 1, good
     */
    JpegEncoder(float quality) {
        this.quality = quality;
    }

    /**
     * The frame as a JPEG.
     *
     * @param frame of 4:2:0, with the matrix of BT.601 and the full range, as JFIF has them; what
     *     it declares about quality, time and type is changed
     * @throws MediaException if it is too large for a JPEG
     */
    byte[] encode(AVFrame frame) {
        AVCodecContext context = context();
        if (context != null
                && (context.width() != frame.width() || context.height() != frame.height())) {
            close();
        }
        if (context() == null) {
            open(frame.width(), frame.height());
        }
        context = context();
        AVPacket packet = packet();
        frame.quality(SCALE_OF_TABLES * avutil.FF_QP2LAMBDA);
        frame.pict_type(avutil.AV_PICTURE_TYPE_NONE);
        frame.pts(context.frame_num());
        if (FFmpegLibrary.allocated(avcodec.avcodec_send_frame(context, frame)) < 0
                || FFmpegLibrary.allocated(avcodec.avcodec_receive_packet(context, packet)) < 0) {
            close();
            throw cannotBeMade(frame.width(), frame.height());
        }
        try {
            byte[] jpeg = new byte[packet.size()];
            packet.data().get(jpeg);
            return jpeg;
        } finally {
            avcodec.av_packet_unref(packet);
        }
    }

    private void open(int width, int height) {
        AVCodec implementation = avcodec.avcodec_find_encoder(avcodec.AV_CODEC_ID_MJPEG);
        if (implementation == null) {
            throw new IllegalStateException("This FFmpeg was built without its encoder of JPEGs");
        }
        try {
            allocate(implementation);
            AVCodecContext context = context();
            context.width(width);
            context.height(height);
            context.pix_fmt(avutil.AV_PIX_FMT_YUV420P);
            context.color_range(avutil.AVCOL_RANGE_JPEG);
            // A JPEG of pixels that are said to be square is JFIF, and not else.
            context.sample_aspect_ratio().num(1).den(1);
            context.time_base().num(1).den(25);
            context.thread_count(1);
            // No name and version of the encoder in each file.
            context.flags(avcodec.AV_CODEC_FLAG_QSCALE | avcodec.AV_CODEC_FLAG_BITEXACT);
            context.global_quality(SCALE_OF_TABLES * avutil.FF_QP2LAMBDA);
            setTables(context);
            if (!open(implementation)) {
                throw cannotBeMade(width, height);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** The context frees them. */
    private void setTables(AVCodecContext context) {
        float scale = ofImageIo(quality);
        context.intra_matrix(matrix(JPEGQTable.K1Luminance.getScaledInstance(scale, true)));
        context.chroma_intra_matrix(
                matrix(JPEGQTable.K2Chrominance.getScaledInstance(scale, true)));
    }

    /** By how much ImageIO scales the tables of the standard. */
    private static float ofImageIo(float quality) {
        float positive = Math.max(quality, 0.01f);
        return positive < 0.5f ? 0.5f / positive : 2 - 2 * positive;
    }

    private static ShortPointer matrix(JPEGQTable scaled) {
        int[] table = scaled.getTable();
        long bytes = (long) table.length * Short.BYTES;
        ShortPointer matrix = new ShortPointer(FFmpegLibrary.present(avutil.av_malloc(bytes)));
        for (int i = 0; i < table.length; i++) {
            matrix.put(i, (short) table[i]);
        }
        return matrix;
    }

    private static MediaException cannotBeMade(int width, int height) {
        return new MediaException("A picture of " + width + "x" + height + " cannot be a JPEG");
    }
}
