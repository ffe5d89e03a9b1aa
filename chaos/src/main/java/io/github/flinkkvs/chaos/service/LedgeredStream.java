/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.service;

import io.github.flinkkvs.chaos.ledger.LedgerWriter;
import io.github.flinkkvs.chaos.ledger.Recordings;
import io.github.flinkkvs.chaos.record.Checksum;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A stream whose fragments are in the ledger before a reader can see them: the frames before the
 * first one arrives, the end of a fragment, with a recording of it, before it is complete. Used by
 * one thread at a time.
 */
final class LedgeredStream {
    /** Neither an element id nor a size begins with a zero byte. */
    private static final byte[] NO_MATROSKA = new byte[16];

    private final EmbeddedStream stream;
    private final LedgerWriter ledger;
    private final Recordings recordings;

    LedgeredStream(EmbeddedStream stream, LedgerWriter ledger, Recordings recordings) {
        this.stream = stream;
        this.ledger = ledger;
        this.recordings = recordings;
    }

    String name() {
        return stream.name();
    }

    /** Begins a fragment. */
    Upload begin(MediaFragment media) {
        FragmentUpload upload = stream.begin(media);
        long time = upload.fragment().producerTimestampMillis();
        ledger.begun(
                name(), upload.fragment().number(), checksum(media, time), frames(media, time));
        return new Upload(upload);
    }

    /** Pushes a fragment that is malformed behind its frames. It has no recording. */
    void pushBad(MediaFragment media) {
        FragmentUpload upload = stream.begin(media);
        long time = upload.fragment().producerTimestampMillis();
        ledger.bad(name(), upload.fragment().number(), frames(media, time));
        upload.writeRaw(NO_MATROSKA);
        upload.complete();
    }

    /**
     * @param time of the beginning, by the producer's clock
     */
    private static List<Long> frames(MediaFragment media, long time) {
        return media.frames().stream()
                .map(frame -> add(new Checksum(), frame, time).value())
                .collect(Collectors.toList());
    }

    private static long checksum(MediaFragment media, long time) {
        Checksum checksum = new Checksum();
        media.frames().forEach(frame -> add(checksum, frame, time));
        return checksum.value();
    }

    private static Checksum add(Checksum checksum, MediaFrame frame, long time) {
        return checksum.frame(
                frame.track(),
                frame.keyFrame(),
                time + frame.offsetMillis(),
                ByteBuffer.wrap(frame.data()));
    }

    /** A fragment that arrives frame by frame. */
    final class Upload {
        private final FragmentUpload upload;

        private Upload(FragmentUpload upload) {
            this.upload = upload;
        }

        /** Lets the next frame arrive. */
        boolean next() {
            return upload.next();
        }

        /** Lets the rest arrive, writes it down, and completes the fragment. */
        void complete() {
            while (upload.next()) {
                // Each call lets one frame arrive.
            }
            String number = upload.fragment().number();
            ledger.completed(name(), number, recordings.append(name(), document(number)));
            upload.complete();
        }

        /** What is recorded: the bytes so far, and the tag that says that the fragment is whole. */
        private byte[] document(String number) {
            ByteArrayOutputStream document = new ByteArrayOutputStream();
            document.writeBytes(upload.fragment().bytes());
            document.writeBytes(
                    MediaFragment.userTag("AWS_KINESISVIDEO_CONTINUATION_TOKEN", number));
            return document.toByteArray();
        }
    }
}
