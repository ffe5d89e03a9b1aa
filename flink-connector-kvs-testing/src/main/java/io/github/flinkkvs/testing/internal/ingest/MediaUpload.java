/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.faults.AckError;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.internal.body.Pacing;
import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.ElementReader;
import io.github.flinkkvs.testing.internal.http.ConnectionCut;
import io.github.flinkkvs.testing.internal.http.LastAnswer;
import io.github.flinkkvs.testing.internal.log.RecordedUpload;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.LiveBody;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.log.Acknowledgement;
import io.github.flinkkvs.testing.log.EndReason;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/**
 * One PutMedia call: reads the request piece by piece, stores its fragments as they arrive and
 * acknowledges them. It asks for the next piece only when it has stored the one before and the
 * quotas allow more, so a fast producer waits and costs no memory.
 *
 * <p>Owned by the event loop of its connection; any thread may call the methods of {@link
 * LiveBody}.
 */
public final class MediaUpload implements LiveBody {
    private static final Logger LOG = LoggerFactory.getLogger(MediaUpload.class);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Vertx vertx;
    private final Context context;
    private final ServiceState service;
    private final KvsStream stream;
    private final HttpServerRequest request;
    private final RecordedUpload record;
    @Nullable private final String accessKeyId;
    private final UploadFaults faults;
    private final AckWriter acks;
    private final UploadedFragments fragments;
    private final Silence silence;
    private final ElementReader reader = new ElementReader();
    private final UploadAssembler assembler;
    private final Pacing pacing = new Pacing();

    /** What is left of the piece that arrived last. */
    private ByteBuffer piece = ByteBuffer.allocate(0);

    private long received;

    /** A Cluster whose turn has not come. */
    private boolean clusterWaits;

    private boolean stalled;
    private boolean ended;
    private long pauseTimer = -1;
    private long capTimer = -1;

