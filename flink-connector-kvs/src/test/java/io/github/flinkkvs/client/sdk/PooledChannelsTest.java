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
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class PooledChannelsTest {

    private static final int KB = 1024;

    private final NioEventLoopGroup group = new NioEventLoopGroup(1);
    private final PooledChannels channels = new PooledChannels();
    private final List<Channel> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (Channel channel : open) {
            channel.close().sync();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    @Test
    void theMoreChannelsThereAreTheLessEachReadsAtOnce() {
        assertThat(PooledChannels.readLimit(1)).isEqualTo(64 * KB);
        assertThat(PooledChannels.readLimit(256)).isEqualTo(64 * KB);
        assertThat(PooledChannels.readLimit(512)).isEqualTo(32 * KB);
        assertThat(PooledChannels.readLimit(1024)).isEqualTo(16 * KB);
        assertThat(PooledChannels.readLimit(100_000)).isEqualTo(16 * KB);
    }

    /** With reads of 64 KB, this would be 192 MB. */
    @Test
    void thousandsOfChannelsReadMegabytesInAll() {
        long all = IntStream.rangeClosed(1, 3000).mapToLong(PooledChannels::readLimit).sum();
        assertThat(all).isLessThan(72L * KB * KB);
    }

    @Test
    void aChannelThatIsClosedCountsNoMore() throws Exception {
        open(512);
        assertThat(largestRead(open.get(0))).isEqualTo(64 * KB);
        assertThat(largestRead(open.get(511))).isEqualTo(32 * KB);
        for (Channel channel : open.subList(0, 257)) {
            channel.close().sync();
        }
        open(1);
        assertThat(largestRead(open.get(512))).isEqualTo(64 * KB);
    }

    /** The system would let each grow to megabytes, and has a limit for all of them together. */
    @Test
    void theMoreChannelsThereAreTheLessEachSocketHolds() throws Exception {
        open(512);
        open.add(new NioSocketChannel());
        group.register(open.get(512)).sync();
        int untold = receiveBuffer(open.get(512));
        assertThat(receiveBuffer(open.get(255))).isEqualTo(untold);
        assertThat(receiveBuffer(open.get(511)))
                .isNotEqualTo(untold)
                // Linux reports twice what it was told.
                .isBetween(2 * 32 * KB, 2 * 8 * 32 * KB);
    }

    private void open(int number) throws Exception {
        for (int i = 0; i < number; i++) {
            Channel channel = channels.newChannel();
            open.add(channel);
            group.register(channel).sync();
        }
    }

    private static int receiveBuffer(Channel channel) {
        return ((SocketChannel) channel).config().getReceiveBufferSize();
    }

    /** After many reads that fill its buffer. */
    private static int largestRead(Channel channel) {
        RecvByteBufAllocator.Handle handle = channel.config().getRecvByteBufAllocator().newHandle();
        for (int i = 0; i < 100; i++) {
            handle.reset(channel.config());
            handle.attemptedBytesRead(handle.guess());
            handle.lastBytesRead(handle.guess());
            handle.readComplete();
        }
        return handle.guess();
    }
}
