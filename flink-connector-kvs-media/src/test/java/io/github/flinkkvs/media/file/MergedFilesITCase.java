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
import io.github.flinkkvs.media.HostileMedia;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Merged fragments in a job. */
class MergedFilesITCase {

    @TempDir Path folder;

    /** Runs the whole sink: folders and files by its own assigner, and the writers. */
    @Test
    void aDamagedBlockIsCopiedLikeOthers() throws Exception {
        byte[] laced = HostileMedia.element(0xA3, new byte[] {(byte) 0x81, 0, 0, 2, 1, 100, 100});
        byte[] cluster =
                HostileMedia.element(
                        0x1F43B675,
                        HostileMedia.join(
                                HostileMedia.element(0xE7, new byte[] {0x09, (byte) 0xC4}), laced));
        List<Fragment> fragments =
                Fragments.of(
                        MergedFilesTest.picture(1_000),
                        MergedFilesTest.picture(2_000).toBuilder().elementAfter(cluster).build(),
                        MergedFilesTest.picture(3_000));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(1);
        env.fromData(FragmentTypeInfo.INSTANCE, fragments.toArray(new Fragment[0]))
                .sinkTo(MergedFiles.sink(new org.apache.flink.core.fs.Path(folder.toUri())));
        env.execute();

        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> merged = files.filter(Files::isRegularFile).collect(Collectors.toList());
            assertThat(merged).hasSize(1);
            assertThat(new MergedFile(Files.readAllBytes(merged.get(0))).clusterTimes)
                    .containsExactly(0L, 1_000L, 1_500L, 2_000L);
        }
    }
}
