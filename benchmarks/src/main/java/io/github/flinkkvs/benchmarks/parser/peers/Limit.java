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

import java.util.function.Consumer;

/**
 * The least possible work: reads 64 KiB at a time and copies each fragment into an array of its
 * own. It parses nothing and is told where fragments end.
 */
public final class Limit implements Contender {

    private final byte[] buffer = new byte[64 << 10];

    @Override
    public void read(Body body, Consumer<Object> sink) {
        byte[] bytes = body.bytes();
        int at = 0;
        int buffered = 0;
        int taken = 0;
        for (int end : body.ends()) {
            byte[] document = new byte[end - at];
            int filled = 0;
            while (filled < document.length) {
                if (taken == buffered) {
                    buffered = Math.min(buffer.length, bytes.length - at - filled);
                    System.arraycopy(bytes, at + filled, buffer, 0, buffered);
                    taken = 0;
                }
                int count = Math.min(buffered - taken, document.length - filled);
                System.arraycopy(buffer, taken, document, filled, count);
                taken += count;
                filled += count;
            }
            at = end;
            sink.accept(document);
        }
    }
}
