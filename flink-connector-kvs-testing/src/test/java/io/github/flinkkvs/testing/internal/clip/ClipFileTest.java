/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.clip;

import io.github.flinkkvs.testing.internal.ebml.ServiceTags;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** MP4 files of fragments in which anything can be. */
class ClipFileTest {
    private static byte[] document(ClusterSize size) {
        MediaFragment media =
                MediaClip.h264WithAac().fragments(0, 10).get(0).toBuilder()
                        .clusterSize(size)
                        .build();
        ByteArrayOutputStream document = new ByteArrayOutputStream();
        document.writeBytes(media.header());
        document.writeBytes(ServiceTags.leading("91343852333181432392682062607743920146", 0, 0));
        document.writeBytes(media.clusterStart(0));
        for (MediaFrame frame : media.frames()) {
            document.writeBytes(media.block(frame));
        }
        return document.toByteArray();
    }

    private static byte[] file(byte[] document) throws ClipException {
        ClipFile file = new ClipFile();
        file.add(document, 0, 1_000);
        return file.toByteArray();
    }

    /** A damaged fragment is an error of the call, or is in the file as it is. */
    @ParameterizedTest
    @EnumSource(ClusterSize.class)
    void damage(ClusterSize size) throws Exception {
        byte[] document = document(size);
        assertThat(file(document)).isNotEmpty();
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = document.clone();
            for (int j = 0; j < 1 + random.nextInt(3); j++) {
                int at = random.nextInt(random.nextBoolean() ? 1_000 : damaged.length);
                damaged[at] = (byte) random.nextInt();
            }
            if (random.nextInt(4) == 0) {
                damaged = Arrays.copyOf(damaged, 1 + random.nextInt(damaged.length));
            }
            try {
                assertThat(file(damaged)).isNotEmpty();
            } catch (ClipException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}
