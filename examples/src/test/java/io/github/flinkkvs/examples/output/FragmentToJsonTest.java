/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.output;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class FragmentToJsonTest {

    @Test
    void aLineHasEverythingInItsOrder() throws Exception {
        StoredFragment stored;
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            stored =
                    kvs.createStream("cam")
                            .push(
                                    MediaFragment.builder()
                                            .track(MediaTrack.data(1, "a", "A_X"))
                                            .track(MediaTrack.data(2, "b", "B_X"))
                                            .frame(MediaFrame.of(2, 0, true, new byte[10]))
                                            .frame(MediaFrame.of(1, 1, true, new byte[10]))
                                            .frame(MediaFrame.of(2, 2, true, new byte[10]))
                                            .producerTimestampMillis(5000)
                                            .tagBefore("b", "line\nbreak \"ü\"")
                                            .tagAfter("a", "up to\0here")
                                            .tagAfter("a", "again")
                                            .build());
        }
        String line = new FragmentToJson(Map.of("cam", "My recording")).map(parse("cam", stored));

        assertThat(line)
                .isEqualTo(
                        "{\"stream\":\"My recording\",\"fragmentNumber\":\""
                                + stored.number()
                                + "\",\"serverTimestamp\":\""
                                + millis(stored.serverTimestampMillis())
                                + "\",\"producerTimestamp\":\"1970-01-01T00:00:05.000Z\","
                                + "\"millisBehindNow\":0,\"sizeBytes\":"
                                + stored.size()
                                + ",\"frames\":{\"1\":1,\"2\":2},\"tags\":["
                                + "{\"name\":\"b\",\"value\":\"line\\nbreak \\\"ü\\\"\"},"
                                + "{\"name\":\"a\",\"value\":\"up to\"},"
                                + "{\"name\":\"a\",\"value\":\"again\"}]}");
        assertThat(new ObjectMapper().readTree(line).get("stream").asText())
                .isEqualTo("My recording");
    }

    private static String millis(long epochMillis) {
        String text = Instant.ofEpochMilli(epochMillis).toString();
        // Instant.toString() leaves out milliseconds that are 0.
        return text.length() == 20 ? text.replace("Z", ".000Z") : text;
    }

    private static Fragment parse(String stream, StoredFragment stored) throws Exception {
        List<Fragment> fragments = new ArrayList<>();
        new FragmentAssembler(stream, null, false, Integer.MAX_VALUE)
                .feed(
                        ByteBuffer.wrap(stored.bytes()),
                        new FragmentHandler() {
                            @Override
                            public void onFragment(Fragment fragment) {
                                fragments.add(fragment);
                            }

                            @Override
                            public void onServiceError(ServiceError error) {
                                throw new AssertionError(error);
                            }
                        });
        return fragments.get(0);
    }
}