    /**
     * @param accessKeyId the access key of the call; null if it is not known
     */
    public MediaUpload(
            Vertx vertx,
            ServiceState service,
            KvsStream stream,
            HttpServerRequest request,
            RecordedUpload record,
            ProducerClock clock,
            List<Fault> scripted,
            @Nullable String accessKeyId) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.service = service;
        this.stream = stream;
        this.request = request;
        this.record = record;
        this.accessKeyId = accessKeyId;
        faults = new UploadFaults(scripted);
        acks = new AckWriter(request.response(), record, this::readOn);
        silence =
                new Silence(
                        vertx,
                        service,
                        () -> acks.send(Acknowledgement.idle()),
                        () -> end(EndReason.IDLE));
        fragments = new UploadedFragments(stream, clock, faults, acks);
        assembler = new UploadAssembler(service.limits(), service::behavior, fragments);
    }

    /** Answers at once, then reads. */
    public void begin() {
        request.response().closeHandler(closed -> finish(EndReason.CLIENT));
        request.exceptionHandler(this::broken);
        request.handler(this::received);
        request.endHandler(whole -> readWhole());
        acks.begin();
        Duration cap = service.limits().producerSessionCap();
        if (!cap.isZero()) {
            capTimer =
                    vertx.setTimer(
                            Math.max(1, cap.toMillis()),
                            id ->
                                    fail(
                                            AckError.MAX_CONNECTION_DURATION_REACHED,
                                            "It lasted " + cap,
                                            EndReason.SESSION_CAP));
        }
        if (!stream.store().pushed().isEmpty()) {
            stream.store().newProducerSession();
        }
        readOn();
    }

    // ------------------------------------------------------------------ reading

    private void received(Buffer bytes) {
        silence.stopListening();
        piece = ByteBuffer.wrap(bytes.getBytes());
        readOn();
    }

    /**
     * Reads what has arrived, then asks for more, as far as quotas, faults and the producer let.
     */
    private void readOn() {
        if (ended || stalled || pauseTimer >= 0 || acks.full()) {
            return;
        }
        try {
            if (!readPiece()) {
                return;
            }
        } catch (IngestException e) {
            fail(e.error(), e.getMessage(), EndReason.ERROR_ACK);
            return;
        } catch (IllegalArgumentException e) {
            fail(AckError.INVALID_MKV_DATA, e.getMessage(), EndReason.ERROR_ACK);
            return;
        }
        if (!acks.full()) {
            silence.listen();
            request.fetch(1);
        }
    }

    /** False if something keeps it from reading to the end of the piece. */
    private boolean readPiece() throws IngestException {
        while (piece.hasRemaining() && !acks.full()) {
            Fault fault = faults.breakAt(received);
            if (fault != null) {
                breakOff(fault);
                return false;
            }
            int most = faults.limit(received, piece.remaining());
            most = pacing.bytesNow(service.limits().producerBytesPerSecond(), most);
            if (most == 0) {
                pause(pacing.nanosToNextBytes());
                return false;
            }
            ByteBuffer part = piece.slice();
            part.limit(most);
            boolean all = read(part);
            piece.position(piece.position() + part.position());
            received += part.position();
            pacing.sent(part.position());
            record.bytes(part.position());
            if (!all) {
                return false;
            }
        }
        return !piece.hasRemaining();
    }

    /** False if the next fragment must wait. */
    private boolean read(ByteBuffer part) throws IngestException {
        while (true) {
            ElementReader.Event event = clusterWaits ? ElementReader.Event.OPEN : reader.next(part);
            switch (event) {
                case OPEN:
                    clusterWaits = reader.id() == Ebml.CLUSTER && mustWait();
                    if (clusterWaits) {
                        return false;
                    }
                    assembler.open(reader);
                    break;
                case DATA:
                    assembler.data(reader);
                    break;
                case CLOSE:
                    assembler.close(reader);
                    break;
                default:
                    return true;
            }
        }
    }

    private boolean mustWait() throws IngestException {
        assembler.complete();
        long nanos = pacing.startFragment(service.limits().producerFragmentsPerSecond());
        if (nanos > 0) {
            pause(nanos);
        }
        return nanos > 0;
    }

    private void pause(long nanos) {
        pauseTimer =
                vertx.setTimer(
                        1 + nanos / NANOS_PER_MILLI,
                        id -> {
                            pauseTimer = -1;
                            readOn();
                        });
    }

    private void readWhole() {
        if (ended) {
            return;
        }
        try {
            if (!reader.mayEnd()) {
                throw new IngestException(
                        AckError.INVALID_MKV_DATA, "The request ends inside an element");
            }
            assembler.end();
        } catch (IngestException e) {
            fail(e.error(), e.getMessage(), EndReason.ERROR_ACK);
            return;
        }
        end(EndReason.COMPLETE);
    }

    // ------------------------------------------------------------------ ending

    private void broken(Throwable why) {
        if (request.response().closed()) {
            finish(EndReason.CLIENT);
        } else {
            fail(AckError.STREAM_READ_ERROR, why.toString(), EndReason.ERROR_ACK);
        }
    }

    private void breakOff(Fault fault) {
        stalled = true;
        silence.close();
        if (fault.kind() == Fault.Kind.STALL) {
            return;
        }
        if (fault.cut() == Cut.CLEAN) {
            end(EndReason.CUT);
        } else {
            finish(EndReason.CUT);
            ConnectionCut.inMidChunk(request.connection(), fault.cut() == Cut.ABRUPT);
        }
    }

    /** Ends the call with an error, which is about the fragment that is being read. */
    private void fail(AckError error, String why, EndReason reason) {
        if (ended) {
            return;
        }
        LOG.info("PutMedia of {} ends with {} {}: {}", stream.name(), error.id(), error, why);
        fragments.refuse(error, assembler.timecode());
        end(reason);
    }

    @Override
    public void wake() {
        // What others push does not concern a producer.
    }

    @Override
    public Future<Void> requestEnd(EndReason reason) {
        Promise<Void> sent = Promise.promise();
        context.runOnContext(
                asked -> {
                    if (reason == EndReason.STREAM_GONE) {
                        fail(AckError.STREAM_NOT_ACTIVE, "The stream was deleted", reason);
                        sent.complete();
                    } else {
                        end(reason).onComplete(sent);
                    }
                });
        return sent.future();
    }

    @Override
    @Nullable
    public String accessKeyId() {
        return accessKeyId;
    }

    private Future<Void> end(EndReason reason) {
        if (ended) {
            return Future.succeededFuture();
        }
        finish(reason);
        Future<Void> sent = acks.end();
        if (!request.isEnded()) {
            LastAnswer.closeBehind(vertx, request);
        }
        return sent;
    }

    /** From here on the connection no longer counts towards the quota. */
    private void finish(EndReason reason) {
        if (ended) {
            return;
        }
        ended = true;
        silence.close();
        cancel(pauseTimer);
        cancel(capTimer);
        fragments.abandon();
        stream.producers().remove(this);
        record.ended(reason);
    }

    private void cancel(long timer) {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
    }
}
