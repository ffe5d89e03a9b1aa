/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.peers;

import io.github.flinkkvs.benchmarks.parser.media.Body;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * The connector's parser, fed with chunks: complete fragments with their bytes, all service
 * metadata, tags and tracks decoded.
 *
 * <p>In a job the SDK delivers each chunk in a new heap buffer. Here the chunks are filled as the
 * limit fills its buffer, but in as many buffers as a fragment needs, because the parser keeps
 * references to them: both pay for reading, neither for allocating read buffers.
 */
public final class Connector implements Contender {

    private final ByteBuffer[] chunks;
    private int next;

    public Connector(int chunkBytes, int largestFragment) {
        // A fragment may begin and end within a chunk.
        chunks = new ByteBuffer[largestFragment / chunkBytes + 3];
        for (int i = 0; i < chunks.length; i++) {
            chunks[i] = ByteBuffer.allocate(chunkBytes);
        }
    }

    @Override
    public void read(Body body, Consumer<Object> sink) throws Exception {
        FragmentAssembler assembler =
                new FragmentAssembler("camera", null, true, Integer.MAX_VALUE);
        FragmentHandler handler =
                new FragmentHandler() {
                    @Override
                    public void onFragment(Fragment fragment) {
                        sink.accept(fragment.number());
                        sink.accept(fragment.tags());
                        sink.accept(fragment.tracks());
                        sink.accept(fragment);
                    }

                    @Override
                    public void onServiceError(ServiceError error) {
                        throw new IllegalStateException(error.toString());
                    }
                };
        byte[] bytes = body.bytes();
        for (int at = 0; at < bytes.length; ) {
            ByteBuffer chunk = chunks[next];
            next = (next + 1) % chunks.length;
            int count = Math.min(chunk.capacity(), bytes.length - at);
            System.arraycopy(bytes, at, chunk.array(), 0, count);
            chunk.clear().limit(count);
            assembler.feed(chunk, handler);
            at += count;
        }
    }
}
