/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioSocketChannel;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the channels of a client, with pooled buffers. The SDK gives up Netty's pool for channels
 * with TLS of the JDK: there, each buffer would be allocated, zeroed and left to the garbage
 * collector.
 *
 * <p>While the reader of a body waits, its channel holds what it has read last, encrypted and
 * decrypted, in direct memory, and its socket holds what has arrived since, in the memory that the
 * kernel has for all TCP connections of the machine. So the more channels there are, the less a new
 * one reads at once, and the less its socket holds.
 *
 * <p>Safe for use by any thread.
 */
final class PooledChannels implements ChannelFactory<NioSocketChannel> {

    /** What {@link AdaptiveRecvByteBufAllocator} begins with by default, in bytes. */
    private static final int LEAST_READ = 64;

    private static final int FIRST_READ = 2048;

    /** Bytes; its default. */
    private static final int LARGEST_READ = 64 * 1024;

    /** Bytes, about those of a TLS record. */
    private static final int SMALLEST_LIMIT = 16 * 1024;

    /** Divided by the number of channels, what one may read at once, in bytes. */
    private static final int SHARED = 16 * 1024 * 1024;

    /** What a socket holds, as a multiple of what its channel reads at once. */
    private static final int READS_PER_SOCKET = 8;

    private final AtomicInteger open = new AtomicInteger();

    @Override
    public NioSocketChannel newChannel() {
        NioSocketChannel channel = new NioSocketChannel();
        int limit = readLimit(open.incrementAndGet());
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
        channel.config()
                .setRecvByteBufAllocator(
                        new AdaptiveRecvByteBufAllocator(LEAST_READ, FIRST_READ, limit)
                                .maxMessagesPerRead(
                                        channel.metadata().defaultMaxMessagesPerRead()));
        if (limit < LARGEST_READ) {
            // The kernel's own choice grows with a reader that waits, to megabytes. It has to be
            // told before the channel connects: the window is agreed then.
            channel.config().setReceiveBufferSize(READS_PER_SOCKET * limit);
        }
        channel.pipeline().addFirst(new PoolSetter());
        return channel;
    }

    /**
     * How much a channel may read at once, in bytes.
     *
     * @param channels that are open, with it
     */
    static int readLimit(int channels) {
        return Math.max(SMALLEST_LIMIT, Math.min(LARGEST_READ, SHARED / channels));
    }

    /** Chooses the pool once the SDK has configured the channel, before anything is read. */
    private static final class PoolSetter extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRegistered(ChannelHandlerContext context) {
            context.channel().config().setAllocator(PooledByteBufAllocator.DEFAULT);
            context.fireChannelRegistered();
            context.pipeline().remove(this);
        }
    }
}
