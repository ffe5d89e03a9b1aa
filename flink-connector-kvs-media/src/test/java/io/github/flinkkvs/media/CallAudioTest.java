/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** File names: safe, unique, in time order. */
class CallAudioTest {

    private static CallAudio audio(String callId, String track, int part, long millis) {
        return new CallAudio(
                callId, Map.of(), "s", track, part, millis, millis, 8_000, 1, new byte[44]);
    }

    private static String name(String callId, String track, int part) {
        return audio(callId, track, part, 0).fileName();
    }

    @Test
    void aUsualName() {
        assertThat(name("c-1", "AUDIO_FROM_CUSTOMER", 0))
                .isEqualTo("19700101T000000.000Z-c-1-AUDIO_FROM_CUSTOMER.wav");
        assertThat(name(null, "track-1", 1)).isEqualTo("19700101T000000.000Z-track-1_part2.wav");
    }

    @Test
    void aTrackThatIsCalledLikeThePartOfAnother() {
        assertThat(name("c", "A_part2", 0)).isNotEqualTo(name("c", "A", 1));
        assertThat(name(null, "A_part2_part3", 0)).isNotEqualTo(name(null, "A_part2", 2));
    }

    /** These have the same String.hashCode() and the same sanitized form. */
    @Test
    void tracksWithTheSameHash() {
        String one = "\u0101\u0120";
        String other = "\u0100\u013f";
        assertThat(one.hashCode()).isEqualTo(other.hashCode());
        assertThat(name("c", one, 0)).isNotEqualTo(name("c", other, 0));
        assertThat(name(one, "t", 0)).isNotEqualTo(name(other, "t", 0));
    }

    @Test
    void aTrackThatIsCalledLikeTheHashOfAnother() {
        String hashed = name(null, "a/b", 0);
        String body = hashed.substring("19700101T000000.000Z-".length(), hashed.length() - 4);
        assertThat(body).matches("a_b-[0-9a-f]{16}");
        assertThat(name(null, body, 0)).isNotEqualTo(hashed);
    }

    @Test
    void tracksAndPartsOfACallHaveDifferentNames() {
        Random random = new Random(1);
        String[] pieces = {"A", "a", "_part2", "_part", "2", "-", "/", ".", "\u00e4", "stereo"};
        Map<String, List<Object>> names = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            StringBuilder track = new StringBuilder("A");
            for (int more = random.nextInt(4); more > 0; more--) {
                track.append(pieces[random.nextInt(pieces.length)]);
            }
            List<Object> file = List.of(track.toString(), random.nextInt(3));
            String name = name("call", track.toString(), (Integer) file.get(1));
            assertThat(name).matches("[A-Za-z0-9._-]{1,255}");
            assertThat(names.merge(name, file, (one, other) -> one)).isEqualTo(file);
        }
    }

    @Test
    void namesSortInTimeAndFitInAFileSystem() {
        String text = "\u00e4".repeat(10_000);
        long[] times = {0, 999, 1_000, 1_750_000_000_000L, 4_000_000_000_000L};
        String last = "";
        for (long time : times) {
            String name = audio(text, text, 1_000_000, time).fileName();
            assertThat(name).matches("[A-Za-z0-9._-]{1,250}").isGreaterThan(last);
            last = name;
        }
        for (long time : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThat(audio(text, text, Integer.MAX_VALUE - 1, time).fileName())
                    .matches("[A-Za-z0-9._-]{1,255}");
        }
    }

    @Test
    void nobodyForgesALineOfTheLog() {
        assertThat(audio("c\n1", "t\n2", 0, 0))
                .hasToString("'t\\u000A2' of call 'c\\u000A1' in stream s, part 0, PT0S");
    }
}
