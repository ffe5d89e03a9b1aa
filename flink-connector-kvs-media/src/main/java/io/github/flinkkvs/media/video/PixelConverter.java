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
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;
import io.github.flinkkvs.mkv.Track;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;

import javax.annotation.Nullable;

import java.util.Arrays;

/**
 * Makes pixels of decoded frames: the only place where their colours and their size change. What it
 * makes of a frame depends on that frame alone. Memory is FFmpeg's own, freed by {@link #close}.
 *
 * <p>Brightness and colours are taken as they are coded, as the ffmpeg program does: the matrix and
 * the range that the video declares are applied, its transfer function and its primaries are not.
 * Pictures of HDR video (HLG, PQ) therefore look flat, but nothing in them is clipped.
 */
final class PixelConverter implements AutoCloseable {

    private final PictureOptions options;

    /** Null if pixels are wanted. */
    @Nullable private final JpegEncoder jpeg;

    @Nullable private SwsContext scaler;

    /** As it is coded. */
    @Nullable private AVFrame target;

    /** As it is shown, where that differs. */
    @Nullable private AVFrame arranged;

    /** As it is shown, with half of the chroma, where that was arranged as a whole. */
    @Nullable private AVFrame halved;

    @Nullable private SwsContext halving;

    private int width;
    private int height;

    PixelConverter(PictureOptions options) {
        this.options = options;
        this.jpeg =
                options.format() == Picture.Format.JPEG
                        ? new JpegEncoder(options.jpegQuality())
                        : null;
    }

    /**
     * The pixels of a frame in the wanted format and size, or the JPEG of them; {@link #width} and
     * {@link #height} tell which size that was.
     *
     * @param frame some of what it declares is changed
     * @param declared by the frame's track; null if that is not known
     * @throws MediaException if there are too many pixels, or FFmpeg cannot convert them, or they
     *     are too many for a JPEG
     */
    byte[] convert(AVFrame frame, @Nullable Track.Video declared) {
        if (scaler == null) {
            scaler = FFmpegLibrary.present(swscale.sws_alloc_context());
            scaler.flags(swscale.SWS_BICUBIC);
            target = FFmpegLibrary.present(avutil.av_frame_alloc());
            arranged = FFmpegLibrary.present(avutil.av_frame_alloc());
            halved = FFmpegLibrary.present(avutil.av_frame_alloc());
            halving = FFmpegLibrary.present(swscale.sws_alloc_context());
            halving.flags(swscale.SWS_BICUBIC);
        }
        declareWhatCanBeConverted(frame);
        avutil.av_frame_unref(target);
        target.color_range(avutil.AVCOL_RANGE_JPEG);
        if (jpeg != null) {
            // That of JFIF, whatever that of the video is.
            target.colorspace(avutil.AVCOL_SPC_SMPTE170M);
            // Moving colours by half a pixel would blur them.
            target.chroma_location(frame.chroma_location());
        }
        Orientation orientation =
                options.isAsCoded() ? Orientation.AS_CODED : Orientation.of(frame, declared);
        setSize(frame, declared, orientation.isTransposed());
        target.width(orientation.isTransposed() ? height : width);
        target.height(orientation.isTransposed() ? width : height);
        // Chroma of two pixels each would be that of other two, if an odd row began at its end.
        boolean halvesLast =
                jpeg != null && !orientation.isAsCoded() && (width % 2 != 0 || height % 2 != 0);
        target.format(halvesLast ? avutil.AV_PIX_FMT_YUV444P : pixelFormat());
        if ((long) width * height > options.maxPixels()
                || !scale(scaler, frame, target)
                || !orientation.isAsCoded() && !arrange(orientation)
                || halvesLast && !halve()) {
            throw new MediaException(
                    "A frame of "
                            + frame.width()
                            + "x"
                            + frame.height()
                            + " cannot be made a picture of "
                            + width
                            + "x"
                            + height);
        }
        AVFrame shown = halvesLast ? halved : orientation.isAsCoded() ? target : arranged;
        return jpeg == null ? copy(shown) : jpeg.encode(shown);
    }

    private static boolean scale(SwsContext scaler, AVFrame from, AVFrame to) {
        // It also answers ENOMEM if it cannot scale to such another shape.
        return hasBuffer(to) && swscale.sws_scale_frame(scaler, to, from) >= 0;
    }

    private static boolean hasBuffer(AVFrame frame) {
        return FFmpegLibrary.allocated(avutil.av_frame_get_buffer(frame, 0)) >= 0;
    }

    /** Of the last picture, as it is shown. */
    int width() {
        return width;
    }

