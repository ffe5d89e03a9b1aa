/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.media.AudioCoding.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AacDecoderTest {

    /** Low complexity, 16 kHz, mono. */
    private static final byte[] CONFIG = {0x14, 0x08};

    @TempDir Path folder;

    private static AudioDecoder decoder(byte[] config) {
        return AudioDecoder.of(new AudioCoding(Kind.AAC, 16_000, 1, config));
    }

    @Test
    void aDamagedFrameHasNoSamples() {
        try (AudioDecoder decoder = decoder(CONFIG)) {
            assertThat(decoder.decode(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1}, 2, 5)).isEmpty();
            assertThat(decoder.decode(new byte[0], 0, 0)).isEmpty();
        }
    }

    @Test
    void aCodecPrivateThatIsNone() {
        assertThatThrownBy(() -> decoder(new byte[] {0, 0}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("AudioSpecificConfig");
    }

    @Test
    void saysThatNativesAreMissing() throws Exception {
        String classPath =
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> !entry.matches(".*-(linux|macosx|windows)-[^/]*\\.jar"))
                        .collect(Collectors.joining(File.pathSeparator));
        Process process =
                new ProcessBuilder(
                                List.of(
                                        System.getProperty("java.home") + "/bin/java",
                                        "-Dorg.bytedeco.javacpp.cachedir=" + folder,
                                        "-cp",
                                        classPath,
                                        WithoutNatives.class.getName()))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("FFmpeg cannot be loaded").contains("org.bytedeco:ffmpeg");
    }

    /** A process in which PCM is read all the same. */
    static final class WithoutNatives {
        public static void main(String[] arguments) {
            AudioDecoder.of(AudioCoding.CONNECT).close();
            try {
                decoder(CONFIG);
            } catch (MediaException e) {
                System.out.println(e.getMessage());
                return;
            }
            System.exit(1);
        }
    }
}
