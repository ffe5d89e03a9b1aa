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
import io.github.flinkkvs.media.PictureWriter;

import org.apache.flink.annotation.PublicEvolving;

import java.io.Serializable;

/**
 * Which frames become pictures, of what size and format, and within which limits. Immutable: each
 * method gives a copy. By default every frame, in its own size, as {@link Picture.Format#BGR24}.
 */
@PublicEvolving
public final class PictureOptions implements Serializable {

    private static final long serialVersionUID = 1L;

    /** No limit for {@link #atMostPerSecond}. */
    private static final double UNLIMITED = 0;

    private Picture.Format format = Picture.Format.BGR24;
    private float jpegQuality = PictureWriter.USUAL_QUALITY;
    private int width;
    private int height;
    private int every = 1;
    private boolean keyFramesOnly;
    private double perSecond = UNLIMITED;
    private long maxPixels = 8192L * 8192;
    private int maxFramesPerFragment = 100_000;
    private long maxPixelsPerFragment = 10_000_000_000L;
    private boolean failOnDamage;
    private int threads = 1;
    private boolean asCoded;

    private PictureOptions() {}

    private PictureOptions(PictureOptions from) {
        format = from.format;
        jpegQuality = from.jpegQuality;
        width = from.width;
        height = from.height;
        every = from.every;
        keyFramesOnly = from.keyFramesOnly;
        perSecond = from.perSecond;
        maxPixels = from.maxPixels;
        maxFramesPerFragment = from.maxFramesPerFragment;
        maxPixelsPerFragment = from.maxPixelsPerFragment;
        failOnDamage = from.failOnDamage;
        threads = from.threads;
        asCoded = from.asCoded;
    }

    public static PictureOptions defaults() {
        return new PictureOptions();
    }

    public PictureOptions format(Picture.Format pixels) {
        PictureOptions copy = new PictureOptions(this);
        copy.format = pixels;
        return copy;
    }

    /** Makes pictures {@link Picture.Format#JPEG}, of a usual quality, 0.85. */
    public PictureOptions jpeg() {
        return jpeg(PictureWriter.USUAL_QUALITY);
    }

    /**
     * Makes pictures {@link Picture.Format#JPEG}, several times as fast as {@link PictureWriter}.
     *
     * @param quality from 0, small, to 1, good; it means the same as to {@link PictureWriter}
     */
    public PictureOptions jpeg(float quality) {
        check(quality >= 0 && quality <= 1, "The quality must be between 0 and 1");
        PictureOptions copy = format(Picture.Format.JPEG);
        copy.jpegQuality = quality;
        return copy;
    }

    /** Scales pictures, as they are shown; a 0 for one of both keeps the shape of the video. */
    public PictureOptions size(int pictureWidth, int pictureHeight) {
        check(pictureWidth >= 0 && pictureHeight >= 0, "A size must not be negative");
        PictureOptions copy = new PictureOptions(this);
        copy.width = pictureWidth;
        copy.height = pictureHeight;
        return copy;
    }

    /** Every n-th frame of the track, counted within each fragment from its first. */
    public PictureOptions every(int n) {
        check(n >= 1, "Every n-th frame needs an n of at least 1");
        PictureOptions copy = new PictureOptions(this);
        copy.every = n;
        return copy;
    }

    /** Decodes key frames and nothing else, which takes a fraction of the time. */
    public PictureOptions keyFramesOnly() {
        PictureOptions copy = new PictureOptions(this);
        copy.keyFramesOnly = true;
        return copy;
    }

    /**
     * The first of the chosen frames in each period of 1/x seconds of the producer's clock; for
     * fragments that are decoded one by one, in each period of a fragment.
     */
    public PictureOptions atMostPerSecond(double x) {
        check(x > 0, "A rate must be above 0");
        PictureOptions copy = new PictureOptions(this);
        copy.perSecond = x;
        return copy;
    }

    /** Video with more pixels is skipped as damaged; 8192x8192 by default. */
    public PictureOptions maxPixels(long pixels) {
        check(pixels >= 1, "A limit of pixels must be at least 1");
        PictureOptions copy = new PictureOptions(this);
        copy.maxPixels = pixels;
        return copy;
    }

    /** What a fragment has beyond it is skipped as damaged; 100,000 by default. */
    public PictureOptions maxFramesPerFragment(int frames) {
        check(frames >= 1, "A limit of frames must be at least 1");
        PictureOptions copy = new PictureOptions(this);
        copy.maxFramesPerFragment = frames;
        return copy;
    }

    /**
     * How many pixels of a fragment's track are decoded, over all its frames; the frames after that
     * are skipped as damaged. This bounds the time that a fragment takes: frames of a few bytes may
     * have as many pixels as any. 10,000,000,000 by default, as a fragment of 20 s has in 4K with
     * 60 frames a second; decoding that takes one thread about a minute.
     */
    public PictureOptions maxPixelsPerFragment(long pixels) {
        check(pixels >= 1, "A limit of pixels must be at least 1");
        PictureOptions copy = new PictureOptions(this);
        copy.maxPixelsPerFragment = pixels;
        return copy;
    }

    /** Throws at damaged media, instead of counting and skipping it. */
    public PictureOptions failOnDamage() {
        PictureOptions copy = new PictureOptions(this);
        copy.failOnDamage = true;
        return copy;
    }

    /**
     * Threads of a decoder of H.264 or H.265; other codecs have one. 1 by default, as Flink's
     * parallelism keeps the cores busy. Each thread has a frame of its own, so that pictures come n
     * - 1 frames later. Pictures and counts do not depend on it, with one exception: FFmpeg may not
     * report that a part of an H.264 frame is damaged if frames are shown in another order than
     * they are coded. The calling thread converts pixels and makes JPEGs.
     */
    public PictureOptions threads(int number) {
        check(number >= 1, "A decoder needs at least one thread");
        PictureOptions copy = new PictureOptions(this);
        copy.threads = number;
        return copy;
    }

    /**
     * Leaves pixels as they are coded. By default pictures look as they are meant to. Where pixels
     * are not square, pictures are made wider or higher, never smaller, by DisplayWidth and
     * DisplayHeight of the track, or, where these do not tell, by what the video itself says. And
     * they are turned by 90, 180 or 270 degrees and mirrored by what the video itself says, or,
     * where it does not tell, by the Projection of the track; other angles are left as they are.
     */
    public PictureOptions asCoded() {
        PictureOptions copy = new PictureOptions(this);
        copy.asCoded = true;
        return copy;
    }

    Picture.Format format() {
        return format;
    }

    float jpegQuality() {
        return jpegQuality;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    int every() {
        return every;
    }

    boolean onlyKeyFrames() {
        return keyFramesOnly;
    }

    boolean isLimited() {
        return perSecond != UNLIMITED;
    }

    /** Which period of 1/x seconds this time is in. */
    long period(long timestampMillis) {
        return (long) Math.floor(timestampMillis * perSecond / 1000);
    }

    long maxPixels() {
        return maxPixels;
    }

    int maxFramesPerFragment() {
        return maxFramesPerFragment;
    }

    long maxPixelsPerFragment() {
        return maxPixelsPerFragment;
    }

    boolean failsOnDamage() {
        return failOnDamage;
    }

    int threads() {
        return threads;
    }

    boolean isAsCoded() {
        return asCoded;
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
