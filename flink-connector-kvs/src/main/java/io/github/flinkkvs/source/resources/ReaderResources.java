/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.resources;

import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;

import org.apache.flink.annotation.Internal;

/** What the streams of one reader share. Immutable. */
@Internal
public final class ReaderResources {

    private final ReaderLock lock;
    private final Timer timer;
    private final MemoryBudget budget;
    private final MediaService media;
    private final FragmentArchive archive;
    private final StreamDirectory directory;
    private final KvsReaderMetrics metrics;

    public ReaderResources(
            ReaderLock lock,
            Timer timer,
            MemoryBudget budget,
            MediaService media,
            FragmentArchive archive,
            StreamDirectory directory,
            KvsReaderMetrics metrics) {
        this.lock = lock;
        this.timer = timer;
        this.budget = budget;
        this.media = media;
        this.archive = archive;
        this.directory = directory;
        this.metrics = metrics;
    }

    public ReaderLock lock() {
        return lock;
    }

    public Timer timer() {
        return timer;
    }

    public MemoryBudget budget() {
        return budget;
    }

    public MediaService media() {
        return media;
    }

    public FragmentArchive archive() {
        return archive;
    }

    public StreamDirectory directory() {
        return directory;
    }

    public KvsReaderMetrics metrics() {
        return metrics;
    }
}
