/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client;

import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.client.streams.StreamListing;

import org.apache.flink.annotation.Internal;

import java.util.concurrent.ScheduledExecutorService;

/** Everything that a reader or the enumerator needs from the service. Thread-safe. */
@Internal
public interface KvsConnection extends AutoCloseable {

    StreamDirectory directory();

    /** The streams of the region that names refer to. */
    StreamListing listing();

    MediaService media();

    FragmentArchive archive();

    /** Frees what is kept for a stream that is no longer read. */
    void forget(StreamArn stream);

    /** For timers, and for calls to the service, which may wait for credentials. */
    ScheduledExecutorService executor();

    /**
     * Closes everything and waits until all threads have ended, so that none is left when Flink
     * closes the class loader of the job. This takes some milliseconds, at most some seconds. May
     * be called repeatedly, by any thread but its own.
     */
    @Override
    void close();
}
