/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.media.DataEndpoints;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.media.SdkFragmentArchive;
import io.github.flinkkvs.client.media.SdkMediaService;
import io.github.flinkkvs.client.sdk.CallPace;
import io.github.flinkkvs.client.sdk.CallWindow;
import io.github.flinkkvs.client.sdk.KvsClients;
import io.github.flinkkvs.client.sdk.OwnThreads;
import io.github.flinkkvs.client.streams.SdkStreamDirectory;
import io.github.flinkkvs.client.streams.SdkStreamListing;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.client.streams.StreamListing;

import org.apache.flink.annotation.Internal;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A connection through the AWS SDK, with at most four threads for any number of streams. */
@Internal
public final class SdkConnection implements KvsConnection {

    /** One may wait for credentials while the other runs timers. */
    private static final int CONTROL_THREADS = 2;

    /**
     * How many calls per second of one control-plane operation all connections of a kind make. The
     * service allows 300 for an account: a third for the readers of a job, a third for its
     * enumerator, and a third for others.
     */
    private static final int CALLS_PER_SECOND = 100;

    /** The same for ListStreams, of which the service allows 50. */
    private static final int LISTS_PER_SECOND = 16;

    private final OwnThreads threads;
    private final ScheduledThreadPoolExecutor executor;
    private final KvsClients clients;
    private final StreamDirectory directory;
    private final StreamListing listing;
    private final DataEndpoints endpoints;
    private final MediaService media;
    private final FragmentArchive archive;

    /**
     * @param maxConnections how many media sessions there may be at a time, at least 1
     * @param endpointRefreshInterval how long a data endpoint is used
     * @param siblings how many connections of this kind the job has, including this one; at least 1
     * @param name the beginning of the names of all threads
     * @throws IllegalArgumentException if the configuration does not fit this machine
     */
    public SdkConnection(
            AwsConfig config,
            int maxConnections,
            Duration endpointRefreshInterval,
            int siblings,
            String name) {
        threads = new OwnThreads(name + "-control");
        executor = new ScheduledThreadPoolExecutor(CONTROL_THREADS, threads);
        executor.setRemoveOnCancelPolicy(true);
        try {
            clients = new KvsClients(config, maxConnections, executor, name + "-io");
        } catch (RuntimeException | Error e) {
            executor.shutdownNow();
            throw e;
        }
        CallWindow window = new CallWindow(executor);
        directory = new SdkStreamDirectory(clients, pace(siblings, CALLS_PER_SECOND), window);
        listing =
                new SdkStreamListing(
                        clients,
                        pace(siblings, LISTS_PER_SECOND),
                        pace(siblings, StreamListing.TAG_CALLS_PER_SECOND),
                        executor);
        endpoints =
                new DataEndpoints(
                        region -> clients.in(region).control(),
                        endpointRefreshInterval,
                        pace(siblings, CALLS_PER_SECOND),
                        window);
        media =
                new SdkMediaService(
                        region -> clients.in(region).media(),
                        endpoints,
                        clients::explained,
                        window);
        archive =
                new SdkFragmentArchive(
                        region -> clients.in(region).archive(),
                        endpoints,
                        clients::explained,
                        window);
    }

    private CallPace pace(int siblings, int callsPerSecond) {
        return new CallPace(TimeUnit.SECONDS.toNanos(siblings) / callsPerSecond, executor);
    }

    @Override
    public StreamDirectory directory() {
        return directory;
    }

    @Override
    public StreamListing listing() {
        return listing;
    }

    @Override
    public MediaService media() {
        return media;
    }

    @Override
    public FragmentArchive archive() {
        return archive;
    }

    @Override
    public void forget(StreamArn stream) {
        endpoints.forget(stream);
    }

    @Override
    public ScheduledExecutorService executor() {
        return executor;
    }

    @Override
    public void close() {
        clients.close();
        executor.shutdownNow();
        threads.awaitEnd();
    }
}
