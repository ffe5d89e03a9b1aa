/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.PartFileInfo;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.CheckpointRollingPolicy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;

/**
 * Merged fragments through Flink's own {@link FileSink}: a folder for each stream, in it files of
 * consecutive fragments, each playable. A file ends with a checkpoint, or where {@link MkvMerger}
 * begins a new one; exactly once, as FileSink is. Blocks that cannot be read are copied like
 * others.
 *
 * <p>All fragments of a stream must reach the same subtask, in order: chain the sink to the source,
 * or key the fragments by their stream.
 */
@PublicEvolving
public final class MergedFiles {

    private MergedFiles() {}

    /**
     * A sink for fragments with media. The folder may be on any file system that FileSink supports.
     */
    public static FileSink<Fragment> sink(Path folder) {
        return sink(folder, MergedFiles::writer);
    }

    /** The same, with files as {@link MkvMerger#withoutPauses} makes them. */
    public static FileSink<Fragment> sinkWithoutPauses(Path folder) {
        return sink(folder, MergedFiles::writerWithoutPauses);
    }

    private static FileSink<Fragment> sink(Path folder, BulkWriter.Factory<Fragment> writers) {
        Files files = new Files();
        return FileSink.forBulkFormat(folder, writers)
                .withBucketAssigner(files)
                .withRollingPolicy(files)
                .withOutputFileConfig(OutputFileConfig.builder().withPartSuffix(".mkv").build())
                .build();
    }

    static BulkWriter<Fragment> writer(FSDataOutputStream out) {
        OutputStream buffered = new BufferedOutputStream(out);
        return new Writer(buffered, new MkvMerger(buffered));
    }

    static BulkWriter<Fragment> writerWithoutPauses(FSDataOutputStream out) {
        OutputStream buffered = new BufferedOutputStream(out);
        return new Writer(buffered, MkvMerger.withoutPauses(buffered));
    }

    /**
     * Names the folder of a fragment, and decides whether a new file begins with it. Flink calls
     * both for each fragment, one after the other. It serializes both with their sink, so they stay
     * one object.
     */
    private static final class Files extends CheckpointRollingPolicy<Fragment, String>
            implements BucketAssigner<Fragment, String> {

        private static final long serialVersionUID = 1L;

        private transient Map<String, Continuity> streams;
        private transient boolean newFile;

        @Override
        public String getBucketId(Fragment fragment, BucketAssigner.Context context) {
            if (streams == null) {
                streams = new HashMap<>();
            }
            String stream = FileNames.checked(fragment.streamName());
            FragmentLayout layout = new FragmentLayout(fragment);
            Continuity continuity = streams.computeIfAbsent(stream, any -> new Continuity());
            newFile = !continuity.accepts(layout);
            if (newFile) {
                continuity = new Continuity();
                streams.put(stream, continuity);
            }
            continuity.advance(layout);
            return stream;
        }

        @Override
        public SimpleVersionedSerializer<String> getSerializer() {
            return SimpleVersionedStringSerializer.INSTANCE;
        }

        @Override
        public boolean shouldRollOnEvent(PartFileInfo<String> file, Fragment fragment) {
            return newFile;
        }

        @Override
        public boolean shouldRollOnProcessingTime(PartFileInfo<String> file, long now) {
            return false;
        }
    }

    private static final class Writer implements BulkWriter<Fragment> {

        private final OutputStream out;
        private final MkvMerger merger;

        Writer(OutputStream out, MkvMerger merger) {
            this.out = out;
            this.merger = merger;
        }

        @Override
        public void addElement(Fragment fragment) throws IOException {
            if (!merger.add(fragment)) {
                throw new IOException("Does not go on where its file ended: " + fragment);
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void finish() throws IOException {
            out.flush();
        }
    }
}
