/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import io.github.flinkkvs.media.Fragments;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.local.LocalDataOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The output of FileSink; integration tests check that it is written once. */
class MergedFilesTest {

    @TempDir Path folder;

    private List<Long> clusterTimes(BulkWriter.Factory<Fragment> writers) throws Exception {
        Path file = folder.resolve("merged.mkv");
        try (LocalDataOutputStream out = new LocalDataOutputStream(file.toFile())) {
            BulkWriter<Fragment> writer = writers.create(out);
            for (Fragment fragment : Fragments.of(picture(1_000), picture(61_000))) {
                writer.addElement(fragment);
            }
            writer.finish();
        }
        return new MergedFile(Files.readAllBytes(file)).clusterTimes;
    }

    static MediaFragment picture(long time) {
        return MediaFragment.builder()
                .track(MediaTrack.video(1, "picture", "V_MJPEG", null, 16, 16))
                .clusterTimestamp(time)
                .frame(MediaFrame.of(1, 0, true, new byte[1]))
                .frame(MediaFrame.of(1, 20, false, new byte[1]))
                .build();
    }

    @Test
    void withAndWithoutPauses() throws Exception {
        assertThat(clusterTimes(MergedFiles::writer)).containsExactly(0L, 60_000L);
        assertThat(clusterTimes(MergedFiles::writerWithoutPauses)).containsExactly(0L, 40L);
    }
}
