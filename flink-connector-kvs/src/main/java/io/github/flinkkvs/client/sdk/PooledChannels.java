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
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * Makes channels with pooled buffers. The SDK gives up Netty's pool for channels with TLS of the
 * JDK: there, each buffer would be allocated, zeroed and left to the garbage collector.
 *
 * <p>Safe for use by any thread.
 */
final class PooledChannels implements ChannelFactory<NioSocketChannel> {

    @Override
    public NioSocketChannel newChannel() {
        NioSocketChannel channel = new NioSocketChannel();
        channel.pipeline().addFirst(new PoolSetter());
        return channel;
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
