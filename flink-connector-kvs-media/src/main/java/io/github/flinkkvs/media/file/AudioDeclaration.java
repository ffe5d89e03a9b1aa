/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

/** What a TrackEntry says about the coding of its audio. Immutable. */
@Internal
public final class AudioDeclaration {

    final String codecId;
    @Nullable final byte[] codecPrivate;
    final int samplesPerSecond;
    final int channels;
    final int bitDepth;

    /**
     * @param codecId such as {@code A_PCM/INT/LIT}
     * @param codecPrivate null if the coding has none; not to be changed any more
     */
    public AudioDeclaration(
            String codecId,
            @Nullable byte[] codecPrivate,
            int samplesPerSecond,
            int channels,
            int bitDepth) {
        this.codecId = codecId;
        this.codecPrivate = codecPrivate;
        this.samplesPerSecond = samplesPerSecond;
        this.channels = channels;
        this.bitDepth = bitDepth;
    }
}