    int height() {
        return height;
    }

    private void setSize(AVFrame frame, @Nullable Track.Video declared, boolean transposed) {
        double aspect = options.isAsCoded() ? 1 : pixelAspect(frame, declared);
        int across = (int) Math.round(frame.width() * Math.max(aspect, 1));
        int down = (int) Math.round(frame.height() / Math.min(aspect, 1));
        int ownWidth = transposed ? down : across;
        int ownHeight = transposed ? across : down;
        width = size(options.width(), ownWidth, options.height(), ownHeight);
        height = size(options.height(), ownHeight, options.width(), ownWidth);
    }

    /**
     * FFmpeg maps the brightness and the gamut of a frame to those of its target, with a table that
     * takes seconds to make, and refuses what it cannot map. Neither happens where both declare
     * none. Both fields of an interlaced frame are converted together: separately, as it would do
     * otherwise, those of a smaller picture would show as a comb.
     */
    private static void declareWhatCanBeConverted(AVFrame frame) {
        frame.color_primaries(avutil.AVCOL_PRI_UNSPECIFIED);
        frame.color_trc(avutil.AVCOL_TRC_UNSPECIFIED);
        avutil.av_frame_remove_side_data(frame, avutil.AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
        avutil.av_frame_remove_side_data(frame, avutil.AV_FRAME_DATA_DYNAMIC_HDR_PLUS);
        frame.flags(frame.flags() & ~AVFrame.AV_FRAME_FLAG_INTERLACED);
        if (swscale.sws_test_colorspace(frame.colorspace(), 0) == 0) {
            frame.colorspace(
                    frame.colorspace() == avutil.AVCOL_SPC_BT2020_CL
                            ? avutil.AVCOL_SPC_BT2020_NCL
                            : avutil.AVCOL_SPC_UNSPECIFIED);
        }
    }

    private boolean arrange(Orientation orientation) {
        avutil.av_frame_unref(arranged);
        avutil.av_frame_copy_props(arranged, target);
        arranged.format(target.format());
        arranged.width(width);
        arranged.height(height);
        if (!hasBuffer(arranged)) {
            return false;
        }
        orientation.arrange(target, arranged);
        return true;
    }

    private boolean halve() {
        avutil.av_frame_unref(halved);
        avutil.av_frame_copy_props(halved, arranged);
        halved.format(pixelFormat());
        halved.width(width);
        halved.height(height);
        // That of JFIF.
        halved.chroma_location(avutil.AVCHROMA_LOC_CENTER);
        return scale(halving, arranged, halved);
    }

    /** Rows of a frame have gaps between them. */
    private byte[] copy(AVFrame frame) {
        int row = width * options.format().bytesPerPixel();
        byte[] pixels = new byte[Math.multiplyExact(row, height)];
        BytePointer from = frame.data(0);
        for (int y = 0; y < height; y++) {
            from.position((long) y * frame.linesize(0)).get(pixels, y * row, row);
        }
        return pixels;
    }

    private int pixelFormat() {
        switch (options.format()) {
            case RGB24:
                return avutil.AV_PIX_FMT_RGB24;
            case BGR24:
                return avutil.AV_PIX_FMT_BGR24;
            case JPEG:
                return avutil.AV_PIX_FMT_YUV420P;
            default:
                return avutil.AV_PIX_FMT_GRAY8;
        }
    }

    private static double pixelAspect(AVFrame frame, @Nullable Track.Video declared) {
        if (declared != null && declared.pixelAspect() != 1) {
            return declared.pixelAspect();
        }
        AVRational own = frame.sample_aspect_ratio();
        double aspect = (double) own.num() / own.den();
        return aspect >= 0.1 && aspect <= 10 ? aspect : 1;
    }

    /** The wanted length, or the one that keeps the shape. */
    private static int size(int wanted, int own, int otherWanted, int otherOwn) {
        if (wanted > 0 || otherWanted == 0) {
            return wanted > 0 ? wanted : own;
        }
        return (int) Math.max(1, Math.round((double) own * otherWanted / otherOwn));
    }

    @Override
    public void close() {
        if (jpeg != null) {
            jpeg.close();
        }
        for (SwsContext context : Arrays.asList(scaler, halving)) {
            if (context != null) {
                swscale.sws_freeContext(context);
            }
        }
        scaler = null;
        halving = null;
        for (AVFrame frame : Arrays.asList(target, arranged, halved)) {
            if (frame != null) {
                avutil.av_frame_free(frame);
            }
        }
        target = null;
        arranged = null;
        halved = null;
    }
}
