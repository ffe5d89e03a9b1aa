/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

/** Makes linear samples of 16 bits of the coded frames of one track. Not thread-safe. */
interface AudioDecoder extends AutoCloseable {

    /** For audio of that coding. */
    static AudioDecoder of(AudioCoding coding) {
        return coding.kind() == AudioCoding.Kind.AAC
                ? new AacDecoder(coding)
                : new PcmDecoder(coding);
    }

    /**
     * The samples of a frame, its channels interleaved; none if it holds no whole sample, or cannot
     * be decoded.
     */
    short[] decode(byte[] data, int offset, int length);

    /** In a channel; certain after the first frame. */
    int samplesPerSecond();

    /** Certain after the first frame. */
    int channels();

    @Override
    void close();
}
