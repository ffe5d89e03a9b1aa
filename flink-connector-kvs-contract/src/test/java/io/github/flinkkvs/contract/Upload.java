/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import com.amazonaws.services.kinesisvideo.PutMediaAckResponseHandler;
import com.amazonaws.services.kinesisvideo.model.AckEvent;
import com.amazonaws.services.kinesisvideo.model.FragmentTimecodeType;
import com.amazonaws.services.kinesisvideo.model.PutMediaRequest;

import javax.annotation.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One PutMedia call, with version 1 of the AWS SDK, the only one with a client of it. While that
 * client waits for more bytes, it holds up to 8 KiB back and hears no acknowledgement. Guarded by
 * its monitor: the client reports acknowledgements in its threads.
 */
final class Upload implements PutMediaAckResponseHandler, AutoCloseable {

    private static final int PIPE = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final PipedOutputStream out = new PipedOutputStream();
    private final List<AckEvent> acks = new ArrayList<>();
    private boolean headerSent;
    private boolean done;
    @Nullable private Throwable failure;

    /** Begins a call; timecodes are absolute. */
    Upload(Service service, String arn) throws IOException {
        service.producers
                .of(arn)
                .putMedia(
                        new PutMediaRequest()
                                .withStreamARN(arn)
                                .withFragmentTimecodeType(FragmentTimecodeType.ABSOLUTE)
                                .withProducerStartTimestamp(new Date())
                                .withPayload(new PipedInputStream(out, PIPE)),
                        this);
    }

    // ---- sending ------------------------------------------------------------------------------

    /** Hands a whole fragment over; its last bytes leave with the next one, or the end. */
    void send(MediaFragment fragment) throws IOException {
        write(beginning(fragment));
        for (MediaFrame frame : fragment.frames()) {
            write(fragment.block(frame));
        }
        write(fragment.trailer());
    }

    /** What precedes the first frame; once for a call, with the header of the document. */
    byte[] beginning(MediaFragment fragment) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!headerSent) {
            bytes.writeBytes(fragment.header());
        }
        headerSent = true;
        bytes.writeBytes(fragment.clusterStart(fragment.producerTimestampMillis(0)));
        return bytes.toByteArray();
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Ends the call, and returns the numbers of its fragments. */
    List<String> end() throws Exception {
        out.close();
        await(acked -> done);
        if (failure != null || !numbers("ERROR").isEmpty()) {
            throw new AssertionError("PutMedia failed: " + acks, failure);
        }
        return numbers("RECEIVED");
    }

    // ---- acknowledgements ---------------------------------------------------------------------

    @Override
    public synchronized void onAckEvent(AckEvent event) {
        acks.add(event);
        notifyAll();
    }

    @Override
    public synchronized void onFailure(Throwable thrown) {
        failure = thrown;
        done = true;
        notifyAll();
    }

    @Override
    public synchronized void onComplete() {
        done = true;
        notifyAll();
    }

    /** The fragments that were acknowledged in this way, in order. */
    synchronized List<String> numbers(String type) {
        return acks.stream()
                .filter(ack -> type.equals(ack.getAckEventType().getRawValue()))
                .map(AckEvent::getFragmentNumber)
                .collect(Collectors.toList());
    }

    private synchronized void await(Predicate<Upload> reached) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!reached.test(this)) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new TimeoutException("PutMedia was only acknowledged with " + acks);
            }
            wait(1 + left / 1_000_000);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
