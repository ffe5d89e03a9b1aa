/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.media;

import io.github.flinkkvs.testing.internal.ebml.EbmlElement;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MediaFrameTest {
    /** Track numbers from 127 on take two bytes. */
    @Test
    void aTrackWithAHighNumber() {
        for (int number : new int[] {1, 126, 127, 200, 20_000}) {
            byte[] block = MediaFrame.of(number, 7, true, new byte[] {42}).toSimpleBlock(0);
            EbmlElement element = EbmlElement.at(block, 0, block.length);
            int length = Integer.numberOfLeadingZeros(block[element.payload] & 0xFF) - 23;
            long coded = EbmlElement.unsigned(block, element.payload, length);
            assertThat(coded & ~(1L << (7 * length))).isEqualTo(number);
            assertThat(element.end()).isEqualTo(block.length);
            assertThat(element.size).isEqualTo(length + 4);
        }
    }
}
