/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Breaks HTTP connections as networks do. Vert.x offers orderly ends only, so this uses the Netty
 * channel below it. Call it on the connection's event loop.
 */
public final class ConnectionCut {
    /** A reset discards what the kernel has not yet sent to the peer; this delay gives it time. */
    private static final long DRAIN_MILLIS = 50;

    private ConnectionCut() {}

    /** Resets the connection at once. */
    public static void reset(HttpConnection connection) {
        Channel channel = ((ConnectionBase) connection).channel();
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        // TLS would say goodbye first: close below it.
        channel.unsafe().close(channel.voidPromise());
    }

    /** Opens one more chunk of the body, sends nothing of it, and closes or resets. */
    public static void inMidChunk(HttpConnection connection, boolean abrupt) {
        Channel channel = ((ConnectionBase) connection).channel();
        ChannelHandlerContext encoder = encoder(channel);
        encoder.writeAndFlush(Unpooled.copiedBuffer("1000\r\n", StandardCharsets.US_ASCII))
                .addListener(
                        (ChannelFutureListener)
                                done -> {
                                    if (abrupt) {
                                        channel.eventLoop()
                                                .schedule(
                                                        () -> reset(connection),
                                                        DRAIN_MILLIS,
                                                        TimeUnit.MILLISECONDS);
                                    } else {
                                        channel.close();
                                    }
                                });
    }

    /** What is written from here goes out below HTTP, but through TLS. */
    private static ChannelHandlerContext encoder(Channel channel) {
        for (Map.Entry<String, ChannelHandler> handler : channel.pipeline()) {
            if (handler.getValue() instanceof HttpResponseEncoder) {
                return channel.pipeline().context(handler.getValue());
            }
        }
        throw new IllegalStateException("No HTTP encoder in " + channel.pipeline().names());
    }
}
