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
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class PooledChannelsTest {

    private static final int KB = 1024;

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
        NioEventLoopGroup group = new NioEventLoopGroup(1);
        PooledChannels channels = new PooledChannels();
        List<Channel> open = new ArrayList<>();
        try {
            for (int i = 0; i < 512; i++) {
                open.add(channels.newChannel());
                group.register(open.get(i)).sync();
            }
            assertThat(largestRead(open.get(0))).isEqualTo(64 * KB);
            assertThat(largestRead(open.get(511))).isEqualTo(32 * KB);
            for (Channel channel : open.subList(0, 257)) {
                channel.close().sync();
            }
            open.add(channels.newChannel());
            group.register(open.get(512)).sync();
            assertThat(largestRead(open.get(512))).isEqualTo(64 * KB);
        } finally {
            for (Channel channel : open) {
                channel.close().sync();
            }
            group.shutdownGracefully().sync();
        }
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
