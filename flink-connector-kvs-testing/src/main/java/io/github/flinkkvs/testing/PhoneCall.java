/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A call as Amazon Connect sends it into a stream: what the customer says and hears as two tracks
 * of raw PCM (16 bits, little endian, mono, 8 kHz) that declare themselves as AAC, in blocks of 64
 * ms and an occasional shorter one. Tags state the real format. Immutable.
 */
public final class PhoneCall {

    public static final int SAMPLES_PER_SECOND = 8000;

    private static final int BLOCK_SAMPLES = 512;

    /** Seen in the middle of tracks: 192 bytes. */
    private static final int SHORT_BLOCK_SAMPLES = 96;

    private static final int SHORT_BLOCK = 5;
    private static final int BLOCKS_PER_FRAGMENT = 16;

    /** What the tracks wrongly declare: AAC, 48 kHz, stereo. */
    private static final byte[] CODEC_PRIVATE = {0x11, (byte) 0x90};

    private final Builder settings;

    private PhoneCall(Builder settings) {
        this.settings = settings;
    }

    /** A call with its ContactId. */
    public static Builder builder(String contactId) {
        return new Builder(contactId);
    }

    /** Its fragments of about 1 s. */
    public List<MediaFragment> fragments() {
        List<MediaFragment> fragments = new ArrayList<>();
        int at = 0;
        while (at < samples()) {
            MediaFragment.Builder fragment = fragment(at, fragments.size());
            int begin = at;
            for (int block = 0; block < BLOCKS_PER_FRAGMENT && at < samples(); block++) {
                int length = block == SHORT_BLOCK ? SHORT_BLOCK_SAMPLES : BLOCK_SAMPLES;
                int millis = (int) millis(at - begin);
                for (MediaTrack track : tracks()) {
                    short[] side =
                            track.number() == settings.fromCustomerNumber
                                    ? settings.fromCustomer
                                    : settings.toCustomer;
                    if (at < side.length) {
                        byte[] data = bytes(side, at, Math.min(side.length, at + length));
                        fragment.frame(MediaFrame.of(track.number(), millis, true, data));
                    }
                }
                at += length;
            }
            fragments.add(fragment.build());
        }
        return fragments;
    }

    /** Pushes all of it at once. */
    public void pushTo(EmbeddedStream stream) {
        fragments().forEach(stream::push);
    }

    private MediaFragment.Builder fragment(int at, int index) {
        long millis = settings.startMillis + millis(at);
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .clusterSize(ClusterSize.UNKNOWN_1_BYTE)
                        .producerTimestampMillis(millis);
        tracks().forEach(fragment::track);
        if (!settings.untagged.contains(index)) {
            fragment.tagBefore("ContactId", settings.contactId)
                    .tagBefore("InstanceId", "12345678-1234-1234-1234-123456789012")
                    .tagBefore("MimeType", "audio/L16;rate=8000;channels=1;")
                    .tagBefore("AUDIO_FROM_CUSTOMER", "1")
                    .tagBefore("AUDIO_TO_CUSTOMER", "2")
                    .tagBefore("Events", "[]");
        }
        return fragment;
    }

    /** In the order of their numbers. */
    private List<MediaTrack> tracks() {
        MediaTrack from = track(settings.fromCustomerNumber, "AUDIO_FROM_CUSTOMER");
        MediaTrack to = track(settings.toCustomerNumber, "AUDIO_TO_CUSTOMER");
        return from.number() < to.number() ? List.of(from, to) : List.of(to, from);
    }

    private static MediaTrack track(int number, String name) {
        return MediaTrack.audio(number, name, "A_AAC", CODEC_PRIVATE, 0, 0);
    }

    private int samples() {
        return Math.max(settings.fromCustomer.length, settings.toCustomer.length);
    }

    private static long millis(long samples) {
        return samples * 1000 / SAMPLES_PER_SECOND;
    }

    private static byte[] bytes(short[] samples, int from, int to) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(Arrays.copyOfRange(samples, from, to));
        return bytes.array();
    }

    /** Builds a call; not thread-safe. */
    public static final class Builder {
        private final String contactId;
        private short[] fromCustomer = {};
        private short[] toCustomer = {};
        private int fromCustomerNumber = 1;
        private int toCustomerNumber = 2;
        private long startMillis = System.currentTimeMillis();
        private final Set<Integer> untagged = new HashSet<>();

        private Builder(String contactId) {
            this.contactId = Objects.requireNonNull(contactId);
        }

        private Builder(Builder other) {
            contactId = other.contactId;
            fromCustomer = other.fromCustomer;
            toCustomer = other.toCustomer;
            fromCustomerNumber = other.fromCustomerNumber;
            toCustomerNumber = other.toCustomerNumber;
            startMillis = other.startMillis;
            untagged.addAll(other.untagged);
        }

        /** What the customer says; none by default. */
        public Builder fromCustomer(short... samples) {
            fromCustomer = samples.clone();
            return this;
        }

        /** What the customer hears; none by default. */
        public Builder toCustomer(short... samples) {
            toCustomer = samples.clone();
            return this;
        }

        /**
         * The track numbers, 1 and 2 by default; the tracks are in ascending order. The service
         * promises no particular numbers.
         */
        public Builder trackNumbers(int from, int to) {
            fromCustomerNumber = from;
            toCustomerNumber = to;
            return this;
        }

        /** When the first sample is recorded, in epoch millis; now by default. */
        public Builder startMillis(long millis) {
            startMillis = millis;
            return this;
        }

        /** The indices, from 0, of the fragments that lack the tags. */
        public Builder untagged(int... fragments) {
            Arrays.stream(fragments).forEach(untagged::add);
            return this;
        }

        public PhoneCall build() {
            return new PhoneCall(new Builder(this));
        }
    }
}
