/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of an HTTP client. Loops that the client makes itself end after a quiet period of
 * two seconds; by then Flink has closed the class loader that they run with.
 */
final class EventLoops implements AutoCloseable {

    /** The end of a call in one loop gives back its connection and notifies the other loop. */
    private static final int ROUNDS = 4;

    private final OwnThreads threads;
    private final EventLoopGroup group;

    EventLoops(int count, String threadNamePrefix) {
        threads = new OwnThreads(threadNamePrefix);
        group = new NioEventLoopGroup(count, threads);
    }

    /** For the builder of a client. The client does not close it. */
    SdkEventLoopGroup forClient() {
        return SdkEventLoopGroup.create(group, new PooledChannels());
    }

    /**
     * Closes all connections, also those that are being opened, and lets all who wait for them
     * learn of it: later, the client's pools or the other loop may be gone.
     */
    void disconnect() {
        settle();
        for (EventExecutor loop : group) {
            loop.execute(
                    () -> {
                        List<Channel> channels = new ArrayList<>();
                        ((SingleThreadEventLoop) loop)
                                .registeredChannelsIterator()
                                .forEachRemaining(channels::add);
                        // As a loop does at its end: a polite end of TLS takes too long.
                        channels.forEach(c -> c.unsafe().close(c.unsafe().voidPromise()));
                    });
        }
        settle();
    }

    /**
     * Closes what has been opened since {@link #disconnect}, and waits until the threads have
     * ended.
     */
    @Override
    public void close() {
        disconnect();
        group.shutdownGracefully(0, OwnThreads.MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        threads.awaitEnd();
    }

    /** Lets the loops notify each other of the end of the last calls. */
    private void settle() {
        for (int i = 0; i < ROUNDS; i++) {
            for (EventExecutor loop : group) {
                if (!loop.submit(() -> {}).awaitUninterruptibly(OwnThreads.MAX_WAIT_MILLIS)) {
                    return;
                }
            }
        }
    }
}
