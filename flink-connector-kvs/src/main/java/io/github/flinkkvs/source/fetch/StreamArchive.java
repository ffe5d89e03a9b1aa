/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.source.resources.ReaderResources;

import org.apache.flink.annotation.Internal;

import java.util.function.Supplier;

/**
 * What the fetches from the archive of one stream share, one after the other. Guarded by the reader
 * lock.
 */
@Internal
public final class StreamArchive {

    final StreamArn arn;
    final ServiceClock clock;
    final Supplier<FragmentAssembler> assemblers;
    final long silenceTimeoutNanos;
    final ReaderResources resources;
    final ArchivePace listPace;
    final ArchivePace mediaPace;

    /**
     * @param assemblers makes one for each body, with {@code FragmentEnd.NEXT_FRAGMENT}
     * @param silenceTimeoutNanos a connection that sends nothing for this long, although bytes were
     *     requested, is dead
     * @param fragmentsPerSecond how many fragments may be requested per second
     */
    public StreamArchive(
            StreamArn arn,
            ServiceClock clock,
            Supplier<FragmentAssembler> assemblers,
            long silenceTimeoutNanos,
            int fragmentsPerSecond,
            ReaderResources resources) {
        this.arn = arn;
        this.clock = clock;
        this.assemblers = assemblers;
        this.silenceTimeoutNanos = silenceTimeoutNanos;
        this.listPace = ArchivePace.ofLists(fragmentsPerSecond);
        this.mediaPace = ArchivePace.ofMedia(fragmentsPerSecond);
        this.resources = resources;
    }

    public StreamArn arn() {
        return arn;
    }
}
