/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.record;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class ChecksumTest {

    private static long checksum(long track, boolean keyFrame, long timestampMillis, int... data) {
        ByteBuffer bytes = ByteBuffer.allocate(data.length);
        for (int each : data) {
            bytes.put((byte) each);
        }
        return new Checksum().frame(track, keyFrame, timestampMillis, bytes.flip()).value();
    }

    @Test
    void everythingAboutAFrameCounts() {
        List<Long> checksums =
                List.of(
                        checksum(1, true, 1000, 1, 2),
                        checksum(2, true, 1000, 1, 2),
                        checksum(1, false, 1000, 1, 2),
                        checksum(1, true, 1001, 1, 2),
                        checksum(1, true, 1000, 1, 3),
                        checksum(1, true, 1000, 1));

        assertThat(checksums).doesNotHaveDuplicates();
        assertThat(checksum(1, true, 1000, 1, 2)).isEqualTo(checksums.get(0));
    }
}
