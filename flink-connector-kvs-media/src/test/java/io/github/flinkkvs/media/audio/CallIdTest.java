/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Different calls have different ids, whatever is in their tags. */
class CallIdTest {

    private static MediaFragment tagged(long millis, String... tags) {
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .producerTimestampMillis(1_750_000_000_000L + millis)
                        .track(MediaTrack.audio(1, "mic", "A_PCM/INT/LIT", null, 8_000, 1))
                        .frame(MediaFrame.of(1, 0, true, new byte[1_600]));
        for (int i = 0; i < tags.length; i += 2) {
            fragment.tagBefore(tags[i], tags[i + 1]);
        }
        return fragment.build();
    }

    private static List<String> calls(CallAudioFunction.Builder function, MediaFragment... media)
            throws Exception {
        List<String> calls = new ArrayList<>();
        for (CallAudio call : CallHarness.run(function, media)) {
            calls.add(call.callId() + " " + call.part());
        }
        return calls;
    }

    @Test
    void valuesWithUnderscoresStayApart() throws Exception {
        assertThat(
                        calls(
                                CallAudioFunction.builder(),
                                tagged(0, "meetingId", "a_b", "attendeeId", "c"),
                                tagged(100, "meetingId", "a", "attendeeId", "b_c"),
                                tagged(200, "meetingId", "a", "attendeeId", "b%5Fc"),
                                tagged(300, "meetingId", "a_b", "attendeeId", "c")))
                .containsExactly("a%5Fb_c 0", "a_b%5Fc 0", "a_b%255Fc 0", "a%5Fb_c 1");
    }

    @Test
    void aValueOfOneTagIsAsItIs() throws Exception {
        assertThat(calls(CallAudioFunction.builder(), tagged(0, "ContactId", "a_b%")))
                .containsExactly("a_b% 0");
    }

    @Test
    void theSameValueOfAnotherTagIsAnotherCall() throws Exception {
        assertThat(
                        calls(
                                CallAudioFunction.builder(),
                                tagged(0, "ContactId", "x"),
                                tagged(100, "TransactionId", "x"),
                                tagged(200, "CallId", "x"),
                                tagged(300),
                                tagged(400, "ContactId", "x")))
                .containsExactly("x 0", "x 0", "x 0", "x 1");
    }
}
