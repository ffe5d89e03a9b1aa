/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.media;

import javax.annotation.Nullable;

import java.util.Objects;

/** A track as a producer declares it in the element Tracks. Immutable. */
public final class MediaTrack {
    private static final int VIDEO = 1;
    private static final int AUDIO = 2;
    private static final int METADATA = 0x21;

    final int number;
    final int type;
    final String name;
    final String codecId;
    @Nullable final byte[] codecPrivate;
    final int widthOrRate;
    final int heightOrChannels;

    private MediaTrack(
            int number,
            int type,
            String name,
            String codecId,
            @Nullable byte[] codecPrivate,
            int widthOrRate,
            int heightOrChannels) {
        this.number = number;
        this.type = type;
        this.name = Objects.requireNonNull(name);
        this.codecId = Objects.requireNonNull(codecId);
        this.codecPrivate = codecPrivate == null ? null : codecPrivate.clone();
        this.widthOrRate = widthOrRate;
        this.heightOrChannels = heightOrChannels;
    }

    /** A video track; {@code codecPrivate} may be null. */
    public static MediaTrack video(
            int number,
            String name,
            String codecId,
            @Nullable byte[] codecPrivate,
            int width,
            int height) {
        return new MediaTrack(number, VIDEO, name, codecId, codecPrivate, width, height);
    }

    /**
     * An audio track; {@code codecPrivate} may be null, a rate of 0 leaves the Audio element out.
     */
    public static MediaTrack audio(
            int number,
            String name,
            String codecId,
            @Nullable byte[] codecPrivate,
            int samplesPerSecond,
            int channels) {
        return new MediaTrack(
                number, AUDIO, name, codecId, codecPrivate, samplesPerSecond, channels);
    }

    /** A track of data that is neither video nor audio. */
    public static MediaTrack data(int number, String name, String codecId) {
        return new MediaTrack(number, METADATA, name, codecId, null, 0, 0);
    }

    public int number() {
        return number;
    }

    boolean isVideo() {
        return type == VIDEO;
    }

    boolean isAudio() {
        return type == AUDIO;
    }
}
