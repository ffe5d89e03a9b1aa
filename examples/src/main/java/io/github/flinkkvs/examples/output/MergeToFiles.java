/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.output;

import io.github.flinkkvs.media.file.MkvMerger;
import io.github.flinkkvs.media.file.RecordFiles;
import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;

/**
 * Appends each fragment to the open file of its stream, which can be played at any moment. A job
 * that must survive failures uses {@code MergedFiles.sink} instead.
 */
public final class MergeToFiles extends RichMapFunction<Fragment, String> {

    private static final long serialVersionUID = 1L;

    private record OpenFile(Path path, OutputStream out, MkvMerger merger) {}

    private final Path folder;
    private final RecordFiles.Name<Fragment> name;
    private transient Map<String, OpenFile> open;

    /**
     * @param folder the folder of all files
     * @param name makes the name of the file that begins with a fragment
     */
    public MergeToFiles(Path folder, RecordFiles.Name<Fragment> name) {
        this.folder = folder;
        this.name = name;
    }

    @Override
    public String map(Fragment fragment) throws Exception {
        if (open == null) {
            open = new HashMap<>();
        }
        OpenFile file = open.get(fragment.streamName());
        if (file == null || !file.merger.add(fragment)) {
            if (file != null) {
                file.out.close();
            }
            file = begin(fragment);
            open.put(fragment.streamName(), file);
            file.merger.add(fragment);
        }
        file.out.flush();
        return file.path.getPath();
    }

    private OpenFile begin(Fragment first) throws IOException {
        Path path = new Path(folder, name.of(first));
        OutputStream out =
                new BufferedOutputStream(
                        path.getFileSystem().create(path, FileSystem.WriteMode.OVERWRITE));
        return new OpenFile(path, out, new MkvMerger(out));
    }

    @Override
    public void close() throws Exception {
        if (open != null) {
            for (OpenFile file : open.values()) {
                file.out.close();
            }
        }
    }
}
