/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.world;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where checkpoints are written. While it is full, a file stands in the place of the folder, so
 * that each write of a new checkpoint fails, in the JobManager and in the TaskManagers; what was
 * written before cannot be read meanwhile, either.
 */
public final class CheckpointDisk {
    private final Path folder;
    private final Path aside;

    CheckpointDisk(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        aside = folder.resolveSibling(folder.getFileName() + "-aside");
    }

    Path folder() {
        return folder;
    }

    /** Does something while no checkpoint can be written. */
    public void whileFull(SinkLock.Action action) throws Exception {
        Files.move(folder, aside);
        Files.createFile(folder);
        try {
            action.run();
        } finally {
            Files.delete(folder);
            Files.move(aside, folder);
        }
    }
}
