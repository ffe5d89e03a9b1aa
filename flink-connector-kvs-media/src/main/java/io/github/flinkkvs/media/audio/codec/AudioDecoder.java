/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

import io.github.flinkkvs.media.MediaException;

import org.apache.flink.annotation.Internal;

/** Decodes the frames of one track to linear samples of 16 bits. Not thread-safe. */
@Internal
public interface AudioDecoder extends AutoCloseable {

    /** Takes samples as they are decoded. */
    @FunctionalInterface
    interface Samples {

        /**
         * @param samples whole ones, channels interleaved; not empty, and not changed later
         * @return false if there is no room for them or any later ones
         */
        boolean take(short[] samples);
    }

    /**
     * A decoder for audio of that coding.
     *
     * @throws IllegalArgumentException if there is no decoder for it, or its CodecPrivate is
     *     damaged
     * @throws MediaException if native libraries are missing
     */
    static AudioDecoder of(AudioCoding coding) {
        return coding.kind() == AudioCoding.Kind.FFMPEG
                ? new FFmpegAudioDecoder(coding)
                : new PcmDecoder(coding);
    }

    /**
     * Decodes a frame, piece by piece: a few bytes may decode to hours.
     *
     * @return false if it is damaged, or if there was no room for its samples
     */
    boolean decode(byte[] data, int offset, int length, Samples out);

    /** Hands out the samples that the decoder held back. Nothing can be decoded after it. */
    void finish(Samples out);

    /** The sampling rate. Valid once there are samples, and the same for all of them. */
    int samplesPerSecond();

    /** The number of channels. Valid in the same way. */
    int channels();

    @Override
    void close();
}
