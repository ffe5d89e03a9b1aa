/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.testing.PhoneCall;

import java.util.Arrays;

/** Simulated calls in which both sides sing. */
final class SungCall {

    // MIDI note numbers with their length in beats; 0 is a rest.
    private static final String ODE_ASKED =
            "64:1 64:1 65:1 67:1 67:1 65:1 64:1 62:1 60:1 60:1 62:1 64:1 64:1.5 62:.5 62:2";
    private static final String ODE_ANSWERED =
            "64:1 64:1 65:1 67:1 67:1 65:1 64:1 62:1 60:1 60:1 62:1 64:1 62:1.5 60:.5 60:2";
    private static final String BROTHER_JOHN =
            "60:1 62:1 64:1 60:1 60:1 62:1 64:1 60:1 64:1 65:1 67:2 64:1 65:1 67:2"
                    + " 67:.5 69:.5 67:.5 65:.5 64:1 60:1 67:.5 69:.5 67:.5 65:.5 64:1 60:1"
                    + " 60:1 55:1 60:2 60:1 55:1 60:2";

    private static final double SECONDS_PER_BEAT = 0.25;
    private static final double LOUDNESS = 9_000;

    private SungCall() {}

    /** One side begins a melody, and the other one completes it: 8 seconds. */
    static PhoneCall.Builder inTurns(String contactId) {
        return PhoneCall.builder(contactId)
                .fromCustomer(sing(ODE_ASKED, 0))
                .toCustomer(sing("0:16 " + ODE_ANSWERED, -12));
    }

    /** The other side begins two bars later: 10 seconds. */
    static PhoneCall.Builder inCanon(String contactId) {
        return PhoneCall.builder(contactId)
                .fromCustomer(sing(BROTHER_JOHN, 0))
                .toCustomer(sing("0:8 " + BROTHER_JOHN, -12));
    }

    private static short[] sing(String melody, int transposed) {
        short[] samples = {};
        for (String note : melody.split(" ")) {
            String[] pitchAndBeats = note.split(":");
            int pitch = Integer.parseInt(pitchAndBeats[0]);
            double seconds = Double.parseDouble(pitchAndBeats[1]) * SECONDS_PER_BEAT;
            int begin = samples.length;
            int length = (int) (seconds * PhoneCall.SAMPLES_PER_SECOND);
            samples = Arrays.copyOf(samples, begin + length);
            double hertz = 440 * Math.pow(2, (pitch + transposed - 69) / 12.0);
            for (int i = 0; pitch > 0 && i < length; i++) {
                double turn = 2 * Math.PI * hertz * i / PhoneCall.SAMPLES_PER_SECOND;
                // A tone with its octave that fades out like that of a string.
                double fading = Math.min(1, i / 80.0) * (1 - (double) i / length);
                samples[begin + i] =
                        (short) (LOUDNESS * fading * (Math.sin(turn) + Math.sin(2 * turn) / 3));
            }
        }
        return samples;
    }
}
